"""Paint one figure with soft light onto a layer of its own: colour and exact coverage."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .figures import FigurePart, Floats, Grain, Light, Rgb, Tone
from .palette import Daylight, tint

#: How much larger outlines are drawn before they are made smooth.
SUPERSAMPLING = 4


@dataclass(frozen=True)
class Placement:
    """Where a figure is painted, in pixels, and how.

    Attributes:
        mirrored: left and right change places; the light does not.
        sun: the side light comes from, -1 left to 1 right.
    """

    x: float
    y: float
    radius: float
    mirrored: bool
    colour: Rgb
    light: Daylight
    sun: float


@dataclass(frozen=True, eq=False)
class FigureLayer:
    """A painted figure in its own frame.

    Attributes:
        left, top: of the frame in the picture, in pixels; may lie outside.
        colour: ``(h, w, 3)`` float32 in [0, 255], multiplied by coverage.
        cover: ``(h, w)`` float32 in [0, 1].
    """

    left: int
    top: int
    colour: Floats
    cover: Floats

    def window(self, side: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Where the frame lies in a picture of ``side``, and that part of the frame."""
        height, width = self.cover.shape
        y0, y1 = max(0, self.top), min(side, self.top + height)
        x0, x1 = max(0, self.left), min(side, self.left + width)
        y1, x1 = max(y0, y1), max(x0, x1)
        inside = slice(y0 - self.top, y1 - self.top), slice(x0 - self.left, x1 - self.left)
        return (slice(y0, y1), slice(x0, x1)), inside

    def over(self, image: Floats) -> None:
        """Lay the figure over ``image`` ``(H, W, 3)``."""
        there, here = self.window(image.shape[0])
        image[there] *= 1 - self.cover[here][..., None]
        image[there] += self.colour[here]


def paint(parts: list[FigurePart], spot: Placement) -> FigureLayer:
    """Paint ``parts`` back to front."""
    reach = 1.2 * spot.radius
    left, top = math.floor(spot.x - reach) - 1, math.floor(spot.y - reach) - 1
    size = math.ceil(2 * reach) + 3
    layer = FigureLayer(
        left, top, np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    )
    for part in parts:
        _paint_part(layer, part, spot)
    _edge(layer, spot)
    return layer


def _paint_part(layer: FigureLayer, part: FigurePart, spot: Placement) -> None:
    turn = -1.0 if spot.mirrored else 1.0
    points = part.outline * (turn * spot.radius, spot.radius) + (spot.x, spot.y)
    points = points - (layer.left, layer.top)
    x0, y0 = (max(0, int(v) - 1) for v in points.min(0))
    x1, y1 = (min(layer.cover.shape[0], int(v) + 2) for v in points.max(0))
    if x1 <= x0 or y1 <= y0:
        return
    drawn = Image.new("L", ((x1 - x0) * SUPERSAMPLING, (y1 - y0) * SUPERSAMPLING))
    corners = (points - (x0, y0)) * SUPERSAMPLING - 0.5
    ImageDraw.Draw(drawn).polygon(corners.ravel().tolist(), 255)
    cover = np.asarray(drawn.reduce(SUPERSAMPLING), np.float32) / 255
    rows = (np.arange(y0, y1, dtype=np.float32) + 0.5)[:, None]
    columns = (np.arange(x0, x1, dtype=np.float32) + 0.5)[None]
    low, high = points.min(0), points.max(0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 0.5)
    u, v = (columns - middle[0]) / half[0], (rows - middle[1]) / half[1]
    colour = _lit(part, spot, u.astype(np.float32), v.astype(np.float32))
    if part.grain is not Grain.PLAIN:
        p = turn * (columns + layer.left - spot.x) / spot.radius
        q = (rows + layer.top - spot.y) / spot.radius
        colour = colour * _grain(part.grain, p, q)[..., None]
    there = slice(y0, y1), slice(x0, x1)
    keep = 1 - cover
    layer.colour[there] = layer.colour[there] * keep[..., None] + colour * cover[..., None]
    layer.cover[there] = layer.cover[there] * keep + cover


