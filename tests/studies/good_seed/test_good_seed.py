"""Planted answers about seeds, and the same questions where there is nothing to find."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from seedloupe.errors import InputError
from seedloupe.studies.frame import Estimate, Holds, KeptTensors, Report, Study, run_study
from seedloupe.studies.frame.painted import Embedder, Painted
from seedloupe.studies.good_seed import (
    ClassifierStudy,
    DiversityStudy,
    GeneraliseStudy,
    SwapStudy,
)
from seedloupe.studies.good_seed.classifier import _taught
from seedloupe.studies.good_seed.swap import follows
from seedloupe.studies.journal import StudyJournal

from ..frame.stands import Stand

PROMPTS = tuple(f"prompt {k}" for k in range(12))


def concluded(study: Study, folder: Path) -> Report:
    with StudyJournal(folder / "journal.jsonl", study.settings) as journal:
        return run_study(study, journal)


def brightness(pictures: Tensor, prompt: str) -> Tensor:
    return pictures.mean((1, 2, 3))


def coarse(pictures: Tensor) -> Tensor:
    return adaptive_avg_pool2d(pictures, 2).flatten(1) - 0.5


def colours(pictures: Tensor) -> Tensor:
    return pictures.mean((2, 3)) - 0.5


def test_where_the_first_noise_decides_the_picture_follows_it(tmp_path: Path) -> None:
    study = SwapStudy(Stand(), PROMPTS[:3], ((0, 1), (2, 3)), steps=8)
    report = concluded(study, tmp_path)
    assert report.holds is Holds.YES
    latent = report.figures["latent noise replaced after 90 %"]
    assert isinstance(latent, Estimate)
    assert latent.value > 0.8


def test_where_the_step_noise_decides_the_claim_does_not_hold(tmp_path: Path) -> None:
    study = SwapStudy(Stand(step_share=0.95), PROMPTS[:3], ((0, 1), (2, 3)), steps=8)
    assert concluded(study, tmp_path).holds is Holds.NO


def test_a_picture_midway_follows_neither() -> None:
    ends = torch.zeros(3, 4, 6), torch.ones(3, 4, 6)
    assert follows(ends[0], *ends) == 1
    assert follows(ends[1], *ends) == 0
    assert follows(torch.full((3, 4, 6), 0.5), *ends) == 0.5


def test_a_seed_is_not_swapped_with_itself() -> None:
    with pytest.raises(InputError, match="twice"):
        SwapStudy(Stand(), PROMPTS[:1], ((5, 5 + 2**32),))


def test_seeds_that_differ_everywhere_are_seen_to_generalise(tmp_path: Path) -> None:
    painted = Painted(Stand(seed_share=0.7), PROMPTS, tuple(range(24)))
    report = concluded(GeneraliseStudy(painted, {"brightness": brightness}), tmp_path)
    assert report.holds is Holds.YES
    assert float(report.figures["correlation of halves"]) > 0.4  # type: ignore[arg-type]


def test_seeds_that_mean_nothing_are_not_seen_to_generalise(tmp_path: Path) -> None:
    painted = Painted(Stand(seed_share=0.0), PROMPTS, tuple(range(24)))
    report = concluded(GeneraliseStudy(painted, {"brightness": brightness}), tmp_path)
    assert report.holds is not Holds.YES


SPACES: Mapping[str, Embedder] = {"coarse": coarse, "colours": colours}


def test_seeds_far_apart_are_different_on_other_prompts(tmp_path: Path) -> None:
    painted = Painted(Stand(seed_share=0.8), PROMPTS, tuple(range(24)))
    report = concluded(DiversityStudy(painted, SPACES, brightness), tmp_path)
    assert report.holds is Holds.YES
    assert "In colours, which did not choose:" in report.sentence


def test_where_seeds_mean_nothing_far_apart_is_no_different(tmp_path: Path) -> None:
    painted = Painted(Stand(seed_share=0.0), PROMPTS, tuple(range(24)))
    report = concluded(DiversityStudy(painted, SPACES, brightness), tmp_path)
    assert report.holds is not Holds.YES


def test_a_space_that_did_not_choose_can_refute_what_the_other_saw(tmp_path: Path) -> None:
    def scattered(pictures: Tensor) -> Tensor:
        return torch.sin(1e5 * coarse(pictures))

    painted = Painted(Stand(seed_share=0.8), PROMPTS, tuple(range(24)))
    spaces = {"coarse": coarse, "scattered": scattered}
    report = concluded(DiversityStudy(painted, spaces, brightness), tmp_path)
    seen = report.figures["gap to random, farthest points among the better half"]
    unseen = report.figures["gap in scattered, which did not choose"]
    assert isinstance(seen, Estimate)
    assert isinstance(unseen, Estimate)
    assert seen.high < unseen.low
    assert report.holds is not Holds.YES


@pytest.mark.parametrize(("strength", "below"), [(0.8, True), (0.0, False)])
def test_pictures_that_push_each_other_are_less_alike_and_without_strength_are_not(
    tmp_path: Path, strength: float, below: bool
) -> None:
    painted = Painted(Stand(seed_share=0.5), PROMPTS, tuple(range(24)))
    report = concluded(DiversityStudy(painted, SPACES, brightness, strength), tmp_path)
    gap = report.figures["gap to random, pushed apart while sampled"]
    assert isinstance(gap, Estimate)
    assert (gap.high < 0) == below


def test_a_seed_that_shows_is_named_and_shuffled_labels_are_not(tmp_path: Path) -> None:
    painted = Painted(Stand(seed_share=0.6), PROMPTS, tuple(range(6)))
    report = concluded(ClassifierStudy(painted, epochs=12), tmp_path)
    assert report.holds is Holds.YES
    right = report.figures["accuracy on unseen prompts"]
    shuffled = report.figures["accuracy with shuffled labels"]
    assert isinstance(right, Estimate)
    assert isinstance(shuffled, Estimate)
    assert right.value > 0.9
    assert shuffled.value < 0.5


def test_a_seed_that_does_not_show_is_not_named(tmp_path: Path) -> None:
    painted = Painted(Stand(seed_share=0.0), PROMPTS, tuple(range(6)))
    assert concluded(ClassifierStudy(painted, epochs=6), tmp_path).holds is Holds.NO


def test_the_network_that_answered_is_the_one_that_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []
    monkeypatch.setattr(
        "seedloupe.studies.good_seed.classifier._taught",
        lambda *args: trained.append(1) or _taught(*args),
    )
    painted = Painted(Stand(), PROMPTS[:4], (0, 1))
    reports = [
        concluded(ClassifierStudy(painted, 1, KeptTensors(tmp_path / "kept")), tmp_path / run)
        for run in ("one", "two")
    ]
    assert len(trained) == 2  # true labels and shuffled ones, over both runs
    assert reports[0].to_json() == reports[1].to_json()
    shown = [report.rows[0].pictures[1][0].tobytes() for report in reports]
    assert shown[0] == shown[1]


def test_training_leaves_the_global_generator_as_it_was(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    painted = Painted(Stand(), PROMPTS[:4], (0, 1))
    concluded(ClassifierStudy(painted, epochs=1), tmp_path)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("study", [GeneraliseStudy, DiversityStudy])
def test_too_few_seeds_or_prompts_are_refused(study: type) -> None:
    last = {"brightness": brightness} if study is GeneraliseStudy else SPACES
    rest = () if study is GeneraliseStudy else (brightness,)
    with pytest.raises(InputError, match="seeds"):
        study(Painted(Stand(), PROMPTS, (1, 2)), last, *rest)
    with pytest.raises(InputError, match="prompts"):
        study(Painted(Stand(), PROMPTS[:2], tuple(range(24))), last, *rest)
