from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from seedloupe.tables import write_table

from .....seed_tables import full_table
from .conftest import Cli

SUFFIX = ".seedtable.safetensors"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_table(full_table(), tmp_path / f"mine{SUFFIX}")
    return tmp_path / f"mine{SUFFIX}"


def test_rows_go_to_stdout_and_nothing_else_does(cli: Cli, path: Path) -> None:
    ended = cli("tables", "export", path, "--csv", "-")
    assert ended.code == 0
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert [row["seed"] for row in rows] == ["5", "8", "11", "14", "17", "20", "23"]
    assert "feature.style.0" not in rows[0]
    assert "feature.style.0" in cli("tables", "export", path, "--csv", "-", "--features").out


def test_rows_and_a_page_go_to_files(cli: Cli, path: Path, tmp_path: Path) -> None:
    rows, page = tmp_path / "new" / "t.csv", tmp_path / "t.html"
    ended = cli("tables", "export", path, "--csv", rows, "--html", page, "--json")
    assert ended.code == 0
    assert ended.json["written"] == [str(page), str(rows)]
    assert rows.read_bytes().count(b"\r\n") == 8
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "<b>mine</b>" in text


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--csv", "-", "--json"],
        ["--html", "page.txt"],
        ["--csv", "rows.html"],
        ["--features", "--html", "page.html"],
    ],
)
def test_what_cannot_be_written_is_refused_first(
    words: list[str], cli: Cli, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("tables", "export", path, *words).code == 2
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_name_that_is_too_long_is_bad_input(cli: Cli, path: Path, tmp_path: Path) -> None:
    for option, suffix in (("--html", ".html"), ("--csv", ".csv")):
        ended = cli("tables", "export", path, option, tmp_path / f"{'n' * 300}{suffix}")
        assert (ended.code, ended.err.count("\n")) == (2, 1)
        assert f"{option[2:]}: expected a file name ending in {suffix}" in ended.err
        assert "File name too long" in ended.err


def test_a_table_whose_name_is_too_long_is_bad_input(cli: Cli) -> None:
    ended = cli("tables", "export", "n" * 300, "--csv", "-")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "table: expected a path ending in .seedtable.safetensors" in ended.err
