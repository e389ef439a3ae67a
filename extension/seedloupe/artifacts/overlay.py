"""Drawing what the check found onto the picture."""

from __future__ import annotations

import torch
from PIL import ImageDraw, ImageFont
from torch import Tensor

from ..errors import MaskError
from ..images import from_pil, to_pil
from ..tensors import require_shape
from .report import ArtifactFlag, ArtifactReport

_FLAGGED, _EXCUSED = (230, 30, 60), (40, 150, 90)
#: How bright the part that was not repainted stays.
_DIMMED = 0.55


def draw_overlay(image: Tensor, report: ArtifactReport, mask: Tensor | None = None) -> Tensor:
    """Draw a frame around every piece of text: red where flagged, green where excused.

    Args:
        image: ``(3, H, W)``, in ``[0, 1]``: the picture the report is about. It is left as it is.
        report: what to draw; a report without text gives back the picture.
        mask: ``(H, W)`` in ``[0, 1]``; what it leaves out is dimmed.

    Returns:
        ``(3, H, W)`` float32 in ``[0, 1]``, rounded to 8 bits.

    Raises:
        ShapeError: ``image`` or ``mask`` is laid out differently.
        ImageError: ``image`` is not finite.
        MaskError: ``mask`` is not finite.
    """
    _, height, width = require_shape(image, "3 H W", field="image").shape
    if mask is not None:
        image = _dim(image, require_shape(mask, f"{height} {width}", field="mask"))
    picture = to_pil(image)
    draw = ImageDraw.Draw(picture)
    pen = max(1, round(min(height, width) / 200))
    for flags, colour in ((report.excused, _EXCUSED), (report.flags, _FLAGGED)):
        for flag in flags:
            corners = [(float(x), float(y)) for x, y in flag.region.quad]
            draw.line([*corners, corners[0]], fill=colour, width=pen)
            _write(draw, flag, colour)
    return from_pil(picture)


def _dim(image: Tensor, mask: Tensor) -> Tensor:
    if not torch.isfinite(mask).all():
        raise MaskError("mask", expected="finite numbers", got="NaN or infinity")
    kept = mask.to(image).clamp(0, 1)
    return image * (_DIMMED + (1 - _DIMMED) * kept)


def _write(draw: ImageDraw.ImageDraw, flag: ArtifactFlag, colour: tuple[int, int, int]) -> None:
    """Write what was read above the quad, or below it where there is no room."""
    font = ImageFont.load_default()
    # The built-in font has no letters beyond Latin; a crash for a missing one would be absurd.
    words = flag.region.text.encode("ascii", "replace").decode() or "letter shapes"
    x, top = (float(value) for value in flag.region.quad.min(axis=0))
    bottom = float(flag.region.quad[:, 1].max())
    _, _, _, height = draw.textbbox((0, 0), words, font)
    y = top - height - 2 if top > height + 2 else bottom + 1
    box = draw.textbbox((max(0.0, x), y), words, font)
    draw.rectangle(box, fill=colour)
    draw.text((max(0.0, x), y), words, fill=(255, 255, 255), font=font)
