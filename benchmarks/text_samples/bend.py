"""How a line of text lies in a picture: turned, in perspective, along an arc."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seedloupe.geometry import Box, Extent, bounding_box

from .lettering import Stamp, sample

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bend:
    """The way from a stamp into a picture: along an arc, away from the eye, turned, moved.

    Attributes:
        size: the stamp's width and height.
        centre: where its middle comes to lie, as ``x, y`` in pixels.
        degrees: how far it is turned to the right.
        tilt: how fast it recedes to the right and downwards, in shares of its size a pixel.
        arc: the part of a circle it runs along, in radians; 0 for a straight line, negative where
            the ends are higher than the middle.
    """

    size: tuple[int, int]
    centre: Points
    degrees: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
    arc: float = 0.0

    @classmethod
    def draw(cls, rng: np.random.Generator, watermark: bool, size: tuple[int, int]) -> Bend:
        """Draw a way for a stamp: half straight, the rest turned, receding or curved."""
        centre = np.zeros(2)
        if watermark:
            return cls(size, centre, float(rng.choice([0, -30, 30, rng.uniform(-45, 45)])))
        choice, degrees = rng.random(), float(rng.uniform(-45, 45))
        if choice < 0.45:
            return cls(size, centre)
        if choice < 0.7:
            return cls(size, centre, degrees)
        if choice < 0.85:
            right, down = rng.uniform(-0.4, 0.4, 2) / np.array(size)
            return cls(size, centre, degrees / 3, (float(right), float(down) / 2))
        arc = float(rng.uniform(0.5, 1.4) * rng.choice([-1, 1]))
        return cls(size, centre, degrees / 3, arc=arc)

    @property
    def layout(self) -> str:
        """The way in a word."""
        return "arc" if self.arc else "perspective" if any(self.tilt) else "straight"

    def moved(self, by: Points) -> Bend:
        """Return the same way, ending elsewhere."""
        return replace(self, centre=self.centre + by)

    def tiled(self, rng: np.random.Generator, extent: Extent, size: int) -> list[Bend]:
        """Return copies over the whole picture, or for half of the draws this one alone."""
        if rng.random() < 0.5:
            return [self]
        box, gap = bounding_box(self.quad()), size * rng.uniform(0.8, 2.5)
        step = np.array((box.width + gap, box.height + gap))
        picture = Box(1, 1, extent.width - 1, extent.height - 1)
        reach = [math.ceil(side / along) for side, along in zip(extent, step, strict=True)]
        copies = [
            self.moved(step * (column, row))
            for row in range(-reach[1], reach[1] + 1)
            for column in range(-reach[0], reach[0] + 1)
        ]
        boxes = [bounding_box(copy.quad()) for copy in copies]
        whole = [box == box.intersection(picture) for box in boxes]
        return [copy for copy, inside in zip(copies, whole, strict=True) if inside] or [self]

    def forward(self, u: Points, v: Points) -> Points:
        """Return where points of the stamp come to lie, ``(..., 2)`` in pixels."""
        return self._turned(*self._curved(u - self.size[0] / 2, v - self.size[1] / 2))

    def inverse(self, x: Points, y: Points) -> tuple[Points, Points]:
        """Return which points of the stamp come to lie at ``x, y``."""
        turn = math.radians(self.degrees)
        dx, dy = x - self.centre[0], y - self.centre[1]
        a = dx * math.cos(turn) + dy * math.sin(turn)
        b = dy * math.cos(turn) - dx * math.sin(turn)
        far = 1 / np.maximum(1e-6, 1 - self.tilt[0] * a - self.tilt[1] * b)
        a, b = a * far, b * far
        if self.arc:
            radius, sign = self.size[0] / self.arc, math.copysign(1, self.arc)
            angle = np.arctan2(sign * a, sign * (radius - b))
            a, b = angle * radius, radius - sign * np.hypot(a, radius - b)
        return a + self.size[0] / 2, b + self.size[1] / 2

    def quad(self, pad: float = 0.0) -> Points:
        """Return the smallest leaning box around the stamp and ``pad`` pixels more."""
        half_x, half_y = self.size[0] / 2 + pad, self.size[1] / 2 + pad
        along = np.linspace(-half_x, half_x, 65)
        # Between two points an arc rises above its chord by less than a hundredth of a pixel.
        edges = [self._curved(along, np.full(65, y)) for y in (-half_y, half_y)]
        xs, ys = (np.concatenate([edge[axis] for edge in edges]) for axis in (0, 1))
        left, right, top, bottom = xs.min(), xs.max(), ys.min(), ys.max()
        return self._turned(
            np.array((left, right, right, left)), np.array((top, top, bottom, bottom))
        )

    def _curved(self, a: Points, b: Points) -> tuple[Points, Points]:
        if not self.arc:
            return a, b
        radius = self.size[0] / self.arc
        return (radius - b) * np.sin(a / radius), radius - (radius - b) * np.cos(a / radius)

    def _turned(self, a: Points, b: Points) -> Points:
        far, turn = 1 + self.tilt[0] * a + self.tilt[1] * b, math.radians(self.degrees)
        a, b = a / far, b / far
        x = a * math.cos(turn) - b * math.sin(turn)
        y = a * math.sin(turn) + b * math.cos(turn)
        return np.stack([x, y], axis=-1) + self.centre


def lay(stamp: Stamp, bends: Sequence[Bend], extent: Extent) -> NDArray[np.float64]:
    """Return the ink of ``stamp`` laid into a picture in every one of the ways, ``(H, W)``.

    A stamp larger than the ways were made for is laid around the same middle.
    """
    ink = np.zeros((extent.height, extent.width))
    for bend in bends:
        more = (stamp.shape[1] - bend.size[0]) / 2, (stamp.shape[0] - bend.size[1]) / 2
        box = bounding_box(bend.quad(max(more) + 2))
        left, top = max(0, math.floor(box.x0)), max(0, math.floor(box.y0))
        right, bottom = min(extent.width, math.ceil(box.x1)), min(extent.height, math.ceil(box.y1))
        y, x = np.mgrid[top:bottom, left:right] + 0.5
        u, v = bend.inverse(x, y)
        part = ink[top:bottom, left:right]
        np.maximum(part, sample(stamp, u + more[0], v + more[1]), out=part)
    return ink
