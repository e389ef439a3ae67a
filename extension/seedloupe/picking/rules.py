"""Three ways of putting seeds in order of quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from ..chance import NORMAL_95
from ..tables import SeedTable
from .bounds import Shrunken, shrink
from .pareto import expected_front, fronts
from .ranks import Ranking, Rows, best_first
from .words import seeds_in_words

CAUTION = 1.0
"""How many standard deviations below what is expected of a seed it is judged."""
_NO_BETTER = "not expected to be better than the average seed"


class GoldenRule(str, Enum):
    """What makes a seed golden."""

    LOWER_BOUND = "lower_bound"
    """What can at least be expected of it on other prompts, by all metrics together."""
    INTERSECTION = "intersection"
    """Among the best by each metric, as in the paper."""
    PARETO = "pareto"
    """No other seed beats it by every metric."""


@dataclass(frozen=True, eq=False)
class Case:
    """What a rule has to put in order.

    Args:
        table: where the scores are.
        metrics: which of them have a say.
        ranking: the seeds that can be compared.
        top: how many seeds count as best by one metric.
        count: how many are asked for.
    """

    table: SeedTable
    metrics: Sequence[str]
    ranking: Ranking
    top: int
    count: int


@dataclass(frozen=True, eq=False)
class Ordered:
    """Seeds in a rule's order.

    Args:
        positions: ``(N,)`` positions in the ranking's rows, best first, ``count`` of them or all.
        rule: the rule in words.
        notes: what there is to know about it.
        marks: a remark on single seeds, by position.
        expected: mean and its 95 % interval on other prompts, by metric and position; in the
            metric's own units.
    """

    positions: Rows
    rule: str
    notes: tuple[str, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    expected: Mapping[tuple[str, int], tuple[float, float, float]] = field(default_factory=dict)


def by_intersection(case: Case) -> Ordered:
    """Take who is among the best ``top`` by each metric, ordered by mean rank.

    Xu, Zhang and Shi, "Good Seed Makes a Good Crop" (2024), golden seeds. Where fewer pass than
    asked for, the pool is widened seed by seed; who enters that way says so.
    """
    ranking, top = case.ranking, case.top
    worst = ranking.places.max(axis=0)
    order = best_first(np.maximum(worst, top), ranking.mean, case.count)
    passing = int((worst <= top).sum())
    marks = {
        int(at): f"passes only with the best {worst[at]} by each metric"
        for at in order
        if worst[at] > top
    }
    names = " and by ".join(case.metrics)
    rule = f"among the best {top} of {len(ranking.rows)} by {names}, ordered by mean rank"
    return Ordered(order, rule, _widened(passing, len(order), top), marks)


def by_front(case: Case) -> Ordered:
    """Take who is beaten by none, ordered by mean rank; then who is beaten by those alone."""
    ranking = case.ranking
    peeled = fronts(ranking.places, case.count)
    number = {int(at): depth for depth, front in enumerate(peeled, 1) for at in front}
    ordered = [front[np.argsort(ranking.mean[front], kind="stable")] for front in peeled]
    order = np.concatenate([np.empty(0, np.intp), *ordered])[: case.count]
    marks = {at: f"front {number[at]}" for at in map(int, order) if number[at] > 1}
    names = " and by ".join(case.metrics)
    return Ordered(order, f"beaten by no other seed by {names}", _front_note(case, peeled), marks)


def by_lower_bound(case: Case) -> Ordered:
    """Take whose expected scores, less their uncertainty, are highest; see :mod:`.bounds`.

    Each metric counts in units of how much seeds truly differ in it, so neither its units nor how
    exactly it was measured decide how important it is. Metrics saw the same pictures, so their
    errors may go the same way and are added up as they are. A metric that does not tell seeds apart
    has no say; where none does, the order is by mean rank and means nothing.
    """
    ranking = case.ranking
    shrunken = {metric: shrink(case.table, metric, ranking.rows) for metric in case.metrics}
    telling = {name: found for name, found in shrunken.items() if found.tells_apart}
    total, gain = np.zeros((2, len(ranking.rows)))
    for found in telling.values():
        unit = found.between**0.5
        total += found.lower(CAUTION) / unit
        gain += (found.mean - found.centre) / unit
    order = best_first(-total, ranking.mean, case.count)
    marks = {int(at): _NO_BETTER for at in order if telling and gain[at] <= 0}
    names = " and ".join(telling)
    rule = (
        f"the most to be expected of a seed on other prompts by {names}, cautiously "
        f"(shrunken mean less {CAUTION:g} standard deviation)"
        if telling
        else "by mean rank, since no metric tells the seeds apart"
    )
    notes = (*_shrink_notes(shrunken), *_gain_notes(case, telling, order))
    return Ordered(order, rule, notes, marks, _expectations(case, shrunken, order))


RULES = {
    GoldenRule.LOWER_BOUND: by_lower_bound,
    GoldenRule.INTERSECTION: by_intersection,
    GoldenRule.PARETO: by_front,
}


def _widened(passing: int, chosen: int, top: int) -> tuple[str, ...]:
    if chosen <= passing:
        return ()
    return (
        f"passing with the best {top} by each metric: {seeds_in_words(passing)}; the other "
        f"{chosen - passing} are the first to enter as the pool is widened, and not golden by "
        "this rule",
    )


def _front_note(case: Case, peeled: Sequence[Rows]) -> tuple[str, ...]:
    if not peeled or len(case.metrics) < 2:
        return ()
    chance = expected_front(len(case.ranking.rows), len(case.metrics))
    return (
        f"beaten by none: {seeds_in_words(len(peeled[0]))}; metrics that know nothing of each "
        f"other would leave {chance:.1f}, metrics that agree fewer",
    )


def _shrink_notes(shrunken: Mapping[str, Shrunken]) -> tuple[str, ...]:
    notes = [
        f"nothing says how exact {name} is: it is taken at face value, which flatters the best"
        for name, found in shrunken.items()
        if found.certain and found.tells_apart
    ]
    notes += [
        f"{name} does not tell these seeds apart: they differ no more than its errors would make "
        "them; it has no say"
        for name, found in shrunken.items()
        if not found.tells_apart and len(found.mean) > 1
    ]
    return tuple(notes)


def _gain_notes(case: Case, telling: Mapping[str, Shrunken], order: Rows) -> tuple[str, ...]:
    """Say what the seeds are worth beside seeds drawn by lot, on prompts they did not win by."""
    return tuple(
        f"{name} on other prompts: {_sign(case, name) * found.mean[order].mean():.4g} to be "
        f"expected of these seeds, {_sign(case, name) * found.centre:.4g} of seeds drawn by lot"
        for name, found in telling.items()
        if not found.certain and len(order)
    )


def _sign(case: Case, metric: str) -> int:
    return 1 if case.table.higher_is_better(metric) else -1


def _expectations(
    case: Case, shrunken: Mapping[str, Shrunken], order: Rows
) -> dict[tuple[str, int], tuple[float, float, float]]:
    """Return what is expected of the chosen seeds, turned back to the metric's own direction."""
    expected = {}
    for name, found in shrunken.items():
        if found.certain:
            continue
        for at in map(int, order):
            mean, reach = _sign(case, name) * found.mean[at], NORMAL_95 * found.doubt[at]
            expected[name, at] = (float(mean), float(mean - reach), float(mean + reach))
    return expected
