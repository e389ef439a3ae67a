"""The checked inputs of one check for text artifacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import ImageError, MaskError
from ..geometry import Extent
from ..tensors import require_shape
from .levels import Level

#: Rounding on the way through float16 is no reason to refuse a picture.
_SLACK = 1e-3


@dataclass(frozen=True, eq=False)
class CheckTask:
    """A repainted picture and what is known about it.

    Attributes:
        image: ``(3, H, W)`` float32 in ``[0, 1]``, CPU.
        mask: ``(H, W)`` float64 in ``[0, 1]``, 1 where the picture was repainted.
        whole: whether no mask was given; ``mask`` is then 1 everywhere.
        before: the source picture laid out as ``image``, or ``None``.
        prompt: what the repaint was asked for.
        level: how suspicious to be.
    """

    image: Tensor
    mask: NDArray[np.float64]
    before: Tensor | None
    prompt: str
    level: Level
    whole: bool = False

    @classmethod
    def of(
        cls, image: Tensor, mask: Tensor | None, *, before: Tensor | None, prompt: str, level: Level
    ) -> CheckTask:
        """Check everything and bring it into one form; without a mask the whole picture counts.

        Raises:
            ShapeError: a tensor is laid out differently.
            ImageError: ``image`` or ``before`` is not finite or not in ``[0, 1]``.
            MaskError: ``mask`` is not finite or not in ``[0, 1]``.
        """
        _, height, width = require_shape(image, "3 H W", field="image").shape
        where = torch.ones(height, width) if mask is None else mask
        require_shape(where, f"{height} {width}", field="mask")
        if before is not None:
            before = _pixels(require_shape(before, f"3 {height} {width}", field="before"), "before")
        pixels, weights = _pixels(image, "image"), _weights(where)
        return cls(pixels, weights, before, prompt, Level(level), mask is None)

    @property
    def extent(self) -> Extent:
        """The picture's size."""
        height, width = self.mask.shape
        return Extent(width, height)


def _pixels(image: Tensor, field: str) -> Tensor:
    wrong = _outside(image)
    if wrong:
        advice = "Divide 8-bit values by 255." if image.dtype == torch.uint8 else ""
        raise ImageError(field, expected="numbers from 0 to 1", got=wrong, advice=advice)
    return image.detach().to("cpu", torch.float32).clamp(0, 1)


def _weights(mask: Tensor) -> NDArray[np.float64]:
    wrong = _outside(mask)
    if wrong:
        advice = "Give 1 where the picture was repainted and 0 elsewhere."
        raise MaskError("mask", expected="numbers from 0 to 1", got=wrong, advice=advice)
    weights = mask.detach().to("cpu", torch.float64).clamp(0, 1)
    return np.asarray(weights.numpy(), np.float64)


def _outside(x: Tensor) -> str:
    """Say what is wrong with the values, or nothing."""
    if x.is_complex():
        return "complex numbers"
    if not torch.isfinite(x).all():
        return "NaN or infinity"
    if not x.numel():
        return "no pixels"
    low, high = float(x.min()), float(x.max())
    return f"{low:g} to {high:g}" if low < -_SLACK or high > 1 + _SLACK else ""
