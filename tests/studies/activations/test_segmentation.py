"""Few labelled pictures: what a layer sees is told, and what it does not see is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.studies.activations import SegmentationStudy
from seedloupe.studies.activations.pixel_classifier import (
    CellClasses,
    mean_iou,
    overlaps,
    picture_iou,
    teach_pixels,
)
from seedloupe.studies.frame import Holds, Report, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal

from ..frame.stands import NOISE, STRIPES, STRIPES_TOO, StripeStand
from .pictures import striped, striped_pictures


def study(*, chosen: tuple[str, ...] = (STRIPES, STRIPES_TOO)) -> SegmentationStudy:
    stand = StripeStand()
    looking = Looking(stand, stand.layers, (50,), stand.untrained())
    return SegmentationStudy(looking, striped_pictures(24), "drawn", chosen, (NOISE,), (4, 8), 3)


def concluded(one: SegmentationStudy, folder: Path) -> Report:
    with StudyJournal(folder / "j.jsonl", one.settings) as journal:
        return run_study(one, journal)


def test_chosen_layers_that_see_the_kinds_beat_all_others(tmp_path: Path) -> None:
    report = concluded(study(), tmp_path)
    assert report.holds is Holds.YES
    assert report.figures["mIoU with 8 pictures, chosen layers"].low > 0.8  # type: ignore[union-attr]
    for way in ("layers used before", "chosen layers, random weights", "colours of the cells"):
        assert report.figures[f"mIoU with 8 pictures, {way}"].high < 0.7  # type: ignore[union-attr]
    assert len(report.rows) == 3


def test_chosen_layers_that_see_nothing_are_not_said_to_be_better(tmp_path: Path) -> None:
    report = concluded(study(chosen=(NOISE,)), tmp_path)
    assert report.holds is not Holds.YES


def test_no_judged_picture_is_ever_taught() -> None:
    one = study()
    judged = set(one._tested)
    for count in (4, 8):
        for drawn in one._drawn(count):
            assert len(set(drawn)) == count
            assert judged.isdisjoint(drawn)


def test_too_few_pictures_are_refused_before_anything_runs() -> None:
    with pytest.raises(InputError, match="half to teach 8"):
        replace(study(), pictures=striped_pictures(12))
    rare = tuple(striped(k, ("plank" if k else "other",)) for k in range(3))
    with pytest.raises(InputError, match="a kind of thing in 4 pictures"):
        CellClasses.of(rare, fewest=4)


def test_the_iou_is_that_of_the_textbook_and_cells_left_out_do_not_count() -> None:
    truth = torch.tensor([[0, 0, 1, 1], [0, 0, 1, -1]])
    told = torch.tensor([[0, 1, 1, 1], [0, 0, 0, 1]])
    both, either = overlaps(told, truth, 3)
    assert (both, either) == ([3, 2, 0], [5, 4, 0])
    assert picture_iou(told, truth, 3) == pytest.approx((3 / 5 + 2 / 4) / 2)
    sums = torch.tensor([both, either]).double().numpy()
    assert mean_iou(*sums) == pytest.approx((3 / 5 + 2 / 4) / 2)
    assert picture_iou(told, torch.full((2, 4), -1), 3) is None


def test_kinds_nobody_can_be_taught_are_left_out() -> None:
    classes = CellClasses(("plank",))
    cells = classes.cells(striped(3, ("plank", "post")), torch.Size((12, 16)))
    assert set(cells.flatten().tolist()) == {-1, 0, 1}


def test_a_classifier_taught_one_class_says_it_everywhere() -> None:
    only = teach_pixels([torch.rand(2, 3, 4)], [torch.full((3, 4), 2)])
    assert only.predict(torch.rand(2, 5, 6)).unique().tolist() == [2]
