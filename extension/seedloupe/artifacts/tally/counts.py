"""How often each seed writes, with what chance leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from ...chance import wilson_bounds
from ..levels import Level
from .checks import Check, Correction
from .subject import Subject

#: Fewest looks at a seed before it may be said to have a high text rate.
LEAST_TRIALS = 8
#: Fewest finds, and how seldom an ordinary seed may be said to have a high rate.
_LEAST_FINDS, _ODDS = 2, 0.025


@dataclass(frozen=True)
class SeedCount:
    """What was seen of one seed.

    Attributes:
        seed: canonical for the tally's noise.
        trials: pictures looked at.
        flagged: those with text.
        low: lower end of the 95 % interval of the rate (Wilson, 1927).
        high: its upper end.
        text_in_mask: mean share of the mask covered by text, the paper's score of a seed.
    """

    seed: int
    trials: int
    flagged: int
    low: float
    high: float
    text_in_mask: float

    @property
    def rate(self) -> float:
        """Share of its pictures with text."""
        return self.flagged / self.trials

    def to_json(self) -> dict[str, object]:
        """Return the count as JSON types."""
        return {
            "seed": str(self.seed),
            "trials": self.trials,
            "flagged": self.flagged,
            "rate": self.rate,
            "low": self.low,
            "high": self.high,
            "text_in_mask": self.text_in_mask,
        }


@dataclass(frozen=True, eq=False)
class Tally:
    """Every check of one subject, and every correction; adding gives a new tally.

    Attributes:
        subject: what the seeds are counted for.
        checks: by id, in the order they were first made.
        corrections: by the id of a check.
        damaged: lines of the file that could not be read.
    """

    subject: Subject
    checks: Mapping[str, Check] = field(default_factory=dict)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    damaged: int = 0

    def flagged(self, check: Check, level: Level | None = None) -> bool:
        """Tell whether a check found text: the user's word, else that of ``level`` or its own."""
        return check.flagged(level or check.level, self.corrections.get(check.id))

    def of(self, seed: int, level: Level | None = None) -> SeedCount | None:
        """Return what was seen of a seed, or ``None`` if nothing was.

        Args:
            seed: any seed; others with the same noise count as the same.
            level: judge every check by this level; by the level its user had chosen if not given.

        Raises:
            SeedError: ``seed`` names no noise.
        """
        wanted = self.subject.canonical(seed)
        return next((count for count in self.seeds(level) if count.seed == wanted), None)

    def seeds(self, level: Level | None = None) -> tuple[SeedCount, ...]:
        """Return what was seen of every seed, the smallest seed first."""
        if not self.checks:
            return ()
        counted, trials, flagged, covered = self._columns(level)
        low, high = wilson_bounds(flagged, trials)
        rows = zip(counted, trials, flagged, low, high, covered / trials, strict=True)
        return tuple(
            SeedCount(seed, int(n), int(hits), float(least), float(most), float(share))
            for seed, n, hits, least, most, share in rows
        )

    def high_rate(
        self, level: Level | None = None, *, least: int = LEAST_TRIALS
    ) -> tuple[SeedCount, ...]:
        """Return the seeds that write more often than all others do, beyond chance.

        A seed is among them after at least ``least`` pictures, with text in two of them or more,
        when a seed that writes as often as all others together would show as much in at most one
        case of 40 (binomial test). Alone it cannot be compared.
        """
        counts = self.seeds(level)
        flagged, trials = self.usual(level)
        return tuple(
            count
            for count in counts
            if count.trials >= least
            and count.flagged >= _LEAST_FINDS
            and _chance(count, flagged - count.flagged, trials - count.trials) <= _ODDS
        )

    def cleanest(self, level: Level | None = None) -> tuple[SeedCount, ...]:
        """Return the seeds that were looked at and never wrote, the surest first."""
        spotless = [count for count in self.seeds(level) if count.flagged == 0]
        return tuple(sorted(spotless, key=lambda count: (count.high, count.seed)))

    def usual(self, level: Level | None = None) -> tuple[int, int]:
        """Return how many pictures of all seeds have text, and how many were looked at."""
        counts = self.seeds(level)
        return sum(count.flagged for count in counts), sum(count.trials for count in counts)

    def since(self, first: int) -> Tally:
        """Return the tally of all checks but the first so many."""
        later = dict(list(self.checks.items())[first:])
        return Tally(self.subject, later, self.corrections, self.damaged)

    @cached_property
    def _order(self) -> tuple[int, ...]:
        return tuple(sorted({check.seed for check in self.checks.values()}))

    def _columns(
        self, level: Level | None
    ) -> tuple[tuple[int, ...], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Seeds, and for each how many pictures, how many with text, and how much was covered."""
        rows = {seed: row for row, seed in enumerate(self._order)}
        totals = np.zeros((3, len(rows)))
        for check in self.checks.values():
            column = totals[:, rows[check.seed]]
            column += (1, self.flagged(check, level), check.text_in_mask)
        return self._order, totals[0], totals[1], totals[2]


def tally_of(
    subject: Subject,
    checks: Iterable[Check],
    corrections: Mapping[str, Correction] | None = None,
    *,
    damaged: int = 0,
) -> Tally:
    """Count checks; of several with one id the last one holds, in the place of the first."""
    kept: dict[str, Check] = {}
    for check in checks:
        kept[check.id] = check
    known = {id_: said for id_, said in (corrections or {}).items() if id_ in kept}
    return Tally(subject, kept, known, damaged)


def _chance(count: SeedCount, flagged: int, trials: int) -> float:
    """How often a seed as ordinary as the others shows as much text; 1 where there are none.

    Args:
        count: the seed.
        flagged: pictures of all other seeds with text.
        trials: pictures of all other seeds.
    """
    if not trials:
        return 1.0
    # Laplace's rule: no find in few pictures does not mean that there are none.
    rate = (flagged + 1) / (trials + 2)
    n = count.trials
    logs = (
        lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(rate) + (n - k) * log1p(-rate)
        for k in range(count.flagged, n + 1)
    )
    return min(1.0, sum(exp(value) for value in logs))
