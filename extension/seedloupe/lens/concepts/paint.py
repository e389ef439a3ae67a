"""Concepts as maps over the picture."""

from __future__ import annotations

import torch
from torch import Tensor

from ...tensors import require_shape
from ..features import FeatureMap
from ..views.palette import colour_of
from .coder import SparseCoder

_SHOWN = 6


def concept_maps(coder: SparseCoder, feature: Tensor) -> Tensor:
    """Return how much of each concept is in each cell.

    Args:
        coder: of the layer.
        feature: ``(C, H, W)``.

    Returns:
        ``(M, H, W)`` float32, at most ``k`` units above nought a cell.

    Raises:
        ShapeError: the map has other channels than the coder.
    """
    channels, height, width = require_shape(feature, "C H W", field="feature").shape
    codes = coder.encode(feature.reshape(channels, -1).mT)
    return codes.mT.reshape(-1, height, width)


class ConceptRenderer:
    """Paints each cell in the colour of the strongest of a few concepts.

    Args:
        coder: of the layer.
        units: which concepts; none takes those strongest in the first map it is shown, and keeps
            to them, so that a colour means one concept all the time.
    """

    def __init__(self, coder: SparseCoder, units: tuple[int, ...] = ()) -> None:
        self._coder, self.units = coder, units

    def render(self, feature: FeatureMap) -> Tensor:
        """Paint the first row of ``feature`` as ``(3, H, W)``, float32 in ``[0, 1]``."""
        maps = concept_maps(self._coder, feature.values[0])
        if not self.units:
            mass = maps.flatten(1).sum(1)
            self.units = tuple(mass.topk(min(_SHOWN, len(mass))).indices.tolist())
        shown = maps[list(self.units)]
        strength = shown / shown.amax().clamp(min=1e-9)
        colours = torch.tensor([colour_of(n) for n in range(len(self.units))]) / 255
        best = strength.max(0)
        return colours[best.indices].permute(2, 0, 1) * best.values
