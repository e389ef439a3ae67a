"""What rows stand on, and what is like them but is none: drawn grounds, branches, photographs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from text_samples.grounds import GROUNDS, Ground, fractal
from text_samples.samples import SampleSplit

from seedloupe.geometry import Extent


@dataclass(frozen=True)
class Photograph:
    """A photograph that comes with a package.

    Attributes:
        name: what the package calls it.
        package: which one that is.
        box: the part without any writing, left, top, right, bottom; ``None`` for all of it.
    """

    name: str
    package: str = "skimage"
    box: tuple[int, int, int, int] | None = None


#: Photographs by split, which share none. Left out: coins, the motorcycle, pages: they bear text.
PHOTOGRAPHS: Mapping[SampleSplit, tuple[Photograph, ...]] = MappingProxyType(
    {
        SampleSplit.TUNE: (
            Photograph("astronaut", box=(0, 0, 350, 330)),
            Photograph("camera"),
            Photograph("coffee"),
            Photograph("grass"),
            Photograph("hubble_deep_field"),
            Photograph("immunohistochemistry"),
            Photograph("china.jpg", "sklearn"),
        ),
        SampleSplit.HELD_OUT: (
            Photograph("brick"),
            Photograph("chelsea"),
            Photograph("gravel"),
            Photograph("moon"),
            Photograph("retina"),
            Photograph("rocket", box=(0, 0, 300, 427)),
            Photograph("flower.jpg", "sklearn"),
        ),
    }
)


def missing_photographs() -> str:
    """Say which photographs cannot be had here and why; nothing where all can."""
    absent = [name for name in ("skimage", "sklearn") if find_spec(name) is None]
    if not absent:
        return ""
    wanted = {"skimage": "scikit-image", "sklearn": "scikit-learn"}
    names = " and ".join(wanted[name] for name in absent)
    return f"photographs of {names} left out: not installed (pip install {names})"


def photograph_ground(one: Photograph) -> Ground:
    """Return a ground that cuts a piece out of a photograph, at its own scale or larger."""

    def draw(rng: np.random.Generator, extent: Extent) -> Image.Image:
        whole = _load(one)
        least = max(extent.width / whole.width, extent.height / whole.height)
        scale = max(least, float(rng.uniform(0.8, 1.5)))
        width, height = extent.width / scale, extent.height / scale
        left = float(rng.uniform(0, whole.width - width)) if whole.width > width else 0.0
        top = float(rng.uniform(0, whole.height - height)) if whole.height > height else 0.0
        box = (left, top, min(left + width, whole.width), min(top + height, whole.height))
        piece = whole.resize(extent, Image.Resampling.BICUBIC, box=box)
        if rng.random() < 0.5:
            piece = piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return piece

    return draw


def branches(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """Bare branches before a sky, or light ones before a wood."""
    light = rng.random() < 0.6
    sky = rng.uniform(150, 235, 3) if light else rng.uniform(20, 80, 3)
    picture = Image.blend(
        Image.new("RGB", extent, tuple(int(value) for value in sky)), fractal(rng, extent), 0.25
    )
    tone = rng.uniform(15, 70) if light else rng.uniform(120, 200)
    fill = int(tone), int(tone * 0.85), int(tone * 0.7)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(2, 5))):
        start = float(rng.uniform(0, extent.width)), float(extent.height)
        _grow(draw, rng, start, -math.pi / 2 + float(rng.normal(0, 0.3)), extent.height / 3, fill)
    return picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 0.8))))


#: Everything drawn that rows stand on and that may be taken for them.
DRAWN: Mapping[str, Ground] = MappingProxyType({**GROUNDS, "branches": branches})


def _grow(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    start: tuple[float, float],
    angle: float,
    length: float,
    fill: tuple[int, int, int],
) -> None:
    """Draw a branch and what grows from it."""
    if length < 8:
        return
    end = start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)
    draw.line([start, end], fill, max(1, round(length / 14)))
    for _ in range(int(rng.integers(2, 4))):
        part = float(rng.uniform(0.45, 1))
        fork = tuple(a + part * (b - a) for a, b in zip(start, end, strict=True))
        turn = float(rng.normal(0, 0.6))
        _grow(draw, rng, (fork[0], fork[1]), angle + turn, length * rng.uniform(0.5, 0.78), fill)


@cache
def _load(one: Photograph) -> Image.Image:
    if one.package == "sklearn":
        from sklearn.datasets import load_sample_image

        pixels = load_sample_image(one.name)
    else:
        from skimage import data

        pixels = getattr(data, one.name)()
    picture = Image.fromarray(np.asarray(pixels)).convert("RGB")
    return picture if one.box is None else picture.crop(one.box)
