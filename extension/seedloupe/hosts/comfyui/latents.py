"""The latents a MODEL works on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import comfy.sample

__all__ = ["latent_shape", "shape_in_use"]


def latent_shape(width: int, height: int, model: Any = None) -> tuple[int, int, int]:
    """``(C, H, W)`` of one picture, in latent cells.

    Args:
        width: in pixels.
        height: in pixels.
        model: asked for its channels; Stable Diffusion's 4 without one.
    """
    form = model.get_model_object("latent_format") if model is not None else None
    channels = getattr(form, "latent_channels", 4)
    cell = getattr(form, "spacial_downscale_ratio", 8)  # the host's own spelling
    return channels, height // cell, width // cell


def shape_in_use(latent: Mapping[str, Any], model: Any = None) -> tuple[int, ...]:
    """Return the shape of one picture's noise as the host will draw it.

    Before it draws, the host gives a latent without content the channels and the cell of the model,
    whatever node made it.

    Args:
        latent: ``samples`` of ``(B, C, H, W)`` or ``(B, C, F, H, W)``, and more.
        model: what will sample; without one the latent is taken as it is.
    """
    samples = latent["samples"]
    if model is not None:
        ratios = (latent.get(f"downscale_ratio_{axis}") for axis in ("spacial", "temporal"))
        samples = comfy.sample.fix_empty_latent_channels(model, samples, *ratios)
    return tuple(samples.shape[1:])
