"""Variants of the U-Net that change few of its weights, so that few have to be kept.

A variant's file holds only the tensors that differ from the single-file checkpoint, under the
same names; :mod:`..variants` lays it over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ..variants import MARK
from .export import unet_to_ldm

_PREFIX = "model.diffusion_model."


@dataclass(frozen=True)
class VariantTraining:
    """Which weights a variant trains.

    Attributes:
        name: of its file.
        trained: a weight is trained when its name contains one of these.
    """

    name: str
    trained: tuple[str, ...]

    def freeze(self, unet: nn.Module) -> nn.Module:
        """Let only this variant's weights learn; returns ``unet``."""
        for name, weight in unet.named_parameters():
            weight.requires_grad_(any(part in name for part in self.trained))
        return unet


#: Fills a hole: a new first layer, and the levels that see single cells.
INPAINTING = VariantTraining(
    "inpainting", ("conv_in", "conv_out", "down_blocks.0.", "up_blocks.2.")
)
#: Needs few steps: what steps are made of changes, what pictures are made of stays.
FAST = VariantTraining("fast", ("attn1", "attn2", "time_emb", "conv_out"))


def save_difference(unet: nn.Module, variant: VariantTraining, path: Path) -> None:
    """Write the weights ``variant`` trained, float16, by their names in the single file."""
    weights = unet.state_dict()
    kept = {n: w for n, w in weights.items() if any(part in n for part in variant.trained)}
    renamed = {_PREFIX + name: value for name, value in unet_to_ldm(kept).items()}
    half = {name: value.to(torch.float16).contiguous() for name, value in renamed.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(half, path, {"format": "pt", MARK: variant.name})


def widen_input(unet: nn.Module, channels: int) -> nn.Module:
    """Give the U-Net ``channels`` inputs; it ignores the new ones until trained.

    The four it had come first, as in Stable Diffusion's inpainting models.
    """
    old = unet.get_submodule("conv_in")
    assert isinstance(old, nn.Conv2d)
    new = nn.Conv2d(channels, old.out_channels, 3, padding=1)
    weight = torch.zeros_like(new.weight)
    weight[:, : old.in_channels] = old.weight.detach()
    new.load_state_dict({"weight": weight, "bias": _bias(old)})
    unet.set_submodule("conv_in", new.to(old.weight.dtype))
    unet.register_to_config(in_channels=channels)  # type: ignore[operator]
    return unet


def _bias(layer: nn.Conv2d) -> Tensor:
    return layer.get_parameter("bias").detach()
