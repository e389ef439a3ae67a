"""The seeds of a table that write least when a model repaints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..artifacts import Purpose, purpose_of, purpose_of_table
from ..errors import SeedloupeError
from ..generation.table_use import table_use
from ..picking import PickRequest, PickRule, pick_seeds
from ..tables import MatchLevel, SeedTable, TableUse, Task, read_table, tables_for

if TYPE_CHECKING:
    from ..generation.request import Request
    from ..tables import Found

#: Most seeds taken from a table's ranking.
_RANKED = 64
_TAG = "text"


def ranked_clean(request: Request, folders: Sequence[Path]) -> tuple[int, ...]:
    """Return the seeds that write least, by a table of repaints of this model and purpose.

    None where no such table is in ``folders``, or where it does not rank seeds by text.
    """
    return clean_seeds_for(table_use(request), request.prompt, folders)


def clean_seeds_for(use: TableUse, prompt: str, folders: Sequence[Path]) -> tuple[int, ...]:
    """Do as :func:`ranked_clean` for a host that draws by itself.

    Args:
        use: what it repaints with.
        prompt: what the repaint is asked for.
        folders: where tables are looked for.
    """
    purpose = purpose_of(prompt)
    for found in tables_for(use, folders):
        if not _serves(found, purpose):
            continue
        try:
            table: SeedTable = read_table(found.path)
            asked = PickRequest(PickRule.CLEAN, min(_RANKED, len(table)), flaw=_TAG)
            return pick_seeds(table, asked).seeds
        except SeedloupeError:
            continue  # the next best; without any the tally and dice are left
    return ()


def _serves(found: Found, purpose: Purpose) -> bool:
    """Tell whether a table counted text in repaints of this model for this purpose."""
    if found.outline is None or found.match is None or found.match.level is MatchLevel.INVALID:
        return False
    sampling = found.outline.spec.sampling
    if sampling is None or sampling.task is not Task.INPAINT:
        return False
    if any(difference.field.startswith("model.") for difference in found.match.differences):
        return False  # the noise is the same, but which of it writes is the model's doing
    return purpose_of_table(found.outline.spec) in (None, purpose)
