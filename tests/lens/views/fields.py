"""Fields of which everything is known, to hold views to."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def noise(*shape: int, seed: int = 0) -> Tensor:
    """White noise."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def smooth(channels: int, height: int, width: int, *, grain: int = 4, seed: int = 0) -> Tensor:
    """Noise without detail finer than ``grain`` cells."""
    size = height // grain + 3, width // grain + 3
    coarse = noise(1, channels, *size, seed=seed)
    fine = functional.interpolate(coarse, scale_factor=grain, mode="bicubic")
    return fine[0, :, grain : grain + height, grain : grain + width]


def mosaic(channels: int, height: int, width: int, *, patch: int, seed: int = 0) -> Tensor:
    """Flat squares of side ``patch``."""
    coarse = noise(channels, height // patch + 1, width // patch + 1, seed=seed)
    fine = coarse.repeat_interleave(patch, dim=1).repeat_interleave(patch, dim=2)
    return fine[:, :height, :width]


def ramp(height: int, width: int) -> Tensor:
    """Column of each cell, ``(H, W)``, from -1 to 1."""
    return torch.linspace(-1, 1, width).expand(height, width)


def disc(
    height: int, width: int, *, x: float = 0.5, y: float = 0.5, radius: float = 0.25
) -> Tensor:
    """A disc, ``(H, W)``, bool."""
    rows = (torch.arange(height) + 0.5)[:, None] / height - y
    columns = (torch.arange(width) + 0.5)[None] / width - x
    return rows.square() + columns.square() <= radius**2
