"""Begin from weights that are there, as far as their shapes fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ..variants import Variant, overlaid

if TYPE_CHECKING:
    from .architecture import Autoencoder


def start_vae(weights: Path) -> Autoencoder:
    """The VAE of the single file in ``weights``, float32."""
    from diffusers import AutoencoderKL

    # Made on the CPU whatever the default device: the loader reckons with that.
    with torch.device("cpu"):
        vae: Autoencoder = AutoencoderKL.from_single_file(
            weights / "seedling.safetensors",
            config=str(weights / "config"),
            subfolder="vae",
            local_files_only=True,
        ).float()
    vae.to(torch.empty(0).device)
    return vae


def start_unet(weights: Path, variant: Variant = Variant.PLAIN) -> nn.Module:
    """The U-Net of the single file in ``weights``, or one of its variants, float32."""
    from diffusers import UNet2DConditionModel

    single = weights / "seedling.safetensors"
    difference = weights / "variants" / f"{variant.mark}.safetensors"
    with torch.device("cpu"):
        unet: nn.Module = UNet2DConditionModel.from_single_file(
            str(single) if variant is Variant.PLAIN else overlaid(single, difference),
            config=str(weights / "config"),
            subfolder="unet",
            in_channels=9 if variant is Variant.INPAINTING else 4,
            local_files_only=True,
        ).float()
    return unet.to(torch.empty(0).device)


def start_text(encoder: nn.Module, weights: Path) -> nn.Module:
    """``encoder`` with the text tower of the single file; the projection is the critic's."""
    prefix = "cond_stage_model.transformer."
    single = load_file(weights / "seedling.safetensors")
    tower = {k.removeprefix(prefix): v for k, v in single.items() if k.startswith(prefix)}
    critic = load_file(weights / "critic.safetensors")
    copy_fitting(encoder, tower | {"text_projection.weight": critic["words.weight"]})
    return encoder


def copy_fitting(network: nn.Module, state: dict[str, Tensor]) -> tuple[str, ...]:
    """Copy every tensor of ``state`` whose name and shape fit; returns the names left out."""
    own = network.state_dict()
    fitting = {
        name: value.to(own[name].dtype)
        for name, value in state.items()
        if name in own and own[name].shape == value.shape
    }
    network.load_state_dict(fitting, strict=False)
    return tuple(sorted(set(own) - set(fitting)))
