"""Turn a scene into a picture with its exact truth: masks, text, depth, places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .air import fill_air
from .figures import Floats, Point
from .landscape import ground_depth, landscape, layer_numbers, sun_of
from .lettering import Lettering, frame, letter
from .painting import FigureLayer, Placement, paint
from .palette import COLOURS, SKIES
from .scene import Scene, Thing, sample_scene
from .shadows import cast_shadow, reflect
from .shapes import FIGURES
from .words import Ground, Relation, Style

#: Side of a picture in pixels.
SIDE = 128


@dataclass(frozen=True)
class Keypoint:
    """A point of a thing that means the same on every thing of its kind.

    Attributes:
        name: ``"left ear"``; left and right are the thing's when it is not mirrored.
        x: column in units of the side.
        y: row in units of the side.
        visible: whether the thing is seen there.
    """

    name: str
    x: float
    y: float
    visible: bool


@dataclass(frozen=True, eq=False)
class RenderedPicture:
    """One picture of the world and everything true about it.

    Attributes:
        image: ``(H, W, 3)`` uint8.
        masks: ``(things, H, W)`` bool, where each thing is seen.
        text_mask: ``(H, W)`` bool, where painted text (with its plate) is seen.
        depth: ``(H, W)`` float32, 0 nearest to 1 farthest; flat in front of a flat thing.
        centroids: mean column and row of each mask, in ``[0, 1]`` of the side; NaN if unseen.
        keypoints: of each thing, in the order of ``scene.things``.
        scene: what was drawn.
    """

    image: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    text_mask: NDArray[np.bool_]
    depth: NDArray[np.float32]
    centroids: tuple[Point, ...]
    keypoints: tuple[tuple[Keypoint, ...], ...]
    scene: Scene

    @property
    def object_mask(self) -> NDArray[np.bool_]:
        """``(H, W)`` bool, where any thing is seen."""
        return np.asarray(self.masks.any(0))

    @property
    def centroid(self) -> Point:
        """Where the first thing is."""
        return self.centroids[0]

    @property
    def caption(self) -> str:
        """The sentence that asks for this picture."""
        return self.scene.caption


def render(seed: int) -> RenderedPicture:
    """The picture of a world seed."""
    return render_scene(sample_scene(seed))


def render_scene(scene: Scene, side: int = SIDE) -> RenderedPicture:
    """Draw ``scene``; the same scene gives the same picture with the same Pillow."""
    return draw_things(scene, scene.things, side)


def draw_things(scene: Scene, things: tuple[Thing, ...], side: int = SIDE) -> RenderedPicture:
    """Draw the landscape of ``scene`` with ``things`` in it, maybe none."""
    image = landscape(scene, side)
    covers, depth = _place(image, scene, things, side)
    fill_air(image, depth, scene)
    lettering = letter(image, covers, scene) if scene.word else Lettering.none(side)
    smooth = np.clip(image, 0, 255).astype(np.uint8)
    framed = np.zeros((side, side), np.bool_)
    if scene.style is Style.GRAYSCALE:
        smooth = np.asarray(Image.fromarray(smooth).convert("L").convert("RGB"))
    elif scene.style is Style.BORDER:
        framed = frame(smooth, layer_numbers(scene, 5))
    text = lettering.mask & ~framed
    masks = (covers > 0.5) & ~framed & ~text
    return RenderedPicture(
        image=smooth,
        masks=masks,
        text_mask=text,
        depth=depth,
        centroids=tuple(_centroid(mask) for mask in masks),
        keypoints=tuple(_keypoints(t, m) for t, m in zip(things, masks, strict=True)),
        scene=scene,
    )


def layer_of(scene: Scene, thing: Thing, index: int, side: int) -> FigureLayer:
    """One thing painted on a layer of its own."""
    rng = layer_numbers(scene, 10 + index)
    jitter = (rng.random(3) - 0.5) * 16
    colour = tuple(
        int(min(255, max(0, c + j))) for c, j in zip(COLOURS[thing.colour], jitter, strict=True)
    )
    spot = Placement(
        thing.x * side,
        thing.y * side,
        thing.radius * side,
        thing.mirrored,
        colour,  # type: ignore[arg-type]
        SKIES[scene.sky],
        1.0 if sun_of(scene)[0] > thing.x else -1.0,
    )
    return paint(list(FIGURES[thing.kind](thing.form).parts), spot)


def _place(
    image: Floats, scene: Scene, things: tuple[Thing, ...], side: int
) -> tuple[Floats, Floats]:
    """Paint things from far to near; the cover of each that stays seen, and depth."""
    rows = ((np.arange(side) + 0.5) / side).astype(np.float32)
    depth = np.repeat(ground_depth(rows, scene.horizon)[:, None], side, 1)
    covers = np.zeros((len(things), side, side), np.float32)
    for index in _far_to_near(scene, things):
        thing = things[index]
        layer = layer_of(scene, thing, index, side)
        carried = thing.base > thing.y + thing.radius + 1e-6
        if scene.ground is Ground.WATER and not carried:
            reflect(image, layer, thing, scene)
        else:
            cast_shadow(image, layer, thing, scene, covers.max(0) if carried else None)
        layer.over(image)
        there, here = layer.window(side)
        covers[:, there[0], there[1]] *= 1 - layer.cover[here]
        covers[index, there[0], there[1]] = layer.cover[here]
        base = np.array([thing.base], np.float32)
        depth[there][layer.cover[here] > 0.5] = ground_depth(base, scene.horizon)[0]
    return covers, depth


def _far_to_near(scene: Scene, things: tuple[Thing, ...]) -> list[int]:
    """What is carried comes after what carries it."""
    order = sorted(range(len(things)), key=lambda index: (things[index].base, -things[index].y))
    if scene.relation is Relation.ON and len(things) > 1:
        return [1, 0]
    return order


def _centroid(seen: NDArray[np.bool_]) -> Point:
    if not seen.any():
        return float("nan"), float("nan")
    rows, columns = np.nonzero(seen)
    side = len(seen)
    return (float(columns.mean()) + 0.5) / side, (float(rows.mean()) + 0.5) / side


def _keypoints(thing: Thing, seen: NDArray[np.bool_]) -> tuple[Keypoint, ...]:
    points = []
    turn, side = -1.0 if thing.mirrored else 1.0, len(seen)
    named: Mapping[str, Point] = FIGURES[thing.kind](thing.form).keypoints
    for name, (u, v) in named.items():
        x, y = thing.x + turn * u * thing.radius, thing.y + v * thing.radius
        row, column = (min(side - 1, max(0, int(value * side))) for value in (y, x))
        points.append(Keypoint(name, x, y, bool(seen[row, column])))
    return tuple(points)
