"""The most different seeds among the good ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..errors import PickError, TableError
from ..tables import SeedTable
from .distances import (
    Cloud,
    Points,
    balanced_points,
    farthest_points,
    pick_spread,
    rows_known,
    side_by_side,
)
from .picks import Pick, Picking, describe_pick, interval_words
from .quality import ByQuality
from .ranks import Rows
from .spaced import spaced_turns
from .spaces import STYLE, require_spaces
from .stretch import PickOrder, Stretch
from .tags import ANY_TAGS, TagFilter, rows_passing
from .words import evidence_notes, repeat_notes, seeds_in_words, shortage_notes

_QUARTER = 4
_MOST_TURNS = 128
"""So many of the seeds farthest apart take turns, or a quarter of those kept where that is fewer.
More of them lie closer together."""
_MOST_COMPARED = 2**14
"""So many are compared where some take turns: the best of those kept. Each of those that do asks
for its distances to all of them."""


class DiverseObjective(str, Enum):
    """What a set of different seeds is to be good at."""

    FARTHEST = "farthest"
    """Each seed is the farthest from all before it."""
    BALANCED = "balanced"
    """Seeds are good and lie far apart, weighed against each other."""


@dataclass(frozen=True)
class DiversePicker:
    """Takes seeds whose pictures differ most, out of the better ones.

    Farthest-point sampling in a feature space, as Xu, Zhang and Shi do it ("Good Seed Makes a Good
    Crop", 2024, diverse sampling). On its own it collects outliers, which among seeds are mostly
    broken ones: gray, bordered, empty. So the worse seeds are put aside first: those of which less
    can be expected by the scores that tell seeds apart, or where no errors are known, those of the
    worse mean rank; see :func:`.quality.better_seeds`.

    Args:
        spaces: which of the table's feature spaces measure difference; several have the same say.
        objective: farthest seeds, or a balance of quality and distance.
        start: the first seed; the best by default, whatever the floor.
        floor: which share of the seeds to keep, in (0, 1], the better ones. 1 keeps all and so the
            outliers too.
        quality: how much quality counts beside distance in the balance, in [0, 1].
        tags: which seeds are in the running.
    """

    spaces: tuple[str, ...] = (STYLE,)
    objective: DiverseObjective = DiverseObjective.FARTHEST
    start: int | None = None
    floor: float = 0.5
    quality: float = 0.5
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
        """Return the most different of the better seeds and what else there is to know.

        In turn come a quarter of those kept, at most 128, the first of the order, so that
        neighbours lie apart; in every round the same way, since that is what keeps them apart.

        Args:
            table: what to choose from.
            count: how many seeds.
            position: the first place to be filled, from 0.
            order: what comes at a position.

        Raises:
            PickError: ``count``, ``position``, ``order``, a space, ``start``, ``floor``,
                ``quality`` or a tag cannot be used with this table.
            SeedError: ``start`` names no noise.
        """
        stretch = Stretch(count, position, order)
        self._check(table, stretch)
        allowed, tag_notes = rows_passing(table, self.tags)
        features = [table.feature(space) for space in self.spaces]
        known = _known_by_all(features, allowed)
        ranked, floor_notes = ByQuality.of(table, known)
        rows, start_notes = self._start_first(table, ranked.above(self.floor))
        rows, fewer_notes = _affordable(rows, stretch)
        stretch.require_reached(len(rows))
        cloud = Cloud.of(side_by_side(features, rows))
        turns = min(math.ceil(len(rows) / _QUARTER), _MOST_TURNS) if stretch.is_turning else 0
        best, far_notes = self._choose(cloud, rows, ranked, stretch.reach(len(rows), turns))
        rule = f"diverse {' '.join(self.spaces)}"
        chosen = spaced_turns(table, rule, cloud, best, stretch)
        return Picking(
            _picks(table, rows[chosen], ranked),
            self._rule(ranked, stretch),
            len(rows),
            notes=(
                *evidence_notes(table),
                *tag_notes,
                *_unknown_notes(len(allowed) - len(known), self.spaces),
                *floor_notes,
                *start_notes,
                *fewer_notes,
                *far_notes,
                *shortage_notes(len(chosen), count),
                *repeat_notes(chosen, turns),
            ),
            spread=pick_spread(cloud, tuple(dict.fromkeys(chosen))),
            interval_of=interval_words(table, table.metrics()),
            rank_by=ranked.by,
            position=position,
            order=order,
            period=turns,
        )

    def _check(self, table: SeedTable, stretch: Stretch) -> None:
        require_spaces(table, self.spaces)
        if not 0 < self.floor <= 1:
            raise PickError("floor", expected="a share above 0, at most 1", got=f"{self.floor}")
        if not 0 <= self.quality <= 1:
            raise PickError("quality", expected="0 to 1", got=f"{self.quality}")
        balanced = self.objective is DiverseObjective.BALANCED
        if balanced and self.start is not None:
            raise PickError("start", expected="none: balanced starts from the best", got="a seed")
        if balanced and stretch.position and not stretch.is_turning:
            expected = "0: balanced weighs a set as a whole, so nothing comes after it"
            advice = "Take the turning order, or the farthest seeds."
            got = f"{stretch.position}"
            raise PickError("position", expected=expected, got=got, advice=advice)
        if stretch.is_turning and self.start is not None:
            raise PickError("start", expected="none: in turn no seed is the first", got="a seed")

    def _start_first(self, table: SeedTable, kept: Rows) -> tuple[Rows, tuple[str, ...]]:
        """Return the rows with the one to start from in front."""
        if self.start is None:
            return kept, ()
        row = _row_of(table, self.start)
        for space in self.spaces:
            if not len(rows_known(table.feature(space), np.asarray([row]))):
                expected = f"a seed with {space} features"
                raise PickError("start", expected=expected, got=f"{self.start}")
        others = kept[kept != row]
        if len(others) < len(kept):
            return np.concatenate([[row], others]), ()
        note = f"seed {table.seeds[row]} was asked for as the start; by the rule it would be out"
        return np.concatenate([[row], others]), (note,)

    def _choose(
        self, cloud: Cloud, rows: Rows, ranked: ByQuality, count: int
    ) -> tuple[list[int], tuple[str, ...]]:
        if not count:
            return [], ()
        if self.objective is DiverseObjective.BALANCED:
            # Rows come best first, so their order is their quality.
            worth = np.linspace(1, 0, len(rows)) if ranked.by else np.ones(len(rows))
            return balanced_points(cloud, worth, self.quality, count), ()
        chosen, apart = farthest_points(cloud, 0, count)
        if apart == count:
            return chosen, ()
        note = f"only {apart} of the seeds differ; the others equal one of them in this space"
        return chosen, (note,)

    def _rule(self, ranked: ByQuality, stretch: Stretch) -> str:
        space = " and ".join(self.spaces)
        far = f"each the farthest in {space} from all before it"
        if self.objective is DiverseObjective.BALANCED:
            far = f"good and far apart in {space}, quality counting {self.quality:.0%}"
        far += ", in turn so that neighbours lie apart" if stretch.is_turning else ""
        return f"of the better {self.floor:.0%} by {ranked.by}, {far}" if ranked.by else far


def pick_diverse(
    table: SeedTable,
    count: int,
    *,
    spaces: Sequence[str] = (STYLE,),
    objective: DiverseObjective = DiverseObjective.FARTHEST,
    start: int | None = None,
    floor: float = 0.5,
    quality: float = 0.5,
    tags: TagFilter = ANY_TAGS,
    position: int = 0,
    order: PickOrder = PickOrder.BEST,
) -> Picking:
    """Return seeds whose pictures differ most, out of the better ones; see :class:`DiversePicker`.

    Args:
        table: what to choose from.
        count: how many seeds.
        spaces: which of the table's feature spaces measure difference.
        objective: farthest seeds, or a balance of quality and distance.
        start: the first seed; the best by default.
        floor: which share of the seeds to keep, in (0, 1], the better ones.
        quality: how much quality counts in the balance, in [0, 1].
        tags: which seeds are in the running.
        position: the first place to be filled, from 0.
        order: what comes at a position: the farthest first, or some of them in turn, so that
            neighbours lie apart.

    Raises:
        PickError: ``count``, ``position``, ``order``, a space, ``start``, ``floor``, ``quality`` or
            a tag cannot be used with this table.
        SeedError: ``start`` names no noise.
    """
    picker = DiversePicker(tuple(spaces), objective, start, floor, quality, tags)
    return picker.explain(table, count, position=position, order=order)


def _row_of(table: SeedTable, start: int) -> int:
    try:
        return table.row(start)
    except TableError as error:
        raise PickError("start", expected=error.expected, got=error.got) from error


def _known_by_all(features: Sequence[Points], rows: Rows) -> Rows:
    """Return the rows with enough coordinates in every space."""
    for feature in features:
        rows = rows_known(feature, rows)
    return rows


def _affordable(rows: Rows, stretch: Stretch) -> tuple[Rows, tuple[str, ...]]:
    """Return the rows to compare, fewer where seeds take turns, which asks for many distances."""
    if not stretch.is_turning or len(rows) <= _MOST_COMPARED:
        return rows, ()
    return rows[:_MOST_COMPARED], (
        f"in turn only the first {_MOST_COMPARED} of these are compared",
    )


def _picks(table: SeedTable, rows: Rows, ranked: ByQuality) -> tuple[Pick, ...]:
    return tuple(
        describe_pick(table, int(row), table.metrics(), rank=place)
        for row, place in zip(rows, ranked.places(rows), strict=True)
    )


def _unknown_notes(missing: int, spaces: Sequence[str]) -> tuple[str, ...]:
    if not missing:
        return ()
    unknown = f"half or more of their {' or '.join(spaces)} features unknown"
    return (f"left out, {unknown}: {seeds_in_words(missing)}",)
