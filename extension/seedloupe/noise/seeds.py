"""Which numbers are seeds, and which of them are the same seed."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable

from ..errors import SeedError
from .source import CPU_NOISE, NoiseSource, Rng

_SEED_LIMIT = 2**64
_BETWEEN = re.compile(r"[\s,;]+")
_SEEDS = re.compile(r"([0-9]{1,20})(?:([:-])([0-9]{1,20}))?")
_MANY = 1_000_000


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


def parse_seeds(text: str, *, most: int = _MANY) -> tuple[int, ...]:
    """Read a list of seeds, such as ``1, 2, 5-9`` or ``0:1024``.

    Args:
        text: seeds and spans, with commas, semicolons or white space between. ``5-9`` is from 5 to
            9, ``5:9`` from 5 to before 9, as Python counts.
        most: how many there may be.

    Returns:
        the seeds in the order written, repetitions included; none for an empty text.

    Raises:
        SeedError: a part of the text is no seed and no rising span, or there are too many.
    """
    found: list[int] = []
    for part in filter(None, _BETWEEN.split(text)):
        span = _span(part)
        if span.stop - span.start > most - len(found):  # its length may be beyond len()
            raise SeedError("seeds", expected=f"at most {most} in all", got=repr(text))
        found += span
    return tuple(found)


def _span(part: str) -> range:
    match = _SEEDS.fullmatch(part)
    if match is None:
        expected = "whole numbers and rising spans, such as 4, 8, 15-23 or 0:1024"
        raise SeedError("seeds", expected=expected, got=repr(part), advice=_part_advice(part))
    first, last = int(match[1]), int(match[3] or match[1])
    beyond = last if match[2] == ":" else last + 1
    if first >= _SEED_LIMIT or beyond > _SEED_LIMIT:
        raise SeedError("seeds", expected=f"a seed from 0 to {_SEED_LIMIT - 1}", got=repr(part))
    if beyond <= first:
        raise SeedError("seeds", expected="spans that rise, such as 0:1024", got=repr(part))
    return range(first, beyond)


def _part_advice(part: str) -> str:
    """Say what a host would have made of a number that is no seed."""
    return _advice(int(part)) if re.fullmatch(r"-[0-9]{1,20}", part) else ""


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
