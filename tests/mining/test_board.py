"""What a report looks like."""

from __future__ import annotations

from seedloupe.mining import MiningReport, MiningStage, SeedLeader, SeedState
from seedloupe.mining.board import board_css, board_html, report_lines
from seedloupe.tables import SeedEffect

LEADERS = (
    SeedLeader(7, 1.0, 0.5, 1.5, 20, SeedState.BETTER),
    SeedLeader(9, -0.5, -1.0, 0.0, 4, SeedState.DROPPED),
)


def test_intervals_stand_on_one_axis_with_nought_marked() -> None:
    page = board_html(MiningReport(MiningStage.MINE, round=2, leaders=LEADERS, made=30, left=90))
    assert "left:60.0%;width:40.0%" in page, "0.5 to 1.5 on an axis from -1 to 1.5"
    assert "left:40.0%" in page, "nought"
    assert "+1.00, between +0.50 and +1.50" in page
    assert "width:25.0%" in page, "30 of 120 pictures"
    assert "sl-mine-better" in page
    assert ".sl-mine-reach" in board_css()


def test_what_was_lost_and_what_was_found_is_said_and_escaped() -> None:
    report = MiningReport(
        MiningStage.DONE, made=9, failed=2, lost={"<b>": "fell"}, verdict=SeedEffect.EFFECT
    )
    lines = report_lines(report)
    assert lines[0] == "Done: 9 pictures measured."
    assert "2 pictures were not finite" in lines[1]
    assert lines[-1] == "The choice of seed matters with this model."
    assert "<b>" not in board_html(report)


def test_time_left_is_said_in_words() -> None:
    said = [
        report_lines(MiningReport(MiningStage.MINE, left=5, seconds_left=seconds))[0]
        for seconds in (None, 20.0, 600.0, 9000.0)
    ]
    assert [line.split("to go")[1] for line in said] == [
        ".",
        ", less than a minute.",
        ", 10 min.",
        ", 2.5 h.",
    ]