def _lit(part: FigurePart, spot: Placement, u: Floats, v: Floats) -> Floats:
    """The part's colour under the scene's light, ``(h, w, 3)`` in [0, 255]."""
    base = tint(_colour(part.paint, spot.colour))
    if part.light is Light.GLOW:
        return np.broadcast_to(base, (v.shape[0], u.shape[1], 3))
    facing, shine = _facing(part.light, u, v, spot.sun)
    light = np.array(spot.light.ambient, np.float32) + (
        1.25 * facing[..., None] * np.array(spot.light.sun, np.float32)
    )
    lit: Floats = base * light + (shine * 150)[..., None] * np.array(spot.light.sun, np.float32)
    return np.clip(lit, 0, 255)


def _facing(light: Light, u: Floats, v: Floats, sun: float) -> tuple[Floats, Floats]:
    """How much of the sun reaches each pixel, and how much of it is mirrored to the eye."""
    across = 0.62 * sun
    if light is Light.ROUND:
        depth = np.sqrt(np.clip(1 - u * u - v * v, 0, 1))
        facing = np.clip(across * u - 0.55 * v + 0.5 * depth, 0, 1)
        shine = np.clip(0.5 * across * u - 0.42 * v + 0.82 * depth, 0, 1) ** 22
        return facing, shine
    if light is Light.TUBE:
        depth = np.sqrt(np.clip(1 - u * u, 0, 1)) + 0 * v
        facing = np.clip(across * u + 0.62 * depth, 0, 1) * (0.95 - 0.12 * v)
        return facing, np.clip(0.5 * across * u + 0.84 * depth - 0.1, 0, 1) ** 26 * 0.35
    tilt = 0.16 * sun * u - 0.1 * v if light is Light.SLOPE else -0.06 * v + 0 * u
    return np.clip(0.66 + tilt, 0, 1).astype(np.float32), np.zeros(
        (v.shape[0], u.shape[1]), np.float32
    )


def _colour(paint: Tone | Rgb, colour: Rgb) -> Rgb:
    if not isinstance(paint, Tone):
        return paint
    red, green, blue = colour
    if paint is Tone.DEEP and max(colour) < 80:
        return red + 32, green + 32, blue + 34
    if paint is Tone.DEEP:
        return int(red * 0.68), int(green * 0.67), int(blue * 0.72)
    if paint is Tone.PALE:
        return tuple(int(c + (255 - c) * 0.24) for c in colour)  # type: ignore[return-value]
    return colour


def _grain(grain: Grain, p: Floats, q: Floats) -> Floats:
    """Factors about 1 that make a surface, on coordinates of the figure."""
    surface: Floats
    if grain is Grain.STRIPES:
        surface = 0.9 + 0.13 * np.sign(np.sin(p * 11)) + 0 * q
    elif grain is Grain.BANDS:
        surface = 0.9 + 0.13 * np.sign(np.sin(q * 12)) + 0 * p
    elif grain is Grain.PLANKS:
        gaps = np.abs(np.sin(q * 7.5)) < 0.16
        surface = 1 - 0.2 * gaps + 0.03 * np.sin(p * 23 + 5 * np.floor(q * 2.4))
    elif grain is Grain.BRICKS:
        upright = np.abs(np.sin((p * 3 + 0.5 * (np.floor(q * 6) % 2)) * math.pi)) < 0.17
        surface = 1.02 - 0.17 * ((np.abs(np.sin(q * 6 * math.pi)) < 0.3) | upright)
    elif grain is Grain.DOTS:
        surface = 1 - 0.22 * (np.sin(p * 9) * np.sin(q * 9 + 1) > 0.45)
    elif grain is Grain.SCALES:
        rows = np.sin(q * 16)
        surface = 1 - 0.16 * (np.sin(p * 15 + 2 * np.sign(rows)) * rows > 0.35)
    else:
        surface = 1 + 0.13 * np.sin(p * 13 + 3 * np.sin(q * 9)) * np.sin(q * 15 + 2 * np.sin(p * 7))
    return surface


def _edge(layer: FigureLayer, spot: Placement) -> None:
    """Darken the rim a little (lighten a black thing's), so that things stand off."""
    cover = Image.fromarray((layer.cover * 255).astype(np.uint8))
    inner = np.asarray(cover.filter(ImageFilter.MinFilter(3)), np.float32) / 255
    rim = np.clip(layer.cover - inner, 0, 1)[..., None]
    if max(spot.colour) < 80:
        layer.colour[...] += rim * layer.cover[..., None] * 34
    else:
        layer.colour[...] *= 1 - 0.34 * rim
