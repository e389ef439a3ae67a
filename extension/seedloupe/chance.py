"""How many seeds several metrics would share if they knew nothing of each other.

Xu, Zhang and Shi ("Good Seed Makes a Good Crop", 2024) keep the seeds among the best 256 of 1,024
by two metrics and find 65 and 67. Two blindfolded metrics share 64, give or take 6: without this
baseline a golden list looks like a finding even where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import PickError

NORMAL_95 = 1.959963984540054
"""Within how many standard deviations 95 % of a normal distribution lie."""

_LEVEL = 0.05
_NEGLIGIBLE = 1e-15
_VANISHED = 40
"""Standard deviations, beyond which a chance is below the smallest number there is."""


@dataclass(frozen=True)
class Chance:
    """What chance alone would give, beside what was seen.

    Args:
        expected: mean number of shared seeds if the metrics were independent.
        sd: its standard deviation.
        observed: seeds that pass by every metric.
        p: how often independent metrics share as many or more.
    """

    expected: float
    sd: float
    observed: int
    p: float

    @property
    def agreement(self) -> bool:
        """Whether the metrics share more seeds than chance gives in 95 of 100 cases."""
        return self.p < _LEVEL

    def __str__(self) -> str:
        """Say it in one line."""
        verdict = "more than chance" if self.agreement else "no agreement beyond chance"
        passing = "seed passes" if self.observed == 1 else "seeds pass"
        return (
            f"{self.observed} {passing} by every metric; metrics that know nothing of each other "
            f"share {self.expected:.1f} ± {self.sd:.1f} (p = {self.p:.2g}): {verdict}"
        )


def chance_overlap(pool: int, tops: Sequence[int], observed: int) -> Chance:
    """Return the chance baseline for an intersection of top lists.

    Args:
        pool: how many seeds were ranked.
        tops: how many seeds each metric lets pass; at least two metrics.
        observed: how many pass by all.

    Raises:
        PickError: fewer than two lists, or one that is longer than the pool.
    """
    if len(tops) < 2 or not all(0 <= top <= pool for top in tops):
        raise PickError("tops", expected=f"two or more numbers from 0 to {pool}", got=f"{tops}")
    chances = _overlap_chances(pool, tops)
    sizes = np.arange(len(chances))
    mean = float(sizes @ chances)
    variance = float((sizes - mean) ** 2 @ chances)
    return Chance(mean, variance**0.5, observed, float(chances[max(observed, 0) :].sum()))


def wilson_bounds(
    hits: NDArray[np.float64], counts: NDArray[np.float64], *, width: float = NORMAL_95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return between which rates the truth lies that gave some hits (Wilson, 1927).

    Args:
        hits: ``(N,)`` how often it happened.
        counts: ``(N,)`` out of how many, at least 1.
        width: half width in standard deviations; 1.96 for 95 %.

    Returns:
        lower and upper bound, ``(N,)`` each, in [0, 1].
    """
    rates, square = hits / counts, width**2
    middle = (rates + square / (2 * counts)) / (1 + square / counts)
    inside = rates * (1 - rates) / counts + square / (4 * counts**2)
    reach = width * np.sqrt(inside) / (1 + square / counts)
    return np.clip(middle - reach, 0.0, 1.0), np.clip(middle + reach, 0.0, 1.0)


def _overlap_chances(pool: int, tops: Sequence[int]) -> NDArray[np.float64]:
    """Return the chance of every overlap 0, 1, 2, ...: one hypergeometric draw a further list."""
    first, *others = sorted(tops)
    chances = np.zeros(first + 1)
    chances[first] = 1.0
    for top in others:
        further = np.zeros_like(chances)
        for size in np.flatnonzero(chances > _NEGLIGIBLE):
            least, drawn = _hypergeometric(pool, int(size), top)
            further[least : least + len(drawn)] += chances[size] * drawn
        chances = further
    chances /= chances.sum()
    return chances


def _hypergeometric(pool: int, marked: int, drawn: int) -> tuple[int, NDArray[np.float64]]:
    """Return the chances of so many marked seeds among ``drawn``, and which number is the first.

    Each chance over the one before is a simple ratio. Beyond some standard deviations the chances
    are smaller than numbers can be, and left out.
    """
    mean = marked * drawn / pool
    variance = mean * (1 - marked / pool) * (pool - drawn) / max(pool - 1, 1)
    far = _VANISHED * (variance**0.5 + 1)
    least, most = max(0, marked + drawn - pool), min(marked, drawn)
    first, last = max(least, int(mean - far)), min(most, int(mean + far) + 1)
    hits = np.arange(first, last, dtype=np.float64)
    up = (marked - hits) * (drawn - hits)
    down = (hits + 1) * (pool - marked - drawn + hits + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(up / down))])
    chances: NDArray[np.float64] = np.exp(logs - logs.max())
    return first, chances / chances.sum()
