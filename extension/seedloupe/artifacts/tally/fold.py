"""Putting what was counted in use into the seed table that served."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...errors import TableMatchError
from ...tables import SeedTable, TableSpec, Task
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


def fold_into_table(
    table: SeedTable, tally: Tally, level: Level = Level.NORMAL, *, mixed: bool = False
) -> Folded:
    """Return ``table`` with the checks of ``tally`` pooled into its rates of text.

    A table remembers which checks it holds, so that a second time adds only later ones.
    Corrections of checks it holds already are not taken up.

    Args:
        table: of inpainted pictures, of the tally's model and noise.
        tally: what was counted.
        level: judge every check by this level, whatever its user had chosen.
        mixed: pool also what other readers saw than the one the table names, though one that sees
            less makes the seeds it looked at seem cleaner.

    Raises:
        TableMatchError: the table is of another task, model or noise, somebody else looked for it,
            or it has rates that nobody counted the pictures of; the field names it.
    """
    _require_alike(table, tally)
    if not mixed:
        _require_same_reader(table, tally)
    held = _held(table, tally)
    before = max((count for count, digest in held if _digest(tally, count) == digest), default=0)
    counts = tally.since(before).seeds(level)
    known = [count for count in counts if np.uint64(count.seed) in table.seeds]
    rows = np.searchsorted(table.seeds, np.array([count.seed for count in known], np.uint64))
    hits, trials = _counted(table)
    hits[rows] += [count.flagged for count in known]
    trials[rows] += [count.trials for count in known]
    rate = np.divide(hits, trials, out=np.full_like(hits, np.nan), where=trials > 0)
    columns = {_RATE: rate.astype(np.float32), _COUNT: trials.astype(np.uint32)}
    added = sum(count.trials for count in known)
    spec = _noted(table, tally, [one for one in held if one[0] != before])
    told = SeedTable(table.seeds, {**table.tensors, **columns}, spec, table.metadata)
    total = sum(count.trials for count in counts)
    return Folded(told, added, total - added, before)


def _require_same_reader(table: SeedTable, tally: Tally) -> None:
    evidence = table.spec.evidence
    looker = None if evidence is None else evidence.extra.get("looker")
    # A reader's version stands behind its name.
    readers = {check.reader.partition(" ")[0] for check in tally.checks.values()}
    if isinstance(looker, str) and readers - {looker}:
        raise TableMatchError(
            "reader",
            expected=f"{looker}, who looked for the table",
            got=", ".join(sorted(readers)),
            advice="What different readers see does not compare; mixed adds it all the same.",
        )


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


def _held(table: SeedTable, tally: Tally) -> list[tuple[int, str]]:
    """How many checks of which tallies of this subject the table holds, with their digests."""
    held = table.spec.provenance.extra.get(FOLDED, {})
    entries = held.get(tally.subject.key, []) if isinstance(held, Mapping) else []
    return [
        (int(entry["checks"]), str(entry["sha256"]))
        for entry in (entries if isinstance(entries, Sequence) else [])
        if isinstance(entry, Mapping) and {"checks", "sha256"} <= entry.keys()
    ]


def _digest(tally: Tally, count: int) -> str:
    """Stand for the first so many checks of a tally: another's are others."""
    first = list(tally.checks)[:count]
    return hashlib.sha256(" ".join(first).encode()).hexdigest() if len(first) == count else ""


def _noted(table: SeedTable, tally: Tally, others: Sequence[tuple[int, str]]) -> TableSpec:
    """The table's spec, saying which checks it holds now."""
    whole = len(tally.checks)
    mine = [*others, *([(whole, _digest(tally, whole))] if whole else [])]
    entries = [{"checks": count, "sha256": digest} for count, digest in mine]
    known = table.spec.provenance.extra.get(FOLDED, {})
    held = {**(known if isinstance(known, Mapping) else {}), tally.subject.key: entries}
    extra = {**table.spec.provenance.extra, FOLDED: held}
    return replace(table.spec, provenance=replace(table.spec.provenance, extra=extra))
