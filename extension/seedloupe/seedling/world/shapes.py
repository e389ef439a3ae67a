"""How each kind of object is drawn: plain shapes with one darker shade and an outline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import ImageDraw

from .scene import Kind

Rgb = tuple[int, int, int]
Point = tuple[float, float]

CREAM: Rgb = (244, 232, 208)
BARK: Rgb = (112, 74, 42)
LIGHT: Rgb = (252, 242, 190)


def shade(colour: Rgb, factor: float) -> Rgb:
    """``colour`` made darker (below 1) or lighter (above 1)."""
    red, green, blue = (max(0, min(255, int(value * factor))) for value in colour)
    return red, green, blue


@dataclass(frozen=True)
class Pen:
    """Draws on a picture and its mask at once, in units of the object's radius.

    ``(0, 0)`` is the object's centre, ``(1, 1)`` its lower right corner.
    """

    picture: ImageDraw.ImageDraw
    mask: ImageDraw.ImageDraw
    x: float
    y: float
    radius: float
    colour: Rgb

    @property
    def dark(self) -> Rgb:
        """The shade for doors, crosses and fins; lighter where the colour is black."""
        return shade(self.colour, 0.62) if max(self.colour) > 80 else (96, 96, 104)

    @property
    def outline(self) -> Rgb:
        """The line around every part."""
        return shade(self.colour, 0.45) if max(self.colour) > 80 else (130, 130, 138)

    @property
    def width(self) -> int:
        """Line width in drawn pixels."""
        return max(2, round(self.radius * 0.06))

    def ellipse(self, box: Sequence[float], fill: Rgb | None = None) -> None:
        """An ellipse in ``(x0, y0, x1, y1)``."""
        where = self._box(box)
        self.picture.ellipse(where, fill or self.colour, self.outline, self.width)
        self.mask.ellipse(where, 255)

    def rectangle(self, box: Sequence[float], fill: Rgb | None = None) -> None:
        """A rectangle in ``(x0, y0, x1, y1)``."""
        where = self._box(box)
        self.picture.rectangle(where, fill or self.colour, self.outline, self.width)
        self.mask.rectangle(where, 255)

    def half_ellipse(self, box: Sequence[float], fill: Rgb | None = None) -> None:
        """The upper half of an ellipse in ``(x0, y0, x1, y1)``."""
        where = self._box(box)
        self.picture.pieslice(where, 180, 360, fill or self.colour, self.outline, self.width)
        self.mask.pieslice(where, 180, 360, 255)

    def polygon(self, points: Sequence[Point], fill: Rgb | None = None) -> None:
        """A closed polygon."""
        where = [self._point(point) for point in points]
        self.picture.polygon(where, fill or self.colour, self.outline, self.width)
        self.mask.polygon(where, 255)

    def line(self, start: Point, end: Point) -> None:
        """A dark stroke inside a part already drawn."""
        self.picture.line(
            [self._point(start), self._point(end)], self.dark, max(2, round(self.radius * 0.14))
        )

    def _point(self, point: Point) -> Point:
        return self.x + point[0] * self.radius, self.y + point[1] * self.radius

    def _box(self, box: Sequence[float]) -> list[Point]:
        return [self._point((box[0], box[1])), self._point((box[2], box[3]))]


def _ball(pen: Pen) -> None:
    pen.ellipse((-1, -1, 1, 1))
    pen.ellipse(
        (-0.55, -0.6, -0.15, -0.2),
        shade(pen.colour, 1.7) if max(pen.colour) > 80 else (150, 150, 160),
    )


def _box(pen: Pen) -> None:
    pen.rectangle((-0.92, -0.92, 0.92, 1))
    pen.line((-0.8, -0.8), (0.8, 0.88))
    pen.line((-0.8, 0.88), (0.8, -0.8))


def _tent(pen: Pen) -> None:
    pen.polygon([(0, -1), (1.05, 1), (-1.05, 1)])
    pen.polygon([(0, -0.15), (0.38, 1), (-0.38, 1)], pen.dark)


def _star(pen: Pen) -> None:
    spikes = [(1.0 if i % 2 == 0 else 0.44, i * math.pi / 5) for i in range(10)]
    pen.polygon([(r * math.sin(a) * 1.05, -r * math.cos(a) * 1.05 + 0.05) for r, a in spikes])


def _house(pen: Pen) -> None:
    pen.rectangle((-0.85, -0.15, 0.85, 1))
    pen.polygon([(0, -1), (1.1, -0.1), (-1.1, -0.1)], pen.dark)
    pen.rectangle((-0.22, 0.35, 0.22, 1), pen.dark)
    pen.rectangle((0.38, 0.1, 0.72, 0.44), LIGHT)


def _tree(pen: Pen) -> None:
    pen.rectangle((-0.17, 0.2, 0.17, 1), BARK)
    pen.ellipse((-0.8, -1, 0.8, 0.5))


def _mushroom(pen: Pen) -> None:
    pen.rectangle((-0.26, -0.1, 0.26, 1), CREAM)
    pen.half_ellipse((-1, -1, 1, 0.9))
    spots = LIGHT if min(pen.colour) < 200 else pen.dark
    for x, y in ((-0.48, -0.35), (0.08, -0.62), (0.52, -0.32)):
        pen.ellipse((x - 0.14, y - 0.14, x + 0.14, y + 0.14), spots)


def _boat(pen: Pen) -> None:
    pen.polygon([(-1, 0.4), (1, 0.4), (0.6, 1), (-0.6, 1)], pen.dark)
    pen.polygon([(-0.06, -1), (-0.06, 0.3), (-0.85, 0.3)])
    pen.polygon([(0.1, -0.75), (0.1, 0.3), (0.75, 0.3)])


def _fish(pen: Pen) -> None:
    pen.polygon([(0.35, 0), (1.05, -0.6), (1.05, 0.6)], pen.dark)
    pen.ellipse((-1.05, -0.6, 0.6, 0.6))
    pen.ellipse((-0.72, -0.28, -0.42, 0.02), LIGHT)


def _flower(pen: Pen) -> None:
    pen.rectangle((-0.08, 0, 0.08, 1), (52, 132, 60))
    for petal in range(6):
        x = 0.48 * math.cos(petal * math.pi / 3)
        y = -0.35 + 0.48 * math.sin(petal * math.pi / 3)
        pen.ellipse((x - 0.32, y - 0.32, x + 0.32, y + 0.32))
    pen.ellipse((-0.26, -0.61, 0.26, -0.09), (250, 208, 64))


DRAW: Mapping[Kind, Callable[[Pen], None]] = {
    Kind.BALL: _ball,
    Kind.BOX: _box,
    Kind.TENT: _tent,
    Kind.STAR: _star,
    Kind.HOUSE: _house,
    Kind.TREE: _tree,
    Kind.MUSHROOM: _mushroom,
    Kind.BOAT: _boat,
    Kind.FISH: _fish,
    Kind.FLOWER: _flower,
}
