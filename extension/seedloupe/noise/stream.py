"""Generators: one seed, and draw after draw as the host's own generator makes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import NoiseError
from .philox import PhiloxNormals
from .seeds import canonical_seed
from .source import CPU_NOISE, NoiseSource, Rng

if TYPE_CHECKING:
    from torch import Tensor

CELL = 8
"""Pixels a side of one latent cell, in every model these hosts draw for."""
_LARGEST_DRAW = 2**28
_MOST_AXES = 8


class NoiseStream:
    """One generator of a host, as PyTorch tensors.

    Draws follow each other as the host's do: on the CPU one stream of numbers, with Philox an
    offset that moves on. A seed's first draw is its starting noise; the web UI and diffusers take
    the fresh noise of ancestral steps from the second, third and so on. Generators of the host's
    own, global ones included, stay unchanged.

    CPU noise is drawn by PyTorch, and so is bit for bit what PyTorch draws on this machine.

    Args:
        seed: any non-negative 64-bit integer.
        source: which generator draws.

    Attributes:
        seed: the smallest seed that stands for the same noise.
        source: as given.

    Raises:
        SeedError: ``seed`` names no noise.
    """

    def __init__(self, seed: int, source: NoiseSource = CPU_NOISE) -> None:
        self.seed = canonical_seed(seed, source)
        self.source = source
        if source.rng is Rng.TORCH_CPU:
            import torch

            self._generator = torch.Generator("cpu").manual_seed(self.seed)
        else:
            self._normals = PhiloxNormals(self.seed, source.grid_threads)

    def draw(self, shape: Sequence[int]) -> Tensor:
        """Draw the next noise.

        PyTorch's default dtype and device, which a host may have changed, have no say.

        Args:
            shape: e.g. ``(C, H, W)``; how it is cut into axes does not change the values.

        Returns:
            float32 of that shape, CPU, unit variance.

        Raises:
            NoiseError: ``shape`` is empty, has a size below 1, or holds more than 2**28 values.
        """
        import torch

        size = require_size(shape)
        if self.source.rng is Rng.TORCH_CPU:
            return torch.randn(size, generator=self._generator, dtype=torch.float32, device="cpu")
        return torch.from_numpy(self._normals.normals(math.prod(size)).reshape(size))

    def skip(self, shape: Sequence[int], draws: int) -> None:
        """Go on as if ``draws`` draws of ``shape`` had been made.

        Raises:
            NoiseError: ``shape`` is empty, has a size below 1, or holds more than 2**28 values.
        """
        if self.source.rng is not Rng.TORCH_CPU:
            self._normals.skip(math.prod(require_size(shape)), draws)
            return
        for _ in range(draws):
            self.draw(shape)


def require_size(shape: Sequence[int]) -> tuple[int, ...]:
    """Return ``shape`` as a tuple, if it can be drawn.

    Raises:
        NoiseError: ``shape`` is empty, has a size below 1, or holds more than 2**28 values.
    """
    sizes = tuple(shape)
    if not 1 <= len(sizes) <= _MOST_AXES or not all(type(n) is int and n > 0 for n in sizes):
        raise NoiseError("shape", expected="positive whole numbers", got=f"{sizes}")
    if math.prod(sizes) > _LARGEST_DRAW:
        raise NoiseError(
            "shape", expected=f"at most {_LARGEST_DRAW} values (1 GiB)", got=f"{sizes}"
        )
    return sizes


def require_latent_size(shape: Sequence[int]) -> tuple[int, int, int]:
    """Return ``shape`` as a tuple, if it is the size of a latent that can be drawn.

    Raises:
        NoiseError: ``shape`` is not three positive whole numbers, or holds more than 2**28 values.
    """
    sizes = tuple(shape)
    if len(sizes) != 3 or not all(type(size) is int and size > 0 for size in sizes):
        raise NoiseError("shape", expected="three positive whole numbers (C, H, W)", got=f"{sizes}")
    channels, height, width = require_size(sizes)
    return channels, height, width
