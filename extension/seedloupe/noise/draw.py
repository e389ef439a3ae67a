"""Drawing the noise a seed stands for."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence

import torch
from torch import Tensor

from ..errors import NoiseError, SeedError
from ..tensors import require_shape
from .source import CPU_NOISE, NoiseSource, Rng

FINGERPRINT_TOLERANCE = 1e-4
"""How far two fingerprints of the same noise may lie apart.

PyTorch picks vector instructions by processor, and with them the last bits of a draw change (by up
to 1.7e-6), so noise is never identified by a hash of its bytes.
"""

_FINGERPRINT_SIZE = 8
_SEED_LIMIT = 2**64
_LARGEST_DRAW = 2**28


def canonical_seed(seed: int, source: NoiseSource = CPU_NOISE) -> int:
    """Return the smallest seed that stands for the same noise.

    PyTorch's CPU generator keeps the low 32 bits of a seed, so ``42`` and ``42 + 2**32`` are one
    seed there; Philox tells them apart.

    Raises:
        SeedError: ``seed`` is no whole number, negative, or 2**64 and more.
    """
    number = _whole(seed)
    if not 0 <= number < _SEED_LIMIT:
        raise SeedError("seed", expected="0 to 18446744073709551615", got=f"{number}")
    return number % 2**32 if source.rng is Rng.TORCH_CPU else number


def initial_noise(
    seed: int, shape: tuple[int, int, int], *, source: NoiseSource = CPU_NOISE
) -> Tensor:
    """Draw the starting latent of one image.

    The draw happens on the CPU, so a seed names the same latent on every machine, and from its own
    generator, so the host's random state is untouched. PyTorch's default dtype and device, which a
    host may have changed, have no say either.

    Args:
        seed: any non-negative 64-bit integer.
        shape: ``(C, H, W)`` in latent cells, e.g. ``(4, 64, 64)`` for 512x512 pixels.
        source: which generator draws.

    Returns:
        ``(C, H, W)``, float32, CPU, unit variance.

    Raises:
        SeedError: ``seed`` names no noise.
        NoiseError: ``shape`` is no latent size, or ``source`` is not the CPU generator; this
            version draws cpu noise only.
    """
    number = canonical_seed(seed, source)
    size = _require_latent_size(shape)
    if source.rng is not Rng.TORCH_CPU:
        raise NoiseError(
            "noise",
            expected="cpu, the only noise this version draws",
            got=source.label,
            advice="Choose the CPU as noise source, in the host too.",
        )
    generator = torch.Generator("cpu").manual_seed(number)
    return torch.randn(size, generator=generator, dtype=torch.float32, device="cpu")


def noise_fingerprint(noise: Tensor) -> tuple[float, ...]:
    """Return the first 8 values of a latent, by which noise is recognised.

    Args:
        noise: ``(C, H, W)``, any float dtype and device.

    Raises:
        ShapeError: ``noise`` is laid out differently.
    """
    require_shape(noise, "C H W", field="noise")
    values = noise.detach().flatten()[:_FINGERPRINT_SIZE].to("cpu", torch.float32)
    return tuple(values.tolist())


def fingerprints_agree(first: Sequence[float], second: Sequence[float]) -> bool:
    """Tell whether two fingerprints are of the same noise, give or take the processor."""
    return len(first) == len(second) and all(
        abs(a - b) <= FINGERPRINT_TOLERANCE for a, b in zip(first, second, strict=True)
    )


def _whole(seed: int) -> int:
    if isinstance(seed, bool):
        raise SeedError("seed", expected="a whole number", got=f"{seed}")
    try:
        return operator.index(seed)
    except TypeError:
        raise SeedError(
            "seed", expected="a whole number", got=f"{seed!r} ({type(seed).__name__})"
        ) from None


def _require_latent_size(shape: Sequence[int]) -> tuple[int, int, int]:
    sizes = tuple(shape)
    if len(sizes) != 3 or not all(type(size) is int and size > 0 for size in sizes):
        raise NoiseError("shape", expected="three positive whole numbers (C, H, W)", got=f"{sizes}")
    if math.prod(sizes) > _LARGEST_DRAW:
        raise NoiseError(
            "shape", expected=f"at most {_LARGEST_DRAW} values (1 GiB)", got=f"{sizes}"
        )
    channels, height, width = sizes
    return channels, height, width
