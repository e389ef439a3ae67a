from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import (
    Availability,
    Candidate,
    ResultStore,
    Subject,
    TextCheck,
    TextRegion,
    Verdict,
)
from seedloupe.artifacts.picture_check import (
    CheckAnswer,
    CheckedPicture,
    PictureCheck,
    unchecked_picture,
)
from seedloupe.artifacts.tally import Purpose
from seedloupe.artifacts.tally.result_log import ResultLog
from seedloupe.noise import CPU_NOISE

QUAD = np.array(((4, 4), (40, 4), (40, 16), (4, 16)), np.float32)
SUBJECT = Subject("ab" * 32, "stand-in", Purpose.COMPLETION, CPU_NOISE, (4, 3, 6))


class BrightReader:
    """Sees a word in every picture brighter than half."""

    name = "bright"

    def available(self) -> Availability:
        return Availability(True, "here")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        return (TextRegion(QUAD, "EXIT", 0.9),) if float(image.mean()) > 0.5 else ()


SEES = BrightReader()


class Repainter:
    """Draws a flat picture: bright for seeds below 100."""

    def __init__(self, stop_after: int = 99, breaks: bool = False) -> None:
        self.drawn: list[int] = []
        self.said: list[str] = []
        self.stop_after, self.breaks = stop_after, breaks

    def draw(self, candidate: Candidate) -> int | None:
        if self.breaks:
            raise RuntimeError("out of memory")
        self.drawn.append(candidate.seed)
        return None if len(self.drawn) > self.stop_after else candidate.seed

    def stopped(self) -> bool:
        return len(self.drawn) > self.stop_after

    def seen(self, picture: int) -> Tensor:
        return torch.full((3, 24, 48), 0.9 if picture < 100 else 0.1)

    def say(self, progress: str) -> None:
        self.said.append(progress)


def check_of(
    painter: Repainter,
    *seeds: int,
    retries: int = 4,
    reader: Any = SEES,
    log: ResultLog | None = None,
) -> PictureCheck[int]:
    further = iter([Candidate(seed, "wired") for seed in seeds])
    return PictureCheck(TextCheck(None, reader), painter, log, further, retries)


def tried(checked: CheckedPicture[int]) -> Sequence[int]:
    assert checked.retry is not None
    return [attempt.seed for attempt in checked.retry.attempts]


def test_a_clean_picture_is_kept_and_nothing_is_drawn() -> None:
    painter = Repainter()
    checked = check_of(painter, 200).of(150, 150)
    assert (checked.seed, checked.picture, checked.answer) == (150, 150, CheckAnswer.NOTHING_FOUND)
    assert checked.retry is None
    assert not painter.drawn
    assert checked.words == "no text found"


def test_a_picture_with_text_is_drawn_again_until_one_has_none() -> None:
    painter = Repainter()
    checked = check_of(painter, 8, 200, 300).of(7, 7)
    assert tried(checked) == [7, 8, 200]
    assert (checked.seed, checked.picture, checked.answer) == (200, 200, CheckAnswer.NOTHING_FOUND)
    assert painter.said == ["Retry 1 of at most 4: 8, wired", "Retry 2 of at most 4: 200, wired"]
    assert checked.retry_words.startswith("Kept seed 200, after 2 retries")


def test_no_more_is_drawn_than_was_allowed_and_the_first_of_equals_is_kept() -> None:
    checked = check_of(Repainter(), 8, 9, 200, retries=2).of(7, 7)
    assert tried(checked) == [7, 8, 9]
    assert (checked.seed, checked.answer) == (7, CheckAnswer.TEXT_FOUND)
    assert checked.words == 'text found: "EXIT", unasked'


def test_a_stop_while_drawing_keeps_what_there_is() -> None:
    checked = check_of(Repainter(stop_after=1), 8, 200).of(7, 7)
    assert tried(checked) == [7, 8]
    assert checked.seed == 7
    assert checked.retry_words.startswith("Stopped. Kept seed 7")


def test_a_sampler_that_fails_costs_the_retry_and_says_so() -> None:
    checked = check_of(Repainter(breaks=True), 8).of(7, 7)
    assert checked.picture == 7
    assert "Drawing again failed: RuntimeError: out of memory" in checked.retry_words


def test_where_nothing_may_be_drawn_again_the_reason_stands_there() -> None:
    painter = Repainter()
    checked = check_of(painter, 200).of(7, 7, no_retry="Not drawn again: it is a film.")
    assert checked.answer is CheckAnswer.TEXT_FOUND
    assert checked.retry_words == "Not drawn again: it is a film."
    assert not painter.drawn
    assert check_of(painter).of(150, 150, no_retry="no matter").retry_words == ""


def test_without_a_reader_nothing_was_looked_at_and_nothing_is_drawn() -> None:
    painter = Repainter()
    checked = check_of(painter, 200, reader=None).of(7, 7)
    assert checked.answer is CheckAnswer.COULD_NOT_LOOK
    assert checked.words == "not checked: there is no text reader to look with."
    assert checked.read_by == ""
    assert not painter.drawn


def test_what_cannot_be_known_is_neither_clean_nor_unlooked() -> None:
    image = torch.zeros(3, 24, 48)
    checked = unchecked_picture(7, "picture", image, why="the mask has another shape")
    assert checked.words == "cannot be known: the mask has another shape"
    assert {CheckAnswer.NOTHING_FOUND, CheckAnswer.COULD_NOT_LOOK} - {checked.answer} == {
        CheckAnswer.NOTHING_FOUND,
        CheckAnswer.COULD_NOT_LOOK,
    }


def test_a_blank_mask_says_so_beside_the_verdict() -> None:
    check = PictureCheck(
        TextCheck(torch.zeros(24, 48), BrightReader()), Repainter(), None, iter(()), 3
    )
    assert check.of(7, 7).words.startswith("no text found: The mask is blank")


def test_every_attempt_is_counted_and_the_kept_one_can_be_corrected(tmp_path: Path) -> None:
    log = ResultLog(ResultStore(tmp_path), SUBJECT)
    checked = check_of(Repainter(), 200, log=log).of(7, 7)
    tally, problem = log.read()
    assert problem == ""
    assert [(c.seed, c.flagged) for c in tally.seeds()] == [(7, 1), (200, 0)]
    assert checked.counted.check == checked.id
    assert checked.id in tally.checks


@pytest.mark.parametrize("seed", [7, 150])
def test_all_of_it_goes_into_json(seed: int) -> None:
    told = json.loads(json.dumps(check_of(Repainter(), 200).of(seed, seed).to_json()))
    assert told["answer"] == "no_text_found"
    assert told["report"]["verdict"] == Verdict.CLEAN.value
    assert len(told["attempts"]) == (2 if seed == 7 else 0)
    assert told["seed"] == ("200" if seed == 7 else "150")
