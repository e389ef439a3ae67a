"""Text, and what only looks like text, as stamps: how much ink each pixel holds.

A stamp is ``(h, w)`` float64 in ``[0, 1]``, cut to the ink.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Stamp = NDArray[np.float64]

WORDS = (
    *("BAKERY", "harbour", "lantern", "MARKET", "Nova", "hello", "CAFE", "Museum", "SALE", "river"),
    *("OPEN", "Garden", "hotel", "PIZZA", "Summer", "north", "BRIDGE", "castle", "MUSIC", "winter"),
    *(
        "Flowers",
        "EXIT",
        "coffee",
        "STUDIO",
        "Books",
        "island",
        "TAXI",
        "silver",
        "ORANGE",
        "bread",
    ),
    *(
        "Paris",
        "DANGER",
        "school",
        "THEATRE",
        "Forest",
        "light",
        "BEACH",
        "rocket",
        "PHOTO",
        "dream",
    ),
    *("12 MAY", "No 45", "Room 7", "24 h", "2019", "A 380", "US 66", "7 UP", "1984", "Tel 555"),
    *("CLEAR BACKGROUND", "open late", "quiet river", "BLUE DOOR", "Stock Photo", "red brick wall"),
    *("plain wall", "GREEN FIELD", "Made in Wales", "empty street", "KEEP LEFT", "lost and found"),
)
_MARKS = ("SAMPLE", "Watermark", "PREVIEW", "stock photo", "DO NOT COPY", "www.photo.com", "DRAFT")
#: OpenCV's stroke fonts, and how tall their letters are before scaling.
_HERSHEY = {"simplex": 0, "duplex": 2, "complex": 3, "triplex": 4, "script": 7}
_HERSHEY_HEIGHT = 30.0


@dataclass(frozen=True)
class Font:
    """A way of writing.

    Attributes:
        name: for tables.
        write: draws ``text`` in ``size`` pixels from line to line.
    """

    name: str
    write: Callable[[str, int], Stamp]


def split_words(part: int, parts: int = 2) -> tuple[str, ...]:
    """Return every ``parts``-th word or phrase, so that splits need not share any."""
    return WORDS[part::parts]


def marks() -> tuple[str, ...]:
    """Return what watermarks say."""
    return _MARKS


def pillow_fonts() -> tuple[Font, ...]:
    """Return Pillow's own font: regular, bold, and as an outline."""
    return (
        Font("pillow", partial(_write, ImageFont.load_default)),
        Font("pillow bold", partial(_write, ImageFont.load_default, bold=True)),
        Font("pillow outline", partial(_write, ImageFont.load_default, hollow=True)),
    )


def opencv_fonts() -> tuple[Font, ...]:
    """Return OpenCV's stroke fonts and, from OpenCV 5 on, its built-in ones; none without it."""
    if find_spec("cv2") is None:
        return ()
    import cv2

    stroked = [Font(f"hershey {name}", partial(_hershey, face)) for name, face in _HERSHEY.items()]
    if not hasattr(cv2, "FontFace"):
        return tuple(stroked)
    faces = [("sans", 200), ("sans", 400), ("sans", 800), ("italic", 400), ("italic", 700)]
    built_in = [Font(f"opencv {name} {w}", partial(_opencv, name, w)) for name, w in faces]
    return (*stroked, *built_in)


