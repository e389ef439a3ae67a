"""What a picture may start from, and what of it is repainted: a mask, or a box in its place."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import fraction
from .picking_arguments import parse_box

if TYPE_CHECKING:
    from torch import Tensor

    from ....geometry import Box

_SHARES = re.compile(r"[\d.]+(,[\d.]+){3}")


@dataclass(frozen=True)
class MaskBox:
    """A box to repaint, where nobody painted a mask.

    Attributes:
        box: in shares of the picture.
        typed: as it stands on the command line.
    """

    box: Box
    typed: str

    def __str__(self) -> str:
        """Return what was typed."""
        return self.typed

    def mask(self, size: tuple[int, int]) -> Tensor:
        """Return the mask ``(H, W)``, float32, 1 in every pixel whose middle the box covers.

        Args:
            size: ``(width, height)`` of the picture, in pixels.
        """
        import torch

        width, height = size
        box = self.box
        across = (torch.arange(width) + 0.5) / width
        down = (torch.arange(height) + 0.5) / height
        inside = ((across >= box.x0) & (across < box.x1), (down >= box.y0) & (down < box.y1))
        return (inside[1][:, None] & inside[0][None, :]).float()


def mask_place(text: str) -> Path | MaskBox:
    """Read a path, or a box such as ``0.5,0.3,1,0.9``.

    Raises:
        argparse.ArgumentTypeError: it looks like a box and is none in a picture.
    """
    if _SHARES.fullmatch(text) is None:
        return Path(text)
    box = parse_box(text)
    if not (box.x0 < box.x1 and box.y0 < box.y1):
        expected = "a box from upper left to lower right, such as 0.5,0.3,1,0.9"
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return MaskBox(box, text)


def read_given_mask(place: Path | MaskBox, size: tuple[int, int]) -> Tensor:
    """Return the mask ``(H, W)``, 1 where the picture is repainted.

    Args:
        place: where it is, or what of the picture.
        size: ``(width, height)`` of the picture, in pixels.

    Raises:
        MaskError: the file cannot be read as a mask of that size.
    """
    from ....images import read_mask

    return place.mask(size) if isinstance(place, MaskBox) else read_mask(place, size)


def add_picture(parser: argparse.ArgumentParser) -> None:
    """Add what a picture may start from."""
    parser.add_argument(
        "--image", type=Path, metavar="FILE", help="start from this picture (default: none)"
    )
    parser.add_argument(
        "--mask",
        type=mask_place,
        metavar="FILE|x0,y0,x1,y1",
        help="repaint only what is white here, or this box, in shares of the picture "
        "(default: all)",
    )
    parser.add_argument(
        "--strength",
        type=fraction,
        metavar="X",
        help="how much of the picture is forgotten, 0 to 1 (default: 0.75, with --mask 1)",
    )
