"""A stand-in for a diffusion model: a blob where the noise is high, of the prompt's colour.

The strength of the noise's first channel decides how well the picture comes out, so the
seed matters and by how much is known; ``shuffled`` gives each picture another seed's noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from seedloupe.noise import NoiseSource
from seedloupe.tables import MetricSpec, ModelSpec, SamplingSpec, Task

SHAPE = (4, 6, 8)
PROMPTS = ("red", "green", "blue", "white")
CONFIRM = ("yellow", "pink", "gray", "black")


class BlobGenerator:
    """Noise ``(B, 4, 6, 8)`` to images ``(B, 3, 48, 64)``; counts the pictures it made."""

    def __init__(self, *, shuffled: bool = False) -> None:
        self.made = 0
        self._turn = np.random.default_rng(5) if shuffled else None

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        self.made += len(noise)
        if self._turn is not None:
            seed = int(self._turn.integers(2**31))
            noise = torch.randn(noise.shape, generator=torch.Generator().manual_seed(seed))
        hue = torch.tensor([(hash_of(prompt) >> shift) % 100 / 100 for shift in (0, 8, 16)])
        field = functional.interpolate(noise[:, :1], scale_factor=8, mode="bilinear").sigmoid()
        return (field * hue[None, :, None, None]).clamp(0, 1)


class LowVarianceGenerator(BlobGenerator):
    """Draws what the prompt says; seeds add one of four tints that nobody would see."""

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        still = torch.linspace(-1, 1, 48).reshape(1, 1, 6, 8).expand(len(noise), 4, -1, -1)
        images = super().__call__(prompt, still.clone(), seeds)
        tints = torch.cat([torch.zeros(1, 3), torch.eye(3)])[[seed % 4 for seed in seeds]]
        return (0.9 * images + 0.01 * tints[:, :, None, None]).clamp(0, 1)


class QualityInstrument:
    """Scores what the blob generator was built to vary."""

    references: Mapping[str, np.ndarray] = {
        "frechet.near": np.random.default_rng(0).normal(0, 0.1, (64, 3)).astype(np.float32)
    }
    classes: Mapping[str, tuple[str, ...]] = {"composition": ("blob",)}
    metrics: Sequence[MetricSpec] = (
        MetricSpec("bright", "1", True),
        MetricSpec("near", "1", False),
    )

    def measure(self, images: Tensor, prompt: str) -> Mapping[str, Tensor]:
        """``bright`` is the mean in units of the prompt's hue; ``near`` shrinks with it."""
        hue = max((hash_of(prompt) >> shift) % 100 / 100 for shift in (0, 8, 16))
        bright = images.amax(1).mean((1, 2)) / hue
        return {
            "score.bright": bright,
            "frechet.near": (1 - bright)[:, None].repeat(1, 3),
            "feature.style": torch.cat([images.mean((2, 3)), images.std((2, 3))], 1),
            "place.composition": torch.stack(
                [bright, 1 - bright, bright, bright * float("nan")], 1
            ).clamp(0, 1),
        }


def hash_of(prompt: str) -> int:
    """A number that is the same in every process, unlike ``hash``, with no zero hue."""
    return int.from_bytes(prompt.encode()[:3].ljust(3, b"x"), "little") | 0x0F0F0F


def plan_settings() -> dict[str, object]:
    """What every plan of these tests shares."""
    return {
        "shape": SHAPE,
        "noise": NoiseSource(),
        "model": ModelSpec("toy", "blobs", None, 4, "epsilon"),
        "sampling": SamplingSpec(Task.TXT2IMG, steps=1),
    }
