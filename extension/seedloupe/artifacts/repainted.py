"""Where a finished picture was repainted and what it showed before, as a host keeps both."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..errors import MaskError
from ..geometry import Extent
from ..inpaint_area import InpaintArea
from ..tensors import require_shape

#: Pixels by which the sides of one picture at two sizes may miss each other: both are whole.
_ROUNDING = 1.0


@dataclass(frozen=True, eq=False)
class Repainted:
    """The mask and the source of a repaint, both in one frame.

    Attributes:
        mask: ``(H, W)`` in ``[0, 1]``, 1 where the picture was repainted; ``None`` where all was.
        before: ``(3, H, W)`` in ``[0, 1]``, the source picture, or ``None``.
        area: the part a model was shown, in pixels of that frame; ``None`` where it saw all.
        painted: the size the model painted at; ``None`` where nobody says.

    Raises:
        ShapeError: a tensor is laid out differently, or the two have not one size.
    """

    mask: Tensor | None = None
    before: Tensor | None = None
    area: InpaintArea | None = None
    painted: Extent | None = None

    def __post_init__(self) -> None:
        """Refuse a mask and a source that cannot belong together."""
        if self.mask is not None:
            require_shape(self.mask, "H W", field="mask")
        if self.before is not None:
            size = "H W" if self.extent is None else f"{self.extent.height} {self.extent.width}"
            require_shape(self.before, f"3 {size}", field="before")

    @property
    def extent(self) -> Extent | None:
        """The frame's size; ``None`` where there is neither mask nor source."""
        known = self.before if self.mask is None else self.mask
        return None if known is None else Extent(known.shape[-1], known.shape[-2])

    def framed(self, picture: Extent) -> Repainted:
        """Return both in the frame of the finished picture.

        That is the frame itself, nothing outside ``area`` counting as repainted; or only what the
        model painted, where a host did not put it back; or all of it at another size.

        Args:
            picture: the finished picture's size.

        Raises:
            MaskError: the picture is in none of these frames, so nobody knows where it was
                repainted.
        """
        own = self.extent
        if own is None:
            return self
        if picture == own:
            return Repainted(self._within_area(), self.before)
        if self.area is not None and picture == self.painted:
            return self._cut(self.area)._scaled(picture)
        if _alike(own, picture):
            return Repainted(self._within_area(), self.before)._scaled(picture)
        raise MaskError(
            "mask",
            expected=f"{picture.width}x{picture.height} pixels, as the picture has",
            got=f"{own.width}x{own.height}, another shape",
            advice="Something changed the picture's shape after it was repainted.",
        )

    def _within_area(self) -> Tensor | None:
        if self.mask is None or self.area is None:
            return self.mask
        kept = torch.zeros_like(self.mask)
        self.area.of(kept).copy_(self.area.of(self.mask))
        return kept

    def _cut(self, area: InpaintArea) -> Repainted:
        mask = None if self.mask is None else area.of(self.mask)
        return Repainted(mask, None if self.before is None else area.of(self.before))

    def _scaled(self, size: Extent) -> Repainted:
        mask = None if self.mask is None else _resized(self.mask[None], size)[0]
        return Repainted(mask, None if self.before is None else _resized(self.before, size))


def _alike(one: Extent, other: Extent) -> bool:
    """Tell whether both are one shape, as far as whole pixels allow."""
    return abs(one.width * other.height / one.height - other.width) <= _ROUNDING


def _resized(image: Tensor, size: Extent) -> Tensor:
    to = (size.height, size.width)
    return interpolate(image[None], to, mode="bilinear", antialias=True)[0].clamp(0, 1)
