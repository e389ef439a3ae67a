"""The most different seeds among the good ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import PickError, TableError
from ..tables import SeedTable
from .distances import Points, farthest_points, rows_known, spread
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
from .ranks import Rows, rank_seeds

_NO_FLOOR = (
    "the table has no scores: the smallest seed comes first, and nothing keeps out bad seeds, "
    "which tend to stand apart"
)


@dataclass(frozen=True)
class DiversePicker:
    """Takes seeds whose pictures differ most, out of the better ones.

    Farthest-point sampling in a feature space, as Xu, Zhang and Shi do it ("Good Seed Makes a Good
    Crop", 2024, diverse sampling). On its own it collects outliers, which among seeds are mostly
    broken ones: gray, bordered, empty. So the seeds in the worse part by mean rank are put aside
    first.

    Args:
        space: which of the table's feature spaces measures difference.
        start: the first seed; the best by mean rank by default, whatever the floor.
        floor: which share of the seeds to keep, in (0, 1], the better ones by mean rank over all
            metrics. 1 keeps all and so the outliers too.
        avoid_tags: leave out seeds with these tags.
        avoid_above: share of images from which a tag counts.
    """

    space: str = "style"
    start: int | None = None
    floor: float = 0.5
    avoid_tags: tuple[str, ...] = ()
    avoid_above: float = 0.5

    def pick(self, table: SeedTable, count: int) -> tuple[int, ...]:
        """Return the seeds of :meth:`explain`."""
        return self.explain(table, count).seeds

    def explain(self, table: SeedTable, count: int) -> Picking:
        """Return the most different of the better seeds and what else there is to know.

        Raises:
            PickError: ``count``, the space, ``start``, ``floor`` or a tag cannot be used with this
                table.
            SeedError: ``start`` names no noise.
        """
        require_count(count)
        self._check(table)
        allowed, tag_notes = rows_without(table, self.avoid_tags, self.avoid_above)
        points = table.feature(self.space).astype(np.float64)
        known = rows_known(points, allowed)
        kept, place, floor_notes = _above_floor(table, known, self.floor)
        notes = (*tag_notes, *_unknown_notes(len(allowed) - len(known), self.space), *floor_notes)
        rows, start_notes = self._start_first(table, points, kept)
        chosen, far_notes = _far_apart(rows, points, count)
        return Picking(
            tuple(_pick(table, int(row), place) for row in rows[chosen]),
            _rule(self.space, self.floor, place),
            len(rows),
            notes=(
                *notes,
                *start_notes,
                *far_notes,
                *shortage_notes(len(chosen), count),
                *evidence_notes(table),
            ),
            spread=spread(points[rows], chosen),
        )

    def _check(self, table: SeedTable) -> None:
        if self.space not in table.spaces():
            known = ", ".join(table.spaces()) or "no space; the table has none"
            raise PickError("space", expected=f"one of {known}", got=repr(self.space))
        if not 0 < self.floor <= 1:
            raise PickError("floor", expected="a share above 0, at most 1", got=f"{self.floor}")

    def _start_first(
        self, table: SeedTable, points: Points, kept: Rows
    ) -> tuple[Rows, tuple[str, ...]]:
        """Return the rows with the one to start from in front."""
        if self.start is None:
            return kept, ()
        row = _row_of(table, self.start)
        if not len(rows_known(points, np.asarray([row]))):
            raise PickError(
                "start", expected=f"a seed with {self.space} features", got=f"{self.start}"
            )
        others = kept[kept != row]
        if len(others) < len(kept):
            return np.concatenate([[row], others]), ()
        note = f"seed {table.seeds[row]} was asked for as the start; by the rule it would be out"
        return np.concatenate([[row], others]), (note,)


def pick_diverse(
    table: SeedTable,
    count: int,
    *,
    space: str = "style",
    start: int | None = None,
    floor: float = 0.5,
    avoid_tags: Sequence[str] = (),
    avoid_above: float = 0.5,
) -> Picking:
    """Return seeds whose pictures differ most, out of the better ones; see :class:`DiversePicker`.

    Args:
        table: what to choose from.
        count: how many seeds.
        space: which of the table's feature spaces measures difference.
        start: the first seed; the best by default.
        floor: which share of the seeds to keep, in (0, 1], the better ones by mean rank.
        avoid_tags: leave out seeds with these tags.
        avoid_above: share of images from which a tag counts.

    Raises:
        PickError: ``count``, the space, ``start``, ``floor`` or a tag cannot be used with this
            table.
        SeedError: ``start`` names no noise.
    """
    picker = DiversePicker(space, start, floor, tuple(avoid_tags), avoid_above)
    return picker.explain(table, count)


def _row_of(table: SeedTable, start: int) -> int:
    try:
        return table.row(start)
    except TableError as error:
        raise PickError("start", expected=error.expected, got=error.got) from error


def _above_floor(
    table: SeedTable, rows: Rows, floor: float
) -> tuple[Rows, Mapping[int, int], tuple[str, ...]]:
    """Return the better rows, best first, the place of each, and what there is to say."""
    if not table.metrics():
        return rows, {}, (_NO_FLOOR,)
    ranking = rank_seeds(table, table.metrics(), rows)
    best_first = ranking.rows[ranking.order]
    kept = best_first[: math.ceil(floor * len(best_first))]
    place = {int(row): at for at, row in enumerate(best_first, start=1)}
    return kept, place, unmeasured_notes(len(rows) - len(best_first))


def _far_apart(rows: Rows, points: Points, count: int) -> tuple[list[int], tuple[str, ...]]:
    if not len(rows):
        return [], ()
    chosen, apart = farthest_points(points[rows], 0, min(count, len(rows)))
    if apart == len(chosen):
        return chosen, ()
    note = f"only {apart} of the seeds differ; the others equal one of them in this space"
    return chosen, (note,)


def _pick(table: SeedTable, row: int, place: Mapping[int, int]) -> Pick:
    return describe(table, row, table.metrics(), rank=place.get(row, 0))


def _rule(space: str, floor: float, place: Mapping[int, int]) -> str:
    far = f"each the farthest in {space} from all before it"
    return f"of the better {floor:.0%} by mean rank, {far}" if place else far


def _unknown_notes(missing: int, space: str) -> tuple[str, ...]:
    if not missing:
        return ()
    unknown = f"half or more of their {space} features unknown"
    return (f"left out, {unknown}: {seeds_in_words(missing)}",)
