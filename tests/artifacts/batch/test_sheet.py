from __future__ import annotations

import csv
import io

import pytest

from seedloupe.artifacts.batch import Mark, Row
from seedloupe.artifacts.batch.sheet import sheet_parts

from .made import FLAGGED, clean, row


def read(*rows: Row) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(sheet_parts(rows)), newline="")))


def test_a_row_says_what_was_found_and_of_which_seed() -> None:
    first, second = read(FLAGGED, clean("b.png"))

    assert first["file"] == "out/a.png"
    assert first["seed"] == "18446744073709551615"
    assert (first["verdict"], first["texts"], first["echo"]) == ("flagged", "CLEAR", "clear")
    assert (float(first["text_in_mask"]), float(first["new_text"])) == (0.25, 0.125)
    assert (first["reader"], first["level"], first["model"]) == ("stub 1", "normal", "dream")
    assert (second["verdict"], second["texts"]) == ("clean", "")


def test_what_was_not_measured_is_empty() -> None:
    (found,) = read(row(text_in_mask=None, new_text=None, seed=""))

    assert (found["text_in_mask"], found["new_text"], found["seed"]) == ("", "", "")


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@sum", "\t=1", " =1", "|x", "%x", "\r=1"])
def test_no_cell_is_taken_for_a_formula(evil: str) -> None:
    mark = Mark((0,) * 8, evil, evil, True)
    (found,) = read(row(file=evil, prompt=evil, model=evil, message=evil, marks=(mark,)))

    for name in ("file", "prompt", "model", "message", "texts"):
        assert found[name] == f"'{evil}"


def test_commas_quotes_and_line_breaks_stay_in_their_cell() -> None:
    (found,) = read(row(prompt='a, "b"\nc;d', message="ünï 日本"))

    assert (found["prompt"], found["message"]) == ('a, "b"\nc;d', "ünï 日本")
