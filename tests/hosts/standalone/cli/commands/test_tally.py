from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.artifacts import Check, Correction, Level, Purpose, ResultStore, Subject
from seedloupe.noise import NoiseSource
from seedloupe.tables import SamplingSpec, Task, read_table, write_table

from .....seed_tables import SHA256, SHAPE, full_table
from .conftest import Cli

SUBJECT = Subject(SHA256, "stand-in", Purpose.REMOVAL, NoiseSource(), SHAPE)
NAME = f"stand-in-removal-{SUBJECT.key}"


def check(number: int, seed: int, *levels: Level) -> Check:
    share = 0.5 if levels else 0.0
    return Check(f"{number:016x}", seed, Level.NORMAL, levels, share, share, "stub 1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seed 5 always writes, ten times; 8 to 17 never do, twice each; one looks like text."""
    book = ResultStore(tmp_path / "tallies")
    for number in range(10):
        book.add(SUBJECT, check(number, 5, *Level))
    for number in range(20):
        book.add(SUBJECT, check(100 + number, 8 + number // 2))
    book.add(SUBJECT, check(200, 20, Level.HIGH))
    return tmp_path / "tallies"


@pytest.fixture
def words(folder: Path) -> tuple[object, ...]:
    return ("--folder", folder)


def test_list_says_what_was_counted(cli: Cli, words: tuple[object, ...]) -> None:
    ended = cli("tally", "list", *words, "--json")
    (entry,) = ended.json["tallies"]
    assert ended.code == 0
    assert (entry["tally"], entry["purpose"], entry["prone"]) == (NAME, "removal", 1)
    assert (entry["looked_at"], entry["flagged"], entry["seeds"]) == (31, 10, 12)
    assert "32.3%" in cli("tally", "list", *words).out


def test_an_empty_folder_has_nothing_to_list(cli: Cli, tmp_path: Path) -> None:
    ended = cli("tally", "list", "--folder", tmp_path / "none")
    assert (ended.code, ended.out.strip()) == (0, "nothing has been counted yet")


def test_show_names_seeds_with_a_high_rate_and_those_without_text(
    cli: Cli, words: tuple[object, ...]
) -> None:
    document = cli("tally", "show", "stand-in", *words, "--json").json
    assert document["prone"] == ["5"]
    assert document["cleanest"][0] == "8"
    assert document["seeds"][0]["rate"] == 1
    said = cli("tally", "show", "stand-in", *words, "--count", 2).out
    assert "high text rate, left out by retries: 5" in said
    assert "10 more seeds" in said


def test_show_judges_by_the_level_asked_for(cli: Cli, words: tuple[object, ...]) -> None:
    rates = {
        level: {
            seed["seed"]: seed["flagged"]
            for seed in cli("tally", "show", NAME, *words, "--level", level, "--json").json["seeds"]
        }
        for level in ("low", "high")
    }
    assert (rates["low"]["20"], rates["high"]["20"]) == (0, 1)


def test_a_correction_is_kept_shown_and_taken_back(cli: Cli, folder: Path) -> None:
    where = ("--folder", folder)
    assert cli("tally", "correct", "stand", f"{200:016x}", "missed", *where).code == 0
    assert ResultStore(folder).read(SUBJECT).corrections == {f"{200:016x}": Correction.MISSED}
    assert "corrected the check once" in cli("tally", "show", "stand", *where).out
    assert cli("tally", "correct", "stand", f"{200:016x}", "nothing", *where).code == 0
    assert ResultStore(folder).read(SUBJECT).corrections == {}


def test_correcting_what_was_never_checked_is_refused(cli: Cli, words: tuple[object, ...]) -> None:
    ended = cli("tally", "correct", "stand-in", "f" * 16, "fine", *words)
    assert ended.code == 2
    assert "export" in ended.err


def test_export_has_a_row_a_check(cli: Cli, words: tuple[object, ...], tmp_path: Path) -> None:
    cli("tally", "correct", "stand-in", f"{0:016x}", "fine", *words)
    sheet, copy = tmp_path / "t.csv", tmp_path / "t.jsonl"
    assert cli("tally", "export", NAME, *words, "--csv", sheet, "--jsonl", copy).code == 0
    with sheet.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 31
    assert rows[0]["said"] == "fine"
    assert [row["said"] for row in rows[1:]] == [""] * 30
    assert rows[-1]["flagged_at"] == "high"
    assert copy.read_bytes() == ResultStore(tmp_path / "tallies").path(SUBJECT).read_bytes()


def test_a_tally_somebody_else_sent_is_read_by_its_file(
    cli: Cli, folder: Path, tmp_path: Path
) -> None:
    sent = tmp_path / "sent.tally.jsonl"
    sent.write_bytes(ResultStore(folder).path(SUBJECT).read_bytes())
    ended = cli("tally", "show", sent, "--json", "--folder", tmp_path / "none")
    assert ended.json["prone"] == ["5"]


def test_merge_writes_a_new_table(cli: Cli, words: tuple[object, ...], tmp_path: Path) -> None:
    full = full_table()
    spec = replace(full.spec, sampling=SamplingSpec(Task.INPAINT, "euler", size=(64, 48)))
    old, new = (tmp_path / f"{name}.seedtable.safetensors" for name in ("old", "new"))
    write_table(replace(full, spec=spec), old)
    before = old.read_bytes()
    ended = cli("tally", "merge", NAME, "--table", old, "--out", new, *words, "--json")
    assert ended.json["added"] == 19  # ten of seed 5, two each of 8, 11, 14 and 17, one of 20
    assert ended.json["left_out"] == 12
    assert old.read_bytes() == before
    assert read_table(new).counts("rate", "text")[0] == 14
    again = cli("tally", "merge", NAME, "--table", new, "--out", new, *words)
    assert "31 checks were in the table already" in again.out


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (("show", "other"), NAME),
        (("export", "stand-in"), "neither"),
        (("export", "stand-in", "--csv", "x.txt"), ".csv"),
        (("merge", "stand-in", "--table", "t", "--out", "x"), "seedtable"),
    ],
)
def test_bad_use_is_one_clear_line(
    line: tuple[str, ...], expected: str, cli: Cli, words: tuple[object, ...]
) -> None:
    ended = cli("tally", *line, *words)
    assert ended.code == 2
    assert expected in ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_several_that_begin_alike_are_named(cli: Cli, folder: Path) -> None:
    ResultStore(folder).add(replace(SUBJECT, purpose=Purpose.COMPLETION), check(1, 1))
    ended = cli("tally", "show", "stand", "--folder", folder)
    assert ended.code == 2
    assert "completion" in ended.err
    assert "removal" in ended.err


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path / "own"))
    yield
    assert not (tmp_path / "own").exists()


def test_advice_goes_by_the_level_that_was_in_use(cli: Cli, tmp_path: Path) -> None:
    book = ResultStore(tmp_path / "high")
    for number in range(20):
        at = (Level.HIGH,) if number < 10 else ()
        book.add(SUBJECT, replace(check(number, number, *at), level=Level.HIGH))
    book.correct(SUBJECT, f"{0:016x}", Correction.FINE)
    advice = cli("tally", "show", NAME, "--folder", tmp_path / "high", "--json").json["advice"]
    assert advice["better"] is None
    assert "try" not in advice["message"]


def test_a_broken_file_is_named_and_the_others_are_listed(
    cli: Cli, folder: Path, words: tuple[object, ...]
) -> None:
    (folder / "x.tally.jsonl").write_text("")
    ended = cli("tally", "list", *words)
    assert ended.code == 0
    assert "x.tally.jsonl cannot be read" in ended.err
    assert NAME in ended.out
