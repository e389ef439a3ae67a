"""What was brushed in the browser, as the picture and the mask a model can use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from .....errors import ImageError, MaskError
from .....images import MAX_PIXELS, from_pil

if TYPE_CHECKING:
    import torch

#: Least side of the picture in the editor: a brush needs room, whatever the model's size.
EDITOR_SIDE = 512
#: Colour of the brush and how much it covers.
BRUSH = ("#e11d48", 0.6)
#: Pillow's modes of more than 8 bits a channel, whose upper bits it would cut off.
_DEEP = ("I", "F")


@dataclass(frozen=True, eq=False)
class Canvas:
    """What was brushed: ``image`` ``(3, H, W)`` in [0, 1], ``mask`` ``(H, W)``, 1 where brushed."""

    image: torch.Tensor
    mask: torch.Tensor


def canvas_of(edited: Mapping[str, Any] | None, size: tuple[int, int]) -> Canvas:
    """Turn what Gradio's editor holds into tensors of the model's size.

    Args:
        edited: ``background`` and ``layers``, Pillow pictures with a transparent channel.
        size: width and height the model draws at.

    Raises:
        ImageError: there is no picture, or none that can be used.
        MaskError: nothing is brushed, or all of it.
    """
    background = edited.get("background") if edited else None
    if edited is None or background is None:
        raise ImageError(
            "picture", expected="a picture", got="none", advice="Upload one, or press Draw me one."
        )
    image = from_pil(crop_to(background, size), on_white=True)
    mask = _brushed(edited.get("layers") or (), size)
    if not mask.any():
        raise MaskError(
            "mask", expected="a brushed part", got="none", advice="Brush over what should change."
        )
    if mask.all():
        advice = "Leave some of it; a whole new picture is drawn under Create."
        raise MaskError("mask", expected="a part of the picture", got="all of it", advice=advice)
    return Canvas(image, mask)


def crop_to(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Cut the middle out of a picture in the shape of ``size`` and scale it there.

    Raises:
        ImageError: the picture is too large, or has more than 8 bits a channel.
    """
    from PIL import ImageOps

    _require_plain(picture)
    if picture.size == size:
        return picture
    if picture.mode == "P":  # numbers of colours cannot be averaged
        picture = picture.convert("RGBA")
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)


def for_editor(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Show a picture as the model will see it, enlarged by a whole number to be brushed on.

    Raises:
        ImageError: the picture is too large, or has more than 8 bits a channel.
    """
    width, height = size
    times = enlargement(size)
    return crop_to(picture, size).resize((width * times, height * times), Image.Resampling.BICUBIC)


def enlargement(size: tuple[int, int]) -> int:
    """Return how many times a small picture is enlarged so that something can be seen on it."""
    return max(1, math.ceil(EDITOR_SIDE / max(size)))


def _require_plain(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        size = f"{picture.width} x {picture.height}"
        raise ImageError(
            "picture",
            expected=f"at most {MAX_PIXELS} pixels",
            got=size,
            advice="Scale it down first.",
        )
    if picture.mode.startswith(_DEEP):
        raise ImageError(
            "picture",
            expected="8 bits a channel",
            got=f"more (mode {picture.mode})",
            advice="Save it with 8 bits a channel.",
        )


def _brushed(layers: Any, size: tuple[int, int]) -> torch.Tensor:
    """Everything brushed on any layer; what the brush covers half counts."""
    import torch

    mask = torch.zeros(size[::-1])
    for layer in layers:
        alpha = crop_to(layer.convert("RGBA").getchannel("A"), size)
        mask = mask.maximum((from_pil(alpha.convert("RGB"))[0] >= BRUSH[1] / 2).float())
    return mask
