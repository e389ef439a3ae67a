"""Rows of what is no letter but looks like one, as stamps: how much ink each pixel holds.

A stamp is ``(h, w)`` float64 in ``[0, 1]``, cut to the ink. ``size`` is the height of a letter in
pixels. Diffusion models paint all of these: parts of different letters in one, letters the wrong
way round, molten ones, ones that were begun and not finished, and signs no alphabet has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from text_samples.lettering import Font, Stamp, mirrored, shuffled, strokes, warped

#: Draws a row of ``count`` glyphs.
Way = Callable[[np.random.Generator, int, int, Font], Stamp]

_CAPITALS = list("ABCDEFGHJKLMNPQRSTUVXYZ2345689")
#: A capital's height over the distance from line to line, about.
_CAPITAL = 0.72
#: Stamps of small glyphs are drawn larger and shrunk, so that they bend as large ones do.
_DRAWN = 48


def stroke_row(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Loose strokes and arcs, two or three a glyph, ``font`` unused."""
    return strokes(rng, size, count)


def mixed_row(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Glyphs put together from halves or quarters of different letters."""
    if rng.random() < 0.4:
        return shuffled(rng, size, count, font)
    return _beside([_mixed(rng, max(size, _DRAWN), font) for _ in range(count)], size, rng)


def mirrored_row(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Letters mirrored or upside down, each by itself."""
    return mirrored(rng, size, count, font)


def warped_row(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """A word bent out of shape as if molten."""
    drawn = max(size, _DRAWN)
    return _to_height(warped(rng, round(drawn / _CAPITAL), count, font), size)


def half_row(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Letters that were begun: gaps where clouds lie over them, strokes that run together."""
    drawn = max(size, _DRAWN)
    letters = "".join(rng.choice(_CAPITALS, count))
    stamp = font.write(letters, round(drawn / _CAPITAL))
    height, width = stamp.shape
    picture = Image.fromarray(np.uint8(np.round(stamp * 255)))
    if rng.random() < 0.4:
        picture = picture.filter(ImageFilter.MaxFilter(2 * max(1, drawn // 24) + 1))
    picture = picture.filter(ImageFilter.GaussianBlur(drawn * float(rng.uniform(0.01, 0.05))))
    cells = max(2, math.ceil(height / drawn * 3)), max(3, math.ceil(width / drawn * 3))
    coarse = Image.fromarray(rng.uniform(0, 1, cells).astype(np.float32))
    clouds = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float64)
    edge = np.clip((clouds - float(rng.uniform(0.15, 0.35))) * 6, 0, 1)
    return _to_height(_cut(np.asarray(picture, np.float64) / 255 * edge), size)


def sign_row(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Plain sign-like shapes of one stroke width: bars, rings, crosses, hooks; ``font`` unused."""
    drawn, thick = max(size, _DRAWN), float(rng.uniform(0.1, 0.26))
    return _beside([_sign(rng, drawn, thick) for _ in range(count)], size, rng)


#: Ways of making a row by name.
WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "strokes": stroke_row,
        "mixed": mixed_row,
        "mirrored": mirrored_row,
        "warped": warped_row,
        "half-formed": half_row,
        "signs": sign_row,
    }
)


def _mixed(rng: np.random.Generator, size: int, font: Font) -> Stamp:
    """Quarters of four letters, or the left half of one and the right half of another."""
    parts = [_capital(rng, size, font) for _ in range(4)]
    width = min(part.shape[1] for part in parts)
    wide = [_stretched(part, width, size) for part in parts]
    half, middle = size // 2, width // 2
    if rng.random() < 0.5:
        return np.concatenate([wide[0][:, :middle], wide[1][:, middle:]], axis=1)
    upper = np.concatenate([wide[0][:half, :middle], wide[1][:half, middle:]], axis=1)
    lower = np.concatenate([wide[2][half:, :middle], wide[3][half:, middle:]], axis=1)
    glyph = np.concatenate([upper, lower])
    return glyph[:, ::-1] if rng.random() < 0.3 else glyph


def _sign(rng: np.random.Generator, size: int, thick: float) -> Stamp:
    """One of nine shapes, as high as ``size``."""
    width = round(size * float(rng.uniform(0.4, 0.9)))
    line = max(2, round(size * thick))
    picture = Image.new("L", (width, size))
    draw, right, low = ImageDraw.Draw(picture), width - 1, size - 1
    middle = width // 2
    shape = int(rng.integers(9))
    if shape == 0:  # a bar
        picture = Image.new("L", (line, size), 255)
    elif shape == 1:  # a ring, whole or open
        start = float(rng.uniform(0, 360))
        draw.arc([0, 0, right, low], start, start + float(rng.choice([360, 270, 220])), 255, line)
    elif shape == 2:  # a frame
        draw.rectangle([0, 0, right, low], outline=255, width=line)
    elif shape == 3:  # a cross or a plus
        draw.line([middle, 0, middle, low], 255, line)
        level = float(rng.choice([0.3, 0.5])) * size
        draw.line([0, level, right, level], 255, line)
    elif shape == 4:  # two bars and a rung
        draw.line([line // 2, 0, line // 2, low], 255, line)
        draw.line([right - line // 2, 0, right - line // 2, low], 255, line)
        level = float(rng.uniform(0.1, 0.9)) * size
        draw.line([0, level, right, level], 255, line)
    elif shape == 5:  # a wedge
        ends = [(0, low), (middle, 0), (right, low)]
        draw.line(ends if rng.random() < 0.5 else [(x, low - y) for x, y in ends], 255, line)
    elif shape == 6:  # a hook
        draw.line([line // 2, 0, line // 2, low], 255, line)
        level = low - line // 2 if rng.random() < 0.5 else line // 2
        draw.line([0, level, right, level], 255, line)
    elif shape == 7:  # a slash
        draw.line([0, low, right, 0] if rng.random() < 0.5 else [0, 0, right, low], 255, line)
    else:  # a dot over a bar
        draw.ellipse([0, 0, 1.4 * line, 1.4 * line], 255)
        draw.rectangle([0, 2 * line, 1.4 * line, low], 255)
    return np.asarray(picture, np.float64) / 255


def _capital(rng: np.random.Generator, size: int, font: Font) -> Stamp:
    stamp = font.write(str(rng.choice(_CAPITALS)), size)
    return _to_height(stamp, size)


def _beside(glyphs: list[Stamp], size: int, rng: np.random.Generator) -> Stamp:
    """Set glyphs side by side at an even distance, and shrink the row to ``size``."""
    height = max(glyph.shape[0] for glyph in glyphs)
    gap = max(1, round(height * float(rng.uniform(0.1, 0.3))))
    padded = [
        np.pad(glyph, ((height - glyph.shape[0], 0), (0, gap * (at + 1 < len(glyphs)))))
        for at, glyph in enumerate(glyphs)
    ]
    return _to_height(np.concatenate(padded, axis=1), size)


def _to_height(stamp: Stamp, size: int) -> Stamp:
    """Enlarge or shrink to a height."""
    return _stretched(stamp, max(2, round(stamp.shape[1] * size / stamp.shape[0])), size)


def _stretched(stamp: Stamp, width: int, height: int) -> Stamp:
    picture = Image.fromarray(np.uint8(np.round(stamp * 255)))
    resized = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(resized, np.float64) / 255


def _cut(stamp: Stamp) -> Stamp:
    """Cut away what holds no ink."""
    rows, columns = (np.flatnonzero((stamp > 0.02).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return np.ones((2, 2))
    return np.ascontiguousarray(stamp[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
