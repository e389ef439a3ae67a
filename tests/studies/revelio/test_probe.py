"""A class that one layer sees, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.studies.frame import Holds, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal
from seedloupe.studies.labelled import ClassPicture
from seedloupe.studies.revelio import ProbeStudy

from ..frame.stands import COLOURS, Stand


class Parity(Stand):
    """Sees in one layer whether a checkerboard is turned, which pooled pixels do not show."""

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        seen = dict(super().features(picture, layers, time, prompt=prompt, seed=seed))
        if self.trained and COLOURS in seen:
            turned = picture[0, 0::2, 0::2].mean() - picture[0, 0::2, 1::2].mean()
            seen[COLOURS] = seen[COLOURS] * 0 + turned
        return seen


def pictures(each: int) -> tuple[ClassPicture, ...]:
    board = (torch.arange(48)[:, None] + torch.arange(64)) % 2
    found = []
    for place in range(2 * each):
        turned = place % 2
        noise = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(place))
        image = 0.5 + 0.3 * ((board ^ turned) - 0.5) + 0.1 * (noise - 0.5)
        found.append(ClassPicture(f"p{place}", image, f"class {turned}"))
    return tuple(found)


def test_the_layer_that_sees_the_class_is_named_and_beats_pixels_and_random_weights(
    tmp_path: Path,
) -> None:
    stand = Parity()
    looking = Looking(stand, stand.layers, (50,), stand.untrained())
    study = ProbeStudy(looking, pictures(24), "drawn")
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        report = run_study(study, journal)
    assert report.holds is Holds.YES
    assert report.sentence.startswith(f"Off {COLOURS} ")


def test_one_class_and_tiny_classes_are_refused_before_anything_runs() -> None:
    looking = Looking(Stand(), (COLOURS,), (50,))
    with pytest.raises(InputError, match="two classes"):
        ProbeStudy(looking, pictures(8)[::2], "drawn")
    with pytest.raises(InputError, match="4 pictures or more"):
        ProbeStudy(looking, pictures(2), "drawn")
