"""The last stages: variants that are trained from the whole U-Net and kept as what they change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from .distil import train_fast
from .inpaint import Holes, cut_holes, train_inpainting
from .pictures import Pictures
from .run import Until, rank_and_world
from .unet import LatentSet
from .variants import FAST, INPAINTING, VariantTraining, save_difference

if TYPE_CHECKING:
    from .architecture import Autoencoder


def load_holes(vae: Autoencoder, scenes: Pictures, folder: Path) -> Holes:
    """Cut a hole into each of ``scenes``, or find them in ``folder``; alike in every process."""
    place = folder / "holes.pt"
    if not place.exists():
        holes = cut_holes(vae, scenes, 0, len(scenes))
        torch.save({"masks": holes.masks, "latents": holes.latents}, place)
    kept = torch.load(place, weights_only=True, map_location=torch.empty(0).device)
    return Holes(kept["masks"], kept["latents"])


def inpainting_stage(
    unet: nn.Module,
    latents: LatentSet,
    holes: Holes,
    folder: Path,
    weights: Path,
    *,
    until: Until,
    batch: int,
    start: nn.Module | None = None,
) -> None:
    """Train the inpainting variant, maybe on from ``start``; the first latents are of ``holes``."""
    trained = train_inpainting(
        unet,
        latents,
        holes,
        folder,
        until=until,
        batch=batch,
        lr=5e-4 if start else 1e-3,
        start=start,
    )
    _write(trained, INPAINTING, weights)


def fast_stage(
    unet: nn.Module, latents: LatentSet, folder: Path, weights: Path, *, until: Until, batch: int
) -> None:
    """Train the head of few steps."""
    trained = train_fast(unet, latents, folder, until=until, batch=batch, lr=1e-3)
    _write(trained, FAST, weights)


def _write(network: nn.Module, variant: VariantTraining, weights: Path) -> None:
    if rank_and_world()[0] == 0:
        save_difference(network, variant, weights / "variants" / f"{variant.name}.safetensors")
