"""What a table knows of seeds that somebody typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ....errors import PickError
from ....picking import PickOrder, PickRequest, RankRange, pick_at, pick_seeds
from ....tables import SeedTable
from .controls import GO_ON, PanelSettings

_MOST_RANKED = 4096
"""Seeds of a table that are all ranked for one that was typed; more would take a while."""


def ranks_of_given(
    table: SeedTable,
    request: PickRequest,
    settings: PanelSettings,
    ranks: RankRange | None,
    seeds: Sequence[int],
) -> dict[int, str]:
    """Return the ranks in words of those seeds that a rule ranked.

    Args:
        table: where they may be.
        request: by which rule.
        settings: the panel's, whose position is looked at first, as pasting sets it.
        ranks: which ranks take turns.
        seeds: the job's.

    Raises:
        PickError: the table cannot answer.
    """
    wanted = {int(seed) for seed in seeds}
    if not wanted & {int(seed) for seed in table.seeds}:
        return {}
    if len(table) <= _MOST_RANKED:
        best = replace(request, order=PickOrder.BEST, position=0, count=len(table))
        found = pick_seeds(table, best)
    elif settings.position != GO_ON:
        found = pick_at(table, request, [settings.position], ranks=ranks)
    else:
        raise PickError("rank", expected="a smaller table", got=f"{len(table)} seeds")
    ranked = (pick for pick in found.picks if 0 < pick.rank <= found.pool and pick.seed in wanted)
    return {int(pick.seed): f"{pick.rank} of {found.pool}" for pick in ranked}
