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

#: Surroundings shown around the mask: lines that begin outside it must be seen far enough to know
#: how much of them is inside. A share of its size, and at least so many pixels.
_MARGIN, _LEAST_MARGIN = 0.25, 24
#: Windows smaller than this are enlarged, so far at most: detectors miss letters of few pixels, and
#: lettering that fills all they are shown.
_SMALL, _ENLARGED = 192, 2.0


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


def whole_view(extent: Extent) -> View:
    """Return the view of a whole picture as it is."""
    return View(0, 0, extent, extent)


def around(mask: NDArray[np.float64], side_limit: int) -> View:
    """Return the view of the mask and its surroundings, no side longer than ``side_limit``.

    A reader's time grows with the area it is shown, so nothing else is. Small windows are enlarged
    up to twice, which costs little and makes small text legible; large ones are shrunk. A mask of
    several parts gives one window around all of them: a reader's time a picture is small beside its
    time a pixel, but text that runs from one part to the next must be seen once and whole.

    Args:
        mask: ``(H, W)``, above 0 somewhere.
        side_limit: longest side to show, in pixels.
    """
    top, rows = _window(mask.max(axis=1) > 0)
    left, columns = _window(mask.max(axis=0) > 0)
    longest = max(rows, columns)
    scale = min(_ENLARGED, max(1.0, _SMALL / longest), side_limit / longest)
    shown = Extent(max(1, round(columns * scale)), max(1, round(rows * scale)))
    return View(left, top, Extent(columns, rows), shown)


def _window(used: NDArray[np.bool_]) -> tuple[int, int]:
    """First index and length of a stretch around all used ones, with the margin on each side."""
    indices = np.flatnonzero(used)
    first, last = int(indices[0]), int(indices[-1]) + 1
    margin = max(_LEAST_MARGIN, math.ceil((last - first) * _MARGIN))
    start = max(0, first - margin)
    return start, min(len(used), last + margin) - start
