"""Drafts choose where they agree with full pictures, and claim nothing themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining import DraftAgreement, Drafts, Journal, MiningReport, MiningRun, RaceDesign
from seedloupe.mining.drafts import draft_agreement
from seedloupe.mining.scorers import OutputKind, PictureBatch, ScorerOutput
from seedloupe.tables import MetricSpec, SeedEffect, SeedTable, read_table, write_table

from .test_run import plan_of, same, scatter
from .toy import BlobGenerator

RACE = RaceDesign(detect=1.0)
GOOD = {0, 10, 20, 30, 40, 50, 60}


class Marked(BlobGenerator):
    """The blob generator with a corner that says whether a picture is a draft."""

    def __init__(self, *, draft: bool) -> None:
        super().__init__()
        self.draft, self.of = draft, list[tuple[int, str]]()

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        self.of += [(seed, prompt) for seed in seeds]
        images = super().__call__(prompt, noise, seeds)
        images[:, :, 0, 0] = float(self.draft)
        return images


class DraftScorer:
    """What the scorer of full pictures says, and for drafts that with noise of its own."""

    outputs = (ScorerOutput(OutputKind.SCORE, "bright", metric=MetricSpec("bright", "1", True)),)

    def __init__(self, agreement: float) -> None:
        self.agreement = agreement

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        rows = zip(batch.seeds, batch.prompts, batch.images[:, 0, 0, 0] > 0.5, strict=True)
        values = [self._one(seed, prompt, bool(draft)) for seed, prompt, draft in rows]
        return {"score.bright": torch.tensor(values, dtype=torch.float32)}

    def _one(self, seed: int, prompt: str, draft: bool) -> float:
        full = scatter(seed, prompt) + 2.0 * (seed in GOOD)
        if not draft:
            return full
        other = scatter(seed, f"{prompt} drafted")
        return self.agreement * full + (1 - self.agreement**2) ** 0.5 * other


def run_of(folder: Path, agreement: float, **changes: object) -> MiningRun:
    plan = plan_of()
    drafter = changes.pop("drafter", None) or Marked(draft=True)
    return MiningRun(
        plan,
        changes.pop("generator", None) or Marked(draft=False),  # type: ignore[arg-type]
        {"bright": DraftScorer(agreement)},
        journal=Journal(folder, plan, race=RACE, drafts=4),
        race=RACE,
        drafts=Drafts(drafter, 4, 20),  # type: ignore[arg-type]
        **changes,  # type: ignore[arg-type]
    )


def finished(run: MiningRun) -> tuple[SeedTable, list[MiningReport]]:
    reports = list(run.rounds())
    assert run.table is not None
    return run.table, reports


def test_seeds_chosen_by_drafts_are_confirmed_and_scored_in_full(tmp_path: Path) -> None:
    full, drafter = Marked(draft=False), Marked(draft=True)
    table, reports = finished(run_of(tmp_path / "j", 0.9, generator=full, drafter=drafter))
    evidence = table.spec.evidence
    assert evidence is not None
    race = evidence.extra["race"]
    assert isinstance(race, dict)
    assert {int(seed) for seed in race["better"]} == GOOD
    assert evidence.verdict is SeedEffect.EFFECT
    assert "race of drafts of 4 steps" in evidence.rule
    assert race["drafts"]["needed"] == pytest.approx((4 / 20) ** 0.5, abs=1e-4)
    low, high = race["drafts"]["rank_correlation_95"]
    assert low < 0.9 < high
    assert race["pool"] == 64
    # the table has the seeds that were made in full, and says of them what full pictures say
    assert set(table.seeds.tolist()) >= GOOD
    assert len(table) < 64
    for seed, score in zip(table.seeds.tolist(), table.score("bright"), strict=True):
        told = [scatter(seed, f"{n:03d} things") + 2.0 * (seed in GOOD) for n in _mined()]
        assert score == pytest.approx(np.mean(told), abs=1e-5)
    assert reports[-1].made == full.made + drafter.made
    assert len(set(full.of)) >= len(full.of) - 32 * 4
    assert len(set(drafter.of)) == len(drafter.of)
    assert {r.draft_steps for r in reports} == {0, 4}
    write_table(table, tmp_path / "t.seedtable.safetensors")
    assert same(read_table(tmp_path / "t.seedtable.safetensors"), table)


def _mined() -> range:
    return range(16)


def test_drafts_that_tell_too_little_are_refused_before_the_race(tmp_path: Path) -> None:
    drafter, full = Marked(draft=True), Marked(draft=False)
    with pytest.raises(InputError, match=r"rank correlation .*\n?.*Mine without drafts"):
        list(run_of(tmp_path, 0.3, drafter=drafter, generator=full).rounds())
    assert (drafter.made, full.made) == (32 * 4, 32 * 4)
    with pytest.raises(InputError, match="rank correlation"):  # and again, from the journal
        list(run_of(tmp_path, 0.3, drafter=drafter, generator=full).rounds())
    assert (drafter.made, full.made) == (32 * 4, 32 * 4)


def test_a_stopped_run_of_drafts_ends_in_the_same_table_and_makes_nothing_twice(
    tmp_path: Path,
) -> None:
    whole, last = finished(run_of(tmp_path / "whole", 0.9))
    drafter, full = Marked(draft=True), Marked(draft=False)
    for stop in (150, 400, 600):
        run = run_of(tmp_path / "torn", 0.9, drafter=drafter, generator=full)
        for report in run.rounds():
            if report.made >= stop:
                run.stop()
    table, reports = finished(run_of(tmp_path / "torn", 0.9, drafter=drafter, generator=full))
    assert same(table, whole)
    assert drafter.made + full.made == reports[-1].made == last[-1].made


def test_a_journal_of_other_drafts_is_refused(tmp_path: Path) -> None:
    plan = plan_of()
    Journal(tmp_path, plan, race=RACE, drafts=4)
    with pytest.raises(InputError, match="among drafts of 4 steps"):
        Journal(tmp_path, plan, race=RACE)


@pytest.mark.parametrize("steps", [0, 20, 30])
def test_drafts_that_save_nothing_are_refused(steps: int) -> None:
    with pytest.raises(InputError, match="fewer steps than the 20"):
        Drafts(BlobGenerator(), steps, 20)


def test_drafts_without_a_race_are_refused(tmp_path: Path) -> None:
    plan = plan_of()
    with pytest.raises(InputError, match="a race, and held-out prompts"):
        MiningRun(
            plan,
            BlobGenerator(),
            {"bright": DraftScorer(0.9)},
            journal=Journal(tmp_path, plan),
            drafts=Drafts(BlobGenerator(), 4, 20),
        )


def test_the_interval_of_the_correlation_holds_the_truth(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    drafts, held = Drafts(BlobGenerator(), 4, 20), 0
    truth = 6 / np.pi * np.arcsin(0.7 / 2)  # Spearman's of Gaussian pairs (Pearson, 1907)
    for _ in range(60):
        full = rng.normal(size=(32, 4))
        draft = 0.7 * full + 0.51**0.5 * rng.normal(size=full.shape)
        prompts = rng.normal(0, 5, 4)
        found = draft_agreement(drafts, {"m": draft + prompts}, {"m": full - prompts})
        held += found.low <= truth <= found.high
    assert held >= 52  # 57 by design


def test_pictures_that_could_not_be_measured_do_not_count() -> None:
    rng = np.random.default_rng(1)
    full = rng.normal(size=(32, 4))
    draft = full.copy()
    draft[3], full[5, 2] = np.nan, np.nan
    found = draft_agreement(Drafts(BlobGenerator(), 4, 20), {"m": draft}, {"m": full})
    assert (found.seeds, found.pictures) == (31, 31 * 4 - 1)
    assert found.correlation > 0.99
    assert found.pays


def test_scores_that_are_all_alike_agree_in_nothing() -> None:
    # a mean of 32 times 0.3 is not 0.3: what is left is the same rounding in both
    flat = {"m": np.full((32, 4), 0.3)}
    found = draft_agreement(Drafts(BlobGenerator(), 4, 20), flat, flat)
    assert found.correlation == 0
    assert isinstance(found, DraftAgreement)
    assert not found.pays
