from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.errors import InputError
from seedloupe.studies.journal import StudyJournal

SETTINGS = {"study": "toy", "steps": 8, "seeds": ("1", "2")}


def begin(path: Path, count: int) -> None:
    with StudyJournal(path, SETTINGS) as journal:
        for number in range(count):
            journal.append({"number": number, "text": "ä“\n"})


def test_what_was_kept_is_there_when_the_journal_is_opened_again(tmp_path: Path) -> None:
    begin(tmp_path / "sub" / "j.jsonl", 2)
    with StudyJournal(tmp_path / "sub" / "j.jsonl", SETTINGS) as journal:
        assert [one["number"] for one in journal.findings] == [0, 1]
        assert journal.findings[0]["text"] == "ä“\n"
        journal.append({"number": 2})
    with StudyJournal(tmp_path / "sub" / "j.jsonl", SETTINGS) as journal:
        assert [one["number"] for one in journal.findings] == [0, 1, 2]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_line_that_a_kill_cut_short_is_left_out_and_does_not_spoil_the_next(
    tmp_path: Path, cut: int
) -> None:
    path = tmp_path / "j.jsonl"
    begin(path, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    with StudyJournal(path, SETTINGS) as journal:
        assert [one["number"] for one in journal.findings] == [0, 1]
        journal.append({"number": 7})
    with StudyJournal(path, SETTINGS) as journal:
        assert [one["number"] for one in journal.findings] == [0, 1, 7]


def test_a_journal_cut_within_its_first_line_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"format": "seedl')
    begin(path, 1)
    with StudyJournal(path, SETTINGS) as journal:
        assert len(journal.findings) == 1


def test_other_settings_are_refused_with_what_differs(tmp_path: Path) -> None:
    begin(tmp_path / "j.jsonl", 1)
    with pytest.raises(InputError, match=r"steps: expected 8, got 20\. Repeat the settings"):
        StudyJournal(tmp_path / "j.jsonl", {**SETTINGS, "steps": 20})


def test_a_setting_more_or_less_is_another_setting(tmp_path: Path) -> None:
    begin(tmp_path / "j.jsonl", 1)
    with pytest.raises(InputError, match="strength"):
        StudyJournal(tmp_path / "j.jsonl", {**SETTINGS, "strength": 1})
    with pytest.raises(InputError, match="seeds"):
        StudyJournal(tmp_path / "j.jsonl", {"study": "toy", "steps": 8})


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    begin(path, 3)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:2], b"junk", *lines[3:]]))
    with pytest.raises(InputError, match="line 3 of"):
        StudyJournal(path, SETTINGS)


def test_a_file_of_somebody_else_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "j.jsonl").write_text('{"mine": 1}\n', "utf-8")
    with pytest.raises(InputError, match="format"):
        StudyJournal(tmp_path / "j.jsonl", SETTINGS)
