"""Layers with one fault each are dropped for it, and those without stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from seedloupe.studies.activations.filter import FilterStudy
from seedloupe.studies.frame import Holds, Report, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal
from seedloupe.studies.labelled import LabelledPicture

from ..frame.stands import (
    COARSE_LAYER,
    GOOD_LAYERS,
    HEIGHT,
    NOISY_LAYER,
    PLACE_LAYER,
    SCATTERED_LAYER,
    WIDTH,
    FaultyStand,
)


def picture(number: int) -> LabelledPicture:
    """A box on a ground that darkens to the right."""
    image = torch.tensor([0.2, 0.5, 0.3])[:, None, None].expand(3, HEIGHT, WIDTH).clone()
    image += torch.linspace(0, 0.2, WIDTH)
    objects = torch.zeros(HEIGHT, WIDTH, dtype=torch.int64)
    left, top = 4 + 5 * number, 4 + 3 * number
    image[:, top : top + 16, left : left + 20] = torch.tensor([0.9, 0.2, 0.1])[:, None, None]
    objects[top : top + 16, left : left + 20] = 1
    return LabelledPicture(f"p{number}", image.clamp(0, 1), objects, ("box",))


def filtered(folder: Path, *, stand: FaultyStand | None = None) -> Report:
    stand = stand or FaultyStand()
    looking = Looking(stand, stand.layers, (50,), stand.untrained())
    study = FilterStudy(looking, tuple(map(picture, range(8))), "drawn")
    with StudyJournal(folder / "j.jsonl", study.settings) as journal:
        return run_study(study, journal)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return filtered(tmp_path_factory.mktemp("filter"))


def test_each_planted_fault_is_named_and_what_has_none_stays(report: Report) -> None:
    why = {str(row[0]): row[-1] for row in report.tables[2].rows}
    assert why == {
        NOISY_LAYER: "noisy",
        COARSE_LAYER: "too coarse",
        SCATTERED_LAYER: "not local",
        PLACE_LAYER: "place alone",
        GOOD_LAYERS[0]: "kept",
        GOOD_LAYERS[1]: "kept",
    }


def test_the_rule_by_place_keeps_the_good_ones_and_they_are_better(report: Report) -> None:
    by_place = {str(row[0]): row[-2] for row in report.tables[2].rows}
    assert [layer for layer, kept in by_place.items() if kept == "kept"] == list(GOOD_LAYERS)
    assert report.holds is Holds.YES
    gap = report.figures["kept by the paper's rule, less those it drops, AUC"]
    assert gap.low > 0.2  # type: ignore[union-attr]
    assert report.winner is not None
    assert report.winner.layers == GOOD_LAYERS


def test_with_random_weights_the_same_rule_leads_by_nothing(tmp_path: Path) -> None:
    report = filtered(tmp_path, stand=FaultyStand(trained=False))
    gap = report.figures["kept by the paper's rule, less those it drops, AUC"]
    assert abs(gap.value) < 0.05  # type: ignore[union-attr]
    assert report.holds is not Holds.YES


def test_the_steps_are_counted_by_stage(report: Report) -> None:
    table = report.tables[0]
    assert table.rows[0][1:] == ("6", "1", "1", "4", "0")
    assert table.rows[-1][1:] == ("2", "0", "0", "2", "0")


def test_of_layers_without_a_decoder_the_papers_rule_is_said_to_say_nothing(
    tmp_path: Path,
) -> None:
    stand = FaultyStand()
    looking = Looking(stand, (NOISY_LAYER, COARSE_LAYER), (50,), stand.untrained())
    study = FilterStudy(looking, tuple(map(picture, range(6))), "drawn")
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        report = run_study(study, journal)
    assert report.holds is Holds.UNDECIDED
    assert report.sentence.startswith("Of these layers none is of a decoder")
    assert "nan" not in f"{report.sentence} {report.control}"
    assert report.winner is None
