"""Which training time a noise level stands for.

Papers name layers together with a time ``t`` of the training schedule (25, 50, 261); samplers work
with noise levels. Only the model's own schedule translates between the two.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import InputError


@dataclass(frozen=True)
class NoiseLevels:
    """The noise levels a model was trained at.

    Args:
        sigmas: standard deviation of the noise beside a picture of unit scale, one a training time,
            rising; the last may be infinite, where a schedule ends in pure noise.

    Raises:
        InputError: there are none, or they do not rise from above 0.
    """

    sigmas: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.sigmas, self.sigmas[1:], strict=False))
        if not self.sigmas or self.sigmas[0] <= 0 or not rising:
            got = f"{len(self.sigmas)} that do not"
            raise InputError("sigmas", expected="levels that rise from above 0", got=got)

    @classmethod
    def of_alphas(cls, alphas_cumprod: Tensor) -> NoiseLevels:
        """Take the levels from the products ``(T,)`` every Stable Diffusion model carries.

        Raises:
            InputError: they do not fall from below 1.
        """
        kept = alphas_cumprod.detach().to("cpu", torch.float64)
        return cls(tuple(((1 - kept) / kept).sqrt().tolist()))

    def timestep(self, sigma: float) -> float:
        """Return the training time of ``sigma``, between two whole ones as the logarithms lie.

        Levels outside the schedule belong to its ends.
        """
        above = bisect_right(self.sigmas, sigma)
        if above == 0:
            return 0.0
        if above == len(self.sigmas) or math.isinf(self.sigmas[above]):
            return float(above - 1)
        low, high = math.log(self.sigmas[above - 1]), math.log(self.sigmas[above])
        return above - 1 + (math.log(sigma) - low) / (high - low)

    def sigma(self, timestep: int) -> float:
        """Return the level at a whole training time.

        Raises:
            InputError: the schedule has no such time.
        """
        if not 0 <= timestep < len(self.sigmas):
            expected = f"0 to {len(self.sigmas) - 1}, the times the model was trained at"
            raise InputError("t", expected=expected, got=str(timestep))
        return self.sigmas[timestep]
