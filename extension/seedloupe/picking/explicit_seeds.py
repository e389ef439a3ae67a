"""Seeds somebody brings along: no choice of ours, but what a table knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import TableError
from ..tables import SeedTable
from .picks import Pick, Picking, describe_pick
from .stretch import PickOrder, Stretch
from .turning import in_rounds
from .words import repeat_notes, shortage_notes


@dataclass(frozen=True)
class SelectedSeeds:
    """Seeds somebody chose by hand, and the table whose noise they stand for."""

    seeds: tuple[int, ...]
    table: Path


def pick_given(
    table: SeedTable | None,
    seeds: Sequence[int],
    *,
    count: int | None = None,
    position: int = 0,
    order: PickOrder = PickOrder.BEST,
    notes: Sequence[str] = (),
) -> Picking:
    """Return seeds in the order given, each once, with what a table knows of them.

    Args:
        table: where scores come from; seeds it does not have come without.
        seeds: chosen by hand.
        count: how many of them; all by default.
        position: the first place to be filled, from 0.
        order: whether they end with the last, or come again; in the order given either way.
        notes: what the user should know before trusting them.

    Raises:
        SeedError: one of them names no noise of the table.
        PickError: ``count`` or ``position`` is none.
    """
    own = tuple(dict.fromkeys(seeds))
    if not own and count is None:
        return Picking((), "chosen by hand", 0, notes=tuple(notes))
    stretch = Stretch(len(own) if count is None else count, position, order)
    stretch.require_reached(len(own))
    turns = len(own) if stretch.is_turning else 0
    chosen = own[position : stretch.end]
    if stretch.is_turning:
        at = in_rounds(position, stretch.end, turns, lambda _: np.arange(turns))
        chosen = tuple(own[n] for n in at)
    return Picking(
        tuple(_known(table, seed) for seed in chosen),
        "chosen by hand",
        len(own),
        notes=(*notes, *shortage_notes(len(chosen), stretch.count), *repeat_notes(chosen, turns)),
        position=position,
        order=order,
        period=turns,
    )


def _known(table: SeedTable | None, seed: int) -> Pick:
    if table is None:
        return Pick(seed)
    try:
        return describe_pick(table, table.row(seed), table.metrics())
    except TableError:
        return Pick(seed, note="not in the table")
