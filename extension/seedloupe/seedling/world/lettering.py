"""Painted words: a watermark nobody asked for, a sign the caption asks for; and borders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .figures import Floats
from .landscape import layer_numbers
from .palette import tint
from .scene import Scene

#: Height of letters as a share of the picture's side: 18 to 24 of 128 pixels.
LETTERS = (0.14, 0.19)
_BORDERS = ((250, 250, 250), (20, 20, 20), (120, 80, 40), (196, 168, 104), (60, 84, 120))


@dataclass(frozen=True, eq=False)
class Lettering:
    """Where painted text stands.

    Attributes:
        mask: ``(H, W)`` bool.
        box: left, top, right, bottom of the letters in pixels.
    """

    mask: NDArray[np.bool_]
    box: tuple[float, float, float, float]

    @staticmethod
    def none(side: int) -> Lettering:
        """No text in a picture of ``side``."""
        return Lettering(np.zeros((side, side), np.bool_), (0, 0, 0, 0))


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def letter(image: Floats, covers: Floats, scene: Scene) -> Lettering:
    """Paint the scene's word on ``image`` ``(H, W, 3)``; a sign keeps clear of things."""
    rng = layer_numbers(scene, 4)
    side = image.shape[0]
    font = _font(round(side * (LETTERS[0] + (LETTERS[1] - LETTERS[0]) * rng.random())))
    left, top, right, bottom = font.getbbox(scene.word)
    width, height, pad = right - left, bottom - top, 0.025 * side
    size = width + 2 * pad, height + 2 * pad
    reach = (1.0, side * 0.97 - size[1] - 2)
    if scene.word_asked:
        # A board hangs about the horizon, so that its posts are short.
        level = scene.horizon * side - size[1]
        reach = max(1.0, level - 0.24 * side), min(reach[1], level + 0.12 * side)
    x, y = _free_place(rng, covers, size, reach, tries=12 if scene.word_asked else 1)
    box = (x + pad, y + pad, x + pad + width, y + pad + height)
    plate = (x, y, x + width + 2 * pad, y + height + 2 * pad)
    letters = Image.new("L", (side, side))
    ImageDraw.Draw(letters).text((box[0] - left, box[1] - top), scene.word, 255, font)
    mask = _region(side, plate)
    if scene.word_asked:
        _posts(image, plate, covers, scene)
        _board(image, plate, mask, rng)
    elif rng.random() < 0.6:
        dark = rng.random() < 0.5
        image[mask] = 20 if dark else 252
        _ink(image, letters, (252,) * 3 if dark else (22,) * 3, 1.0)
        return Lettering(mask, box)
    else:
        _shade(image, letters)
        _ink(image, letters, (252, 252, 252), 0.9)
        return Lettering(mask, box)
    _ink(image, letters, (250, 246, 232), 1.0)
    return Lettering(mask, box)


def frame(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Paint a border on ``image``; where it is."""
    side = len(image)
    thickness = int((6 + 5 * rng.random()) * side / 128)
    cut = np.ones((side, side), np.bool_)
    cut[thickness : side - thickness, thickness : side - thickness] = False
    image[cut] = _BORDERS[int(rng.random() * len(_BORDERS))]
    return cut


def _free_place(
    rng: np.random.Generator,
    covers: Floats,
    size: tuple[float, float],
    reach: tuple[float, float],
    *,
    tries: int,
) -> tuple[float, float]:
    """Of some random places, rows within ``reach``, the one that hides least of any thing."""
    side = covers.shape[-1]
    taken = covers.max(0) if len(covers) else np.zeros((side, side), np.float32)
    best, least = (0.0, 0.0), float("inf")
    for across, down in rng.random((tries, 2)):
        x = 1 + across * max(0.0, side - size[0] - 2)
        y = reach[0] + down * max(0.0, reach[1] - reach[0])
        hidden = float(taken[int(y) : int(y + size[1]) + 1, int(x) : int(x + size[0]) + 1].sum())
        if hidden < least:
            best, least = (x, y), hidden
    return best


def _board(
    image: Floats,
    plate: tuple[float, float, float, float],
    mask: NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    """A painted board with a pale rim."""
    colour = ((60, 104, 74), (44, 76, 128), (150, 56, 52), (110, 74, 46))[int(rng.random() * 4)]
    side = len(image)
    image[mask] = tint((244, 236, 214))
    inner = (
        plate[0] + 0.01 * side,
        plate[1] + 0.01 * side,
        plate[2] - 0.01 * side,
        plate[3] - 0.01 * side,
    )
    image[_region(side, inner)] = tint(colour)


def _posts(
    image: Floats, plate: tuple[float, float, float, float], covers: Floats, scene: Scene
) -> None:
    """Two posts from the board down to the ground, behind every thing."""
    side = len(image)
    foot = max(plate[3] + 0.06 * side, (scene.horizon + 0.08) * side)
    free = (covers.max(0) < 0.5) if len(covers) else np.ones((side, side), np.bool_)
    for share in (0.18, 0.82):
        x = plate[0] + share * (plate[2] - plate[0])
        post = _region(side, (x - 0.012 * side, plate[3] - 1, x + 0.012 * side, foot)) & free
        image[post] = tint((122, 88, 60))


def _ink(
    image: Floats, letters: Image.Image, colour: tuple[int, int, int], strength: float
) -> None:
    cover = np.asarray(letters, np.float32)[..., None] * (strength / 255)
    image += cover * (tint(colour) - image)


def _shade(image: Floats, letters: Image.Image) -> None:
    """A dark copy one pixel to the lower right, so that white letters stand off anything."""
    cover = np.asarray(letters, np.float32) / 255
    image *= 1 - 0.75 * np.roll(cover, (1, 1), (0, 1))[..., None]


def _region(side: int, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    centres = np.arange(side) + 0.5
    across = (centres > box[0]) & (centres < box[2])
    down = (centres > box[1]) & (centres < box[3])
    region: NDArray[np.bool_] = down[:, None] & across[None]
    return region
