"""A fate that shows at once, one that only layers know, and one that shows at the end alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.studies.agreement import rank_correlation
from seedloupe.studies.early import EarlyStudy
from seedloupe.studies.early.probe import WIDTH, guesses, sketch
from seedloupe.studies.frame import Estimate, Holds, Painting, Report, run_study
from seedloupe.studies.frame.painted import Painted
from seedloupe.studies.journal import StudyJournal

from ..frame.stands import COLOURS, NOISE, Stand, numbers

PROMPTS = tuple(f"prompt {k}" for k in range(6))


def brightness(pictures: Tensor, prompt: str) -> Tensor:
    return pictures.mean((1, 2, 3))


class Hidden(Stand):
    """Its previews have nothing to do with its pictures."""

    def previews(self, prompt: str, seed: int, how: Painting) -> tuple[Tensor, ...]:
        steps = how.steps or 20
        grey = [numbers("grey", prompt, str(seed), str(k), count=1) for k in range(steps)]
        return tuple(one.expand(3 * 48 * 64).reshape(3, 48, 64) for one in grey)


def report_of(stand: Stand, folder: Path, layers: tuple[str, ...] = ()) -> Report:
    painted = Painted(stand, PROMPTS, tuple(range(16)), Painting(10))
    asked = EarlyStudy(painted, brightness, 10, layers=layers)
    with StudyJournal(folder / f"{len(list(folder.iterdir()))}.jsonl", asked.settings) as journal:
        return run_study(asked, journal)


def figure(report: Report, name: str) -> Estimate:
    found = report.figures[name]
    assert isinstance(found, Estimate)
    return found


def test_a_fate_that_shows_is_told_and_one_that_does_not_is_not(tmp_path: Path) -> None:
    for stand, holds in ((Stand(), Holds.YES), (Hidden(), Holds.NO)):
        report = report_of(stand, tmp_path)
        assert report.holds is holds
        told = figure(report, "correlation after 20 %, preview").value
        assert (told > 0.9) is (holds is Holds.YES)
        assert "probe" not in report.sentence


def test_a_probe_tells_what_only_a_layer_knows_and_nothing_off_a_layer_that_sees_noise(
    tmp_path: Path,
) -> None:
    knows, blind = (report_of(Hidden(), tmp_path, (layer,)) for layer in (COLOURS, NOISE))
    assert figure(knows, "correlation after 20 %, probe").low > 0.6
    assert abs(figure(knows, "correlation after 20 %, preview").value) < 0.3
    assert abs(figure(blind, "correlation after 20 %, probe").value) < 0.3
    for report in (knows, blind):
        control = figure(report, "probe taught shuffled seeds")
        assert abs(control.value) < 0.3
        assert figure(report, "shuffled seeds").low < 0.05


def test_a_probe_is_never_taught_on_the_prompt_it_guesses() -> None:
    rng = np.random.default_rng(0)
    # Each prompt's scores follow a direction of its own: taught on others, nothing can be guessed.
    seen = [rng.normal(size=(24, 8)) for _ in range(6)]
    alone = [rows @ (np.eye(8)[place % 8] * 5) for place, rows in enumerate(seen)]
    shared = [rows @ np.arange(8.0) for rows in seen]
    told = [rank_correlation(*pair) for pair in zip(guesses(seen, alone), alone, strict=True)]
    known = [rank_correlation(*pair) for pair in zip(guesses(seen, shared), shared, strict=True)]
    assert abs(float(np.mean(told))) < 0.25
    assert min(known) > 0.95


def test_a_sketch_is_of_one_size_for_every_layer_and_keeps_distances_nearly() -> None:
    features = torch.randn(12, 40, 6, 10, generator=torch.Generator().manual_seed(0))
    rows = torch.tensor(sketch({"mid": features}, ("mid",)))
    assert rows.shape == (12, WIDTH)
    pooled = torch.nn.functional.adaptive_avg_pool2d(features, 2).flatten(1)
    ratio = torch.pdist(rows) / torch.pdist(pooled)
    assert 0.7 < float(ratio.min()) < float(ratio.max()) < 1.3
    assert sketch(None, ()) == []


def test_too_few_seeds_are_refused() -> None:
    with pytest.raises(InputError, match="seeds"):
        EarlyStudy(Painted(Stand(), PROMPTS, (1, 2), Painting(10)), brightness, 10)
