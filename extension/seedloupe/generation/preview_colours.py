"""The colours of a latent, guessed cell by cell: a preview for the price of a small product.

A VAE's latent is a coarse picture in other colours, and one linear map from a cell to red, green
and blue shows what is being drawn. The factors of Stable Diffusion's families are those that
ComfyUI and the web UI paint their previews with (ComfyUI 0.33.0, ``comfy/latent_formats.py``, read
2026-11); Seedling has a VAE of its own, and its factors were fitted by
``benchmarks/preview_colours.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .model_info import Family, ModelInfo

if TYPE_CHECKING:
    from torch import Tensor

_NO_BIAS = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class PreviewColours:
    """A linear map from a scaled latent's channels to red, green and blue in [-1, 1].

    Attributes:
        factors: a row of three for each channel; what ComfyUI calls ``latent_rgb_factors``.
        bias: three numbers; its ``latent_rgb_factors_bias``.
    """

    factors: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...] = _NO_BIAS

    def paint(self, latents: Tensor) -> Tensor:
        """Return a picture ``(B, 3, H, W)`` of latents ``(B, C, H, W)``, a pixel a cell.

        Args:
            latents: scaled, as the U-Net sees them when they are clean; any dtype and device.

        Returns:
            float32 in [0, 1], on the CPU.
        """
        import torch

        cells = latents.detach().to("cpu", torch.float32)
        factors = torch.tensor(self.factors)
        colours = torch.einsum("bchw,cr->brhw", cells, factors)
        colours = colours + torch.tensor(self.bias)[:, None, None]
        return (colours / 2 + 0.5).clamp(0, 1)


SEEDLING_COLOURS = PreviewColours(
    (
        (-0.1893, -0.1814, 0.0623),
        (0.1507, -0.0692, -0.0629),
        (-0.1650, -0.1944, -0.2842),
        (0.2148, 0.0979, 0.1080),
    ),
    (0.2078, 0.1593, 0.1462),
)
_SD1 = PreviewColours(
    (
        (0.3512, 0.2297, 0.3227),
        (0.3250, 0.4974, 0.2350),
        (-0.2829, 0.1762, 0.2721),
        (-0.2120, -0.2616, -0.7177),
    )
)
_COLOURS = {
    Family.SEEDLING: SEEDLING_COLOURS,
    Family.SD1: _SD1,
    Family.SD2: _SD1,  # the same VAE
    Family.SDXL: PreviewColours(
        (
            (0.3651, 0.4232, 0.4341),
            (-0.2533, -0.0042, 0.1068),
            (0.1076, 0.1111, -0.0362),
            (-0.3165, -0.2492, -0.2188),
        ),
        (0.1084, -0.0175, -0.0011),
    ),
}


def preview_colours(model: ModelInfo) -> PreviewColours | None:
    """Return how a model's latents are painted; None where nobody knows its latents."""
    colours = _COLOURS.get(model.family)
    if colours is None or len(colours.factors) != model.latent_channels:
        return None
    return colours
