"""Rows for a spreadsheet hold what they say, and nothing that runs."""

from __future__ import annotations

import csv
import io

import pytest

from seedloupe.csv_text import csv_text, plain_cell


def test_rows_come_back_as_they_were() -> None:
    rows = [["seed", "prompt"], ["1", 'a "b", c\nd'], ["2", "家"], ["", "x;y"]]
    text = csv_text(rows)
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows
    assert text.endswith("\r\n")
    assert text.startswith("seed,prompt\r\n")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "|x", "%x"]
)
def test_no_text_is_a_formula(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


def test_no_text_drives_a_terminal_the_rows_are_printed_on() -> None:
    assert plain_cell("a\x1b[2J\x9b\x07b\tc\x00") == "a [2J  b\tc "


@pytest.mark.parametrize("text", ["score.a", "", " a = b", "ünï 日本"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert plain_cell(text) == text
