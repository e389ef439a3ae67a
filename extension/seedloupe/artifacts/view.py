"""Which part of a picture a reader is shown, and where what it finds there lies."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..geometry import Extent
from .region import TextRegion

#: Surroundings shown around the mask, as a share of its size: lines that begin outside the mask
#: must be seen whole to know how much of them is inside.
_MARGIN = 0.25


@dataclass(frozen=True)
class View:
    """A window on a picture, enlarged or shrunk to ``shown``.

    Attributes:
        left: first column of the window.
        top: first row.
        window: the window's size in the picture.
        shown: the size it is shown in.
    """

    left: int
    top: int
    window: Extent
    shown: Extent

    def of(self, image: Tensor) -> Tensor:
        """Return what is shown of ``image``, ``(3, H, W)`` to ``(3, h, w)``."""
        part = image[
            :, self.top : self.top + self.window.height, self.left : self.left + self.window.width
        ]
        if self.shown == self.window:
            return part.contiguous()
        size = (self.shown.height, self.shown.width)
        shrunk = torch.nn.functional.interpolate(
            part[None], size, mode="bilinear", antialias=True, align_corners=False
        )
        return shrunk[0].clamp(0, 1)

    def place(self, region: TextRegion) -> TextRegion:
        """Return ``region``, found in what is shown, where it lies in the picture."""
        scale = np.array(self.window, np.float64) / np.array(self.shown, np.float64)
        quad = region.quad * scale + np.array((self.left, self.top))
        return replace(region, quad=quad.astype(np.float32))


def whole(extent: Extent) -> View:
    """Return the view of a whole picture as it is."""
    return View(0, 0, extent, extent)


def around(mask: NDArray[np.float64], side_limit: int) -> View:
    """Return the view of the mask and its surroundings whose longest side is ``side_limit``.

    A picture within the limit is shown whole. The window on a larger one is grown to the limit
    where the mask is smaller, and shrunk to it where the mask is larger, so small text keeps as
    many pixels as possible.

    Args:
        mask: ``(H, W)``, above 0 somewhere.
        side_limit: longest side to show, in pixels.
    """
    height, width = mask.shape
    if max(height, width) <= side_limit:
        return whole(Extent(width, height))
    top, rows = _window(mask.max(axis=1) > 0, side_limit)
    left, columns = _window(mask.max(axis=0) > 0, side_limit)
    shrink = min(1.0, side_limit / max(rows, columns))
    shown = Extent(max(1, round(columns * shrink)), max(1, round(rows * shrink)))
    return View(left, top, Extent(columns, rows), shown)


def _window(used: NDArray[np.bool_], least: int) -> tuple[int, int]:
    """First index and length of a stretch around all used ones, at least ``least`` long."""
    indices = np.flatnonzero(used)
    first, last = int(indices[0]), int(indices[-1]) + 1
    length = min(len(used), max(least, math.ceil((last - first) * (1 + 2 * _MARGIN))))
    start = (first + last - length) // 2
    return min(max(start, 0), len(used) - length), length
