"""The world against itself: what is said of a picture is what is drawn in it."""

from __future__ import annotations

import colorsys
import importlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from seedloupe.seedling.world import (
    SIDE,
    Colour,
    ObjectKind,
    Relation,
    RenderedPicture,
    Scene,
    Sky,
    Style,
    Weather,
    render,
    render_scene,
)
from seedloupe.seedling.world.palette import COLOURS
from seedloupe.seedling.world.render import draw_things

Mask = NDArray[np.bool_]
Plain = Callable[..., Scene]


def grown(mask: Mask, pixels: int = 1) -> Mask:
    """``mask`` and everything within some pixels of it."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(image.filter(ImageFilter.MaxFilter(2 * pixels + 1))) > 127


def changed(one: RenderedPicture, other: RenderedPicture) -> Mask:
    """Where two pictures differ at all."""
    return (one.image != other.image).any(-1)


@pytest.fixture
def shadowless(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's name for the module is taken by its function.
    rendering = importlib.import_module("seedloupe.seedling.world.render")
    monkeypatch.setattr(rendering, "cast_shadow", lambda *args: None)
    monkeypatch.setattr(rendering, "reflect", lambda *args: None)


def test_a_seed_is_one_picture_for_ever() -> None:
    one, again, other = render(7), render(7), render(8)
    assert np.array_equal(one.image, again.image)
    assert np.array_equal(one.masks, again.masks)
    assert one.caption == again.caption
    assert not np.array_equal(one.image, other.image)


@pytest.mark.usefixtures("shadowless")
@pytest.mark.parametrize("kind", list(ObjectKind))
def test_the_mask_is_where_taking_the_thing_away_changes_the_picture(
    kind: ObjectKind, plain: Plain
) -> None:
    scene = plain(11, kind=kind, colour=Colour.RED)
    there = render_scene(scene)
    seen = changed(there, draw_things(scene, ()))
    assert (seen & there.object_mask).sum() >= 0.98 * there.object_mask.sum()
    assert not (seen & ~grown(there.object_mask)).any()


@pytest.mark.usefixtures("shadowless")
def test_each_mask_of_a_pair_is_where_taking_that_thing_away_changes_the_picture(
    pairs: tuple[Scene, ...],
) -> None:
    for scene in pairs[::2]:
        both = render_scene(scene)
        for index in (0, 1):
            seen = changed(both, without_thing(scene, index))
            mask = both.masks[index]
            assert (seen & mask).sum() >= 0.97 * mask.sum()
            # Points too fine for half a pixel are painted and not in the mask.
            beyond = seen & ~grown(mask, 2) & ~both.masks[1 - index]
            assert beyond.sum() <= 0.03 * mask.sum()


def without_thing(scene: Scene, index: int) -> RenderedPicture:
    """The scene with one thing moved far out of the frame; the other keeps its place in it."""
    if index == 0:
        return render_scene(replace(scene, x=-5.0))
    assert scene.second is not None
    return render_scene(replace(scene, second=replace(scene.second, x=-5.0)))


def test_what_is_nearer_hides_what_is_farther(pairs: tuple[Scene, ...]) -> None:
    hidden = 0
    for scene in pairs:
        if scene.relation not in (Relation.BEHIND, Relation.IN_FRONT_OF):
            continue
        both = render_scene(scene)
        alone = [draw_things(scene, scene.things[i : i + 1]).masks[0] for i in (0, 1)]
        near, far = (1, 0) if scene.relation is Relation.BEHIND else (0, 1)
        overlap = alone[0] & alone[1]
        hidden += int(overlap.sum())
        assert (both.masks[near] == alone[near]).all()
        assert not (both.masks[far] & overlap).any()
        assert (grown(both.masks[far]) | ~(alone[far] & ~grown(alone[near]))).all()
        assert both.depth[both.masks[near]].max() < both.depth[both.masks[far]].min()
    assert hidden > 300


def test_relations_hold_in_the_masks(pairs: tuple[Scene, ...]) -> None:
    for scene in pairs:
        picture = render_scene(scene)
        (x, y), (other_x, other_y) = picture.centroids
        first, second = picture.masks
        depth, other_depth = (picture.depth[mask].mean() for mask in picture.masks)
        if scene.relation is Relation.LEFT_OF:
            assert np.nonzero(first)[1].max() <= np.nonzero(second)[1].min()
        elif scene.relation is Relation.RIGHT_OF:
            assert np.nonzero(first)[1].min() >= np.nonzero(second)[1].max()
        elif scene.relation is Relation.BEHIND:
            assert depth > other_depth
            assert foot(first) < foot(second)
        elif scene.relation is Relation.IN_FRONT_OF:
            assert depth < other_depth
            assert foot(first) > foot(second)
        else:
            assert depth == pytest.approx(other_depth)
            assert y < other_y
            assert abs(x - other_x) < 0.12
            assert (grown(first, 2) & second).any()
        assert min(first.sum(), second.sum()) > 60


def foot(mask: Mask) -> int:
    """The lowest row of a mask."""
    return int(np.nonzero(mask)[0].max())


@pytest.mark.parametrize("sky", [Sky.DAY, Sky.NIGHT])
@pytest.mark.parametrize("colour", list(Colour))
def test_a_thing_has_the_colour_that_the_caption_names(
    colour: Colour, sky: Sky, plain: Plain
) -> None:
    scene = plain(21, kind=ObjectKind.BALL, colour=colour, sky=sky, form=(0.1, 0.5, 0.5))
    picture = render_scene(scene)
    seen = np.median(picture.image[picture.object_mask], axis=0)
    assert nearest(seen) is colour
    assert colour.value in picture.caption


def nearest(seen: NDArray[np.float64]) -> Colour:
    """The colour of nearest hue; white and black by how grey and how bright."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(seen / 255))
    if saturation < 0.28 or value < 0.25:
        return Colour.WHITE if value > 0.45 else Colour.BLACK
    hues = {c: colorsys.rgb_to_hsv(*(v / 255 for v in COLOURS[c]))[0] for c in list(Colour)[:6]}
    return min(hues, key=lambda c: min(abs(hues[c] - hue), 1 - abs(hues[c] - hue)))


