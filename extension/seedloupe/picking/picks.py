"""What a picker answers: seeds, and why these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import numpy as np

from ..chance import NORMAL_95, Chance
from ..tables import SeedTable
from .stretch import PickOrder
from .words import seeds_in_words


@dataclass(frozen=True)
class Pick:
    """One chosen seed.

    Args:
        seed: canonical for the table's noise.
        rank: its 1-based place by the rule among the seeds compared; 0 where nothing was ranked.
        scores: its value by each metric, and ``<metric>.confirm`` where held-out prompts were
            scored.
        interval: 95 % interval of the first metric's mean: what the rule expects of it on other
            prompts where it can say so; else on the held-out prompts where there are any, else on
            the prompts the seed was chosen by, where it flatters the best.
        note: what sets this seed apart from the rule, in words; mostly empty.
    """

    seed: int
    rank: int = 0
    scores: Mapping[str, float] = field(default_factory=dict)
    interval: tuple[float, float] | None = None
    note: str = ""

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values; the seed as a decimal string, which no reader rounds."""
        return {
            "seed": str(self.seed),
            "rank": self.rank,
            "scores": dict(self.scores),
            "interval": None if self.interval is None else list(self.interval),
            "note": self.note,
        }


@dataclass(frozen=True)
class PickSpread:
    """How far apart the chosen seeds lie, beside random sets of the same seeds.

    Args:
        mean: mean distance between two chosen seeds.
        random: the median of that over random sets.
        beaten: share of those sets that lie closer together, in [0, 1].
    """

    mean: float
    random: float
    beaten: float

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"the seeds lie {self.mean:.3g} apart on average, random sets {self.random:.3g}; "
            f"{self.beaten:.0%} of those lie closer together"
        )

    def to_json(self) -> dict[str, float]:
        """Return plain JSON values; the name of the second is older than the attribute's."""
        return {"mean": self.mean, "by_lot": self.random, "beaten": self.beaten}


@dataclass(frozen=True)
class Picking:
    """Chosen seeds with the rule that chose them.

    Args:
        picks: in the order to be used; fewer than asked for if the table has no more.
        rule: how they were chosen, in plain words.
        pool: how many seeds they were chosen from.
        chance: the chance baseline, where several metrics had to agree.
        notes: whatever the user should know before trusting the seeds.
        spread: how different the seeds are, where that was the point.
        interval_of: what the picks' intervals are about, in words; empty where none has one.
        rank_by: what the picks' ranks go by, where that is not the rule; else empty.
        position: of the first pick; the others follow one by one.
        order: what comes at a position.
        period: after how many positions the seeds come again; 0 where they do not.
    """

    picks: tuple[Pick, ...]
    rule: str
    pool: int
    chance: Chance | None = None
    notes: tuple[str, ...] = ()
    spread: PickSpread | None = None
    interval_of: str = ""
    rank_by: str = ""
    position: int = 0
    order: PickOrder = PickOrder.BEST
    period: int = 0

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds alone."""
        return tuple(pick.seed for pick in self.picks)

    @property
    def place(self) -> str:
        """Which positions these are, in words; empty for the best first from the beginning on."""
        if not self.picks or (self.order is PickOrder.BEST and not self.position):
            return ""
        last = self.position + len(self.picks) - 1
        which = (
            f"positions {self.position} to {last}" if len(self.picks) > 1 else f"position {last}"
        )
        if self.order is PickOrder.BEST:
            return f"{which} of the best first"
        again = f"its {seeds_in_words(self.period)} come again after as many pictures"
        return f"{which} of the turning order; {again}"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything there is to know besides the rule: places, spread, chance and notes."""
        known = (self.place, str(self.spread or ""), str(self.chance or ""), *self.notes)
        return tuple(dict.fromkeys(filter(None, known)))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What sets single seeds apart, one line each."""
        return tuple(f"seed {pick.seed}: {pick.note}" for pick in self.picks if pick.note)

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values; seeds as decimal strings."""
        return {
            "picks": [pick.to_json() for pick in self.picks],
            "rule": self.rule,
            "pool": self.pool,
            "chance": None if self.chance is None else {**vars(self.chance)},
            "notes": list(self.notes),
            "spread": None if self.spread is None else self.spread.to_json(),
            "interval_of": self.interval_of,
            "rank_by": self.rank_by,
            "position": self.position,
            "order": self.order.value,
            "period": self.period,
        }


class SeedPicker(Protocol):
    """Chooses seeds from a table; what an outside picker has to offer."""

    def pick(self, table: SeedTable, count: int) -> tuple[int, ...]:
        """Return up to ``count`` different seeds of ``table``, best first."""
        ...


def describe_pick(
    table: SeedTable,
    row: int,
    metrics: Sequence[str],
    *,
    rank: int = 0,
    note: str = "",
    interval: tuple[float, float] | None = None,
    more: Mapping[str, float] = MappingProxyType({}),
) -> Pick:
    """Return one row of the table as a pick, with its scores, ``more`` of them and an interval."""
    scores = {metric: float(table.score(metric)[row]) for metric in metrics}
    for metric in metrics:
        if table.has_score(metric, "confirm"):
            scores[f"{metric}.confirm"] = float(table.score(metric, "confirm")[row])
    known = {name: value for name, value in scores.items() if not np.isnan(value)}
    span = interval or (_interval(table, row, metrics[0]) if metrics else None)
    return Pick(int(table.seeds[row]), rank, {**known, **more}, span, note)


def interval_words(table: SeedTable, metrics: Sequence[str]) -> str:
    """Say what the intervals of :func:`describe_pick` are about; empty where there are none."""
    if not metrics:
        return ""
    first = metrics[0]
    if _is_confirmed(table, first):
        return f"mean {first} on the held-out prompts"
    if table.has_score(first, "se"):
        return f"mean {first} on the prompts the seeds were chosen by, which flatters the best"
    return ""


def _is_confirmed(table: SeedTable, metric: str) -> bool:
    return table.has_score(metric, "confirm") and table.has_score(metric, "confirm_se")


def _interval(table: SeedTable, row: int, metric: str) -> tuple[float, float] | None:
    if _is_confirmed(table, metric):
        mean, error = table.score(metric, "confirm")[row], table.score(metric, "confirm_se")[row]
    elif table.has_score(metric, "se"):
        mean, error = table.score(metric)[row], table.score(metric, "se")[row]
    else:
        return None
    if np.isnan(mean) or np.isnan(error):
        return None
    return float(mean - NORMAL_95 * error), float(mean + NORMAL_95 * error)
