"""Reports as pages and documents."""

from __future__ import annotations

import json
import math

import pytest
from PIL import Image

from seedloupe.studies.frame import (
    BarChart,
    ChartBar,
    ChartLine,
    Claim,
    Estimate,
    GridChart,
    Holds,
    LineChart,
    PictureRow,
    Report,
    Table,
    index_page,
    report_page,
    whether,
)
from seedloupe.studies.frame.drawing import draw

NASTY = "</script><b onload=x>"


def report() -> Report:
    line = ChartLine("l", (0.0, 1.0), (1.0, math.nan))
    return Report(
        "layers",
        f"Which? {NASTY}",
        Claim("A paper", "A claim", "A protocol"),
        Holds.NO,
        f"A sentence {NASTY}",
        "A control",
        {"one": Estimate(0.5, 0.4, 0.6), "two": math.nan, "three": 3},
        tables=(Table("All", ("Name", "value"), (("a", math.inf), ("b", Estimate(1.0)))),),
        charts=(
            LineChart("Lines", "words", "x", "y", (line,), 0.5),
            BarChart(
                "Bars", "words", "unit", (ChartBar("long name of a bar", -1.0, -2.0, 0.0),), 0.0
            ),
            GridChart("Grid", "words", ("r",), ("a", "b"), ((0.1, math.nan),)),
        ),
        rows=(PictureRow("row", ((Image.new("RGB", (300, 200)), "a picture"),)),),
    )


def test_the_page_escapes_everything_and_has_no_script() -> None:
    page = report_page(report(), model=f"m{NASTY}", made={"command": NASTY})
    assert NASTY not in page
    assert "<script" not in page
    assert page.count("<svg") == 3
    assert 'width="148"' in page  # a picture made small


def test_the_document_has_no_number_json_has_no_word_for() -> None:
    text = json.dumps(report().to_json(), allow_nan=False)
    found = json.loads(text)
    assert found["figures"] == {
        "one": {"value": 0.5, "low": 0.4, "high": 0.6},
        "two": None,
        "three": 3,
    }
    assert found["tables"][0]["rows"][0] == ["a", None]
    assert found["holds"] == "no"


def test_the_index_links_every_report() -> None:
    page = index_page([(report().to_json(), "layers/report.html")], made="seedloupe study all")
    assert 'href="layers/report.html"' in page
    assert NASTY not in page


def test_a_bar_reaches_as_far_as_its_value_says() -> None:
    bars = tuple(ChartBar(str(value), value) for value in (1.0, 2.0))
    marks = [m for m in draw(BarChart("t", "w", "u", bars)).marks if m.kind.startswith("box")]
    assert marks[1].width == pytest.approx(2 * marks[0].width, abs=0.2)


def test_names_stay_inside_the_picture_however_long() -> None:
    name = "down-level0-repeat0-vit-block0-cross-q-and-more"
    drawing = draw(GridChart("t", "w", (name,), ("a", "a longer column"), ((0.0, 1.0),)))
    row = next(mark for mark in drawing.marks if mark.text == name)
    assert row.x - 6.6 * len(name) >= 0
    columns = [mark.x for mark in drawing.marks if mark.kind == "name" and mark.text != name]
    assert columns[1] - columns[0] >= 6.6 * len("a longer column")


def test_a_gap_in_a_line_is_no_point() -> None:
    line = ChartLine(
        "l", (0.0, 1.0, 2.0), (1.0, math.nan, 2.0), (0.5, math.nan, 1.5), (1.5, 2.0, 2.5)
    )
    drawing = draw(LineChart("t", "w", "x", "y", (line,)))
    assert sum(mark.kind.startswith("dot") for mark in drawing.marks) == 2
    assert "nan" not in " ".join(mark.points for mark in drawing.marks)


def test_a_claim_of_several_parts_holds_where_all_do() -> None:
    assert whether([True, True]) is Holds.YES
    assert whether([True, None]) is Holds.UNDECIDED
    assert whether([None, False]) is Holds.NO
    assert whether([]) is Holds.UNDECIDED


def test_an_estimate_of_next_to_nothing_is_written_as_nought() -> None:
    assert str(Estimate(2.9e-6, -1.5e-7, 4.4e-4)) == "0 (0 to 0)"
    assert str(Estimate(0.0123, 6e-4, 1.0)) == "0.0123 (0.0006 to 1)"
