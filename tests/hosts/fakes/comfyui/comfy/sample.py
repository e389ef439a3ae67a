"""Drawing noise, and sampling with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

import comfy.samplers


def prepare_noise(
    latent_image: Tensor, seed: int, noise_inds: Sequence[int] | None = None
) -> Tensor:
    """One stream from the global generator, for the whole batch or one by one up to an index."""
    generator = torch.manual_seed(seed)
    if noise_inds is None:
        return torch.randn(latent_image.size(), dtype=torch.float32, generator=generator)
    one = (1, *latent_image.shape[1:])
    last = max(noise_inds)
    drawn = [torch.randn(one, dtype=torch.float32, generator=generator) for _ in range(last + 1)]
    return torch.cat([drawn[index] for index in noise_inds])


def fix_empty_latent_channels(
    model: Any,
    latent_image: Tensor,
    downscale_ratio_spacial: int | None = None,
    downscale_ratio_temporal: int | None = None,
) -> Tensor:
    """Give a latent without content the channels and the cell of the model's."""
    form = model.get_model_object("latent_format")
    if torch.count_nonzero(latent_image):
        return latent_image
    batch, _, height, width = latent_image.shape
    ratio = (downscale_ratio_spacial or form.spacial_downscale_ratio) / form.spacial_downscale_ratio
    sides = round(height * ratio), round(width * ratio)
    return torch.zeros(batch, form.latent_channels, *sides)


def sample_custom(
    model: Any,
    noise: Tensor,
    cfg: float,
    sampler: Any,
    sigmas: Tensor,
    positive: list[Any],
    negative: list[Any],
    latent_image: Tensor,
    noise_mask: Tensor | None = None,
    callback: Any = None,
    disable_pbar: bool = False,
    seed: int | None = None,
) -> Tensor:
    guider = comfy.samplers.CFGGuider(model)
    guider.set_conds(positive, negative)
    guider.set_cfg(cfg)
    return guider.sample(
        noise, latent_image, sampler, sigmas, noise_mask, callback, disable_pbar, seed
    )
