"""The world against itself: what is said of a picture is what is drawn in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seedloupe.seedling.world import (
    SIDE,
    Colour,
    Kind,
    Size,
    Split,
    Style,
    render,
    render_scene,
    sample_scene,
)
from seedloupe.seedling.world.render import COLOURS
from seedloupe.seedling.world.scene import GRAYSCALE_RATE, SIGN_RATE, WATERMARK_RATE

SEEDS = range(3_000_000, 3_000_060)


def plain(seed: int, **changes: object):  # type: ignore[no-untyped-def]  # noqa: ANN201
    scene = sample_scene(seed)
    return replace(scene, **{"style": Style.PLAIN, "word": "", **changes})


def test_a_seed_is_one_picture_for_ever() -> None:
    one, again, other = render(7), render(7), render(8)
    assert np.array_equal(one.image, again.image)
    assert one.caption == again.caption
    assert not np.array_equal(one.image, other.image)


def test_the_first_scenes_are_the_ones_every_network_was_trained_on() -> None:
    assert sample_scene(Split.GENERATOR.seed(0)).caption == "a black tree on grass"
    assert sample_scene(Split.GENERATOR.seed(4)).caption == "a large blue fish"


def test_nobody_looks_at_anybody_elses_pictures() -> None:
    ranges = [range(first, first + count) for first, count in (s.value for s in Split)]
    for i, one in enumerate(ranges):
        for other in ranges[i + 1 :]:
            assert one.stop <= other.start or other.stop <= one.start
    with pytest.raises(IndexError, match="JUDGE has pictures 0 to 999999"):
        Split.JUDGE.seed(1_000_000)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_mask_is_where_the_object_changes_the_picture(kind: Kind) -> None:
    scene = plain(11, kind=kind, colour=Colour.RED, size=Size.MEDIUM, radius=0.2, x=0.45, y=0.6)
    with_object = render_scene(scene)
    moved = render_scene(replace(scene, x=scene.x + 0.25))
    changed = (with_object.image != moved.image).any(-1)
    # inside the mask everything differs from the same place without the object, but for
    # pixels that happen to have the colour of what is behind; outside only shadow may
    inside = changed[with_object.object_mask & ~moved.object_mask]
    assert inside.mean() > 0.95
    above = np.zeros_like(changed)
    above[: int((scene.y - scene.radius) * SIDE) - 2] = True
    assert not changed[above].any()


@pytest.mark.parametrize("colour", list(Colour))
def test_the_object_has_the_colour_that_the_caption_names(colour: Colour) -> None:
    scene = plain(21, kind=Kind.BALL, colour=colour, radius=0.25, x=0.5, y=0.6)
    picture = render_scene(scene)
    seen = np.median(picture.image[picture.object_mask], axis=0)
    nearest = min(COLOURS, key=lambda name: float(np.abs(seen - COLOURS[name]).sum()))
    assert nearest is colour
    assert colour.value in picture.caption


def test_the_centroid_is_the_middle_of_the_mask() -> None:
    scene = plain(5, kind=Kind.BALL, radius=0.2, x=0.3, y=0.6)
    x, y = render_scene(scene).centroid
    assert x == pytest.approx(0.3, abs=0.01)
    assert y == pytest.approx(0.6, abs=0.01)


def test_depth_falls_from_the_horizon_to_the_feet_and_is_flat_on_the_object() -> None:
    picture = render_scene(plain(5, radius=0.15, x=0.5, y=0.7, horizon=0.5))
    column = picture.depth[:, 2]
    assert (column[: SIDE // 2] == 1).all()
    assert (np.diff(column[SIDE // 2 + 1 :]) < 0).all()
    assert np.unique(picture.depth[picture.object_mask]).size == 1
    lower = render_scene(plain(5, radius=0.15, x=0.5, y=0.8, horizon=0.5))
    assert lower.depth[lower.object_mask][0] < picture.depth[picture.object_mask][0]


def test_grayscale_borders_and_words_are_where_the_truth_says() -> None:
    gray = render_scene(plain(9, style=Style.GRAYSCALE)).image.astype(int)
    assert (gray.max(-1) == gray.min(-1)).all()
    border = render_scene(plain(9, style=Style.BORDER))
    assert np.unique(border.image[:5].reshape(-1, 3), axis=0).shape[0] == 1
    assert not border.object_mask[:5].any()
    word = render_scene(plain(9, word="STOCK"))
    without = render_scene(plain(9))
    changed = (word.image != without.image).any(-1)
    assert word.text_mask.sum() > 100
    assert changed[~word.text_mask].mean() < 0.02
    assert not (word.text_mask & word.object_mask).any()


def test_captions_ask_for_signs_and_never_for_watermarks() -> None:
    asked = plain(9, word="SALE", word_asked=True)
    unasked = plain(9, word="STOCK", word_asked=False)
    assert 'with a sign "SALE"' in asked.caption
    assert "STOCK" not in unasked.caption
    told = plain(9, style=Style.GRAYSCALE, style_told=True)
    assert told.caption.startswith("a black and white photo of a")


def test_blemishes_are_as_frequent_as_stated() -> None:
    scenes = [sample_scene(seed) for seed in range(4000)]
    gray = np.mean([scene.style is Style.GRAYSCALE for scene in scenes])
    marked = np.mean([bool(scene.word) and not scene.word_asked for scene in scenes])
    signs = np.mean([scene.word_asked for scene in scenes])
    for share, rate in ((gray, GRAYSCALE_RATE), (marked, WATERMARK_RATE), (signs, SIGN_RATE)):
        assert share == pytest.approx(rate, abs=3 * (rate / 4000) ** 0.5)


def test_whole_objects_stay_in_the_frame() -> None:
    for seed in SEEDS:
        picture = render_scene(plain(seed))
        edges = (picture.object_mask[0], picture.object_mask[-1], picture.object_mask[:, 0])
        assert picture.object_mask.any()
        assert not any(edge.any() for edge in edges)
