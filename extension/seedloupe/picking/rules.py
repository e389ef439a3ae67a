"""Three ways of putting seeds in order of quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from ..chance import NORMAL_95
from ..tables import SeedTable
from .bounds import Shrunken
from .pareto import expected_front, fronts
from .quality import CAUTION, Quality
from .ranks import Ranking, Rows, best_first
from .words import seeds_in_words

_NO_BETTER = "not expected to be better than the average seed"
_NO_BETTER_SEEN = "no better than the average seed"


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
        interval_of: what these intervals are about, in words; empty where there are none.
    """

    positions: Rows
    rule: str
    notes: tuple[str, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    expected: Mapping[tuple[str, int], tuple[float, float, float]] = field(default_factory=dict)
    interval_of: str = ""


def by_intersection(case: Case) -> Ordered:
    """Take who is among the best ``top`` by each metric, ordered by mean rank.

    Xu, Zhang and Shi, "Good Seed Makes a Good Crop" (2024), golden seeds. Where fewer pass than
    asked for, the pool is widened seed by seed; who enters that way says so.
    """
    ranking, top = case.ranking, case.top
    worst = ranking.places.max(axis=0)
    order = best_first(np.maximum(worst, top), ranking.mean, count=case.count)
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

    A metric that does not tell seeds apart has no say; where none does, the order is by mean rank
    and means nothing; see :mod:`.quality`.
    """
    quality = Quality.of(case.table, case.metrics, case.ranking)
    order = quality.best(case.count)
    mark = _NO_BETTER if _is_shrunken(quality) else _NO_BETTER_SEEN
    marks = {int(at): mark for at in order if quality.telling and quality.gain[at] <= 0}
    notes = (*_shrink_notes(quality.shrunken), *_gain_notes(case, quality.telling, order))
    expected = _expectations(case, quality.shrunken, order)
    first = case.metrics[0]
    known = not quality.shrunken[first].certain
    about = f"what to expect of {first} on other prompts" if known else ""
    return Ordered(order, _bound_rule(quality), notes, marks, expected, about)


RULES = {
    GoldenRule.LOWER_BOUND: by_lower_bound,
    GoldenRule.INTERSECTION: by_intersection,
    GoldenRule.PARETO: by_front,
}


def _bound_rule(quality: Quality) -> str:
    """Say what decided, and what was done to it."""
    names, compared = " and ".join(quality.telling), len(quality.ranking.rows)
    if compared < 2:
        return "no choice: only one seed is left" if compared else "no choice: no seed is left"
    if not names:
        return "by mean rank, since no metric tells the seeds apart"
    plain = [name for name, found in quality.telling.items() if found.certain]
    if not _is_shrunken(quality):
        units = " in units of how much seeds differ in each" if len(plain) > 1 else ""
        return f"the best by {names}{units}, at face value, since no errors are known"
    besides = f"; {' and '.join(plain)} at face value" if plain else ""
    return (
        f"the most to be expected of a seed on other prompts by {names}, cautiously "
        f"(shrunken mean less {CAUTION:g} standard deviation{besides})"
    )


def _is_shrunken(quality: Quality) -> bool:
    return not all(found.certain for found in quality.telling.values())


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
        f"{name} does not tell these seeds apart: {_why_not(found)}; it has no say"
        for name, found in shrunken.items()
        if not found.tells_apart and len(found.mean) > 1
    ]
    return tuple(notes)


def _why_not(found: Shrunken) -> str:
    if found.certain:
        return "all have the same score"
    return "they differ no more than its errors would make them"


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
