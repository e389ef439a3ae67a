"""What a probe hands out, and who may receive it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from torch import Tensor

from .rows import RowLabel


@dataclass(frozen=True, eq=False)
class FeatureMap:
    """What one layer computed in one call of the U-Net.

    Args:
        layer: canonical name of the layer.
        step: which sampling step, from 0.
        sigma: noise level of the step, or None if it is not known.
        values: ``(B, C, H, W)``, float32, CPU, a copy. ``H`` and ``W`` are the layer's own cells.
            The keys and values of cross-attention hold words instead: ``H`` is 1, ``W`` is ``T``.
        call: which call of the U-Net within the step, from 0; samplers of second order and hosts
            that send the two halves of guidance one by one call more than once.
        track: which pass of sampling: 0 the first, 1 a hires or refiner pass, and so on.
        timestep: the training time of ``sigma``, or None if nobody gave the model's noise levels.
        labels: what each of the ``B`` rows is; empty if the host did not say.
    """

    layer: str
    step: int
    sigma: float | None
    values: Tensor
    call: int = 0
    track: int = 0
    timestep: float | None = None
    labels: tuple[RowLabel, ...] = ()


FeatureSink: TypeAlias = Callable[[FeatureMap], None]


class FeatureRenderer(Protocol):
    """A way of looking at features."""

    def render(self, feature: FeatureMap) -> Tensor:
        """Paint ``feature`` as ``(3, H, W)``, float32 in ``[0, 1]``."""
        ...
