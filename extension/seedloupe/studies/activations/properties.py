"""Noise, granularity and locality of an activation as numbers, and the limits it is dropped by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...errors import InputError
from ...lens import Measure, layer_properties, measure_separability, noise_between

NOISE, GRANULARITY, LOCALITY, AUC = "noise", "granularity", "locality", "AUC"
PROPERTIES = (NOISE, GRANULARITY, LOCALITY)
MOST_NOISE, MOST_GRANULARITY, LEAST_LOCALITY, MOST_LOCALITY = 0.1, 0.5, 0.01, 0.5
_CELLS = 256


@dataclass(frozen=True)
class Properties:
    """Three properties of an activation, means over pictures.

    Attributes:
        noise: share of the variance two noises of one picture do not share.
        granularity: side of the patches a map seems made of, as a share of its shorter side.
        locality: share of the likeness of cells that their distance explains.
    """

    noise: float
    granularity: float
    locality: float

    @property
    def fault(self) -> str:
        """Why it is dropped; empty where it is kept."""
        if self.noise > MOST_NOISE:
            return "noisy"
        if self.locality > MOST_LOCALITY:  # a place code is one large patch as well
            return "place alone"
        if self.granularity > MOST_GRANULARITY:
            return "too coarse"
        return "not local" if self.locality < LEAST_LOCALITY else ""


FAULTS = {
    "noisy": f"more than {MOST_NOISE:.0%} of the variance is the noise's",
    "place alone": f"distance explains more than {MOST_LOCALITY:.0%} of likeness",
    "too coarse": f"patches larger than {MOST_GRANULARITY:.0%} of the picture",
    "not local": f"nearness explains less than {LEAST_LOCALITY:.0%} of likeness",
}


def measure_activation(
    views: tuple[Tensor, Tensor], objects: Tensor, finest: torch.Size
) -> Mapping[str, float | None]:
    """Return the three properties of an activation, and how well it keeps objects apart.

    Args:
        views: ``(C, H, W)`` of one picture under two noises.
        objects: ``(H, W)`` int64, numbers of objects in the picture.
        finest: rows and columns the objects are judged on, the same for all activations.

    Returns:
        By name; what cannot be told of so small a map or object is left out.
    """
    found: dict[str, float | None] = {}
    try:
        told = layer_properties(views[0])
        found = {
            NOISE: noise_between(views),
            GRANULARITY: told.patch_share,
            LOCALITY: told.locality,
        }
    except InputError:  # too few cells, or none that are finite
        found = {}
    try:
        spread = interpolate(views[0][None].float(), finest)[0]
        (auc,) = measure_separability(
            spread, objects, measures=(Measure.CENTRED_COSINE,), resamples=0, most=_CELLS
        )
        found[AUC] = auc.auc if abs(auc.auc) < float("inf") else None
    except InputError:  # an object too small for two cells
        pass
    return found
