"""What lettering is painted with, and what pictures go through afterwards."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LUMA = np.array((0.299, 0.587, 0.114))
#: Ink is chosen so that four fifths of the lettering differ from the ground by this much, of 255.
_LOW, _CLEAR = (35, 60), (60, 256)


@dataclass(frozen=True, eq=False)
class Ink:
    """What the lettering is painted with: colours of three, and how opaque."""

    fill: NDArray[np.float64]
    edge: NDArray[np.float64] | None
    opacity: float
    contrast: float


def choose_ink(
    rng: np.random.Generator,
    ground: NDArray[np.float64],
    fill: NDArray[np.float64],
    *,
    watermark: bool = False,
) -> Ink:
    """Choose colours that can be seen on what is under the lettering; a rim where none can."""
    under = ground[fill > 0.5] if (fill > 0.5).any() else ground.reshape(-1, 3)
    brightness = under @ _LUMA
    if watermark:
        value = 255.0 if brightness.mean() < 140 else 0.0
        opacity = float(rng.uniform(0.3, 0.7))
        contrast = float(np.quantile(np.abs(brightness - value), 0.2)) * opacity
        return Ink(np.full(3, value), None, opacity, contrast)
    low, high = _LOW if rng.random() < 0.2 else _CLEAR
    colours = np.concatenate([rng.uniform(0, 255, (24, 3)), [[8.0] * 3], [[248.0] * 3]])
    reached = np.quantile(np.abs(colours @ _LUMA - brightness[:, None]), 0.2, axis=0)
    fit = np.flatnonzero((reached >= low) & (reached < high))
    if len(fit) and rng.random() < 0.85:
        best = fit[rng.integers(len(fit))]
        return Ink(colours[best], None, 1.0, float(reached[best]))
    light = np.full(3, 248.0), np.full(3, 8.0)
    fill_colour, edge_colour = light if rng.random() < 0.5 else light[::-1]
    return Ink(fill_colour, edge_colour, 1.0, 240.0)


def paint(
    before: Image.Image, fill: NDArray[np.float64], rim: NDArray[np.float64], ink: Ink
) -> Image.Image:
    """Paint lettering: its rim ``(H, W)`` where the ink has an edge, then ``fill`` ``(H, W)``."""
    values = np.asarray(before, np.float64)
    if ink.edge is not None:
        values = values + rim[..., None] * (ink.edge - values)
    values = values + (fill * ink.opacity)[..., None] * (ink.fill - values)
    return Image.fromarray(np.uint8(np.round(values)))


def worn(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    """Add noise to half of the pictures, and save half of them as JPEG."""
    if rng.random() < 0.5:
        deviation = rng.uniform(2, 12)
        values = np.asarray(picture) + rng.normal(0, deviation, (picture.height, picture.width, 3))
        picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(rng.integers(50, 96)))
        picture = Image.open(buffer).convert("RGB")
    return picture
