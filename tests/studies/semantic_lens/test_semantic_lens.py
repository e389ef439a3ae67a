"""Planted answers: a layer that sees colours, one that sees places, one that sees nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.studies.frame import Holds, Report, Study, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal
from seedloupe.studies.labelled import LabelledPicture, MovingPictures
from seedloupe.studies.semantic_lens import LayersStudy, StepsStudy, TransformsStudy, VideoStudy

from ..frame.stands import COLOURS, HEIGHT, NOISE, PLACE, WIDTH, Stand

GROUND = torch.tensor([0.1, 0.5, 0.2])


def labelled(name: str, left: int, top: int, *, hue: float = 0.9) -> LabelledPicture:
    """A box of one colour, with some texture, on a ground of another."""
    generator = torch.Generator().manual_seed(left * 100 + top)
    image = GROUND[:, None, None].expand(3, HEIGHT, WIDTH).clone()
    objects = torch.zeros(HEIGHT, WIDTH, dtype=torch.int64)
    image[:, top : top + 16, left : left + 24] = torch.tensor([hue, 0.2, 0.1])[:, None, None]
    objects[top : top + 16, left : left + 24] = 1
    image += 0.02 * (torch.rand(image.shape, generator=generator) - 0.5)
    return LabelledPicture(name, image.clamp(0, 1), objects, ("box",))


def pictures(count: int = 8) -> tuple[LabelledPicture, ...]:
    return tuple(labelled(f"p{k}", 4 + 4 * (k % 8), 4 + 4 * (k % 6)) for k in range(count))


def looking() -> Looking:
    stand = Stand()
    return Looking(stand, stand.layers, (50,), stand.untrained())


def concluded(study: Study, folder: Path) -> Report:
    with StudyJournal(folder / "journal.jsonl", study.settings) as journal:
        return run_study(study, journal)


def test_the_layer_that_sees_objects_is_named_and_the_blind_one_is_at_chance(
    tmp_path: Path,
) -> None:
    report = concluded(LayersStudy(looking(), pictures(), "drawn"), tmp_path)
    assert report.sentence.startswith((COLOURS, "three layers together"))
    rows = {row[0]: row for row in report.tables[0].rows}
    assert rows[COLOURS][3].value > 0.95  # type: ignore[union-attr]
    assert abs(rows[NOISE][3].value - 0.5) < 0.1  # type: ignore[union-attr]
    assert report.holds is Holds.UNDECIDED  # this network has no such encoder layer


def test_an_object_is_found_again_by_its_colour_and_not_by_its_place(tmp_path: Path) -> None:
    study = TransformsStudy(looking(), pictures(), "drawn")
    report = concluded(study, tmp_path)
    assert "of the best layer" in report.control
    found = study.measure("p3")
    flipped = found[f"trained|50|{PLACE}|flip"]
    scaled = found[f"trained|50|{PLACE}|scale"]
    assert isinstance(flipped, float)
    assert isinstance(scaled, float)
    assert scaled > 0.6 > 0.3 > flipped  # places stay where they are, whatever the picture does


def test_more_steps_that_change_pictures_more_are_seen_to(tmp_path: Path) -> None:
    report = concluded(
        StepsStudy(Looking(Stand(), (COLOURS,), (50,)), pictures(), "drawn"), tmp_path
    )
    assert report.holds is Holds.YES
    assert report.figures["layers that move farther with 16 steps"] == 1


def test_steps_that_change_nothing_are_seen_to_change_nothing(tmp_path: Path) -> None:
    class Still(Stand):
        def repaint(
            self, picture: Tensor, prompt: str, seed: int, *, strength: float, steps: int
        ) -> Tensor:
            return picture

    still = Looking(Still(), Still().layers, (50,))
    report = concluded(StepsStudy(still, pictures(), "drawn"), tmp_path)
    assert report.holds is Holds.NO
    assert report.figures["layers that move farther with 16 steps"] == 0


def scenes(count: int = 6) -> tuple[MovingPictures, ...]:
    """Boxes that move right by their own width."""
    return tuple(
        MovingPictures(
            f"s{k}", tuple(labelled(f"s{k}-{step}", 2 + 8 * step, 4 + 4 * k) for step in range(5))
        )
        for k in range(count)
    )


def test_a_moving_object_is_followed_by_its_colour(tmp_path: Path) -> None:
    report = concluded(VideoStudy(looking(), scenes(), "drawn"), tmp_path)
    assert report.holds is Holds.YES
    study = VideoStudy(looking(), scenes(), "drawn")
    found = study.measure("s1")
    assert float(found[f"trained|50|{COLOURS}|4"]) > 0.7  # type: ignore[arg-type]
    assert float(found[f"trained|50|{PLACE}|4"]) < 0.2  # type: ignore[arg-type]


def test_a_layer_the_model_has_not_is_refused_before_anything_runs() -> None:
    with pytest.raises(InputError, match="up-level9"):
        Looking(Stand(), ("up-level9-repeat0-res-out",), (50,))
    with pytest.raises(InputError, match="times"):
        Looking(Stand(), (COLOURS,), (50, 50))
