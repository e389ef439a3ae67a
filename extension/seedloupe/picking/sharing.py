"""Seeds shared out among several layouts: each picture gets one, and no seed goes to two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..tables import SeedTable
from .ranks import Rows, best_first
from .stretch import Stretch
from .turning import Turning

_SIXTEENTH = 16
"""One in so many of the seeds compared takes turns, for each layout. With Seedling's table the
nearest 64 of 1,024 are 0.30 away from a place on the left, the nearest four 0.27, random ones 0.38.
The nearest quarter is 0.33 away: hardly nearer than those."""


class Candidates(Protocol):
    """The seeds that come into question for one layout."""

    @property
    def rows(self) -> Rows:
        """Their rows in the table, ``(R,)``."""
        ...

    @property
    def squares(self) -> NDArray[np.float64]:
        """How far off each is, ``(R,)``; the smaller the better."""
        ...


class Share(NamedTuple):
    """The seed of one picture.

    Args:
        layout: number of the layout it answers.
        at: its position among that layout's candidates.
        row: its row in the table.
        rank: its place among all of them, from 1.
    """

    layout: int
    at: int
    row: int
    rank: int


class Shares(NamedTuple):
    """The seeds of the positions asked for.

    Args:
        found: a picture each; fewer where seeds have run out.
        period: after how many positions they come again; 0 where they do not.
    """

    found: list[Share]
    period: int


def share_out(table: SeedTable, layouts: Sequence[Candidates], stretch: Stretch) -> Shares:
    """Share the seeds of a table out; position p is that of layout p modulo their number.

    Raises:
        PickError: the best first are at an end before the first position.
    """
    if not stretch.is_turning:
        found = _best_for_each(layouts, stretch.end)
        stretch.require_reached(len(found))
        return Shares(found[stretch.position :], 0)
    compared = min(len(candidates.rows) for candidates in layouts)
    shared = _best_for_each(layouts, len(layouts) * math.ceil(compared / _SIXTEENTH))
    shared = shared[: len(shared) // len(layouts) * len(layouts)]
    return Shares(_in_turn(table, shared, len(layouts), stretch), len(shared))


def _in_turn(table: SeedTable, shared: list[Share], layouts: int, stretch: Stretch) -> list[Share]:
    """Return the seeds of some positions where those shared out, as many to each, take turns."""
    if not shared:
        return []
    # All layouts are gone through once, then once more, and so on: these goes are touched.
    first, last = stretch.position // layouts, (stretch.end - 1) // layouts
    turns: list[list[Share]] = []
    for which in range(layouts):
        pool = shared[which::layouts]
        seeds = table.seeds[[share.row for share in pool]]
        turning = Turning(seeds, table, f"layout {which + 1} of {layouts}")
        turns.append([pool[at] for at in turning.places(first, last + 1)])
    asked = range(stretch.position, stretch.end)
    return [turns[n % layouts][n // layouts - first] for n in asked]


def _best_for_each(layouts: Sequence[Candidates], count: int) -> list[Share]:
    """Give each picture in turn the best seed for its layout that is still there."""
    # Others may take all but one of these, and each layout is asked count times at most.
    orders = [best_first(candidates.squares, count=count) for candidates in layouts]
    at, taken, found = [0] * len(layouts), set[int](), list[Share]()
    for picture in range(count):
        which = picture % len(layouts)
        rows, order = layouts[which].rows, orders[which]
        while at[which] < len(order) and int(rows[order[at[which]]]) in taken:
            at[which] += 1
        if at[which] == len(order):
            break
        position = int(order[at[which]])
        taken.add(int(rows[position]))
        found.append(Share(which, position, int(rows[position]), at[which] + 1))
    return found
