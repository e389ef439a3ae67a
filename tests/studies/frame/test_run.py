"""Running a study: each cell once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from seedloupe.errors import InputError
from seedloupe.studies.frame import Claim, Holds, Report, StudyCells, run_study
from seedloupe.studies.journal import StudyJournal


@dataclass
class Counting:
    """Counts how often each cell is measured."""

    names: tuple[str, ...] = ("a", "b", "c")
    stop_at: str = ""
    measured: list[str] = field(default_factory=list)
    name: str = "counting"

    @property
    def settings(self) -> Mapping[str, object]:
        return {"study": self.name, "cells": list(self.names)}

    def cells(self) -> Sequence[str]:
        return self.names

    def measure(self, cell: str) -> Mapping[str, object]:
        if cell == self.stop_at:
            raise KeyboardInterrupt
        self.measured.append(cell)
        return {"length": len(self.measured)}

    def conclude(self, found: StudyCells) -> Report:
        claim = Claim("nobody", "nothing", "none")
        return Report(self.name, "?", claim, Holds.UNDECIDED, ",".join(found), "", {})


def run(study: Counting, path: Path) -> Report:
    with StudyJournal(path, study.settings) as journal:
        return run_study(study, journal)


def test_a_stopped_study_goes_on_where_it_was_and_measures_nothing_twice(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run(Counting(stop_at="c"), path)
    again = Counting()
    assert run(again, path).sentence == "a,b,c"
    assert again.measured == ["c"]


def test_a_line_cut_by_a_kill_is_measured_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    run(Counting(), path)
    path.write_bytes(path.read_bytes()[:-9])
    again = Counting()
    run(again, path)
    assert again.measured == ["c"]


def test_a_cell_of_another_study_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with StudyJournal(path, Counting().settings) as journal:
        journal.append({"cell": "z", "found": {}})
    with pytest.raises(InputError, match="'z'"):
        run(Counting(), path)


def test_progress_tells_what_was_done_before(tmp_path: Path) -> None:
    path, told = tmp_path / "journal.jsonl", []
    with pytest.raises(KeyboardInterrupt):
        run(Counting(stop_at="b"), path)
    study = Counting()
    with StudyJournal(path, study.settings) as journal:
        run_study(study, journal, on_progress=lambda *at: told.append(at))
    assert told == [(1, 3, 0), (2, 3, 1), (3, 3, 2)]
