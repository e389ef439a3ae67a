"""The best seeds, by a rule that says what it is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..chance import Chance, chance_overlap
from ..errors import PickError
from ..tables import SeedTable
from .picks import Pick, Picking, describe_pick, interval_words
from .ranks import Ranking, known_metrics, rank_seeds
from .rules import RULES, Case, GoldenRule, Grounds, OrderedByRule
from .stretch import PickOrder, Stretch
from .tags import ANY_TAGS, TagFilter, rows_passing
from .turning import places_of
from .words import evidence_notes, repeat_notes, shortage_notes, unmeasured_notes

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

    def explain(
        self,
        table: SeedTable,
        count: int,
        *,
        position: int = 0,
        order: PickOrder = PickOrder.BEST,
    ) -> Picking:
        """Return the seeds of some positions with the chance baseline and what else is known.

        In turn come the seeds that are golden by the rule: the better ``pool`` of those compared,
        those that pass by every metric, or those nothing beats.

        Args:
            table: what to choose from.
            count: how many seeds.
            position: the first place to be filled, from 0.
            order: what comes at a position.

        Raises:
            PickError: ``count``, ``position``, ``pool``, a metric or a tag cannot be used with this
                table, or no seed is golden by the rule and such ones are to take turns.
        """
        stretch = Stretch(count, position, order)
        metrics = known_metrics(table, self.metrics)
        rows, tag_notes = rows_passing(table, self.tags)
        ranking = rank_seeds(table, metrics, rows)
        compared = len(ranking.rows)
        stretch.require_reached(compared)
        case = Case(table, metrics, ranking, self._top(compared))
        ordered = RULES[self.rule](case)
        turns = _golden(ordered, compared) if stretch.is_turning else 0
        best = ordered.best(stretch.reach(compared, turns))
        at = places_of(stretch, ranking.rows[best], table, "golden")
        grounds = ordered.grounds(best[at], at + 1)
        chance = _chance(ranking, case.top)
        second = "one metric only: no second opinion" if len(metrics) == 1 else ""
        return Picking(
            tuple(_pick(case, grounds, int(best[n]), int(n) + 1) for n in at),
            grounds.rule,
            compared,
            chance,
            (
                *evidence_notes(table),
                *tag_notes,
                *unmeasured_notes(len(rows) - compared),
                *filter(None, (str(chance or ""), _same_pictures(chance), second)),
                *grounds.notes,
                *shortage_notes(len(at), count),
                *repeat_notes(at, turns),
            ),
            interval_of=grounds.interval_of or interval_words(table, metrics),
            position=position,
            order=order,
            period=turns,
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
    position: int = 0,
    order: PickOrder = PickOrder.BEST,
) -> Picking:
    """Return the best seeds; see :class:`GoldenPicker` and :class:`GoldenRule`.

    Args:
        table: what to choose from.
        count: how many seeds.
        rule: what makes a seed golden.
        metrics: which metrics have a say; all the table has by default.
        pool: how many seeds count as best by one metric; a quarter by default.
        tags: which seeds are in the running.
        position: the first place to be filled, from 0.
        order: what comes at a position: the best first, or the golden ones in turn.

    Raises:
        PickError: ``count``, ``position``, ``pool``, a metric or a tag cannot be used with this
            table, or no seed is golden by the rule and such ones are to take turns.
    """
    wanted = None if metrics is None else tuple(metrics)
    picker = GoldenPicker(rule, wanted, pool, tags)
    return picker.explain(table, count, position=position, order=order)


def _golden(ordered: OrderedByRule, compared: int) -> int:
    """Return how many seeds take turns.

    Raises:
        PickError: none of those compared does.
    """
    found = ordered.golden
    if compared and not found:
        raise PickError(
            "order",
            expected="seeds that are golden by the rule, to take turns",
            got="none",
            advice="Take the best first, another rule, or a larger pool.",
        )
    return found


def _pick(case: Case, found: Grounds, at: int, place: int) -> Pick:
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
