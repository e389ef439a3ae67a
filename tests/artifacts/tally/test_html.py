from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.artifacts import Check, Correction, Level, ResultStore, Subject
from seedloupe.artifacts.tally.counts import LEAST_TRIALS
from seedloupe.artifacts.tally.html import tally_html
from seedloupe.artifacts.tally.result_log import ResultLog


@pytest.fixture
def log(tmp_path: Path, subject: Subject) -> ResultLog:
    return ResultLog(ResultStore(tmp_path / "tally"), subject)


def look(log: ResultLog, seed: int, outcomes: Iterable[bool]) -> None:
    """Count pictures of a seed, with text where an outcome is true."""
    for index, text in enumerate(outcomes):
        at = tuple(Level) if text else ()
        share = 0.2 if text else 0.0
        check = Check(f"{seed}-{index}", seed, Level.NORMAL, at, share, share, "stand-in 1")
        log.store.add(log.subject, check)


def said(log: ResultLog) -> str:
    return tally_html(log, Level.NORMAL, lambda content, name: f"file/{name}")


def test_nothing_counted_yet_is_said_and_how_many_looks_a_seed_needs(log: ResultLog) -> None:
    html = said(log)
    assert "no picture looked at yet" in html
    assert f"Whether a seed writes shows after {LEAST_TRIALS} pictures of it." in html
    assert "Save" not in html


def test_the_rate_stands_beside_its_interval(log: ResultLog) -> None:
    for seed in range(10):
        look(log, seed, [seed < 3])
    html = said(log)
    # Wilson's interval for 3 of 10, as in Newcombe (1998): 0.108 to 0.603.
    assert "10 pictures looked at, 3 with text, that is 30%," in html
    assert "as far as so many tell: it may be 11% to 60%" in html
    assert "pictures of it; the most any has is 1." in html


def test_seeds_with_a_high_rate_and_those_without_text_are_named_with_their_counts(
    log: ResultLog,
) -> None:
    look(log, 77, [True] * LEAST_TRIALS)
    look(log, 78, [False] * 12)
    html = said(log)
    assert "High text rate, and left out by retries: 77 (8 of 8)." in html
    assert "Without text so far: 78 (0 of 12)." in html
    assert "0 of 12 may still mean up to 24%" in html  # 3.84 / (12 + 3.84)
    assert "<td>77</td><td>8</td><td>8</td>" in html


def test_only_seeds_looked_at_often_enough_to_say_something_are_listed(log: ResultLog) -> None:
    for seed in range(9):
        look(log, seed, [False] * (LEAST_TRIALS - 1))
    html = said(log)
    assert "Without text so far" not in html
    assert "<table>" not in html
    look(log, 50, [False] * LEAST_TRIALS)
    html = said(log)
    assert "Without text so far: 50 (0 of 8)." in html
    assert html.count("<tr><td>") == 1
    assert "and 9 more seeds, all in the saved tally" in html


def test_many_looks_without_a_difference_are_said_to_show_none(log: ResultLog) -> None:
    for seed in (1, 2):
        look(log, seed, [True, False] * 6)
    assert "No seed writes clearly more often than the others." in said(log)


def test_advice_on_the_level_comes_from_corrections(log: ResultLog) -> None:
    look(log, 5, [True, False, False])
    assert "You corrected" not in said(log)
    log.correct("5-0", Correction.FINE)
    assert "You corrected the check once in 3 pictures" in said(log)
    assert "3 pictures looked at, 0 with text" in said(log)
    log.correct("5-0", None)
    assert "3 pictures looked at, 1 with text" in said(log)


def test_what_was_counted_can_be_saved_as_it_is(log: ResultLog) -> None:
    look(log, 5, [True, False])
    kept: dict[str, bytes] = {}

    def keep(content: bytes, name: str) -> str:
        kept[f"file/{name}"] = content
        return f"file/{name}"

    html = tally_html(log, Level.NORMAL, keep)
    (link, name) = re.findall(r'<a href="([^"]+)" download="([^"]+)"', html)[0]
    assert name.endswith(".tally.jsonl")
    assert kept[link] == log.store.path(log.subject).read_bytes()


def test_a_file_that_is_no_tally_is_said_in_one_line(log: ResultLog) -> None:
    path = log.store.path(log.subject)
    path.parent.mkdir()
    path.write_text('{"format": "something", "version": "9", "subject": {}}\n')
    html = said(log)
    assert "version: expected" in html
    assert "no picture looked at yet" in html


def test_damaged_lines_are_counted(log: ResultLog) -> None:
    look(log, 5, [True, False])
    with log.store.path(log.subject).open("ab") as file:
        file.write(b'{"check": "torn\n')
    html = said(log)
    assert "2 pictures looked at" in html
    assert "A damaged line of the tally was left out." in html


def test_names_are_shown_and_not_run(tmp_path: Path, subject: Subject) -> None:
    named = replace(subject, name="<script>")
    html = said(ResultLog(ResultStore(tmp_path / "tally"), named))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
