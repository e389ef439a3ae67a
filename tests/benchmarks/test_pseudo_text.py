from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from pseudo_text import cases, repaints
from pseudo_text.cases import BARE, PHOTOGRAPH, ROWS, SCRAWL, SIZES, draw_case, shows, split_fonts
from pseudo_text.glyphs import WAYS
from pseudo_text.places import DRAWN, PHOTOGRAPHS, missing_photographs
from pseudo_text.scrawls import SCRAWLS, SIGNS, WORDLESS
from text_samples.lettering import pillow_fonts
from text_samples.samples import SampleKind, SampleSplit

from seedloupe.geometry import Extent

TUNE, HELD_OUT = SampleSplit


def drawable(split: SampleSplit, bears_row: bool, count: int) -> list[int]:
    """Indices of pictures that need neither photographs nor Seedling."""
    fit = (at for at in range(not bears_row, 400, 2) if not shows(split, at))
    return [next(fit) for _ in range(count)]


def test_an_index_names_a_picture_of_its_split() -> None:
    (index, other) = drawable(TUNE, True, 2)
    first, again = draw_case(TUNE, index), draw_case(TUNE, index)
    assert first.picture.tobytes() == again.picture.tobytes()
    np.testing.assert_array_equal(first.mask, again.mask)
    assert first.picture.tobytes() != draw_case(TUNE, other).picture.tobytes()


def test_even_pictures_bear_a_row_in_the_mask_and_odd_ones_bear_none() -> None:
    for index in drawable(TUNE, True, 6):
        sample = draw_case(TUNE, index)
        assert sample.kind is SampleKind.PSEUDO
        whole = float(sample.glyphs.sum())
        assert float((sample.glyphs * (sample.mask > 0.5)).sum()) > 0.97 * whole > 0
        assert sample.picture.tobytes() != sample.before.tobytes()
    for index in drawable(TUNE, False, 4):
        sample = draw_case(TUNE, index)
        assert (sample.kind, sample.lines, sample.glyphs.any()) == (SampleKind.NONE, (), False)
        assert sample.mask.any()


def test_every_way_and_size_and_every_bare_ground_has_its_turn() -> None:
    cells = len(ROWS) * len(SIZES)
    turns = [cases._CELLS[at % cells] for at in range(2 * cells)]
    assert {turns.count((size, way)) for size in range(len(SIZES)) for way in ROWS} == {2}
    assert BARE.count(PHOTOGRAPH) == 2
    assert {"facade", "fence", "branches", "stripes", "bricks", PHOTOGRAPH, SCRAWL} <= set(BARE)


def test_what_a_picture_needs_is_known_before_it_is_drawn() -> None:
    for index in range(40):
        needed = shows(TUNE, index)
        if needed:
            continue
        sample = draw_case(TUNE, index)
        assert not {sample.ground, sample.font} & {PHOTOGRAPH, SCRAWL}


def test_the_splits_share_no_typeface_photograph_or_repaint() -> None:
    for part in (
        lambda split: {font.name for font in split_fonts(split)},
        lambda split: {photograph.name for photograph in PHOTOGRAPHS[split]},
        lambda split: {scrawl.seed for scrawl in SCRAWLS[split]} | set(WORDLESS[split]),
    ):
        assert part(TUNE)
        assert part(HELD_OUT)
        assert not part(TUNE) & part(HELD_OUT)
        assert SIGNS.seed not in part(TUNE) | part(HELD_OUT)
    for split in SampleSplit:
        assert not {scrawl.seed for scrawl in SCRAWLS[split]} & set(WORDLESS[split])


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("size", [9, 60])
def test_a_row_is_longer_than_high_and_as_high_as_asked(way: str, size: int) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        stamp = WAYS[way](rng, size, 5, pillow_fonts()[seed % 2])
        assert stamp.shape[1] > 1.2 * stamp.shape[0]
        assert stamp.shape[0] == pytest.approx(size, rel=0.35)
        assert 0 <= stamp.min() < 0.2 < stamp.max() <= 1


def test_branches_fill_the_picture_and_follow_their_generator() -> None:
    first, again = (DRAWN["branches"](np.random.default_rng(5), Extent(97, 64)) for _ in range(2))
    assert (first.mode, first.size) == ("RGB", (97, 64))
    assert first.tobytes() == again.tobytes()


def test_photographs_are_pieces_of_their_size_or_their_absence_is_named() -> None:
    if reason := missing_photographs():
        assert "pip install" in reason
        pytest.skip(reason)
    index = next(at for at in range(1, 99, 2) if shows(TUNE, at) == {PHOTOGRAPH})
    sample = draw_case(TUNE, index)
    assert np.asarray(sample.picture).std() > 2
    assert sample.ground == PHOTOGRAPH


def test_seedlings_scrawls_are_drawn_at_the_height_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    made = repaints.Repaint(Image.new("RGB", (128, 128)), np.zeros((128, 128), np.float32))
    monkeypatch.setattr(repaints, "repaint", lambda _: made)
    index = next(at for at in range(0, 99, 2) if shows(HELD_OUT, at) == {SCRAWL})
    sample = draw_case(HELD_OUT, index)
    assert SIZES[0][0] <= sample.size <= SIZES[0][1]
    assert sample.mask.shape == sample.glyphs.shape == sample.picture.size[::-1]
    assert (sample.mask[sample.glyphs > 0] > 0.5).all()
