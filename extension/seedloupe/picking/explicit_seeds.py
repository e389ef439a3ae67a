"""Seeds somebody brings along: no choice of ours, but what a table knows of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import TableError
from ..tables import SeedTable
from .picks import Pick, Picking, describe_pick


def pick_given(
    table: SeedTable | None, seeds: Sequence[int], *, notes: Sequence[str] = ()
) -> Picking:
    """Return seeds in the order given, each once, with what a table knows of them.

    Args:
        table: where scores come from; seeds it does not have come without.
        seeds: chosen by hand.
        notes: what the user should know before trusting them.

    Raises:
        SeedError: one of them names no noise of the table.
    """
    picks = tuple(_known(table, seed) for seed in dict.fromkeys(seeds))
    return Picking(picks, "chosen by hand", len(picks), notes=tuple(notes))


def _known(table: SeedTable | None, seed: int) -> Pick:
    if table is None:
        return Pick(seed)
    try:
        return describe_pick(table, table.row(seed), table.metrics())
    except TableError:
        return Pick(seed, note="not in the table")
