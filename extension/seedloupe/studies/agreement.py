"""Whether two ways of asking find the same seeds bad."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ..chance import chance_overlap
from . import statistics
from .statistics import Floats, chance_of, top_places

_WORST_SHARE = 0.1


@dataclass(frozen=True)
class TaskAgreement:
    """Whether two tasks find the same seeds bad.

    Attributes:
        spearman: rank correlation over seeds.
        p: how often seeds paired at random correlate as much.
        worst: how many of the worst seeds were compared, a tenth.
        common: how many are among the worst by both.
        expected: how many that would be by chance.
        chance: how often chance gives as many or more.
    """

    spearman: float
    p: float
    worst: int
    common: int
    expected: float
    chance: float

    def to_json(self) -> dict[str, object]:
        """Return JSON types."""
        return asdict(self)


def task_agreement(first: Floats, second: Floats, rng: np.random.Generator) -> TaskAgreement:
    """Compare how two tasks order the seeds.

    Args:
        first: ``(S,)`` means, the larger the worse.
        second: likewise, of the same seeds.
        rng: shuffles and random draws.
    """
    a, b = _ranks(first), _ranks(second)
    seen = _correlation(a, b)
    shuffled = np.array([_correlation(a, rng.permutation(b)) for _ in range(statistics.SHUFFLES)])
    worst = max(1, round(len(a) * _WORST_SHARE))
    lists = [set(top_places(means, worst, rng, worst=True).tolist()) for means in (first, second)]
    chance = chance_overlap(len(a), [worst, worst], len(set.intersection(*lists)))
    return TaskAgreement(
        seen, chance_of(shuffled >= seen - 1e-12), worst, chance.observed, chance.expected, chance.p
    )


def across(first: Floats, second: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return one task's means over half of the rows and the other's over the other half.

    On the same rows two tasks share the luck of a seed with a row, and would agree about seeds that
    make no difference.

    Args:
        first: ``(P, S)``.
        second: ``(P, S)``.
        rng: halves.
    """
    one, other = np.array_split(rng.permutation(len(first)), 2)
    return first[one].mean(0), second[other].mean(0)


def rank_correlation(first: Floats, second: Floats) -> float:
    """Return Spearman's correlation of ``(N,)`` and ``(N,)``; 0 where one of them is flat."""
    return _correlation(_ranks(first), _ranks(second))


def _ranks(values: Floats) -> Floats:
    """Return places from the smallest, ties sharing the middle."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    middle: Floats = (below + up_to - 1) / 2
    return middle


def _correlation(first: Floats, second: Floats) -> float:
    a, b = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0
