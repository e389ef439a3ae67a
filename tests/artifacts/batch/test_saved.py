from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedloupe.artifacts import Level
from seedloupe.artifacts.batch import BatchSettings, Collected, Row, kept_rows, report_parts
from seedloupe.errors import InputError

from .made import FLAGGED, clean, row

SETTINGS = BatchSettings(Level.NORMAL, None, "stub 1")
LOST = row(file="lost.png", problem=True)


def write(path: Path, *rows: Row, settings: BatchSettings = SETTINGS) -> Path:
    collected = Collected(settings, len(rows))
    collected.rows.extend(rows)
    path.write_bytes(b"".join(report_parts(collected, path)))
    return path


@pytest.mark.parametrize("name", ["r.json", "r.html"])
def test_an_earlier_report_gives_back_its_rows_but_not_its_failures(
    tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / name, FLAGGED, clean("b</script>.png"), LOST)

    assert kept_rows(path, SETTINGS) == {
        "out/a.png": FLAGGED, "b</script>.png": clean("b</script>.png"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        BatchSettings(Level.HIGH, None, "stub 1"),
        BatchSettings(prompt=""),
        BatchSettings(reader="stub 2"),
        BatchSettings(Level.NORMAL, None, "stub 1", negative="text"),
    ],
)
def test_rows_of_other_settings_are_not_kept(tmp_path: Path, other: BatchSettings) -> None:
    assert kept_rows(write(tmp_path / "r.json", FLAGGED), other) == {}


def test_rows_judged_by_other_rules_for_prompts_are_not_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "r.json", FLAGGED)
    document = json.loads(path.read_text("utf-8"))
    document["settings"] = {"level": "normal", "prompt": None, "reader": "stub 1"}
    path.write_text(json.dumps(document), "utf-8")

    assert kept_rows(path, SETTINGS) == {}


def test_rows_in_a_sheet_say_too_little_to_be_kept(tmp_path: Path) -> None:
    assert kept_rows(write(tmp_path / "r.csv", FLAGGED), SETTINGS) == {}


@pytest.mark.parametrize("name", ["a.json", "a.html", "a.csv"])
@pytest.mark.parametrize("content", ["{}", "[1]", "my own notes", "", "<html></html>"])
def test_a_file_that_is_no_report_of_ours_is_not_written_over(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(InputError, match="report: expected a new file"):
        kept_rows(tmp_path / name, SETTINGS)


def test_a_damaged_report_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "r.json", FLAGGED)
    found = json.loads(path.read_text("utf-8"))
    del found["rows"][0]["file"]
    path.write_text(json.dumps(found))

    with pytest.raises(InputError):
        kept_rows(path, SETTINGS)


def test_a_report_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    assert kept_rows(tmp_path / "new.html", SETTINGS) == {}


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ending in \.html, \.csv or \.json"):
        kept_rows(tmp_path / "r.pdf", SETTINGS)


def test_the_json_report_counts_and_has_rates_and_every_row(tmp_path: Path) -> None:
    path = write(tmp_path / "r.json", FLAGGED, clean("b.png"), LOST)
    found = json.loads(path.read_text("utf-8"))

    assert found["counts"] == {"clean": 1, "flagged": 2, "not_checked": 0}
    assert (found["format"], found["version"], found["finished"]) == ("seedloupe.check", "1", True)
    assert found["seeds"][0]["of"] == {
        "seed": "18446744073709551615", "noise": "cpu", "size": "96x64",
    }  # fmt: skip
    assert [entry["file"] for entry in found["rows"]] == ["out/a.png", "b.png", "lost.png"]
