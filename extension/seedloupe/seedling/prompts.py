"""Prompts of the world that no network was trained on, for mining and for judging."""

from __future__ import annotations

from dataclasses import replace

from .world import Kind, Picture, Scene, Split, Style, render_scene, sample_scene

#: Where in the held-out range each use begins, so that no two uses share a scene.
MINING, CONFIRM, JUDGING = 0, 100_000, 200_000


def plain_scenes(count: int, first: int) -> tuple[Scene, ...]:
    """``count`` held-out scenes without style or words, kinds in turn, captions all different."""
    kinds, index = list(Kind), first
    scenes: list[Scene] = []
    told: set[str] = set()
    while len(scenes) < count:
        scene = sample_scene(Split.HELD_OUT.seed(index))
        index += 1
        scene = replace(scene, kind=kinds[len(scenes) % len(kinds)], style=Style.PLAIN, word="")
        scene = replace(scene, style_told=False, word_asked=False)
        if scene.caption not in told:
            scenes.append(scene)
            told.add(scene.caption)
    return tuple(scenes)


def prompts(count: int, first: int) -> tuple[str, ...]:
    """The captions of :func:`plain_scenes`."""
    return tuple(scene.caption for scene in plain_scenes(count, first))


def real_pictures(scenes: tuple[Scene, ...], each: int) -> tuple[Picture, ...]:
    """What the scenes' captions ask for, rendered: ``each`` pictures a scene, placed anew."""
    pictures = []
    for row, scene in enumerate(scenes):
        for turn in range(each):
            place = sample_scene(Split.HELD_OUT.seed(500_000 + row * each + turn))
            scale = scene.radius / place.radius
            moved = replace(
                place,
                kind=scene.kind,
                colour=scene.colour,
                size=scene.size,
                sky=scene.sky,
                ground=scene.ground,
                style=Style.PLAIN,
                word="",
                radius=scene.radius,
                x=min(max(place.x, scene.radius), 1 - scene.radius),
                y=place.y + place.radius * (1 - scale),
            )
            pictures.append(render_scene(moved))
    return tuple(pictures)
