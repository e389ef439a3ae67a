"""Scenes without anything that hides or blurs what a test looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from seedloupe.seedling.world import Relation, Scene, Split, Style, Weather, sample_scene

Plain = Callable[..., Scene]


@pytest.fixture(scope="session")
def plain() -> Plain:
    """One thing on the ground under a clear sky: the scene of a seed with changes."""

    def make(seed: int, **changes: object) -> Scene:
        scene = replace(
            sample_scene(seed),
            style=Style.PLAIN,
            word="",
            weather=Weather.CLEAR,
            second=None,
            relation=None,
            radius=0.2,
            x=0.45,
            y=0.66,
            horizon=0.5,
        )
        return replace(scene, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def pairs() -> tuple[Scene, ...]:
    """Forty held-out scenes of two things, eight a relation."""
    found: dict[Relation, list[Scene]] = {relation: [] for relation in Relation}
    index = 0
    while min(len(scenes) for scenes in found.values()) < 8:
        scene = sample_scene(Split.HELD_OUT.seed(index))
        index += 1
        if scene.relation and len(found[scene.relation]) < 8:
            clear = replace(scene, style=Style.PLAIN, word="", weather=Weather.CLEAR)
            found[scene.relation].append(clear)
    return tuple(scene for scenes in found.values() for scene in scenes)
