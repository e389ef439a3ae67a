"""What Gradio's editor is shown and what it hands back: a view of the picture, and the brush."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

from .....images import from_pil
from ..pictures_in import PageError, flattened

if TYPE_CHECKING:
    import torch

#: Least side of the picture in the editor, for a brush needs room; and most, for it goes to the
#: browser and back with every stroke.
EDITOR_SIDE, LONGEST_VIEW = 512, 1024
#: Colour of the brush and how much it covers.
BRUSH = ("#e11d48", 0.6)
#: How far two views of one picture may lie apart, of 255: the editor sends them as WebP.
_SAME = 8


def view_of(picture: Image.Image) -> Image.Image:
    """Show a whole picture for the editor: a small one enlarged, a large one made smaller."""
    size = view_size(picture.size)
    if size == picture.size:
        return picture
    larger = size[0] > picture.width
    return picture.resize(size, Image.Resampling.BICUBIC if larger else Image.Resampling.LANCZOS)


def view_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the width and height at which a picture of a size is shown."""
    longest = max(size)
    if longest > LONGEST_VIEW:
        width, height = (max(1, round(side * LONGEST_VIEW / longest)) for side in size)
        return width, height
    times = enlargement(size)
    return size[0] * times, size[1] * times


def enlargement(size: tuple[int, int]) -> int:
    """Return how many times a small picture is enlarged so that something can be seen on it."""
    return max(1, math.ceil(EDITOR_SIDE / max(size)))


def picture_in(edited: Mapping[str, Any] | None, source: Image.Image | None) -> Image.Image:
    """Return the picture in the editor at full size.

    Args:
        edited: what the editor holds.
        source: the picture it was last given a view of; one put into it since then counts itself.

    Raises:
        PageError: there is no picture, or none that can be used.
    """
    background = edited.get("background") if edited else None
    if background is None:
        raise PageError("There is no picture to repaint. Upload one, or press Draw me one.")
    if source is not None and _shows(background, source):
        return source
    return flattened(background)


def brushed_mask(layers: Sequence[Image.Image], size: tuple[int, int]) -> torch.Tensor:
    """Return everything brushed on any layer ``(H, W)``, 1 or 0; what the brush covers half counts.

    Args:
        layers: with a transparent channel, all of one size.
        size: width and height of the picture they lie over.
    """
    brushed = Image.new("L", size)
    for layer in layers:
        alpha = layer.convert("RGBA").getchannel("A")
        scaled = alpha.resize(size, Image.Resampling.BILINEAR) if alpha.size != size else alpha
        brushed = ImageChops.lighter(brushed, scaled)
    return (from_pil(brushed.convert("RGB"))[0] >= BRUSH[1] / 2).float()


def _shows(background: Image.Image, source: Image.Image) -> bool:
    """Tell whether the editor's picture is a view of another one, by a small look at both."""
    if background.size != view_size(source.size):
        return False
    small = [picture.convert("RGB").resize((32, 32)) for picture in (background, source)]
    (low, high) = zip(*ImageChops.difference(*small).getextrema(), strict=True)
    del low
    return max(high) <= _SAME
