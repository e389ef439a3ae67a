from __future__ import annotations

from pathlib import Path

import torch

from seedloupe.artifacts import Verdict
from seedloupe.artifacts.batch import (
    BatchSettings,
    Checked,
    Collected,
    GenerationInfo,
    Picture,
    Row,
)

from .made import clean, row


def add(collected: Collected, found: Row) -> None:
    picture = Picture(Path(found.file))
    collected.add(Checked(picture, found, GenerationInfo(), image=torch.zeros(3, 20, 30)))


def test_flagged_pictures_take_the_place_of_others_where_there_are_too_many() -> None:
    collected = Collected(BatchSettings(), 6, most=2)
    for found in (clean("a"), clean("b"), row(file="c"), clean("d"), row(file="e"), row(file="f")):
        add(collected, found)

    assert set(collected.thumbnails) == {"c", "e"}
    assert len(collected.rows) == 6


def test_no_thumbnails_are_made_where_nobody_wants_them() -> None:
    collected = Collected(BatchSettings(), 1, thumbnails=False)
    add(collected, row())

    assert collected.thumbnails == {}


def test_it_counts_and_knows_when_every_picture_had_its_turn() -> None:
    collected = Collected(BatchSettings(), 2)
    add(collected, row())
    assert not collected.finished
    add(collected, clean("b"))

    assert collected.finished
    assert collected.counts == {Verdict.CLEAN: 1, Verdict.FLAGGED: 1, Verdict.NOT_CHECKED: 0}
