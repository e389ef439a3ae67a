"""Two pictures side by side with a line from each spot to its match."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from ...tensors import require_shape
from .cells import Spot
from .correspondence import SpotMatch
from .palette import colour_of

_GAP = 8
_GROUND = (33, 33, 33)
_DOUBTFUL = (150, 150, 150)


def draw_matches(
    picture: Tensor, other: Tensor, *, matches: Sequence[SpotMatch], height: int = 256
) -> Tensor:
    """Draw matches between two pictures, each in the colour of its number.

    Where the match back leads elsewhere, the line is thin and grey.

    Args:
        picture: ``(3, H, W)``, in ``[0, 1]``; what was asked about.
        other: the same, of any size; what was looked in.
        matches: in the order of their colours.
        height: both pictures are scaled to this height, in pixels.

    Returns:
        ``(3, height, W)``, float32 in ``[0, 1]``.

    Raises:
        ShapeError: a picture is laid out differently.
    """
    left, right = _scaled(picture, height), _scaled(other, height)
    offset = left.width + _GAP
    sheet = Image.new("RGB", (offset + right.width, height), _GROUND)
    sheet.paste(left, (0, 0))
    sheet.paste(right, (offset, 0))
    draw = ImageDraw.Draw(sheet)
    for number, match in enumerate(matches):
        start = _at(match.source, left)
        end = _at(match.target, right)
        _draw_line(draw, start, (end[0] + offset, end[1]), number if match.mutual else None)
    return torch.from_numpy(np.array(sheet)).permute(2, 0, 1).to(torch.float32) / 255


def _draw_line(
    draw: ImageDraw.ImageDraw,
    start: tuple[float, float],
    end: tuple[float, float],
    number: int | None,
) -> None:
    colour = _DOUBTFUL if number is None else colour_of(number)
    draw.line([start, end], colour, 1 if number is None else 2)
    for x, y in (start, end):
        draw.ellipse([x - 4, y - 4, x + 4, y + 4], colour, (255, 255, 255))


def _at(spot: Spot, picture: Image.Image) -> tuple[float, float]:
    return spot.x * picture.width, spot.y * picture.height


def _scaled(picture: Tensor, height: int) -> Image.Image:
    require_shape(picture, "3 H W", field="picture")
    pixels = (picture.to("cpu", torch.float32).clamp(0, 1) * 255).round().to(torch.uint8)
    image = Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())
    return image.resize((max(1, round(image.width * height / image.height)), height))