def test_the_centroid_is_the_middle_of_the_mask(plain: Plain) -> None:
    x, y = render_scene(plain(5, kind=ObjectKind.BALL, x=0.3, y=0.6)).centroid
    assert x == pytest.approx(0.3, abs=0.01)
    assert y == pytest.approx(0.6, abs=0.01)


def test_depth_is_the_distance_along_the_ground(plain: Plain) -> None:
    picture = render_scene(plain(5, radius=0.15, y=0.7))
    column = picture.depth[:, 2].astype(float)
    assert (column[: SIDE // 2] == 1).all()
    below = (np.arange(SIDE // 2, SIDE) + 0.5) / SIDE - 0.5
    distance = 1 / below
    assert column[SIDE // 2 :] == pytest.approx(distance / (distance + 10), abs=1e-5)
    assert np.unique(picture.depth[picture.object_mask]).size == 1
    feet = 0.85 - 0.5
    assert picture.depth[picture.object_mask][0] == pytest.approx(0.1 / (0.1 + feet), abs=1e-5)


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_keypoints_lie_on_the_thing_and_turn_round_with_it(kind: ObjectKind, plain: Plain) -> None:
    for seed in (31, 32, 33):
        scene = plain(seed, kind=kind, x=0.4, mirrored=False)
        scene = replace(scene, form=render(seed).scene.form)
        here, there = (
            render_scene(replace(scene, x=x, mirrored=m)) for x, m in ((0.4, False), (0.6, True))
        )
        overlap = (here.object_mask & there.object_mask[:, ::-1]).sum()
        assert overlap / (here.object_mask | there.object_mask[:, ::-1]).sum() > 0.93
        assert len(here.keypoints[0]) >= 3
        for one, other in zip(here.keypoints[0], there.keypoints[0], strict=True):
            assert one.visible
            assert one.name == other.name
            assert (1 - other.x, other.y) == pytest.approx((one.x, one.y))
            assert grown(here.object_mask)[int(one.y * SIDE), int(one.x * SIDE)]


def test_a_hidden_keypoint_is_said_to_be_hidden(pairs: tuple[Scene, ...]) -> None:
    hidden = 0
    for scene in pairs:
        picture = render_scene(scene)
        for mask, points in zip(picture.masks, picture.keypoints, strict=True):
            for point in points:
                assert point.visible == mask[int(point.y * SIDE), int(point.x * SIDE)]
                hidden += not point.visible
    assert hidden > 3


def test_grayscale_borders_and_words_are_where_the_truth_says(plain: Plain) -> None:
    gray = render_scene(plain(9, style=Style.GRAYSCALE)).image.astype(int)
    assert (gray.max(-1) == gray.min(-1)).all()
    border = render_scene(plain(9, style=Style.BORDER))
    assert np.unique(border.image[:5].reshape(-1, 3), axis=0).shape[0] == 1
    assert not border.object_mask[:5].any()
    for asked in (False, True):
        word = render_scene(plain(9, word="STOCK", word_asked=asked))
        seen = changed(word, render_scene(plain(9)))
        assert word.text_mask.sum() > 300
        assert (seen & word.text_mask).sum() > 0.25 * word.text_mask.sum()
        # A sign's posts are no text.
        assert seen[~word.text_mask].mean() < (0.03 if asked else 1e-9)
        assert not (word.text_mask & word.object_mask).any()


def test_a_sign_keeps_clear_of_things_when_it_can(plain: Plain) -> None:
    hidden = []
    for seed in range(40, 60):
        scene = plain(seed, radius=0.12, y=0.8)
        sign = render_scene(replace(scene, word="OPEN", word_asked=True))
        hidden.append(1 - sign.object_mask.sum() / render_scene(scene).object_mask.sum())
    assert np.mean(np.array(hidden) > 0.02) < 0.2


def test_fog_takes_the_far_and_leaves_the_near(plain: Plain) -> None:
    lost = []
    for y in (0.42, 0.8):
        scene = plain(5, kind=ObjectKind.BALL, colour=Colour.RED, radius=0.12, y=y, sky=Sky.DAY)
        clear, fog = (render_scene(replace(scene, weather=w)) for w in (Weather.CLEAR, Weather.FOG))
        assert np.array_equal(clear.object_mask, fog.object_mask)
        lost.append(redness(clear) - redness(fog))
    assert lost[0] > 4 * lost[1] > 0


def redness(picture: RenderedPicture) -> float:
    """How much redder than green a thing is."""
    seen = picture.image[picture.object_mask].astype(float)
    return float((seen[:, 0] - seen[:, 1]).mean())


def test_the_truth_is_the_same_at_any_size(plain: Plain) -> None:
    scene = plain(5, kind=ObjectKind.DUCK)
    small, large = (render_scene(scene, side) for side in (64, 192))
    assert small.image.shape == (64, 64, 3)
    assert small.centroid == pytest.approx(large.centroid, abs=0.01)
    assert small.object_mask.mean() == pytest.approx(large.object_mask.mean(), rel=0.05)
    assert small.keypoints[0][0].x == large.keypoints[0][0].x


def test_whole_things_stay_in_the_frame(pairs: tuple[Scene, ...]) -> None:
    scenes = [*pairs, *(replace(render(s).scene, word="", style=Style.PLAIN) for s in range(30))]
    for scene in scenes:
        mask = render_scene(scene).object_mask
        assert mask.any()
        assert not any(edge.any() for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))
