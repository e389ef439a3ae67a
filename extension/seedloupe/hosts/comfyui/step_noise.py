"""Noise of a sampler's steps, of a seed of its own for every picture of a batch.

The host's samplers draw it for the whole batch at once, or by intervals from a Brownian tree. Both
take another source of it as ``noise_sampler``; which of the two a sampler would make itself stands
in its code.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from comfy.k_diffusion import sampling
from comfy.samplers import KSAMPLER
from torch import Tensor

from ...errors import InputError
from ...noise import SeedBatch
from .noise import SeedNoise

__all__ = ["with_step_noise"]

_TREE = "BrownianTreeNoiseSampler"


def with_step_noise(sampler: Any, noise: Any) -> KSAMPLER:
    """Return a SAMPLER that draws at its steps as single runs would.

    Args:
        sampler: one of the host's.
        noise: a NOISE of ours, which knows the seeds.

    Raises:
        InputError: the sampler or the noise is of another kind.
    """
    function = getattr(sampler, "sampler_function", None)
    if function is None:
        raise InputError(
            "sampler",
            expected="a sampler of ComfyUI's own kind",
            got=type(sampler).__name__,
            advice="Use KSampler Select or a Sampler node of the core.",
        )
    if not isinstance(noise, SeedNoise):
        raise InputError(
            "noise",
            expected="a noise that knows each picture's seed",
            got=type(noise).__name__,
            advice="Wire Pick Seeds or Noise from Seeds to this node and to the sampler.",
        )
    options = dict(getattr(sampler, "extra_options", {}))
    inpainting = dict(getattr(sampler, "inpaint_options", {}))
    return KSAMPLER(_with_rows(function, noise), options, inpainting)


def _with_rows(function: Callable[..., Tensor], noise: SeedNoise) -> Callable[..., Tensor]:
    if "noise_sampler" not in inspect.signature(function).parameters:
        return function  # it draws nothing at its steps

    def sample(model: Any, x: Tensor, sigmas: Tensor, **options: Any) -> Tensor:
        rows = noise.drawn.rows if noise.drawn else None
        of_rows = noise.batch.of_rows(len(x), rows)
        seeds = [SeedBatch((seed,), noise.batch.source).step_seed for seed in of_rows]
        if options.get("noise_sampler") is None and len(seeds) == len(x):
            options["noise_sampler"] = _noise_sampler(function, x, sigmas, seeds)
        return function(model, x, sigmas, **options)

    sample.__name__ = getattr(function, "__name__", "sample")
    return sample


def _noise_sampler(
    function: Callable[..., Tensor], x: Tensor, sigmas: Tensor, seeds: Sequence[int]
) -> Callable[..., Tensor]:
    bare = inspect.unwrap(function)
    if _TREE in bare.__code__.co_names:
        low, high = sigmas[sigmas > 0].min(), sigmas.max()
        on_cpu = not bare.__name__.endswith("_gpu")
        return sampling.BrownianTreeNoiseSampler(x, low, high, seed=list(seeds), cpu=on_cpu)
    rows = [
        sampling.default_noise_sampler(x[row : row + 1], seed=seed)
        for row, seed in enumerate(seeds)
    ]
    return lambda sigma, sigma_next: torch.cat([draw(sigma, sigma_next) for draw in rows])
