"""A fate that shows at once, and one that does not show before the end."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.studies.early import EarlyStudy
from seedloupe.studies.frame import Estimate, Holds, Painting, run_study
from seedloupe.studies.frame.painted import Painted
from seedloupe.studies.journal import StudyJournal

from ..frame.stands import Stand, numbers

PROMPTS = tuple(f"prompt {k}" for k in range(6))


def brightness(pictures: Tensor, prompt: str) -> Tensor:
    return pictures.mean((1, 2, 3))


class Hidden(Stand):
    """Its previews have nothing to do with its pictures."""

    def previews(self, prompt: str, seed: int, how: Painting) -> tuple[Tensor, ...]:
        steps = how.steps or 20
        grey = [numbers("grey", prompt, str(seed), str(k), count=1) for k in range(steps)]
        return tuple(one.expand(3 * 48 * 64).reshape(3, 48, 64) for one in grey)


def study(stand: Stand) -> EarlyStudy:
    return EarlyStudy(Painted(stand, PROMPTS, tuple(range(16)), Painting(10)), brightness, 10)


def test_a_fate_that_shows_is_told_and_one_that_does_not_is_not(tmp_path: Path) -> None:
    for stand, holds in ((Stand(), Holds.YES), (Hidden(), Holds.NO)):
        asked = study(stand)
        with StudyJournal(tmp_path / f"{holds.value}.jsonl", asked.settings) as journal:
            report = run_study(asked, journal)
        assert report.holds is holds
        told = report.figures["correlation after 20 %, preview"]
        assert isinstance(told, Estimate)
        assert (told.value > 0.9) is (holds is Holds.YES)


def test_too_few_seeds_are_refused() -> None:
    with pytest.raises(InputError, match="seeds"):
        EarlyStudy(Painted(Stand(), PROMPTS, (1, 2), Painting(10)), brightness, 10)
    assert torch.is_tensor(brightness(torch.zeros(1, 3, 2, 2), ""))
