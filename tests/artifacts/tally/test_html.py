from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from seedloupe.artifacts import Check, Correction, Level, Purpose, ResultStore
from seedloupe.artifacts.tally.counts import LEAST_TRIALS
from seedloupe.artifacts.tally.html import tally_html
from seedloupe.artifacts.tally.result_log import ResultLog, subject_of
from seedloupe.hosts.standalone.app.state import ServedFiles
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.noise import NoiseSource

from ...hosts.standalone.app.app_stands import SUBJECT, path_of


@pytest.fixture
def ledger(tmp_path: Path) -> ResultLog:
    return ResultLog(ResultStore(tmp_path / "tally"), SUBJECT)


def look(ledger: ResultLog, seed: int, outcomes: Iterable[bool]) -> None:
    """Count pictures of a seed, with text where an outcome is true."""
    for index, text in enumerate(outcomes):
        at = tuple(Level) if text else ()
        share = 0.2 if text else 0.0
        check = Check(f"{seed}-{index}", seed, Level.NORMAL, at, share, share, "stand-in 1")
        ledger.book.add(ledger.subject, check)


def said(ledger: ResultLog, tmp_path: Path) -> str:
    return tally_html(ledger, Level.NORMAL, ServedFiles(tmp_path / "cache"))


def test_nothing_counted_yet_is_said_and_how_many_looks_a_seed_needs(
    ledger: ResultLog, tmp_path: Path
) -> None:
    html = said(ledger, tmp_path)
    assert "no picture looked at yet" in html
    assert f"Seeds need {LEAST_TRIALS} looks before any is held to be prone" in html
    assert "Save" not in html


def test_the_rate_stands_beside_its_interval(ledger: ResultLog, tmp_path: Path) -> None:
    for seed in range(10):
        look(ledger, seed, [seed < 3])
    html = said(ledger, tmp_path)
    # Wilson's interval for 3 of 10, as in Newcombe (1998): 0.108 to 0.603.
    assert "10 pictures looked at, 3 with text, that is 30% (95 % interval 11% to 60%)" in html
    assert "The most any has is 1." in html


def test_prone_seeds_and_clean_ones_are_named_with_their_counts(
    ledger: ResultLog, tmp_path: Path
) -> None:
    look(ledger, 77, [True] * LEAST_TRIALS)
    look(ledger, 78, [False] * 12)
    html = said(ledger, tmp_path)
    assert "passed over by retries: 77 (8 of 8)." in html
    assert "Without text so far: 78 (0 of 12)." in html
    assert "0 of 12 may still mean up to 24%" in html  # 3.84 / (12 + 3.84)
    assert "<td>77</td><td>8</td><td>8</td>" in html


def test_many_looks_without_a_difference_are_said_to_show_none(
    ledger: ResultLog, tmp_path: Path
) -> None:
    for seed in (1, 2):
        look(ledger, seed, [True, False] * 6)
    assert "No seed writes more often than the others beyond chance." in said(ledger, tmp_path)


def test_advice_on_the_level_comes_from_corrections(ledger: ResultLog, tmp_path: Path) -> None:
    look(ledger, 5, [True, False, False])
    assert "You corrected" not in said(ledger, tmp_path)
    ledger.correct("5-0", Correction.FINE)
    assert "You corrected the check once in 3 pictures" in said(ledger, tmp_path)
    assert "3 pictures looked at, 0 with text" in said(ledger, tmp_path)
    ledger.correct("5-0", None)
    assert "3 pictures looked at, 1 with text" in said(ledger, tmp_path)


def test_what_was_counted_can_be_saved_as_it_is(ledger: ResultLog, tmp_path: Path) -> None:
    look(ledger, 5, [True, False])
    prints = ServedFiles(tmp_path / "cache")
    html = tally_html(ledger, Level.NORMAL, prints)
    (link, name) = re.findall(r'<a href="([^"]+)" download="([^"]+)"', html)[0]
    assert name.endswith(".tally.jsonl")
    assert path_of(link).read_bytes() == ledger.book.path(SUBJECT).read_bytes()


def test_a_file_that_is_no_tally_is_said_in_one_line(ledger: ResultLog, tmp_path: Path) -> None:
    path = ledger.book.path(SUBJECT)
    path.parent.mkdir()
    path.write_text('{"format": "something", "version": "9", "subject": {}}\n')
    html = said(ledger, tmp_path)
    assert "version: expected" in html
    assert "no picture looked at yet" in html


def test_damaged_lines_are_counted(ledger: ResultLog, tmp_path: Path) -> None:
    look(ledger, 5, [True, False])
    with ledger.book.path(SUBJECT).open("ab") as file:
        file.write(b'{"check": "torn\n')
    html = said(ledger, tmp_path)
    assert "2 pictures looked at" in html
    assert "1 damaged lines" in html


def test_names_are_shown_and_not_run(tmp_path: Path) -> None:
    subject = SUBJECT.__class__(**{**vars(SUBJECT), "name": "<script>"})
    html = said(ResultLog(ResultStore(tmp_path / "tally"), subject), tmp_path)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_model_purpose_and_noise_make_the_subject(tiny: Model) -> None:
    wanted = subject_of(tiny.info, "clear background", (64, 32), NoiseSource())
    assert (wanted.model, wanted.purpose) == (tiny.info.sha256, Purpose.REMOVAL)
    assert wanted.shape == (4, 4, 8)
    other = subject_of(tiny.info, "a dog", (64, 32), NoiseSource())
    assert other.purpose is Purpose.COMPLETION
    assert wanted.key != other.key
