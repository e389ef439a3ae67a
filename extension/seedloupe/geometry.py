"""Boxes and polygons in pixels.

Coordinates are ``x`` to the right and ``y`` down, and belong to the edges between pixels: the pixel
in row ``r`` and column ``c`` covers ``c <= x < c + 1`` and ``r <= y < r + 1``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ShapeError


class Extent(NamedTuple):
    """The size of a picture, in pixels."""

    width: int
    height: int

    @property
    def area(self) -> int:
        """How many pixels there are."""
        return self.width * self.height


class Box(NamedTuple):
    """An upright rectangle; empty when ``x1 <= x0`` or ``y1 <= y0``."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """From left to right, never negative."""
        return max(0.0, self.x1 - self.x0)

    @property
    def height(self) -> float:
        """From top to bottom, never negative."""
        return max(0.0, self.y1 - self.y0)

    @property
    def area(self) -> float:
        """Square pixels; 0 for an empty box."""
        return self.width * self.height

    def intersection(self, other: Box) -> Box:
        """Return what both boxes cover; empty where they do not meet."""
        return Box(
            max(self.x0, other.x0),
            max(self.y0, other.y0),
            min(self.x1, other.x1),
            min(self.y1, other.y1),
        )

    def scaled(self, x: float, y: float) -> Box:
        """Return the box in a picture stretched by ``x`` across and ``y`` down."""
        return Box(self.x0 * x, self.y0 * y, self.x1 * x, self.y1 * y)


def bounding_box(polygon: ArrayLike) -> Box:
    """Return the smallest box around a polygon.

    Args:
        polygon: ``(N, 2)`` corners as ``x, y`` in pixels, at least three.

    Raises:
        ShapeError: ``polygon`` is laid out differently or not finite.
    """
    corners = _require_polygon(polygon)
    x0, y0 = corners.min(axis=0)
    x1, y1 = corners.max(axis=0)
    return Box(float(x0), float(y0), float(x1), float(y1))


def polygon_area(polygon: ArrayLike) -> float:
    """Return the area a polygon encloses, in square pixels (shoelace formula).

    Args:
        polygon: ``(N, 2)`` corners as ``x, y`` in either direction, not crossing itself.

    Raises:
        ShapeError: ``polygon`` is laid out differently or not finite.
    """
    corners = _require_polygon(polygon)
    x, y = (corners - corners[0]).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def rasterise(polygon: ArrayLike, extent: Extent, *, samples: int = 1) -> NDArray[np.float32]:
    """Return which share of every pixel a polygon covers.

    Args:
        polygon: ``(N, 2)`` corners as ``x, y``; may reach beyond the picture.
        extent: the picture's size.
        samples: points tested along each side of a pixel. With 1 a pixel counts whole or not at
            all, by its centre; with 8 areas are right to about one percent even for small text.

    Returns:
        ``(H, W)``, float32 in ``[0, 1]``.

    Raises:
        ShapeError: ``polygon`` is laid out differently or not finite.
    """
    corners = _require_polygon(polygon)
    shares = np.zeros((extent.height, extent.width), np.float32)
    box = bounding_box(corners).intersection(Box(0, 0, extent.width, extent.height))
    if box.area == 0:
        return shares
    left, top = math.floor(box.x0), math.floor(box.y0)
    right, bottom = math.ceil(box.x1), math.ceil(box.y1)
    xs = left + (np.arange((right - left) * samples) + 0.5) / samples
    ys = top + (np.arange((bottom - top) * samples) + 0.5) / samples
    inside = _inside(corners, xs, ys).reshape(bottom - top, samples, right - left, samples)
    shares[top:bottom, left:right] = inside.mean(axis=(1, 3), dtype=np.float32)
    return shares


def _inside(
    corners: NDArray[np.float64], xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell for every point ``(ys, xs)`` whether a ray to the right crosses the outline oddly."""
    inside = np.zeros((len(ys), len(xs)), np.bool_)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crossed = (ay <= ys) != (by <= ys)
        if not crossed.any():
            continue
        at = ax + (ys[crossed] - ay) * (bx - ax) / (by - ay)
        inside[crossed] ^= xs[None, :] < at[:, None]
    return inside


def _require_polygon(polygon: ArrayLike) -> NDArray[np.float64]:
    corners = np.asarray(polygon, np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ShapeError("polygon", expected="corners (N, 2), N >= 3", got=f"{corners.shape}")
    if not np.isfinite(corners).all():
        raise ShapeError("polygon", expected="finite coordinates", got="NaN or infinity")
    return corners
