"""The latents a MODEL works on."""

from __future__ import annotations

from typing import Any

__all__ = ["latent_shape"]


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
