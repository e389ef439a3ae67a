"""The best seeds: those near the top by every metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..chance import Chance, chance_overlap
from ..errors import PickError
from ..tables import SeedTable
from .picks import (
    Pick,
    Picking,
    describe,
    evidence_notes,
    require_count,
    rows_without,
    seeds_in_words,
    shortage_notes,
    unmeasured_notes,
)
from .ranks import Ranking, Rows, known_metrics, rank_seeds

_QUARTER = 4
"""Xu, Zhang and Shi keep the best 256 of 1,024."""


@dataclass(frozen=True)
class GoldenPicker:
    """Takes the seeds that are near the top by every metric.

    The rule is the rank intersection of Xu, Zhang and Shi ("Good Seed Makes a Good Crop", 2024,
    golden seeds): a seed passes if it is among the best ``pool`` by each metric. Those that pass
    are ordered by mean rank. Where fewer pass than asked for, the pool is widened seed by seed; who
    enters that way says so in its note.

    Args:
        metrics: which of the table's metrics have to agree; all by default.
        pool: how many seeds pass by one metric; a quarter of those compared by default. Seeds
            tied with the last one pass too.
        avoid_tags: leave out seeds with these tags, e.g. ``("gray", "border")``.
        avoid_above: share of images from which a tag counts.
    """

    metrics: tuple[str, ...] | None = None
    pool: int | None = None
    avoid_tags: tuple[str, ...] = ()
    avoid_above: float = 0.5

    def pick(self, table: SeedTable, count: int) -> tuple[int, ...]:
        """Return the seeds of :meth:`explain`."""
        return self.explain(table, count).seeds

    def explain(self, table: SeedTable, count: int) -> Picking:
        """Return the best seeds with the chance baseline and what else there is to know.

        Raises:
            PickError: ``count``, ``pool``, a metric or a tag cannot be used with this table.
        """
        require_count(count)
        metrics = known_metrics(table, self.metrics)
        rows, notes = rows_without(table, self.avoid_tags, self.avoid_above)
        ranking = rank_seeds(table, metrics, rows)
        compared = len(ranking.rows)
        top = self._top(compared)
        passing = int((_worst(ranking) <= top).sum())
        chance = _chance(ranking, top, passing)
        chosen = _chosen(ranking, top)[:count]
        second = "one metric only: no second opinion" if len(metrics) == 1 else ""
        return Picking(
            tuple(_pick(table, metrics, ranking, int(at), top) for at in chosen),
            _rule(metrics, top, compared),
            compared,
            chance,
            (
                *notes,
                *unmeasured_notes(len(rows) - compared),
                *filter(None, (str(chance or ""), _same_pictures(chance), second)),
                *_fallback_notes(passing, len(chosen), top),
                *shortage_notes(len(chosen), count),
                *evidence_notes(table),
            ),
        )

    def _top(self, compared: int) -> int:
        if self.pool is None:
            return math.ceil(compared / _QUARTER)
        if type(self.pool) is not int or self.pool < 1:
            raise PickError("pool", expected="1 or more", got=f"{self.pool}")
        return min(self.pool, compared)


def pick_golden(
    table: SeedTable,
    count: int,
    *,
    metrics: Sequence[str] | None = None,
    pool: int | None = None,
    avoid_tags: Sequence[str] = (),
    avoid_above: float = 0.5,
) -> Picking:
    """Return the seeds that are near the top by every metric; see :class:`GoldenPicker`.

    Args:
        table: what to choose from.
        count: how many seeds.
        metrics: which metrics have to agree; all the table has by default.
        pool: how many seeds pass by one metric; a quarter by default.
        avoid_tags: leave out seeds with these tags.
        avoid_above: share of images from which a tag counts.

    Raises:
        PickError: ``count``, ``pool``, a metric or a tag cannot be used with this table.
    """
    wanted = None if metrics is None else tuple(metrics)
    picker = GoldenPicker(wanted, pool, tuple(avoid_tags), avoid_above)
    return picker.explain(table, count)


def _worst(ranking: Ranking) -> Rows:
    """Return how wide the pool has to be for each seed to pass."""
    worst: Rows = ranking.places.max(axis=0).astype(np.intp)
    return worst


def _chosen(ranking: Ranking, top: int) -> Rows:
    """Return positions: who passes by mean rank, then who enters as the pool is widened."""
    entry = np.maximum(_worst(ranking), top)
    return np.lexsort((ranking.rows, ranking.mean, entry))


def _pick(table: SeedTable, metrics: Sequence[str], ranking: Ranking, at: int, top: int) -> Pick:
    row = int(ranking.rows[at])
    place = int(np.flatnonzero(ranking.order == at)[0]) + 1
    return describe(table, row, metrics, rank=place, note=_note(ranking, at, top))


def _note(ranking: Ranking, at: int, top: int) -> str:
    needed = int(ranking.places[:, at].max())
    return "" if needed <= top else f"passes only with the best {needed} by each metric"


def _rule(metrics: Sequence[str], top: int, compared: int) -> str:
    names = " and by ".join(metrics)
    return f"among the best {top} of {compared} by {names}, ordered by mean rank"


def _chance(ranking: Ranking, top: int, passing: int) -> Chance | None:
    """Return the baseline for the lists as long as they really are, ties included."""
    if len(ranking.places) < 2 or not len(ranking.rows):
        return None
    tops = [int(count) for count in (ranking.places <= top).sum(axis=1)]
    return chance_overlap(len(ranking.rows), tops, passing)


def _same_pictures(chance: Chance | None) -> str:
    """Metrics of one table looked at the same pictures, so they share those pictures' luck."""
    if chance is None or not chance.agreement:
        return ""
    return (
        "the metrics saw the same pictures, so they agree more than they would on others; the "
        "table's evidence compares them on different ones"
    )


def _fallback_notes(passing: int, chosen: int, top: int) -> tuple[str, ...]:
    if chosen <= passing:
        return ()
    return (
        f"passing with the best {top} by each metric: {seeds_in_words(passing)}; the other "
        f"{chosen - passing} are the first to enter as the pool is widened, and not golden by "
        "this rule",
    )
