"""Three ways of putting seeds in order of quality."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

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
    """

    table: SeedTable
    metrics: Sequence[str]
    ranking: Ranking
    top: int


@dataclass(frozen=True, eq=False)
class Grounds:
    """Why some seeds were taken.

    Args:
        rule: the rule in words.
        notes: what there is to know about it.
        marks: a remark on single seeds, by position in the ranking.
        expected: mean and its 95 % interval on other prompts, by metric and position; in the
            metric's own units.
        interval_of: what these intervals are about, in words; empty where there are none.
    """

    rule: str
    notes: tuple[str, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    expected: Mapping[tuple[str, int], tuple[float, float, float]] = field(default_factory=dict)
    interval_of: str = ""


class OrderedByRule(Protocol):
    """Seeds in a rule's order; positions are those in the ranking's rows."""

    @property
    def golden(self) -> int:
        """How many of the seeds compared are golden."""
        ...

    def best(self, count: int) -> Rows:
        """Return the ``count`` best, or all, best first."""
        ...

    def grounds(self, chosen: Rows, places: Rows) -> Grounds:
        """Say why some of the best were taken, given their places from 1."""
        ...


@dataclass(frozen=True, eq=False)
class ByIntersection:
    """Takes who is among the best ``top`` by each metric, ordered by mean rank.

    Xu, Zhang and Shi, "Good Seed Makes a Good Crop" (2024), golden seeds. Where fewer pass than
    asked for, the pool is widened seed by seed; who enters that way says so.
    """

    case: Case

    @property
    def golden(self) -> int:
        """How many are among the best by each metric."""
        return int((self._worst <= self.case.top).sum())

    def best(self, count: int) -> Rows:
        """Return those that pass, then those that enter first as the pool is widened."""
        worst = np.maximum(self._worst, self.case.top)
        return best_first(worst, self.case.ranking.mean, count=count)

    def grounds(self, chosen: Rows, places: Rows) -> Grounds:
        """Say how many pass, and who does not."""
        top, compared = self.case.top, len(self.case.ranking.rows)
        marks = {
            int(at): f"passes only with the best {self._worst[at]} by each metric"
            for at in chosen
            if self._worst[at] > top
        }
        names = " and by ".join(self.case.metrics)
        rule = f"among the best {top} of {compared} by {names}, ordered by mean rank"
        beyond = len(set(marks))
        return Grounds(rule, _widened(self.golden, beyond, top), marks)

    @cached_property
    def _worst(self) -> NDArray[np.int64]:
        worst: NDArray[np.int64] = self.case.ranking.places.max(axis=0)
        return worst


@dataclass(frozen=True, eq=False)
class ByFront:
    """Takes who is beaten by none, ordered by mean rank; then who is beaten by those alone."""

    case: Case

    @property
    def golden(self) -> int:
        """How many are beaten by none."""
        return len(next(iter(self._peeled(1)), ()))

    def best(self, count: int) -> Rows:
        """Return one front after the other."""
        mean = self.case.ranking.mean
        ordered = [front[np.argsort(mean[front], kind="stable")] for front in self._peeled(count)]
        return np.concatenate([np.empty(0, np.intp), *ordered])[:count]

    def grounds(self, chosen: Rows, places: Rows) -> Grounds:
        """Say how many are beaten by none, and who is in a later front."""
        peeled = self._peeled(int(places.max(initial=1)))
        number = {int(at): depth for depth, front in enumerate(peeled, 1) for at in front}
        marks = {at: f"front {number[at]}" for at in map(int, chosen) if number[at] > 1}
        names = " and by ".join(self.case.metrics)
        notes = _front_note(self.case, peeled)
        return Grounds(f"beaten by no other seed by {names}", notes, marks)

    def _peeled(self, count: int) -> list[Rows]:
        return fronts(self.case.ranking.places, count)


@dataclass(frozen=True, eq=False)
class ByLowerBound:
    """Takes whose expected scores, less their uncertainty, are highest; see :mod:`.bounds`.

    A metric that does not tell seeds apart has no say; where none does, the order is by mean rank
    and means nothing; see :mod:`.quality`. As many count as golden as count as best by one metric.
    """

    case: Case

    @property
    def golden(self) -> int:
        """How many count as golden, all of them where there are fewer."""
        return min(self.case.top, len(self.case.ranking.rows))

    def best(self, count: int) -> Rows:
        """Return the best by what can at least be expected."""
        return self._quality.best(count)

    def grounds(self, chosen: Rows, places: Rows) -> Grounds:
        """Say what is to be expected of them."""
        quality, case = self._quality, self.case
        mark = _NO_BETTER if _is_shrunken(quality) else _NO_BETTER_SEEN
        marks = {int(at): mark for at in chosen if quality.informative and quality.gain[at] <= 0}
        notes = (*_shrink_notes(quality.shrunken), *_gain_notes(case, quality.informative, chosen))
        expected = _expectations(case, quality.shrunken, chosen)
        first = case.metrics[0]
        known = not quality.shrunken[first].certain
        about = f"what to expect of {first} on other prompts" if known else ""
        return Grounds(_bound_rule(quality), notes, marks, expected, about)

    @cached_property
    def _quality(self) -> Quality:
        return Quality.of(self.case.table, self.case.metrics, self.case.ranking)


RULES: Mapping[GoldenRule, Callable[[Case], OrderedByRule]] = MappingProxyType(
    {
        GoldenRule.LOWER_BOUND: ByLowerBound,
        GoldenRule.INTERSECTION: ByIntersection,
        GoldenRule.PARETO: ByFront,
    }
)


def _bound_rule(quality: Quality) -> str:
    """Say what decided, and what was done to it."""
    names, compared = " and ".join(quality.informative), len(quality.ranking.rows)
    if compared < 2:
        return "no choice: only one seed is left" if compared else "no choice: no seed is left"
    if not names:
        return "by mean rank, since no metric tells the seeds apart"
    plain = [name for name, found in quality.informative.items() if found.certain]
    if not _is_shrunken(quality):
        units = " in units of how much seeds differ in each" if len(plain) > 1 else ""
        return f"the best by {names}{units}, at face value, since no errors are known"
    besides = f"; {' and '.join(plain)} at face value" if plain else ""
    return (
        f"the most to be expected of a seed on other prompts by {names}, cautiously "
        f"(shrunken mean less {CAUTION:g} standard deviation{besides})"
    )


def _is_shrunken(quality: Quality) -> bool:
    return not all(found.certain for found in quality.informative.values())


def _widened(passing: int, beyond: int, top: int) -> tuple[str, ...]:
    if not beyond:
        return ()
    return (
        f"passing with the best {top} by each metric: {seeds_in_words(passing)}; the other "
        f"{beyond} are the first to enter as the pool is widened, and not golden by this rule",
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


def _gain_notes(case: Case, informative: Mapping[str, Shrunken], order: Rows) -> tuple[str, ...]:
    """Say what the seeds are worth beside random ones, on prompts they did not win by."""
    return tuple(
        f"{name} on other prompts: {_sign(case, name) * found.mean[order].mean():.4g} to be "
        f"expected of these seeds, {_sign(case, name) * found.centre:.4g} of random seeds"
        for name, found in informative.items()
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
