"""What is known of how good seeds are: the order every rule falls back on.

Each metric counts in units of how much seeds truly differ in it, so neither its units nor how
exactly it was measured decide how important it is. Metrics saw the same pictures, so their errors
may go the same way and are added up as they are. A metric that does not tell seeds apart has no
say; where none does, the order is by mean rank and means nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..tables import SeedTable
from .bounds import Shrunken, shrink
from .ranks import Ranking, Rows, best_first, in_order, known_metrics, rank_seeds
from .words import unmeasured_notes

CAUTION = 1.0
"""How many standard deviations below what is expected of a seed it is judged."""

_NO_FLOOR = (
    "the table has no scores: the smallest seed comes first, and nothing keeps out bad seeds, "
    "which tend to stand apart"
)

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Quality:
    """How good some seeds can be expected to be.

    Args:
        ranking: the seeds that can be compared.
        shrunken: what to expect of them, by metric.
    """

    ranking: Ranking
    shrunken: Mapping[str, Shrunken]

    @classmethod
    def of(cls, table: SeedTable, metrics: Sequence[str], ranking: Ranking) -> Quality:
        """Shrink every metric's scores of the seeds ranked."""
        return cls(ranking, {metric: shrink(table, metric, ranking.rows) for metric in metrics})

    @cached_property
    def informative(self) -> Mapping[str, Shrunken]:
        """The metrics that have a say."""
        return {name: found for name, found in self.shrunken.items() if found.tells_apart}

    @cached_property
    def worth(self) -> Doubles:
        """What can at least be expected of each seed ``(R,)``; all 0 where nothing has a say."""
        total = np.zeros(len(self.ranking.rows))
        for found in self.informative.values():
            total += found.lower(CAUTION) / found.between**0.5
        return total

    @cached_property
    def gain(self) -> Doubles:
        """What is expected of each seed beyond a random one, ``(R,)``."""
        total = np.zeros(len(self.ranking.rows))
        for found in self.informative.values():
            total += (found.mean - found.centre) / found.between**0.5
        return total

    def best(self, count: int) -> Rows:
        """Return the positions of the ``count`` best in the ranking's rows, or of all."""
        return best_first(-self.worth, self.ranking.mean, count=count)


@dataclass(frozen=True, eq=False)
class Better:
    """Which of some seeds are the better ones, where a rule is about something else.

    Args:
        rows: ``(R,)`` rows of the table that can be compared, in table order.
        keys: what decides, the smaller the better, then what decides between equals; ``(R,)`` each.
        by: what decides, in words.
    """

    rows: Rows
    keys: tuple[Doubles, ...]
    by: str

    @property
    def ordered(self) -> Rows:
        """The rows, best first; on a tie the smaller seed."""
        return self.rows[in_order(*self.keys)]


def golden_order(table: SeedTable) -> Rows:
    """Return the rows of the seeds every metric measured, best first.

    The order of golden seeds by what can at least be expected of them, without describing each.

    Raises:
        PickError: the table has no scores.
    """
    metrics = known_metrics(table, None)
    ranking = rank_seeds(table, metrics, np.arange(len(table)))
    quality = Quality.of(table, metrics, ranking)
    return ranking.rows[in_order(-quality.worth, ranking.mean)]


def ranks_of(table: SeedTable | None) -> Mapping[int, int]:
    """Return the place, from 1, of every seed of a table that could be compared."""
    if table is None or not table.metrics():
        return {}
    best_first = table.seeds[golden_order(table)].tolist()
    return {seed: rank for rank, seed in enumerate(best_first, 1)}


def better_seeds(table: SeedTable, rows: Rows) -> Better:
    """Put some seeds of a table with scores in order by all that is known of how good they are.

    Where errors are known that is what can at least be expected of a seed, by the metrics that tell
    seeds apart. Where none are, it is the mean rank over all metrics, which asks nothing of them.
    """
    ranking = rank_seeds(table, table.metrics(), rows)
    quality = Quality.of(table, table.metrics(), ranking)
    if all(found.certain for found in quality.shrunken.values()):
        return Better(ranking.rows, (ranking.mean,), "mean rank")
    if not quality.informative:
        by = "mean rank, though no score tells the seeds apart"
        return Better(ranking.rows, (ranking.mean,), by)
    by = f"what can at least be expected by {' and '.join(quality.informative)}"
    return Better(ranking.rows, (-quality.worth, ranking.mean), by)


@dataclass(frozen=True, eq=False)
class ByQuality:
    """The seeds in the running, the good ones first where it is known which those are.

    Args:
        rows: ``(R,)`` best first, or in table order where nothing says which are good.
        by: what they go by, in words; empty where nothing says so.
    """

    rows: Rows
    by: str

    @classmethod
    def of(cls, table: SeedTable, rows: Rows) -> tuple[ByQuality, tuple[str, ...]]:
        """Put rows in order, and say who could not be compared."""
        if not table.metrics():
            return cls(rows, ""), (_NO_FLOOR,)
        better = better_seeds(table, rows)
        return cls(better.ordered, better.by), unmeasured_notes(len(rows) - len(better.rows))

    def above(self, floor: float) -> Rows:
        """Return the better share of the rows; all where nothing says which those are."""
        return self.rows[: math.ceil(floor * len(self.rows))] if self.by else self.rows

    def places(self, rows: Rows) -> list[int]:
        """Return the place of each row, from 1; 0 where it has none."""
        if not self.by or not len(rows):
            return [0] * len(rows)
        places = np.zeros(max(int(self.rows.max(initial=0)), int(rows.max())) + 1, np.intp)
        places[self.rows] = np.arange(1, len(self.rows) + 1)
        found: list[int] = places[rows].tolist()
        return found
