"""Putting what was counted in use into the seed table that served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...errors import TableMatchError
from ...tables import SeedTable, Task
from ..levels import Level
from .counts import Tally
from .subject import purpose_of_table

_TAG, _RATE, _COUNT = "text", "rate.text", "rate.text.n"
#: Where a table says how many checks of which tally it holds.
FOLDED = "text_tally"


@dataclass(frozen=True, eq=False)
class Folded:
    """A table with a tally's checks in it.

    Attributes:
        table: the table with the new rates.
        counted: how many checks were added.
        left_out: how many were not, their seeds not being in the table.
        before: how many the table held already.
    """

    table: SeedTable
    counted: int
    left_out: int
    before: int


def fold_into_table(table: SeedTable, tally: Tally, level: Level = Level.NORMAL) -> Folded:
    """Return ``table`` with the checks of ``tally`` pooled into its rates of text.

    A table remembers how many checks it holds, so that a second time adds only later ones.
    Corrections of checks it holds already are not taken up.

    Args:
        table: of inpainted pictures, of the tally's model and noise.
        tally: what was counted.
        level: judge every check by this level, whatever its user had chosen.

    Raises:
        TableMatchError: the table is of another task, model or noise, or has rates that nobody
            counted the pictures of; the field names it.
    """
    _require_alike(table, tally)
    before = _held(table).get(tally.subject.key, 0)
    counts = tally.since(before).seeds(level)
    known = [count for count in counts if np.uint64(count.seed) in table.seeds]
    rows = np.searchsorted(table.seeds, np.array([count.seed for count in known], np.uint64))
    hits, trials = _counted(table)
    hits[rows] += [count.flagged for count in known]
    trials[rows] += [count.trials for count in known]
    rate = np.divide(hits, trials, out=np.full_like(hits, np.nan), where=trials > 0)
    columns = {_RATE: rate.astype(np.float32), _COUNT: trials.astype(np.uint32)}
    added = sum(count.trials for count in known)
    told = SeedTable(
        table.seeds, {**table.tensors, **columns}, _noted(table, tally).spec, table.metadata
    )
    total = sum(count.trials for count in counts)
    return Folded(told, added, total - added, before)


def _require_alike(table: SeedTable, tally: Tally) -> None:
    spec, subject = table.spec, tally.subject
    task = None if spec.sampling is None else spec.sampling.task
    purpose = purpose_of_table(spec) or subject.purpose
    known = spec.model.sha256 or spec.model.name
    pairs = (
        ("task", "nothing" if task is None else task.value, Task.INPAINT.value),
        ("purpose", purpose.value, subject.purpose.value),
        ("model", replace(subject, model=known).model_key, subject.model_key),
        ("noise", spec.noise.source.label, subject.noise.label),
        ("shape", str(tuple(spec.noise.shape)), str(tuple(subject.shape))),
        ("draws_before", str(spec.noise.draws_before), str(subject.draws_before)),
    )
    for field, here, counted in pairs:
        if here != counted:
            raise TableMatchError(field, expected=f"{here}, as the table has it", got=f"{counted}")


def _counted(table: SeedTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pictures with text and pictures looked at, a seed; both 0 where nothing is known."""
    if _TAG not in table.tags():
        return np.zeros(len(table)), np.zeros(len(table))
    if _COUNT not in table.tensors:
        raise TableMatchError(
            _COUNT,
            expected="how many pictures stand behind the table's rates",
            got="nothing",
            advice="Make the table anew; such rates cannot be added to.",
        )
    trials = table.counts("rate", _TAG).astype(np.float64)
    rate = np.nan_to_num(table.rate(_TAG).astype(np.float64))
    return np.round(rate * trials), trials


def _held(table: SeedTable) -> Mapping[str, int]:
    held = table.spec.provenance.extra.get(FOLDED, {})
    return held if isinstance(held, Mapping) else {}


def _noted(table: SeedTable, tally: Tally) -> SeedTable:
    """The table, saying how many checks of the tally it holds."""
    held = {**_held(table), tally.subject.key: len(tally.checks)}
    extra = {**table.spec.provenance.extra, FOLDED: held}
    provenance = replace(table.spec.provenance, extra=extra)
    return replace(table, spec=replace(table.spec, provenance=provenance))
