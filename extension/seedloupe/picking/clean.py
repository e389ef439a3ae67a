"""The seeds whose pictures show a flaw least often."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..chance import wilson_bounds
from ..errors import PickError
from ..tables import SeedTable
from .picks import Pick, Picking, describe_pick
from .quality import better_seeds
from .ranks import Rows, best_first
from .stretch import PickOrder, Stretch
from .tags import ANY_TAGS, TagFilter, rows_passing
from .turning import places_of
from .words import repeat_notes, seeds_in_words, shortage_notes

_QUARTER = 4
"""Of the seeds compared the cleanest quarter takes turns, as of golden ones the best."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class CleanPicker:
    """Takes the seeds with the lowest upper bound of a tag's rate.

    Nothing seen in few pictures is not the same as nothing there: what counts is how high the rate
    may still be, the upper end of Wilson's two-sided 95 % interval, which the rate exceeds in about
    one case of 40. Among equals the better ones come first, see :func:`.quality.better_seeds`, then
    the smaller seed.

    Args:
        tag: the flaw.
        tags: which seeds are in the running.
    """

    tag: str = "text"
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
        """Return the cleanest seeds and what else there is to know.

        In turn comes the cleanest quarter of the seeds compared.

        Args:
            table: what to choose from.
            count: how many seeds.
            position: the first place to be filled, from 0.
            order: what comes at a position.

        Raises:
            PickError: ``count``, ``position`` or a tag cannot be used with this table, or nobody
                counted the pictures behind the rates.
        """
        stretch = Stretch(count, position, order)
        rates, counts = self._measured(table)
        rows, notes = rows_passing(table, self.tags)
        known = rows[counts[rows] > 0]
        stretch.require_reached(len(known))
        _, upper = wilson_bounds(rates[known] * counts[known], counts[known])
        keys, by = _goodness(table, known)
        turns = math.ceil(len(known) / _QUARTER) if stretch.is_turning else 0
        best = best_first(upper, *keys, count=stretch.reach(len(known), turns))
        at = places_of(stretch, known[best], table, "clean")
        picks = tuple(
            self._pick(table, known[best[n]], (rates, counts), upper[best[n]], int(n) + 1)
            for n in at
        )
        missing = len(rows) - len(known)
        unknown = f"left out, nobody measured {self.tag}: {seeds_in_words(missing)}"
        return Picking(
            picks,
            "the lowest upper end of the two-sided 95 % interval of the share of pictures with "
            f"{self.tag}, equals by {by}",
            len(known),
            notes=(
                *notes,
                *((unknown,) if missing else ()),
                *self._by_chance(rates[known], counts[known]),
                *_tied(upper, len(picks), by),
                *shortage_notes(len(picks), count),
                *repeat_notes(at, turns),
            ),
            interval_of=f"the share of a seed's pictures with {self.tag}",
            position=position,
            order=order,
            period=turns,
        )

    def _measured(self, table: SeedTable) -> tuple[Doubles, Doubles]:
        if self.tag not in table.tags():
            known = ", ".join(table.tags()) or "no tag; the table has none"
            raise PickError("tag", expected=f"one of {known}", got=repr(self.tag))
        if f"rate.{self.tag}.n" not in table.tensors:
            raise PickError(
                "tag",
                expected=f"how many pictures stand behind rate.{self.tag}",
                got="nothing",
                advice="Mine the table again, or leave seeds out by tag instead.",
            )
        counts = table.counts("rate", self.tag).astype(np.float64)
        return table.rate(self.tag).astype(np.float64), counts

    def _pick(
        self,
        table: SeedTable,
        row: int,
        measured: tuple[Doubles, Doubles],
        upper: float,
        place: int,
    ) -> Pick:
        rate, count = (float(values[row]) for values in measured)
        more = {self.tag: rate, f"{self.tag}.upper": float(upper)}
        low, high = wilson_bounds(np.asarray([rate * count]), np.asarray([count]))
        span = (float(low[0]), float(high[0]))
        seen = f"{round(rate * count)} of {int(count)} pictures"
        return describe_pick(table, int(row), (), rank=place, note=seen, interval=span, more=more)

    def _by_chance(self, rates: Doubles, counts: Doubles) -> tuple[str, ...]:
        """Say how many seeds would show nothing if all were alike."""
        if not len(rates):
            return ()
        usual = float((rates * counts).sum() / counts.sum())
        spotless, lucky = int((rates == 0).sum()), (1 - usual) ** counts
        expected, sd = float(lucky.sum()), float((lucky * (1 - lucky)).sum()) ** 0.5
        return (
            f"random seeds show {self.tag} in {usual:.1%} of pictures; none at all seen: "
            f"{seeds_in_words(spotless)}, and by luck {expected:.0f} ± {sd:.0f} if all seeds were "
            "alike",
        )


def pick_clean(
    table: SeedTable,
    count: int,
    *,
    tag: str = "text",
    tags: TagFilter = ANY_TAGS,
    position: int = 0,
    order: PickOrder = PickOrder.BEST,
) -> Picking:
    """Return the seeds that show a flaw least often; see :class:`CleanPicker`.

    Args:
        table: what to choose from.
        count: how many seeds.
        tag: the flaw.
        tags: which seeds are in the running.
        position: the first place to be filled, from 0.
        order: what comes at a position: the cleanest first, or a quarter of them in turn.

    Raises:
        PickError: ``count``, ``position`` or a tag cannot be used with this table.
    """
    return CleanPicker(tag, tags).explain(table, count, position=position, order=order)


def _tied(upper: Doubles, chosen: int, by: str) -> tuple[str, ...]:
    if not chosen:
        return ()
    equal = int((upper == upper.min()).sum())
    if equal <= chosen:
        return ()
    return (f"equally clean: {seeds_in_words(equal)}, whose order is by {by}",)


def _goodness(table: SeedTable, rows: Rows) -> tuple[tuple[Doubles, ...], str]:
    """Return what puts equally clean rows in order, worst where some metric is missing."""
    if not table.metrics():
        return (), "number, the table having no scores"
    better = better_seeds(table, rows)
    measured = np.isin(rows, better.rows)
    keys = np.full((len(better.keys), len(rows)), np.inf)
    keys[:, measured] = better.keys
    return tuple(keys), better.by
