"""What the pictures of seed columns say of their seeds, as those of the command line do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..picking import PickRequest, PluginRequest
from ..tables import TableUse
from .seed_choice import NamedTable, SeedChoice
from .seed_columns import SeedColumn, SeedSource


def column_extras(
    columns: Sequence[SeedColumn], named: NamedTable | None, use: TableUse
) -> Mapping[int, Mapping[str, object]]:
    """Return what each seed's picture says of the choice, by seed; the first column wins.

    Args:
        columns: the columns.
        named: the table they were chosen from, if any.
        use: what the seeds are for.

    Raises:
        TableMatchError: the table's seeds stand for other noise there.
    """
    found: dict[int, Mapping[str, object]] = {}
    for column in columns:
        choice = _choice_of(column, named, use)
        for index, seed in enumerate(column.picking.seeds):
            found.setdefault(seed, choice.extras(index))
    return found


def _choice_of(column: SeedColumn, named: NamedTable | None, use: TableUse) -> SeedChoice:
    if column.drafted is not None:
        return SeedChoice.by_drafts(column.drafted)
    seeds, request = column.picking.seeds, column.request
    if request is None or named is None:
        return SeedChoice(seeds, "given" if column.way is SeedSource.CHOSEN else "random")
    return SeedChoice(seeds, _rule_of(request), named, request, column.picking).matched(use)


def _rule_of(request: PickRequest | PluginRequest) -> str:
    return request.name if isinstance(request, PluginRequest) else request.rule.value
