from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.artifacts import Correction, ResultStore, Subject, TextCheck
from seedloupe.artifacts.picture_check import PictureCheck, unchecked_picture
from seedloupe.artifacts.tally import Purpose
from seedloupe.artifacts.tally.result_log import ResultLog
from seedloupe.hosts.webui.check.recent import RecentChecks
from seedloupe.images import from_pil
from seedloupe.noise import NoiseSource

from .doubles import BrightReader, picture

SUBJECT = Subject("ab" * 32, "stand-in", Purpose.COMPLETION, NoiseSource(), (4, 8, 12))


class Still:
    """Draws nothing."""

    def stopped(self) -> bool:
        return True

    def draw(self, _: object) -> None: ...

    def say(self, _: str) -> None: ...

    def seen(self, given: Any) -> torch.Tensor:
        return from_pil(given)


@pytest.fixture
def log(tmp_path: Path) -> ResultLog:
    return ResultLog(ResultStore(tmp_path), SUBJECT)


def checked(seed: int, log: ResultLog) -> Any:
    check = PictureCheck(TextCheck(None, BrightReader()), Still(), log, iter(()))
    return check.of(seed, picture(seed))


def test_a_correction_is_counted_and_can_be_taken_back(log: ResultLog) -> None:
    recent, found = RecentChecks(), checked(7, log)
    recent.add(found, log)
    recent.correct(found.id, wrong=True)
    assert recent.find([found.id])[0].said is Correction.FINE
    assert log.read()[0].seeds()[0].flagged == 0
    recent.correct(found.id, wrong=False)
    assert recent.find([found.id])[0].said is None
    assert log.read()[0].seeds()[0].flagged == 1


def test_a_clean_verdict_is_corrected_to_missed_text(log: ResultLog) -> None:
    recent, found = RecentChecks(), checked(150, log)
    recent.add(found, log)
    recent.correct(found.id, wrong=True)
    assert log.read()[0].corrections == {found.id: Correction.MISSED}


def test_no_picture_is_kept_and_the_oldest_checks_go(log: ResultLog) -> None:
    recent = RecentChecks()
    for seed in range(402):
        image = torch.zeros(3, 8, 12)
        recent.add(unchecked_picture(seed, "a picture", image, why="so"), None)
    first = unchecked_picture(0, None, torch.zeros(3, 8, 12), why="so").id
    last = unchecked_picture(401, None, torch.zeros(3, 8, 12), why="so").id
    assert recent.find([first]) == ()
    assert recent.find([last])[0].checked.picture is None
    assert recent.find([last])[0].offer is None


def test_a_word_that_cannot_be_kept_is_told_of(log: ResultLog, tmp_path: Path) -> None:
    recent, found = RecentChecks(), checked(7, log)
    blocked = ResultLog(ResultStore(tmp_path / "file"), SUBJECT)
    (tmp_path / "file").write_text("no folder")
    recent.add(found, blocked)
    recent.correct(found.id, wrong=True)
    [kept] = recent.find([found.id])
    assert kept.said is None
    assert "tally" in kept.problem
