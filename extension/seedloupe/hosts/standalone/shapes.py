"""What size every layer has, found by running the U-Net once on nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .denoise import Plan, denoise
from .latents import source_without_picture
from .text import encode_text

if TYPE_CHECKING:
    from ...lens import FeatureMap
    from .models import Model


def layer_shapes(
    model: Model, layers: Sequence[str], width: int, height: int
) -> dict[str, tuple[int, int, int]]:
    """Return ``(C, H, W)`` of each layer that runs, for pictures of ``width`` by ``height`` pixels.

    Raises:
        ShapeError: no picture can have that size.
    """
    import torch

    from ...lens import FeatureProbe

    shapes: dict[str, tuple[int, int, int]] = {}

    def measure(feature: FeatureMap) -> None:
        channels, rows, columns = feature.values.shape[1:]
        shapes[feature.layer] = channels, rows, columns

    shape = model.latent_shape(width, height)
    text = encode_text(model, [""], negative="", guided=False)
    source = source_without_picture(model, shape)
    plan = Plan(steps=1, guidance=1.0)
    with FeatureProbe(model.unet, layers, measure):
        for _ in denoise(model, torch.zeros(1, *shape), text, plan, source=source):
            pass
    return shapes
