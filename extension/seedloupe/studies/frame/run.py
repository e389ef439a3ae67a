"""Running a study: every cell is measured once, kept in the journal, and concluded together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from ...errors import InputError
from ..journal import StudyJournal
from .report import Report

StudyCells: TypeAlias = Mapping[str, Mapping[str, Any]]
"""What was found in each cell, by its name."""


class Study(Protocol):
    """One question about one model, cut into cells that do not depend on each other."""

    @property
    def name(self) -> str:
        """As on the command line."""
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found, as JSON types."""
        ...

    def cells(self) -> Sequence[str]:
        """Names of all cells, in the order they are measured."""
        ...

    def measure(self, cell: str) -> Mapping[str, object]:
        """Measure one cell; JSON types, finite numbers."""
        ...

    def conclude(self, found: StudyCells) -> Report:
        """Say what all cells together come to."""
        ...


def run_study(
    study: Study,
    journal: StudyJournal,
    *,
    on_progress: Callable[[int, int, int], None] = lambda done, total, fresh: None,
) -> Report:
    """Measure what the journal lacks, and conclude.

    Args:
        study: what is asked.
        journal: of the same settings.
        on_progress: told after each cell how many are done, of how many, and how many of these in
            this run; what it raises ends the run with all findings kept.

    Raises:
        InputError: the journal has a cell that is not in the study.
    """
    cells = tuple(study.cells())
    found = dict(_kept(finding, cells) for finding in journal.findings)
    known = len(found)
    if known:
        on_progress(known, len(cells), 0)
    for cell in cells:
        if cell in found:
            continue
        found[cell] = study.measure(cell)
        journal.append({"cell": cell, "found": found[cell]})
        on_progress(len(found), len(cells), len(found) - known)
    return study.conclude({cell: found[cell] for cell in cells})


def _kept(finding: Mapping[str, Any], cells: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    cell, found = finding.get("cell"), finding.get("found")
    if isinstance(cell, str) and cell in cells and isinstance(found, Mapping):
        return cell, found
    raise InputError(
        "journal",
        expected="what was found in a cell of this study",
        got=f"{finding}",
        advice="Delete this line, and the cell is measured anew.",
    )
