"""Scenes are drawn from their seed alone, as often as stated, for nobody else's eyes."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.seedling.world import (
    ObjectKind,
    Relation,
    Scene,
    Size,
    Split,
    Style,
    Weather,
    sample_scene,
)
from seedloupe.seedling.world.scene import (
    BORDER_RATE,
    GRAYSCALE_RATE,
    PAIR_RATE,
    SIGN_RATE,
    WATERMARK_RATE,
    WEATHER_RATE,
)
from seedloupe.seedling.world.words import CARRIERS

FIRST = [
    "a yellow box on an orange mushroom on water under a day sky",
    "a small red fish on snow under a sunset sky",
    "a yellow house in front of a green umbrella under a night sky",
]


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    """Enough to count how often each thing is there."""
    return [sample_scene(seed) for seed in range(4000)]


def test_a_seed_is_one_scene_for_ever() -> None:
    assert sample_scene(7) == sample_scene(7)
    assert sample_scene(7) != sample_scene(8)


def test_the_first_scenes_are_the_ones_every_network_was_trained_on() -> None:
    captions = [sample_scene(Split.GENERATOR.seed(index)).caption for index in range(3)]
    assert captions == FIRST


def test_nobody_looks_at_anybody_elses_pictures() -> None:
    ranges = [range(first, first + count) for first, count in (s.value for s in Split)]
    for i, one in enumerate(ranges):
        for other in ranges[i + 1 :]:
            assert one.stop <= other.start or other.stop <= one.start
    with pytest.raises(IndexError, match="JUDGE has pictures 0 to 999999"):
        Split.JUDGE.seed(1_000_000)


def test_everything_is_as_frequent_as_stated(scenes: list[Scene]) -> None:
    shares = {
        GRAYSCALE_RATE: [scene.style is Style.GRAYSCALE for scene in scenes],
        BORDER_RATE + 1e-9: [scene.style is Style.BORDER for scene in scenes],
        WATERMARK_RATE: [bool(scene.word) and not scene.word_asked for scene in scenes],
        SIGN_RATE: [scene.word_asked for scene in scenes],
        PAIR_RATE: [scene.second is not None for scene in scenes],
        WEATHER_RATE: [scene.weather is not Weather.CLEAR for scene in scenes],
    }
    for rate, seen in shares.items():
        assert np.mean(seen) == pytest.approx(rate, abs=3.5 * (rate / 4000) ** 0.5)


def test_every_kind_stands_alone_and_in_every_relation_equally_often(scenes: list[Scene]) -> None:
    alone = [scene.kind for scene in scenes if scene.second is None]
    assert len(set(ObjectKind)) == 18
    for kind in ObjectKind:
        assert alone.count(kind) / len(alone) == pytest.approx(1 / 18, abs=0.02)
    paired = [scene.relation for scene in scenes if scene.second]
    for relation in Relation:
        assert paired.count(relation) / len(paired) == pytest.approx(1 / 5, abs=0.04)


def test_two_things_differ_in_kind_and_colour_and_only_flat_ones_carry(scenes: list[Scene]) -> None:
    for scene in scenes:
        if scene.second is None:
            continue
        assert scene.kind is not scene.second.kind
        assert scene.colour is not scene.second.colour
        assert scene.size is scene.second.size is Size.MEDIUM
        assert scene.relation is not Relation.ON or scene.second.kind in CARRIERS


def test_some_pictures_are_mostly_sky(scenes: list[Scene]) -> None:
    heavy = [scene for scene in scenes if scene.horizon > 0.72]
    assert 0.02 < len(heavy) / len(scenes) < 0.1
    assert all(scene.y + scene.radius > scene.horizon for scene in heavy)
