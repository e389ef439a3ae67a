"""Wordless pictures that look like something: what text is drawn on, and what is none.

Every ground is drawn from a random generator alone, with numpy and Pillow. Several are there to be
mistaken for text: windows in a row, fence posts, stripes as narrow as strokes, hair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from seedloupe.geometry import Extent

#: Draws an RGB picture of the size asked for.
Ground = Callable[[np.random.Generator, Extent], Image.Image]


def plain_ground(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """One colour, or a slow change from one to another."""
    first, second = rng.integers(0, 256, (2, 3)).astype(np.float64)
    if rng.random() < 0.5:
        second = first
    x, y = _grid(extent)
    angle = rng.uniform(0, math.tau)
    along = x * math.cos(angle) + y * math.sin(angle)
    part = (along - along.min()) / max(1e-9, float(np.ptp(along)))
    return _picture(first + part[..., None] * (second - first))


def fractal(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """Clouds of noise, from large to small."""
    clouds = np.stack([_clouds(rng, extent) for _ in range(3)], axis=-1)
    return _picture(clouds * rng.uniform(20, 45) + rng.uniform(70, 185))


def bricks(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """A wall of bricks, every other row moved by half a brick."""
    mortar = int(rng.integers(90, 215))
    picture = Image.new("RGB", extent, (mortar, mortar - 5, mortar - 15))
    draw = ImageDraw.Draw(picture)
    height = int(rng.integers(10, 34))
    width = round(height * rng.uniform(1.8, 3.2))
    gap = max(2, height // 8)
    for row, y in enumerate(range(0, extent.height, height)):
        for x in range(-width // 2 * (row % 2), extent.width, width):
            fill = _colour(rng, (125, 45, 30), (180, 95, 80))
            draw.rectangle([x, y, x + width - gap, y + height - gap], fill)
    return picture


def leaves(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """Green ovals in all directions on dark clouds."""
    picture = fractal(rng, extent).point([value // 2 for value in range(256)] * 3)
    for _ in range(extent.area // 900):
        side = int(rng.integers(6, 30))
        leaf = Image.new("L", (side * 2, side * 2))
        narrow = rng.uniform(0.15, 0.5)
        ImageDraw.Draw(leaf).ellipse(
            [0, side * (1 - narrow), side * 2, side * (1 + narrow)], fill=255
        )
        x, y = int(rng.integers(0, extent.width)) - side, int(rng.integers(0, extent.height)) - side
        picture.paste(
            _colour(rng, (20, 70, 15), (120, 190, 80)), (x, y), leaf.rotate(rng.uniform(0, 360))
        )
    return picture


def stripes(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """Waves or bars in any direction, some as narrow as strokes."""
    x, y = _grid(extent)
    angle, period = rng.uniform(0, math.pi), rng.uniform(5, 40)
    wave = np.sin((x * math.cos(angle) + y * math.sin(angle)) * math.tau / period)
    if rng.random() < 0.5:
        wave = np.clip(wave * 6, -1, 1)
    tint = rng.uniform(0.4, 1, 3)
    return _picture(rng.uniform(90, 160) + rng.uniform(20, 90) * wave[..., None] * tint)


def facade(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """Rows of windows, most of them dark, some with a cross in them."""
    picture = Image.new("RGB", extent, _colour(rng, (110, 110, 110), (215, 205, 200)))
    draw, side = ImageDraw.Draw(picture), int(rng.integers(10, 44))
    width, cross = max(4, round(side * rng.uniform(0.4, 0.9))), bool(rng.random() < 0.4)
    step_x, step_y = width + int(rng.integers(4, 20)), side + int(rng.integers(6, 24))
    for y in range(8, extent.height, step_y):
        for x in range(8, extent.width, step_x):
            fill = (40, 50, 70) if rng.random() < 0.7 else (230, 220, 150)
            draw.rectangle([x, y, x + width, y + side], fill)
            if cross:
                bar = picture.getpixel((2, 2))
                draw.line([x + width // 2, y, x + width // 2, y + side], bar, 2)
                draw.line([x, y + side // 2, x + width, y + side // 2], bar, 2)
    return picture


def fence(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """Posts side by side, or wire mesh, before a meadow."""
    picture = fractal(rng, extent)
    draw = ImageDraw.Draw(picture)
    fill = _colour(rng, (30, 30, 30), (235, 235, 230))
    pitch = int(rng.integers(8, 40))
    if rng.random() < 0.5:
        width, top = max(3, round(pitch * rng.uniform(0.3, 0.8))), int(rng.integers(10, 120))
        for x in range(0, extent.width, pitch):
            shape = [(x, extent.height), (x, top), (x + width / 2, top - width)]
            draw.polygon([*shape, (x + width, top), (x + width, extent.height)], fill)
        for y in (top + 40, extent.height - 60):
            draw.rectangle([0, y, extent.width, y + 8], fill)
        return picture
    reach = extent.width + extent.height
    for start in range(-reach, reach, pitch):
        draw.line([start, 0, start + reach, reach], fill, 2)
        draw.line([start, 0, start - reach, reach], fill, 2)
    return picture


def hair(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """Thousands of thin curved strands, roughly side by side."""
    dark = rng.uniform(10, 90)
    picture = Image.new("RGB", extent, (int(dark), int(dark * 0.8), int(dark * 0.6)))
    draw = ImageDraw.Draw(picture)
    lean, curl = rng.uniform(-0.6, 0.6), rng.uniform(10, 60)
    height = np.linspace(0, extent.height, 14)
    for _ in range(extent.width * 2):
        start, phase = rng.uniform(-200, extent.width + 200), rng.normal(0, 0.4)
        x = start + lean * height + curl * np.sin(height / 70 + phase)
        light = dark + rng.uniform(-20, 110)
        fill = tuple(int(np.clip(light * tint, 0, 255)) for tint in (1, 0.8, 0.55))
        points = [(float(a), float(b)) for a, b in zip(x, height, strict=True)]
        draw.line(points, fill, int(rng.integers(1, 3)))
    return picture.filter(ImageFilter.GaussianBlur(0.5))


#: The grounds by name.
GROUNDS: Mapping[str, Ground] = MappingProxyType(
    {
        "plain": plain_ground,
        "fractal": fractal,
        "bricks": bricks,
        "leaves": leaves,
        "stripes": stripes,
        "facade": facade,
        "fence": fence,
        "hair": hair,
    }
)


def _grid(extent: Extent) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[: extent.height, : extent.width].astype(np.float64)
    return x, y


def _clouds(rng: np.random.Generator, extent: Extent) -> NDArray[np.float64]:
    """Noise on every scale with mean 0 and deviation 1, ``(H, W)``."""
    total = np.zeros((extent.height, extent.width))
    for cell in (64, 32, 16, 8, 4, 2):
        size = extent.width // cell + 2, extent.height // cell + 2
        coarse = Image.fromarray(rng.normal(size=size[::-1]).astype(np.float32))
        fine = coarse.resize(extent, Image.Resampling.BICUBIC)
        total += np.asarray(fine, np.float64) * cell**0.6
    return np.asarray((total - total.mean()) / total.std(), np.float64)


def _colour(
    rng: np.random.Generator, low: tuple[int, int, int], high: tuple[int, int, int]
) -> tuple[int, int, int]:
    red, green, blue = rng.integers(low, high).tolist()
    return red, green, blue


def _picture(values: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
