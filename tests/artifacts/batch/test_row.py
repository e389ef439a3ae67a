from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from seedloupe.artifacts import ArtifactFlag, ArtifactReport, Level, TextRegion, Verdict
from seedloupe.artifacts.batch import GenerationInfo, Picture, Row
from seedloupe.artifacts.batch.row import row_of, row_without

from .made import FLAGGED, clean


@pytest.mark.parametrize("row", [FLAGGED, clean("b.png"), Row("c", Verdict.NOT_CHECKED, "why")])
def test_a_row_comes_back_from_json_as_it_was(row: Row) -> None:
    assert Row.from_json(json.loads(json.dumps(row.to_json()))) == row


def test_entries_of_later_versions_are_left_out() -> None:
    assert Row.from_json(FLAGGED.to_json() | {"mood": "fine"}) == FLAGGED


@pytest.mark.parametrize(
    "change", [{"verdict": "fine"}, {"level": 3}, {"size": [1]}, {"marks": [{}]}]
)
def test_a_row_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Row.from_json(FLAGGED.to_json() | change)


def test_rows_stay_small_whatever_a_picture_holds() -> None:
    quad = np.array([[0, 0], [9, 0], [9, 9], [0, 9]], np.float32)
    flag = ArtifactFlag(TextRegion(quad, "A" * 10**5, 0.9), 1.0, "b" * 10**5, "c" * 10**5)
    report = ArtifactReport(
        Verdict.FLAGGED, (flag,) * 500, 0.5, 0.5, ("b" * 10**5,) * 500, "stub", "d" * 10**5
    )
    row = row_of(Picture(Path("a.png")), report, GenerationInfo(), "e" * 10**5)

    assert len(json.dumps(row.to_json())) < 200_000
    assert row.marks[0].text.endswith("…")


def test_not_a_number_becomes_nothing() -> None:
    report = ArtifactReport(Verdict.NOT_CHECKED, (), math.nan, math.nan, (), "", "Nobody looked.")
    row = row_of(Picture(Path("a.png")), report, GenerationInfo(), "")

    assert (row.text_in_mask, row.new_text, row.problem) == (None, None, False)


def test_an_inpainted_picture_without_a_mask_says_that_all_of_it_was_checked() -> None:
    report = ArtifactReport(Verdict.CLEAN, (), 0.0, 0.0, (), "stub", "No text.")
    told = GenerationInfo(task="inpaint")

    assert "whole picture" in row_of(Picture(Path("a.png")), report, told, "").note
    masked = Picture(Path("a.png"), mask=Path("m.png"))
    assert row_of(masked, report, told, "").note == ""


def test_a_reason_does_not_name_the_file_twice_and_stays_on_one_line() -> None:
    row = row_without(
        Picture(Path("a.png")), "a.png: expected\nmore", GenerationInfo(seed=5), Level.LOW
    )

    assert (row.message, row.problem, row.seed) == ("expected more", True, "5")
    assert (row.verdict, row.level) == (Verdict.NOT_CHECKED, Level.LOW)
