"""Laying word maps over pictures."""

from __future__ import annotations

import torch
from torch import Tensor

from ...tensors import require_shape
from .accumulator import resize

#: From dark over red to a light yellow, so that more is always lighter, in gray as well.
_COLOURS = (
    (0.00, 0.00, 0.02),
    (0.32, 0.07, 0.48),
    (0.72, 0.21, 0.47),
    (0.98, 0.53, 0.38),
    (0.99, 0.99, 0.75),
)


def heat_colours(values: Tensor) -> Tensor:
    """Paint ``(H, W)`` in ``[0, 1]`` as ``(3, H, W)`` in ``[0, 1]``, dark to light."""
    require_shape(values, "H W", field="values")
    stops = torch.tensor(_COLOURS, device=values.device)
    place = values.clamp(0, 1) * (len(stops) - 1)
    below = place.floor().clamp_max(len(stops) - 2)
    part = (place - below)[..., None]
    lower, upper = stops[below.long()], stops[below.long() + 1]
    return ((1 - part) * lower + part * upper).permute(2, 0, 1)


def overlay(picture: Tensor, values: Tensor, *, strength: float = 0.65) -> Tensor:
    """Lay a word's map over a picture, brightest where the word is attended to most.

    The map is stretched from its smallest to its largest value: an overlay tells where, not how
    much. A map that is the same everywhere comes out dark.

    Args:
        picture: ``(3, H, W)``, float32 in ``[0, 1]``.
        values: ``(h, w)``, any range; enlarged bilinearly.
        strength: how much of the picture is covered, 0 to 1.

    Returns:
        ``(3, H, W)``, float32 in ``[0, 1]``.
    """
    require_shape(picture, "3 H W", field="picture")
    require_shape(values, "h w", field="values")
    low, high = values.min(), values.max()
    stretched = (values - low) / (high - low) if high > low else torch.zeros_like(values)
    large = resize(stretched[None, None], (picture.shape[1], picture.shape[2]))[0, 0]
    return (1 - strength) * picture + strength * heat_colours(large)
