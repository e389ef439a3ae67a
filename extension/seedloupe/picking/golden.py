"""The best seeds, by a rule that says what it is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..chance import Chance, chance_overlap
from ..errors import PickError
from ..tables import SeedTable
from .picks import Pick, Picking, describe_pick, interval_words, require_count
from .ranks import Ranking, known_metrics, rank_seeds
from .rules import RULES, Case, GoldenRule, Ordered
from .tags import ANY_TAGS, TagFilter, rows_passing
from .words import evidence_notes, shortage_notes, unmeasured_notes

_QUARTER = 4
"""Xu, Zhang and Shi keep the best 256 of 1,024."""


@dataclass(frozen=True)
class GoldenPicker:
    """Takes the best seeds by one of three rules.

    Whatever the rule, it is said how many seeds are among the best by every metric and how many
    that would be by chance alone: metrics that do not agree are an answer too.

    Args:
        rule: what makes a seed golden.
        metrics: which of the table's metrics have a say; all by default.
        pool: how many seeds count as best by one metric; a quarter of those compared by default.
            Seeds tied with the last one count too.
        tags: which seeds are in the running.
    """

    rule: GoldenRule = GoldenRule.LOWER_BOUND
    metrics: tuple[str, ...] | None = None
    pool: int | None = None
    tags: TagFilter = ANY_TAGS

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
        rows, tag_notes = rows_passing(table, self.tags)
        ranking = rank_seeds(table, metrics, rows)
        compared = len(ranking.rows)
        case = Case(table, metrics, ranking, self._top(compared), count)
        found = RULES[self.rule](case)
        chance = _chance(ranking, case.top)
        second = "one metric only: no second opinion" if len(metrics) == 1 else ""
        return Picking(
            tuple(_pick(case, found, int(at), n) for n, at in enumerate(found.positions, 1)),
            found.rule,
            compared,
            chance,
            (
                *tag_notes,
                *unmeasured_notes(len(rows) - compared),
                *filter(None, (str(chance or ""), _same_pictures(chance), second)),
                *found.notes,
                *shortage_notes(len(found.positions), count),
                *evidence_notes(table),
            ),
            interval_of=found.interval_of or interval_words(table, metrics),
        )

    def _top(self, compared: int) -> int:
        if self.pool is None:
            return math.ceil(compared / _QUARTER)
        if type(self.pool) is not int or self.pool < 1:
            raise PickError("pool", expected="1 or more", got=f"{self.pool}")
        return self.pool


def pick_golden(
    table: SeedTable,
    count: int,
    *,
    rule: GoldenRule = GoldenRule.LOWER_BOUND,
    metrics: Sequence[str] | None = None,
    pool: int | None = None,
    tags: TagFilter = ANY_TAGS,
) -> Picking:
    """Return the best seeds; see :class:`GoldenPicker` and :class:`GoldenRule`.

    Args:
        table: what to choose from.
        count: how many seeds.
        rule: what makes a seed golden.
        metrics: which metrics have a say; all the table has by default.
        pool: how many seeds count as best by one metric; a quarter by default.
        tags: which seeds are in the running.

    Raises:
        PickError: ``count``, ``pool``, a metric or a tag cannot be used with this table.
    """
    wanted = None if metrics is None else tuple(metrics)
    return GoldenPicker(rule, wanted, pool, tags).explain(table, count)


def _pick(case: Case, found: Ordered, at: int, place: int) -> Pick:
    known = {
        metric: found.expected[metric, at]
        for metric in case.metrics
        if (metric, at) in found.expected
    }
    first = known.get(case.metrics[0])
    return describe_pick(
        case.table,
        int(case.ranking.rows[at]),
        case.metrics,
        rank=place,
        note=found.marks.get(at, ""),
        interval=None if first is None else (first[1], first[2]),
        more={f"{metric}.expected": mean for metric, (mean, _, _) in known.items()},
    )


def _chance(ranking: Ranking, top: int) -> Chance | None:
    """Return the baseline for the lists as long as they really are, ties included."""
    if len(ranking.places) < 2 or not len(ranking.rows):
        return None
    tops = [int(count) for count in (ranking.places <= top).sum(axis=1)]
    passing = int((ranking.places.max(axis=0) <= top).sum())
    return chance_overlap(len(ranking.rows), tops, passing)


def _same_pictures(chance: Chance | None) -> str:
    """Metrics of one table looked at the same pictures, so they share those pictures' luck."""
    if chance is None or not chance.agreement:
        return ""
    return (
        "the metrics saw the same pictures, so they agree more than they would on others; the "
        "table's evidence compares them on different ones"
    )
