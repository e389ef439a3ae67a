"""Draws what `text_quality.py` measured: ROC curves, and pictures with their flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_COLOURS = {"words": (30, 90, 200), "pseudo": (200, 80, 20)}
_DASHES = {"detection": 9, "detection, in a row": 0, "confidence, 2 characters": 3}
_INK, _LINES = (40, 40, 40), (220, 220, 220)
#: Most false flags the plot shows; beyond that nobody would use a level.
_MOST = 0.3
_TILE = 160


class Curve(NamedTuple):
    """Flagged without text, and flagged with, at every least score."""

    score: str
    kind: str
    least: tuple[float, ...]
    points: tuple[tuple[float, float], ...]


def curves(
    found: Sequence[Curve], levels: Mapping[str, tuple[float, float]], title: str
) -> Image.Image:
    """Draw the curves of a reader, and its levels as dots."""
    picture = Image.new("RGB", (720, 420), (255, 255, 255))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    at = lambda x, y: (60 + min(x, _MOST) / _MOST * 400, 370 - y * 330)  # noqa: E731
    for step in range(6):
        share, part = step / 5, _MOST * step / 5
        draw.line([at(0, share), at(_MOST, share)], _LINES)
        draw.line([at(part, 0), at(part, 1)], _LINES)
        draw.text((22, at(0, share)[1] - 8), f"{share:.0%}", _INK, font)
        draw.text((at(part, 0)[0] - 10, 375), f"{part:.0%}", _INK, font)
    draw.text((60, 395), "pictures without text flagged", _INK, font)
    draw.text((60, 14), f"{title}: pictures with text of 16 px and more flagged", _INK, font)
    for row, curve in enumerate(found):
        line = [at(*point) for point in curve.points]
        _line(draw, line, _COLOURS[curve.kind], _DASHES[curve.score])
        y = 60 + 22 * row
        _line(draw, [(480, y + 8), (510, y + 8)], _COLOURS[curve.kind], _DASHES[curve.score])
        draw.text((516, y), f"{curve.kind}: {curve.score}", _INK, font)
    for row, (name, place) in enumerate(levels.items()):
        x, y = at(*place)
        draw.ellipse([x - 4, y - 4, x + 4, y + 4], _INK)
        draw.text((x + 7, y + 2 + 13 * row), name, _INK, font)
    return picture


def mosaic(
    parts: Sequence[tuple[Image.Image, Image.Image, Sequence[np.ndarray]]], columns: int = 6
) -> Image.Image:
    """Lay pictures side by side, what is outside the mask darkened, the flags in red."""
    rows = max(1, -(-len(parts) // columns))
    sheet = Image.new("RGB", (columns * _TILE, rows * _TILE), (255, 255, 255))
    for index, (picture, mask, quads) in enumerate(parts):
        dark = picture.point([value // 2 for value in range(256)] * 3)
        shown = Image.composite(picture, dark, mask)
        scale = (_TILE - 4) / max(shown.size)
        shown = shown.resize([max(1, round(side * scale)) for side in shown.size])
        draw = ImageDraw.Draw(shown)
        for quad in quads:
            corners = [tuple(corner) for corner in (np.asarray(quad) * scale).tolist()]
            draw.line([*corners, corners[0]], (255, 0, 80), 2)
        sheet.paste(shown, (index % columns * _TILE + 2, index // columns * _TILE + 2))
    return sheet


def _line(
    draw: ImageDraw.ImageDraw,
    points: Sequence[tuple[float, float]],
    colour: tuple[int, int, int],
    dash: int,
) -> None:
    """Draw a line through the points, broken every ``dash`` pixels if that is not 0."""
    for (ax, ay), (bx, by) in pairwise(points):
        length = max(1e-6, float(np.hypot(bx - ax, by - ay)))
        pieces = max(1, round(length / (2 * dash))) if dash else 1
        for piece in range(pieces):
            start, end = piece / pieces, (piece + (0.5 if dash else 1)) / pieces
            draw.line(
                [
                    (ax + (bx - ax) * start, ay + (by - ay) * start),
                    (ax + (bx - ax) * end, ay + (by - ay) * end),
                ],
                colour,
                2,
            )
