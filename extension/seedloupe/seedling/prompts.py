"""Prompts of the world that no network was trained on, for mining and for judging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count as counting

from .world import (
    ObjectKind,
    Relation,
    RenderedPicture,
    Scene,
    Split,
    Style,
    render_scene,
    sample_scene,
)

#: Where in the held-out range each use begins, so that no two uses share a scene.
MINING, CONFIRM, JUDGING = 0, 100_000, 200_000
#: Where scenes begin that only lend their places and landscapes to others.
_PLACES = 500_000


def plain_scenes(count: int, first: int) -> tuple[Scene, ...]:
    """``count`` held-out scenes of one thing, kinds in turn, captions all different.

    None has a style or words.
    """
    kinds = list(ObjectKind)
    scenes: list[Scene] = []
    told: set[str] = set()
    for scene in _held_out(first):
        if scene.relation is None:
            scene = replace(scene, kind=kinds[len(scenes) % len(kinds)])
            if scene.caption not in told:
                scenes.append(scene)
                told.add(scene.caption)
        if len(scenes) == count:
            break
    return tuple(scenes)


def pair_scenes(count: int, first: int) -> tuple[Scene, ...]:
    """``count`` held-out scenes of two things, relations in turn, captions all different."""
    relations = list(Relation)
    scenes: list[Scene] = []
    told: set[str] = set()
    for scene in _held_out(first):
        wanted = relations[len(scenes) % len(relations)]
        if scene.relation is wanted and scene.caption not in told:
            scenes.append(scene)
            told.add(scene.caption)
        if len(scenes) == count:
            break
    return tuple(scenes)


def prompts(count: int, first: int) -> tuple[str, ...]:
    """The captions of :func:`plain_scenes`."""
    return tuple(scene.caption for scene in plain_scenes(count, first))


def real_pictures(scenes: tuple[Scene, ...], each: int) -> tuple[RenderedPicture, ...]:
    """What scenes of one thing ask for, rendered: ``each`` pictures a scene, placed anew."""
    places = (scene for scene in _held_out(_PLACES) if scene.relation is None)
    return tuple(render_scene(_moved(scene, next(places))) for scene in scenes for _ in range(each))


def _moved(scene: Scene, place: Scene) -> Scene:
    """What ``scene`` tells, where and as ``place`` has it."""
    scale = scene.radius / place.radius
    return replace(
        place,
        kind=scene.kind,
        colour=scene.colour,
        size=scene.size,
        sky=scene.sky,
        ground=scene.ground,
        weather=scene.weather,
        radius=scene.radius,
        x=min(max(place.x, 1.2 * scene.radius), 1 - 1.2 * scene.radius),
        y=place.y + place.radius * (1 - scale),
    )


def _held_out(first: int) -> Iterator[Scene]:
    """Held-out scenes from ``first`` on, their style and words taken away."""
    for index in counting(first):
        yield replace(
            sample_scene(Split.HELD_OUT.seed(index)),
            style=Style.PLAIN,
            style_told=False,
            word="",
            word_asked=False,
        )
