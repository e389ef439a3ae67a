"""Pictures a battery shows to readers."""

from __future__ import annotations

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ..geometry import Box
from ..images import from_pil

WORD = "HARBOUR"


def gray(height: int, width: int) -> Tensor:
    """Return a flat picture, ``(3, H, W)`` float32."""
    return torch.full((3, height, width), 0.5)


def random_pixels(height: int, width: int) -> Tensor:
    """Return the same random pixels each time, ``(3, H, W)`` float32 in ``[0, 1]``."""
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(7))


def word() -> tuple[Tensor, Box]:
    """Return a big dark word on a light ground, ``(3, 108, 360)``, and where it stands.

    Letters are drawn small and enlarged, so that every Pillow draws them.
    """
    small = Image.new("L", (120, 36), 235)
    ImageDraw.Draw(small).text((10, 7), WORD, fill=15, font=_font())
    ink = small.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert ink is not None
    picture = small.resize((360, 108), Image.Resampling.BICUBIC).convert("RGB")
    return from_pil(picture), Box(*(3 * side for side in ink))


def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    try:
        return ImageFont.load_default(19)
    except TypeError:  # Pillow before 10.1 has one size only
        return ImageFont.load_default()