def folder_fonts(folder: Path) -> tuple[Font, ...]:
    """Return a font for every TrueType or OpenType file below ``folder``, by name."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".otf"))
    return tuple(Font(path.stem, partial(_write, partial(_truetype, path))) for path in files)


def strokes(rng: np.random.Generator, size: int, count: int) -> Stamp:
    """Draw a row of what might be letters: two or three lines or arcs each."""
    height, pitch = size, max(5, size * 3 // 4)
    picture = Image.new("L", (count * pitch, height))
    draw, width = ImageDraw.Draw(picture), max(1, size // 10)
    for left in range(0, count * pitch, pitch):
        for _ in range(int(rng.integers(2, 4))):
            x, y = rng.random((2, 2)) * [[pitch * 0.75], [height - width - 1]] + [[left], [0]]
            if rng.random() < 0.6:
                draw.line([x[0], y[0], x[1], y[1]], 255, width)
            else:
                frame, turn = [x.min(), y.min(), x.max() + 4, y.max() + 4], rng.integers(0, 180, 2)
                draw.arc(frame, float(turn[0]), float(turn[1] + 180), 255, width)
    return _cut(picture)


def shuffled(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Draw letters whose upper and lower halves come from different letters, some mirrored."""
    glyphs = []
    for _ in range(count):
        upper, lower = (_letter(rng, size, font) for _ in range(2))
        width = min(upper.shape[1], lower.shape[1])
        half = size // 2
        glyph = np.concatenate([upper[:half, :width], lower[half:, :width]])
        glyphs.append(glyph[:, ::-1] if rng.random() < 0.4 else glyph)
    return _trim(_side_by_side(glyphs, gap=max(1, size // 8)))


def mirrored(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Draw letters turned upside down or mirrored, each by itself."""
    glyphs = [_letter(rng, size, font) for _ in range(count)]
    turned = [np.flip(glyph, int(rng.integers(0, 2))) for glyph in glyphs]
    return _trim(_side_by_side(turned, gap=max(1, size // 8)))


def warped(rng: np.random.Generator, size: int, count: int, font: Font) -> Stamp:
    """Draw letters bent out of shape as if melted."""
    letters = "".join(rng.choice(list("ABCDEFGHKLMNRSTUaeghkmnrsu"), count))
    stamp = np.pad(font.write(letters, size), size // 3 + 1)
    height, width = stamp.shape
    y, x = np.mgrid[:height, :width].astype(np.float64)
    cell = max(4, size // 3)
    moves = [_smooth_noise(rng, (height, width), cell) * size * 0.16 for _ in range(2)]
    return _trim(sample(stamp, x + 0.5 + moves[0], y + 0.5 + moves[1]))


def sample(stamp: Stamp, u: NDArray[np.float64], v: NDArray[np.float64]) -> Stamp:
    """Return the ink at points ``u, v`` of a stamp, between pixels by what is near; 0 outside.

    Coordinates belong to the edges between pixels, as everywhere here.
    """
    padded = np.pad(stamp, (1, 2))
    height, width = padded.shape
    x, y = np.clip(u + 0.5, 0, width - 1.001), np.clip(v + 0.5, 0, height - 1.001)
    column, row = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    a, b = x - column, y - row
    upper = padded[row, column] * (1 - a) + padded[row, column + 1] * a
    lower = padded[row + 1, column] * (1 - a) + padded[row + 1, column + 1] * a
    return np.asarray(upper * (1 - b) + lower * b, np.float64)


def outlined(stamp: Stamp, width: int) -> Stamp:
    """Return the ink of ``stamp`` and of a line ``width`` pixels around it; grown on each side."""
    grown = np.pad(stamp, width)
    picture = Image.fromarray(np.uint8(np.round(grown * 255)))
    return np.asarray(picture.filter(ImageFilter.MaxFilter(2 * width + 1)), np.float64) / 255


def _write(
    load: Callable[[int], Any], text: str, size: int, *, bold: bool = False, hollow: bool = False
) -> Stamp:
    font, stroke = load(size), max(1, round(size / 18)) if bold or hollow else 0
    left, top, right, bottom = font.getbbox(text, stroke_width=stroke)
    picture = Image.new("L", (math.ceil(right - left) + 4, math.ceil(bottom - top) + 4))
    draw, corner = ImageDraw.Draw(picture), (2 - left, 2 - top)
    draw.text(corner, text, 255, font, stroke_width=stroke)
    if hollow and size >= 14:
        draw.text(corner, text, 0, font)
    return _cut(picture)


def _truetype(path: Path, size: int) -> Any:  # noqa: ANN401 - Pillow has two kinds of fonts
    return ImageFont.truetype(str(path), size)


def _hershey(face: int, text: str, size: int) -> Stamp:
    import cv2

    scale, thick = size / _HERSHEY_HEIGHT, max(1, round(size / 16))
    (width, height), below = cv2.getTextSize(text, face, scale, thick)
    pixels = np.zeros((height + below + 2 * size, width + 2 * size), np.uint8)
    cv2.putText(pixels, text, (size, size + height), face, scale, 255, thick, cv2.LINE_AA)
    return _trim(pixels / 255.0)


def _opencv(name: str, weight: int, text: str, size: int) -> Stamp:
    import cv2

    pixels = np.zeros((3 * size, (len(text) + 2) * size), np.uint8)
    cv2.putText(pixels, text, (size, 2 * size), 255, cv2.FontFace(name), size, weight)
    return _trim(pixels / 255.0)


def _letter(rng: np.random.Generator, size: int, font: Font) -> Stamp:
    """One capital, stretched to ``size`` pixels tall."""
    stamp = font.write(str(rng.choice(list("ABDEFGHKMNPRSUZ"))), size)
    width = max(3, round(stamp.shape[1] * size / stamp.shape[0]))
    picture = Image.fromarray(np.uint8(np.round(stamp * 255)))
    return np.asarray(picture.resize((width, size), Image.Resampling.BICUBIC), np.float64) / 255


def _smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], cell: int
) -> NDArray[np.float64]:
    coarse = rng.normal(size=(shape[0] // cell + 2, shape[1] // cell + 2)).astype(np.float32)
    fine = Image.fromarray(coarse).resize(shape[::-1], Image.Resampling.BICUBIC)
    return np.asarray(fine, np.float64)


def _side_by_side(glyphs: Sequence[Stamp], gap: int) -> Stamp:
    return np.concatenate([np.pad(glyph, ((0, 0), (0, gap))) for glyph in glyphs], axis=1)


def _cut(picture: Image.Image) -> Stamp:
    return _trim(np.asarray(picture, np.float64) / 255)


def _trim(stamp: Stamp) -> Stamp:
    """Cut away what holds no ink."""
    inked = stamp > 1 / 512
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not len(rows):
        return np.ones((2, 2))
    return np.ascontiguousarray(stamp[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
