"""Seedling sampled as Seedloupe's command line samples it.

ComfyUI rounds the time it tells the network to a whole trained step, and every sampler begins from
noise times the root of one plus the level squared, where diffusers' Euler begins from noise times
the level. With a model of 128x128 pixels and few steps that moves single pixels by a third of
their range. The host asks the model how it is sampled, so Seedling answers for itself.
"""

from __future__ import annotations

from typing import Any

import comfy.model_sampling
import torch
from comfy.patcher_extension import WrappersMP
from torch import Tensor

__all__ = ["SeedlingSampling", "begin_as_diffusers"]

_KEY = "seedloupe.seedling"
_EULERS = frozenset({"sample_euler", "sample_euler_ancestral", "sample_heun"})
"""The samplers that begin from noise times the level in diffusers."""


class SeedlingSampling(comfy.model_sampling.ModelSamplingDiscrete, comfy.model_sampling.EPS):
    """The levels of Stable Diffusion, at times between the trained steps as well."""

    def timestep(self, sigma: Tensor) -> Tensor:
        """Return the training times of noise levels, logarithms interpolated: ``sigma``'s shape."""
        levels = self.log_sigmas.to(sigma.device)
        wanted = sigma.log().flatten().contiguous()
        above = torch.searchsorted(levels, wanted).clamp(1, len(levels) - 1)
        low, high = levels[above - 1], levels[above]
        share = ((wanted - low) / (high - low)).clamp(0, 1)
        return (above - 1 + share).view(sigma.shape)

    def noise_scaling(
        self, sigma: Tensor, noise: Tensor, latent_image: Tensor, max_denoise: bool = False
    ) -> Tensor:
        """Return what sampling begins with: at full denoise noise alone, as in diffusers.

        The host adds the picture there as well, and against the highest level it is not nothing.
        """
        kept = torch.zeros_like(latent_image) if max_denoise else latent_image
        return super().noise_scaling(sigma, noise, kept, max_denoise)


def begin_as_diffusers(model: Any) -> None:
    """Let a MODEL's Euler begin from noise times the level, as diffusers' does.

    Args:
        model: the patcher; its clones inherit the wrapper.
    """
    model.add_wrapper_with_key(WrappersMP.SAMPLER_SAMPLE, _KEY, _scaled)


def _scaled(
    executor: Any,
    model_wrap: Any,
    sigmas: Tensor,
    extra_args: dict[str, Any],
    callback: Any,
    noise: Tensor,
    *rest: Any,
    **more: Any,
) -> Tensor:
    sampler = executor.class_obj
    name = getattr(getattr(sampler, "sampler_function", None), "__name__", "")
    if name in _EULERS and sampler.max_denoise(model_wrap, sigmas):
        # The host will multiply with the root of one plus the level squared.
        noise = noise * (sigmas[0] / torch.sqrt(1 + sigmas[0] ** 2))
    return executor(model_wrap, sigmas, extra_args, callback, noise, *rest, **more)
