"""Points of a thing found by a layer that knows where on the thing it looks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from seedloupe.studies.activations import CorrespondenceStudy
from seedloupe.studies.activations.correspondence import share_matched
from seedloupe.studies.frame import Holds, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal
from seedloupe.studies.labelled import KeypointPair

from ..frame.stands import Stand


def pair(number: int) -> KeypointPair:
    """Two shaded boxes at different places; each corner has a shade of its own."""
    images, corners = [], []
    for left, top in ((4 + 2 * number, 4), (28 - 2 * number, 24)):
        image = torch.full((3, 48, 64), 0.5)
        ramp = torch.linspace(0, 1, 24)
        image[0, top : top + 16, left : left + 24] = ramp
        image[1, top : top + 16, left : left + 24] = torch.linspace(0, 1, 16)[:, None]
        image[2, top : top + 16, left : left + 24] = 1.0
        images.append(image)
        corners.append(
            [[(left + across) / 64, (top + down) / 48] for across in (2, 22) for down in (2, 14)]
        )
    points = torch.tensor(corners).transpose(0, 1)
    box = ((28 - 2 * number) / 64, 24 / 48, (52 - 2 * number) / 64, 40 / 48)
    return KeypointPair(f"pair{number}", "box", images[0], images[1], points, box)


def test_a_layer_that_sees_shades_finds_the_corners_and_random_weights_do_not(
    tmp_path: Path,
) -> None:
    stand = Stand()
    looking = Looking(stand, stand.layers, (50,), stand.untrained())
    study = CorrespondenceStudy(looking, tuple(map(pair, range(6))), "drawn")
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        report = run_study(study, journal)
    # The layer sees colours, so it cannot beat the colours themselves, and the study says so.
    assert report.holds is Holds.UNDECIDED
    best = next(iter(report.figures.values()))
    assert best.value > 0.9  # type: ignore[union-attr]
    assert report.figures["points that stay in place"].value < 0.3  # type: ignore[union-attr]


def test_a_share_of_the_box_is_stricter_than_one_of_the_picture() -> None:
    one = pair(1)
    shifted = torch.zeros(3, 12, 16)
    whole, boxed = share_matched(shifted, shifted, one)
    assert whole >= boxed
    angles = torch.arange(192.0).reshape(12, 16)
    exact = torch.stack([angles.sin(), angles.cos()])
    points = one.points[:, :1].expand(-1, 2, -1)
    still = KeypointPair("still", "box", one.source, one.source, points, one.box)
    assert share_matched(exact, exact, still)[0] == pytest.approx(1.0)
