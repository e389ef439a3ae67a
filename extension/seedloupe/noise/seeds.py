"""Which numbers are seeds, and which of them are the same seed."""

from __future__ import annotations

import operator
from collections.abc import Iterable

from ..errors import SeedError
from .source import CPU_NOISE, NoiseSource, Rng

_SEED_LIMIT = 2**64


def canonical_seed(seed: int, source: NoiseSource = CPU_NOISE) -> int:
    """Return the smallest seed that stands for the same noise.

    PyTorch's CPU generator keeps the low 32 bits of a seed, so ``42`` and ``42 + 2**32`` are one
    seed there; Philox tells them apart.

    Raises:
        SeedError: ``seed`` is no whole number, negative, or 2**64 and more.
    """
    number = _whole(seed)
    if not 0 <= number < _SEED_LIMIT:
        raise SeedError(
            "seed", expected="0 to 18446744073709551615", got=f"{number}", advice=_advice(number)
        )
    return number % 2**32 if source.rng is Rng.TORCH_CPU else number


def collisions(
    seeds: Iterable[int], source: NoiseSource = CPU_NOISE
) -> tuple[tuple[int, ...], ...]:
    """Group the seeds that stand for the same noise.

    Returns:
        The groups of two and more, in the order of their first seed; each holds its seeds as they
        were given, repetitions included. Empty if every seed has a noise of its own.

    Raises:
        SeedError: one of ``seeds`` names no noise.
    """
    groups: dict[int, list[int]] = {}
    for seed in seeds:
        groups.setdefault(canonical_seed(seed, source), []).append(operator.index(seed))
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _whole(seed: int) -> int:
    if isinstance(seed, bool):
        raise SeedError("seed", expected="a whole number", got=f"{seed}")
    try:
        return operator.index(seed)
    except TypeError:
        raise SeedError(
            "seed", expected="a whole number", got=f"{seed!r} ({type(seed).__name__})"
        ) from None


def _advice(number: int) -> str:
    """Say what a host, or PyTorch, would have made of a number that is no seed."""
    if number == -1:
        return (
            "Hosts take -1 for a random seed, PyTorch for 18446744073709551615 (2**64-1); "
            "give the one you mean as a number."
        )
    return "" if number > 0 else "A seed has no sign; give the number the host wrote down."
