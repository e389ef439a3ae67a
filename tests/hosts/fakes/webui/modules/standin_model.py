"""The double's checkpoint: one line of arithmetic, or a real U-Net of the original layout.

Pictures are their latents made visible, so another latent is another picture, and a picture that
goes in comes out again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from . import standin

CELL = 8
CHANNELS = 4
CONTEXT = 16
TOKENS = 77
SCALE = 3.0
"""The latent value that is white, or black when negative."""

_SIZES = {
    "width": 8,
    "multiples": (1, 2),
    "depths": (1, 1),
    "middle_depth": 1,
    "context": CONTEXT,
    "heads": 2,
    "groups": 4,
}


CHECKPOINT_INFO = SimpleNamespace(
    sha256="ab" * 32,
    name_for_extra="stand-in",
    model_name="stand-in",
    short_title="stand-in [abababab]",
    title="stand-in.safetensors [abababab]",
    name="stand-in.safetensors",
    filename="/nowhere/models/Stable-diffusion/stand-in.safetensors",
    shorthash="ab" * 5,
)


class LightUNet(nn.Module):
    """Predicts noise in one line, called as the web UI's is; Forge hands over more keywords."""

    def forward(
        self,
        x: Tensor,
        timesteps: Tensor,
        context: Tensor,
        control: object = None,
        transformer_options: object = None,
    ) -> Tensor:
        return torch.tanh(x + context.mean(dim=(1, 2))[:, None, None, None])


def original_unet() -> nn.Module:
    """Return a small U-Net of the original layout, with random weights.

    It is the lens tests' own, loaded by its path: the web UI knows no package of tests.
    """
    path = Path(__file__).parents[4] / "lens" / "ldm_stand_in.py"
    spec = spec_from_file_location(f"{__package__}.standin_ldm", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)

    class UNet(module.LdmUNet):  # type: ignore[misc, name-defined]
        def forward(
            self,
            x: Tensor,
            timesteps: Tensor,
            context: Tensor,
            control: object = None,
            transformer_options: object = None,
        ) -> Tensor:
            # The web UI takes pictures of any multiple of eight; this halves latents once.
            height, width = x.shape[2:]
            even = F.pad(x, (0, width % 2, 0, height % 2), mode="replicate")
            return super().forward(even, timesteps, context)[:, :, :height, :width]

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        unet = UNet(**_SIZES).eval()
    return unet.requires_grad_(False)


class Placeholder:
    """What Forge has for a model before the first job: nothing of a model."""

    chunk_length = 75
    cond_stage_model = None


def loaded_model() -> Any:
    """Return the loaded checkpoint; in Forge, the placeholder."""
    return Placeholder() if standin.variant.forge else real_model()


def real_model() -> Any:
    """Return the checkpoint."""
    unet = original_unet() if standin.with_unet else LightUNet()
    model = SimpleNamespace(
        sd_checkpoint_info=CHECKPOINT_INFO,
        sd_model_hash="ab" * 5,
        is_sd1=True,
        is_sd2=False,
        is_sd3=False,
        is_sdxl=False,
        cond_stage_key="txt",
        paint=None,
    )
    if standin.variant.forge:
        parts = SimpleNamespace(
            unet=SimpleNamespace(
                model=SimpleNamespace(diffusion_model=unet), model_options={}, load_device="cpu"
            ),
            vae=SimpleNamespace(latent_channels=CHANNELS),
        )
        model.forge_objects = model.forge_objects_original = parts
        model.forge_objects_after_applying_lora = parts
    else:
        model.model = SimpleNamespace(diffusion_model=unet, conditioning_key="crossattn")
    return model


def unet_of(model: Any) -> nn.Module:
    """Return the U-Net, wherever this web UI keeps it."""
    if standin.variant.forge:
        return model.forge_objects.unet.model.diffusion_model
    return model.model.diffusion_model


def decode(latents: Tensor) -> Tensor:
    """Make latents ``(B, 4, h, w)`` visible: ``(B, 3, 8h, 8w)`` between 0 and 1."""
    visible = (latents[:, :3] / SCALE + 1) / 2
    return visible.clamp(0, 1).repeat_interleave(CELL, 2).repeat_interleave(CELL, 3)


def encode(pictures: Tensor) -> Tensor:
    """Undo :func:`decode`; what varies inside a cell is averaged."""
    visible = F.avg_pool2d(pictures, CELL) * 2 - 1
    return torch.cat([visible, visible.mean(1, keepdim=True)], dim=1) * SCALE


Painter = Callable[[Any, int, Image.Image], Image.Image]
"""``paint(p, position in batch, picture)``: lets a test decide what a picture shows."""


def painted(model: Any, p: Any, position: int, picture: Image.Image) -> Image.Image:
    """Return the picture as the test wants it, if it does."""
    return picture if model.paint is None else model.paint(p, position, picture)
