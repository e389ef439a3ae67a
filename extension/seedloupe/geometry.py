"""Boxes and polygons in pixels.

Coordinates are ``x`` to the right and ``y`` down, and belong to the edges between pixels: the pixel
in row ``r`` and column ``c`` covers ``c <= x < c + 1`` and ``r <= y < r + 1``.
"""

from __future__ import annotations

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


def _require_polygon(polygon: ArrayLike) -> NDArray[np.float64]:
    corners = np.asarray(polygon, np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ShapeError("polygon", expected="corners (N, 2), N >= 3", got=f"{corners.shape}")
    if not np.isfinite(corners).all():
        raise ShapeError("polygon", expected="finite coordinates", got="NaN or infinity")
    return corners
