"""Samplers of the double: one without step noise, two with it, one that calls twice a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor


def default_noise_sampler(x: Tensor, seed: int | None = None) -> Callable[[Tensor, Tensor], Tensor]:
    """One stream for the whole batch; on the CPU with the next seed."""
    generator = torch.Generator(x.device)
    generator.manual_seed(seed + 1 if x.device.type == "cpu" else seed)
    return lambda _, __: torch.randn(x.size(), dtype=x.dtype, generator=generator)


class BrownianTreeNoiseSampler:
    """Noise by the interval it is asked for; a number, or one for each row of the batch."""

    def __init__(
        self,
        x: Tensor,
        sigma_min: Tensor,
        sigma_max: Tensor,
        seed: int | Sequence[int] | None = None,
        transform: Callable[[Tensor], Tensor] = lambda x: x,
        cpu: bool = False,
    ) -> None:
        self.x, self.seed, self.transform = x, seed, transform

    def __call__(self, sigma: Tensor, sigma_next: Tensor) -> Tensor:
        interval = round(float(self.transform(sigma)) * 1e6)
        if isinstance(self.seed, int):
            return self._of(self.x, self.seed, interval)
        rows = zip(self.x, self.seed, strict=True)
        return torch.stack([self._of(row, seed, interval) for row, seed in rows])

    @staticmethod
    def _of(x: Tensor, seed: int, interval: int) -> Tensor:
        generator = torch.Generator().manual_seed((seed * 1_000_003 + interval) % 2**63)
        return torch.randn(x.shape, dtype=x.dtype, generator=generator)


def _report(callback: Any, step: int, x: Tensor, sigma: Tensor, denoised: Tensor) -> None:
    if callback is not None:
        callback({"x": x, "i": step, "sigma": sigma, "sigma_hat": sigma, "denoised": denoised})


def sample_euler(
    model: Any,
    x: Tensor,
    sigmas: Tensor,
    extra_args: dict[str, Any] | None = None,
    callback: Any = None,
    disable: bool | None = None,
) -> Tensor:
    rows = x.new_ones([len(x)])
    for i in range(len(sigmas) - 1):
        denoised = model(x, sigmas[i] * rows, **(extra_args or {}))
        _report(callback, i, x, sigmas[i], denoised)
        x = x + (x - denoised) / sigmas[i] * (sigmas[i + 1] - sigmas[i])
    return x


def sample_heun(
    model: Any,
    x: Tensor,
    sigmas: Tensor,
    extra_args: dict[str, Any] | None = None,
    callback: Any = None,
    disable: bool | None = None,
) -> Tensor:
    """Calls the model twice a step, the second time at the next step's level."""
    rows = x.new_ones([len(x)])
    for i in range(len(sigmas) - 1):
        denoised = model(x, sigmas[i] * rows, **(extra_args or {}))
        _report(callback, i, x, sigmas[i], denoised)
        slope = (x - denoised) / sigmas[i]
        step = sigmas[i + 1] - sigmas[i]
        if sigmas[i + 1] == 0:
            x = x + slope * step
            continue
        there = x + slope * step
        denoised = model(there, sigmas[i + 1] * rows, **(extra_args or {}))
        x = x + (slope + (there - denoised) / sigmas[i + 1]) / 2 * step
    return x


def sample_euler_ancestral(
    model: Any,
    x: Tensor,
    sigmas: Tensor,
    extra_args: dict[str, Any] | None = None,
    callback: Any = None,
    disable: bool | None = None,
    eta: float = 1.0,
    s_noise: float = 1.0,
    noise_sampler: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> Tensor:
    extra_args = extra_args or {}
    seed = extra_args.get("seed")
    noise_sampler = default_noise_sampler(x, seed=seed) if noise_sampler is None else noise_sampler
    return _with_step_noise(model, x, sigmas, extra_args, callback, noise_sampler)


def sample_dpmpp_sde(
    model: Any,
    x: Tensor,
    sigmas: Tensor,
    extra_args: dict[str, Any] | None = None,
    callback: Any = None,
    disable: bool | None = None,
    eta: float = 1.0,
    s_noise: float = 1.0,
    noise_sampler: Callable[[Tensor, Tensor], Tensor] | None = None,
    r: float = 1 / 2,
) -> Tensor:
    extra_args = extra_args or {}
    low, high = sigmas[sigmas > 0].min(), sigmas.max()
    seed = extra_args.get("seed")
    if noise_sampler is None:
        noise_sampler = BrownianTreeNoiseSampler(x, low, high, seed=seed, cpu=True)
    return _with_step_noise(model, x, sigmas, extra_args, callback, noise_sampler)


def _with_step_noise(
    model: Any,
    x: Tensor,
    sigmas: Tensor,
    extra_args: dict[str, Any],
    callback: Any,
    noise_sampler: Callable[[Tensor, Tensor], Tensor],
) -> Tensor:
    rows = x.new_ones([len(x)])
    for i in range(len(sigmas) - 1):
        denoised = model(x, sigmas[i] * rows, **extra_args)
        _report(callback, i, x, sigmas[i], denoised)
        down = sigmas[i + 1] * 0.5
        x = x + (x - denoised) / sigmas[i] * (down - sigmas[i])
        if sigmas[i + 1] > 0:
            x = x + noise_sampler(sigmas[i], sigmas[i + 1]) * (sigmas[i + 1] ** 2 - down**2) ** 0.5
    return x
