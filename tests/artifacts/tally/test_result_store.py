from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.artifacts import Check, Correction, Purpose, ResultStore, Subject, tally_folder
from seedloupe.artifacts.tally.result_store import read_tally
from seedloupe.errors import TallyError

Make = Callable[..., Check]
EXTENSION = Path(__file__).parents[3] / "extension"


def test_what_was_never_counted_is_an_empty_tally_and_no_file(
    tmp_path: Path, subject: Subject
) -> None:
    book = ResultStore(tmp_path / "not" / "there")
    assert book.read(subject).seeds() == ()
    assert book.tallies() == ()
    assert list(tmp_path.iterdir()) == []


def test_checks_come_back_as_they_were_added(tmp_path: Path, subject: Subject, check: Make) -> None:
    book, checks = ResultStore(tmp_path), [check(5), check(2**63, flagged=True), check(5)]
    for made in checks:
        book.add(subject, made)
    tally = ResultStore(tmp_path).read(subject)
    assert list(tally.checks.values()) == checks
    assert tally.subject == subject
    assert tally.damaged == 0


def test_subjects_have_files_of_their_own(tmp_path: Path, subject: Subject, check: Make) -> None:
    book, other = ResultStore(tmp_path), replace(subject, purpose=Purpose.COMPLETION)
    book.add(subject, check(1))
    book.add(other, check(2))
    assert [t.subject for t in book.tallies()] == [other, subject]
    assert [count.seed for count in book.read(subject).seeds()] == [1]


def test_a_correction_is_kept_and_can_be_taken_back(
    tmp_path: Path, subject: Subject, check: Make
) -> None:
    book, made = ResultStore(tmp_path), check(1, flagged=True)
    book.add(subject, made)
    book.correct(subject, made.id, Correction.FINE)
    assert book.read(subject).seeds()[0].flagged == 0
    book.correct(subject, made.id, None)
    assert book.read(subject).seeds()[0].flagged == 1
    assert book.read(subject).corrections == {}


def test_a_name_that_would_lead_elsewhere_stays_in_the_folder(
    tmp_path: Path, subject: Subject
) -> None:
    for name in ("../../etc/passwd", "ünïcode \N{CAT}", "", "a" * 300, "con:nul*?"):
        path = ResultStore(tmp_path).path(replace(subject, name=name))
        assert path.parent == tmp_path
        assert len(path.name) < 100
        assert path.name.isascii()


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_line_costs_itself_alone(
    cut: int, tmp_path: Path, subject: Subject, check: Make
) -> None:
    book = ResultStore(tmp_path)
    for made in (check(1), check(2)):
        book.add(subject, made)
    path = book.path(subject)
    path.write_bytes(path.read_bytes()[:-cut])
    book.add(subject, check(3))
    tally = book.read(subject)
    # Without its last byte, the end of the line, the second check is whole.
    assert [count.seed for count in tally.seeds()] == ([1, 2, 3] if cut == 1 else [1, 3])
    assert tally.damaged == (0 if cut == 1 else 1)


def test_bytes_that_are_no_text_are_skipped_and_counted(
    tmp_path: Path, subject: Subject, check: Make
) -> None:
    book = ResultStore(tmp_path)
    book.add(subject, check(1))
    with book.path(subject).open("ab") as file:
        file.write(b'\xff\xfe\x00\n[]\n{"check": 5}\n{"correct": "x", "to": "loud"}\n7\n')
    book.add(subject, check(2))
    tally = book.read(subject)
    assert [count.seed for count in tally.seeds()] == [1, 2]
    assert tally.damaged == 5


@pytest.mark.parametrize(
    "content",
    ["", "not a tally\n", '{"check": "x"}\n', '{"format": "other", "version": "1"}\n'],
)
def test_a_file_that_is_no_tally_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.tally.jsonl"
    path.write_text(content)
    with pytest.raises(TallyError, match=r"x\.tally\.jsonl|other"):
        read_tally(path)


def test_a_tally_of_a_later_version_is_refused_rather_than_guessed(
    tmp_path: Path, subject: Subject, check: Make
) -> None:
    book = ResultStore(tmp_path)
    book.add(subject, check(1))
    path = book.path(subject)
    path.write_text(path.read_text().replace('"version": "1"', '"version": "2"'))
    with pytest.raises(TallyError, match="version"):
        book.read(subject)


def test_a_folder_that_cannot_be_written_is_a_message(
    tmp_path: Path, subject: Subject, check: Make
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TallyError, match="picture is safe"):
        ResultStore(tmp_path / "file" / "below").add(subject, check(1))


def test_processes_writing_at_once_lose_nothing(tmp_path: Path, subject: Subject) -> None:
    script = (
        "import sys; from pathlib import Path; from seedloupe.artifacts import *\n"
        "first = int(sys.argv[2]); book = ResultStore(Path(sys.argv[1]))\n"
        "from seedloupe.artifacts.tally import Subject\n"
        "import json; subject = Subject.from_json(json.loads(sys.argv[3]))\n"
        "for n in range(first, first + 200):\n"
        "    book.add(subject, Check(f'{n:016x}', n, Level.LOW, (), 0.0, 0.0, 'r' * 300))\n"
    )
    told = json.dumps(subject.to_json())
    environment = {**os.environ, "PYTHONPATH": str(EXTENSION)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), str(first), told], env=environment
        )
        for first in (0, 1000)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    tally = ResultStore(tmp_path).read(subject)
    assert tally.damaged == 0
    assert [c.seed for c in tally.seeds()] == [*range(200), *range(1000, 1200)]


def test_a_users_tallies_are_beside_their_tables_unless_they_say_otherwise(tmp_path: Path) -> None:
    usual = tally_folder({"XDG_DATA_HOME": str(tmp_path)}, "linux", Path("/home/ann"))
    assert usual == tmp_path / "seedloupe" / "text_tallies"
    named = {"XDG_DATA_HOME": str(tmp_path), "SEEDLOUPE_TALLIES": str(tmp_path / "mine")}
    assert tally_folder(named, "linux", Path("/home/ann")) == tmp_path / "mine"


def test_a_torn_header_costs_itself_alone(tmp_path: Path, subject: Subject, check: Make) -> None:
    book = ResultStore(tmp_path)
    book.path(subject).write_text('{"format": "seedloupe.text_ta')
    for seed in (1, 2):
        book.add(subject, check(seed))
    tally = book.read(subject)
    assert [count.seed for count in tally.seeds()] == [1, 2]
    assert tally.damaged == 1
    assert book.path(subject).read_text().count('"version"') == 1


def test_a_file_that_cannot_be_read_does_not_hide_the_others(
    tmp_path: Path, subject: Subject, check: Make
) -> None:
    book = ResultStore(tmp_path)
    book.add(subject, check(1))
    (tmp_path / "empty.tally.jsonl").write_text("")
    assert [tally.subject for tally in book.tallies()] == [subject]
    assert [path.name for path in book.broken()] == ["empty.tally.jsonl"]
