from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from text_samples import lettering, samples
from text_samples.bend import Bend, lay
from text_samples.grounds import GROUNDS
from text_samples.samples import Sample, SampleKind, SampleSplit, draw_sample

from seedloupe.artifacts.coverage import cover
from seedloupe.geometry import Extent


@pytest.fixture
def unworn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures without noise and JPEG, in which every changed pixel is ink."""
    monkeypatch.setattr(samples, "worn", lambda _, picture: picture)


def under(sample: Sample) -> np.ndarray:
    """Shares of the pixels under the sample's lines."""
    patch = cover([line.quad for line in sample.lines], sample.extent)
    shares = np.zeros(sample.mask.shape)
    height, width = patch.shares.shape
    shares[patch.top : patch.top + height, patch.left : patch.left + width] = patch.shares
    return shares


def test_a_seed_names_a_picture() -> None:
    first, again, other = draw_sample(3), draw_sample(3), draw_sample(4)
    assert first.picture.tobytes() == again.picture.tobytes()
    np.testing.assert_array_equal(first.mask, again.mask)
    np.testing.assert_array_equal(first.glyphs, again.glyphs)
    assert (first.kind, first.ground, first.size) == (again.kind, again.ground, again.size)
    assert first.picture.tobytes() != other.picture.tobytes()


def test_the_splits_share_no_seed_and_no_word() -> None:
    (tune, many), (held, _) = (split.value for split in SampleSplit)
    assert tune + many <= held
    assert all(SampleSplit.of(split.seed(5)) is split for split in SampleSplit)
    assert not set(lettering.split_words(0)) & set(lettering.split_words(1))
    assert {*lettering.split_words(0), *lettering.split_words(1)} == set(lettering.WORDS)
    with pytest.raises(IndexError, match="TUNE has pictures 0 to 999999, not 1000000"):
        SampleSplit.TUNE.seed(many)
    for split in SampleSplit:
        drawn = [
            draw_sample(split.seed(at), kind=SampleKind.WORDS, ground="plain") for at in range(6)
        ]
        said = {line.text for sample in drawn for line in sample.lines}
        assert said <= set(lettering.split_words(list(SampleSplit).index(split)))


@pytest.mark.parametrize(
    "kind", [SampleKind.WORDS, SampleKind.WATERMARK, SampleKind.PSEUDO, SampleKind.BESIDE]
)
def test_only_what_the_truth_calls_ink_was_painted(kind: SampleKind, unworn: None) -> None:
    for seed in range(4):
        sample = draw_sample(seed, kind=kind, ground="plain")
        change = np.abs(np.asarray(sample.picture, float) - np.asarray(sample.before, float))
        changed = change.max(axis=2) > 0
        assert not changed[sample.glyphs == 0].any()
        assert changed[sample.glyphs > 0.5].mean() > 0.95


@pytest.mark.parametrize("kind", [SampleKind.WORDS, SampleKind.WATERMARK, SampleKind.PSEUDO])
def test_quads_hold_all_the_ink_and_end_where_it_does(kind: SampleKind) -> None:
    for seed in range(5):
        sample = draw_sample(seed, kind=kind, ground="plain")
        outside = under(sample) == 0
        # Between two pixels ink is blurred, by half a pixel at most.
        assert sample.glyphs[outside].sum() <= 0.02 * sample.glyphs.sum()
        if sample.layout == "straight" and len(sample.lines) == 1:
            assert loose(sample) < 1.5


def loose(sample: Sample) -> float:
    """Most pixels between a side of the line's quad and the ink nearest to it."""
    quad = sample.lines[0].quad
    y, x = np.nonzero(sample.glyphs > 0.02)
    ink = np.stack([x + 0.5, y + 0.5], axis=1) - quad[0]
    gaps = []
    for corner in (1, 3):
        side = quad[corner] - quad[0]
        length = float(np.hypot(*side))
        along = ink @ (side / length)
        gaps += [abs(float(along.min())), abs(length - float(along.max()))]
    return max(gaps)


@pytest.mark.parametrize("arc", [0.0, 0.9, -1.3])
def test_the_way_into_the_picture_and_back_leads_to_the_same_point(arc: float) -> None:
    bend = Bend((120, 30), np.array((200.0, 150.0)), 33.0, (0.002, -0.003), arc)
    u, v = (part.ravel() for part in np.meshgrid(np.linspace(0, 120, 9), np.linspace(0, 30, 5)))
    placed = bend.forward(u, v)
    back = bend.inverse(placed[:, 0], placed[:, 1])
    np.testing.assert_allclose(back, (u, v), atol=1e-9)


def test_a_stamp_laid_straight_is_drawn_again_as_it_is() -> None:
    stamp = lettering.pillow_fonts()[0].write("Harbour", 24)
    height, width = stamp.shape
    ink = lay(
        stamp, [Bend((width, height), np.array((10 + width / 2, 7 + height / 2)))], Extent(160, 60)
    )
    np.testing.assert_allclose(ink[7 : 7 + height, 10 : 10 + width], stamp, atol=1e-12)
    assert ink.sum() == pytest.approx(stamp.sum())


def test_masks_hold_the_text_or_keep_clear_of_it() -> None:
    for seed in range(8):
        written = draw_sample(seed, kind=SampleKind.WORDS, ground="plain")
        whole = float(written.glyphs.sum())
        assert float((written.glyphs * (written.mask > 0.5)).sum()) > 0.97 * whole
        beside = draw_sample(seed, kind=SampleKind.BESIDE, ground="plain")
        assert beside.lines
        assert not (beside.glyphs * beside.mask).any()
        bare = draw_sample(seed, kind=SampleKind.NONE, ground="plain")
        assert (bare.lines, bare.glyphs.any()) == ((), False)
        assert 0.02 < bare.mask.mean() < 0.6


def test_shapes_are_drawn_in_rows_of_four_and_more() -> None:
    drawn = [draw_sample(seed, kind=SampleKind.PSEUDO, ground="plain") for seed in range(16)]
    assert {sample.font for sample in drawn} == {"strokes", "shuffled", "mirrored", "warped"}
    assert all(line.text == "" for sample in drawn for line in sample.lines)


@pytest.mark.parametrize("name", list(GROUNDS))
def test_grounds_fill_the_picture_and_follow_their_generator(name: str) -> None:
    first, again = (GROUNDS[name](np.random.default_rng(5), Extent(97, 64)) for _ in range(2))
    other = GROUNDS[name](np.random.default_rng(6), Extent(97, 64))
    assert isinstance(first, Image.Image)
    assert (first.mode, first.size) == ("RGB", (97, 64))
    assert first.tobytes() == again.tobytes() != other.tobytes()
