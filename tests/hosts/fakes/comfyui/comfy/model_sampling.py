"""How noise levels and times belong together in models that predict noise."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _beside(sigma: Tensor, dimensions: int) -> Tensor:
    return sigma.view(()) if sigma.nelement() == 1 else sigma.view(-1, *[1] * (dimensions - 1))


class CONST:
    """Models of straight paths."""


class EPS:
    sigma_data: float

    def calculate_input(self, sigma: Tensor, noise: Tensor) -> Tensor:
        return noise / (_beside(sigma, noise.ndim) ** 2 + self.sigma_data**2) ** 0.5

    def calculate_denoised(
        self, sigma: Tensor, model_output: Tensor, model_input: Tensor
    ) -> Tensor:
        return model_input - model_output * _beside(sigma, model_output.ndim)

    def noise_scaling(
        self, sigma: Tensor, noise: Tensor, latent_image: Tensor, max_denoise: bool = False
    ) -> Tensor:
        factor = torch.sqrt(1 + sigma**2) if max_denoise else sigma
        return noise * factor + latent_image

    def inverse_noise_scaling(self, sigma: Tensor, latent: Tensor) -> Tensor:
        return latent


class ModelSamplingDiscrete(nn.Module):
    def __init__(self, model_config: object = None, zsnr: bool | None = None) -> None:
        super().__init__()
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
        kept = torch.cumprod(1 - betas, dim=0)
        self.sigma_data = 1.0
        self.set_sigmas((((1 - kept) / kept) ** 0.5).float())

    def set_sigmas(self, sigmas: Tensor) -> None:
        self.register_buffer("sigmas", sigmas.float())
        self.register_buffer("log_sigmas", sigmas.log().float())

    @property
    def sigma_min(self) -> Tensor:
        return self.sigmas[0]

    @property
    def sigma_max(self) -> Tensor:
        return self.sigmas[-1]

    def timestep(self, sigma: Tensor) -> Tensor:
        """The nearest trained step, as a whole number."""
        apart = sigma.log() - self.log_sigmas[:, None]
        return apart.abs().argmin(dim=0).view(sigma.shape)

    def sigma(self, timestep: Tensor) -> Tensor:
        place = torch.clamp(timestep.float(), min=0, max=len(self.sigmas) - 1)
        low, high, share = place.floor().long(), place.ceil().long(), place.frac()
        return ((1 - share) * self.log_sigmas[low] + share * self.log_sigmas[high]).exp()
