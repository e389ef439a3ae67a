"""How latents of a kind of model are laid out, and what colours they stand for."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor


class LatentFormat:
    scale_factor: float = 1.0
    latent_channels: int = 4
    latent_dimensions: int = 2
    spacial_downscale_ratio: int = 8  # the host's own spelling
    latent_rgb_factors: ClassVar[list[list[float]] | None] = None
    latent_rgb_factors_bias: ClassVar[list[float] | None] = None
    taesd_decoder_name: ClassVar[str | None] = None

    def process_in(self, latent: Tensor) -> Tensor:
        return latent * self.scale_factor

    def process_out(self, latent: Tensor) -> Tensor:
        return latent / self.scale_factor


class SD15(LatentFormat):
    latent_rgb_factors: ClassVar[list[list[float]]] = [[0.3, 0.2, 0.2]] * 4

    def __init__(self, scale_factor: float = 0.18215) -> None:
        self.scale_factor = scale_factor
        self.taesd_decoder_name = "taesd_decoder"


class Flux(LatentFormat):
    latent_channels = 16
