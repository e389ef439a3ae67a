"""What a drawn thing is made of: polygons with a paint, a way to take light, and a grain.

A figure lives in its own units: ``(0, 0)`` is its centre, ``y = 1`` the ground it stands on, and
nothing of it lies beyond -1.2 or 1.2. Curves are polygons of enough corners.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]
Point = tuple[float, float]
Outline = NDArray[np.float64]
#: Arrays that are reckoned with; which width of float does not matter.
Floats = NDArray[np.floating[Any]]

CREAM: Rgb = (246, 234, 210)
BARK: Rgb = (124, 84, 52)
LEAF: Rgb = (70, 150, 70)
GLASS: Rgb = (176, 216, 236)
LAMP: Rgb = (255, 226, 140)
INK: Rgb = (40, 38, 46)
METAL: Rgb = (172, 176, 186)
BEAK: Rgb = (246, 160, 48)
SNOW: Rgb = (250, 250, 252)


class Tone(Enum):
    """A paint made from the colour that the caption names."""

    MAIN = 1.0
    DEEP = 0.66
    PALE = 1.3


class Light(Enum):
    """How a part takes the light."""

    FLAT = "flat"
    ROUND = "round"
    TUBE = "tube"
    SLOPE = "slope"
    GLOW = "glow"


class Grain(Enum):
    """What covers a part."""

    PLAIN = "plain"
    STRIPES = "stripes"
    BANDS = "bands"
    PLANKS = "planks"
    BRICKS = "bricks"
    DOTS = "dots"
    LEAVES = "leaves"
    SCALES = "scales"


@dataclass(frozen=True, eq=False)
class FigurePart:
    """One polygon ``(N, 2)`` of a figure."""

    outline: Outline
    paint: Tone | Rgb = Tone.MAIN
    light: Light = Light.FLAT
    grain: Grain = Grain.PLAIN


@dataclass(frozen=True, eq=False)
class Figure:
    """The parts of a thing from back to front, and points that mean the same in every one.

    Attributes:
        parts: painted in this order.
        keypoints: name to place, the same names for every figure of a kind.
    """

    parts: Sequence[FigurePart]
    keypoints: Mapping[str, Point] = field(default_factory=dict)


def ellipse(x: float, y: float, width: float, height: float, *, corners: int = 36) -> Outline:
    """An ellipse around ``(x, y)`` with half axes ``width`` and ``height``."""
    angle = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], 1)


def arch(x: float, y: float, width: float, height: float) -> Outline:
    """The upper half of an ellipse, standing on the line ``y``."""
    angle = np.linspace(math.pi, 2 * math.pi, 24)
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], 1)


def rectangle(left: float, top: float, right: float, bottom: float) -> Outline:
    """A rectangle by its edges."""
    return polygon((left, top), (right, top), (right, bottom), (left, bottom))


def polygon(*points: Point) -> Outline:
    """A polygon by its corners."""
    return np.array(points, np.float64)


def smooth(*points: Point, closed: bool = True, each: int = 6) -> Outline:
    """A curve through ``points`` (Catmull and Rom, 1974)."""
    path = np.array(points, np.float64)
    around = (
        np.concatenate([path[-1:], path, path[:2]])
        if closed
        else np.pad(path, ((1, 1), (0, 0)), "edge")
    )
    t = np.linspace(0, 1, each, endpoint=False)[:, None]
    pieces = []
    for i in range(len(around) - 3):
        a, b, c, d = around[i : i + 4]
        pieces.append(
            0.5
            * (
                2 * b
                + (c - a) * t
                + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )
        )
    return np.concatenate(pieces if closed else [*pieces, path[-1:]])


def stroke(*points: Point, start: float, end: float) -> Outline:
    """A curved line through ``points`` whose half width goes from ``start`` to ``end``."""
    path = smooth(*points, closed=False)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    across *= np.linspace(start, end, len(path))[:, None]
    return np.concatenate([path + across, (path - across)[::-1]])
