"""A raced run end to end: what it reports, and what stops, kills and failures leave of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining import (
    Journal,
    MiningPlan,
    MiningReport,
    MiningRun,
    MiningStage,
    RaceDesign,
    SeedState,
    Shard,
)
from seedloupe.mining.scorers import OutputKind, PictureBatch, ScorerOutput
from seedloupe.noise import initial_noise
from seedloupe.tables import MetricSpec, SeedEffect, SeedTable, read_table, write_table

from .toy import SHAPE, BlobGenerator, QualityInstrument, plan_settings

PROMPTS = tuple(f"{index:03d} things" for index in range(24))
HELD_OUT = tuple(f"{index:03d} others" for index in range(6))
RACE = RaceDesign(detect=1.0)


def plan_of(count: int = 64, **changes: object) -> MiningPlan:
    settings = {"seeds": tuple(range(count)), "prompts": PROMPTS, "confirm_prompts": HELD_OUT}
    return MiningPlan(**{**settings, **plan_settings(), "confirm": 8, "batch": 16, **changes})  # type: ignore[arg-type]


class BrightScorer:
    """Brightness, with as much scatter between pictures of a seed as planted; may fail."""

    outputs = (ScorerOutput(OutputKind.SCORE, "bright", metric=MetricSpec("bright", "1", True)),)

    def __init__(self, *, effect: float = 1.0, fails_at: int = -1) -> None:
        self.effect, self.fails_at, self.calls = effect, fails_at, 0

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Of every seed divisible by ten more than of others, where there is an effect."""
        self.calls += 1
        if self.calls == self.fails_at:
            raise ValueError("the network fell over")
        rows = zip(batch.seeds, batch.prompts, strict=True)
        values = [scatter(seed, prompt) + self.effect * (seed % 10 == 0) for seed, prompt in rows]
        return {"score.bright": torch.tensor(values, dtype=torch.float32)}


def scatter(seed: int, prompt: str) -> float:
    mixed = [seed, *prompt.encode()]
    return float(np.random.default_rng(mixed).normal())


def run_of(folder: Path, *, generator: object = None, **settings: object) -> MiningRun:
    plan = settings.pop("plan", None) or plan_of()
    scorers = settings.pop("scorers", None) or {"bright": BrightScorer(effect=2.0)}
    journal = Journal(folder, plan, race=RACE)  # type: ignore[arg-type]
    return MiningRun(
        plan,  # type: ignore[arg-type]
        generator or BlobGenerator(),  # type: ignore[arg-type]
        scorers,  # type: ignore[arg-type]
        journal=journal,
        race=RACE,
        **settings,  # type: ignore[arg-type]
    )


def finished(run: MiningRun) -> tuple[SeedTable, list[MiningReport]]:
    reports = list(run.rounds())
    assert run.table is not None
    return run.table, reports


def same(one: SeedTable, other: SeedTable) -> bool:
    return one.spec == other.spec and all(
        np.array_equal(values, other.tensors[name], equal_nan=values.dtype.kind == "f")
        for name, values in one.tensors.items()
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[SeedTable, list[MiningReport]]:
    return finished(run_of(tmp_path_factory.mktemp("journal")))


def test_a_race_finds_the_planted_seeds_and_says_what_it_saved(
    whole: tuple[SeedTable, list[MiningReport]], tmp_path: Path
) -> None:
    table, reports = whole
    evidence = table.spec.evidence
    assert evidence is not None
    race = evidence.extra["race"]
    assert isinstance(race, dict)
    assert {int(seed) for seed in race["better"]} == {0, 10, 20, 30, 40, 50, 60}
    assert evidence.verdict is SeedEffect.EFFECT
    assert race["pictures"] < 0.6 * 64 * len(PROMPTS)
    assert reports[-1].made == race["pictures"] + 6 * len(
        [score for score in table.score("bright", "confirm") if np.isfinite(score)]
    )
    write_table(table, tmp_path / "t.seedtable.safetensors")
    assert same(read_table(tmp_path / "t.seedtable.safetensors"), table)


def test_seeds_measured_with_other_prompts_have_comparable_scores(
    whole: tuple[SeedTable, list[MiningReport]],
) -> None:
    table, _ = whole
    good = table.seeds % 10 == 0
    counts = table.counts("score", "bright")
    assert counts[good].mean() != counts[~good].mean()
    gap = table.score("bright")[good].mean() - table.score("bright")[~good].mean()
    assert gap == pytest.approx(2.0, abs=0.6)


def test_reports_are_frozen_and_the_leader_board_narrows(
    whole: tuple[SeedTable, list[MiningReport]],
) -> None:
    _, reports = whole
    with pytest.raises(FrozenInstanceError):
        reports[0].made = 3  # type: ignore[misc]
    boards = [report for report in reports if report.leaders]
    first, last = boards[0].leaders[0], boards[-1].leaders[0]
    assert last.high - last.low < first.high - first.low
    assert last.state is SeedState.BETTER
    assert last.seed % 10 == 0
    assert [report.made for report in reports] == sorted(report.made for report in reports)
    assert reports[-1].stage is MiningStage.DONE
    assert (reports[-1].left, reports[-1].verdict) == (0, SeedEffect.EFFECT)
    assert MiningStage.CONFIRM in {report.stage for report in reports}
    assert reports[-1].to_json()["leaders"][0]["seed"] == str(last.seed)  # type: ignore[index]


def test_seeds_that_make_no_difference_are_not_said_to(tmp_path: Path) -> None:
    run = run_of(tmp_path, scorers={"bright": BrightScorer(effect=0.0)})
    table, _ = finished(run)
    evidence = table.spec.evidence
    assert evidence is not None
    assert evidence.verdict is not SeedEffect.EFFECT


def test_a_stopped_run_is_resumed_to_the_very_same_table_and_makes_nothing_twice(
    whole: tuple[SeedTable, list[MiningReport]], tmp_path: Path
) -> None:
    generator = BlobGenerator()
    run = run_of(tmp_path, generator=generator)
    last = None
    for report in run.rounds():
        last = report
        if report.made >= 200:
            run.stop()
    assert last is not None
    assert last.stage is MiningStage.STOPPED
    assert run.table is None
    table, reports = finished(run_of(tmp_path, generator=generator))
    assert same(table, whole[0])
    assert generator.made == reports[-1].made == whole[1][-1].made
    assert reports[-1].fresh == reports[-1].made - last.made


def test_memory_that_runs_out_halves_the_batch_and_loses_nothing(
    whole: tuple[SeedTable, list[MiningReport]], tmp_path: Path
) -> None:
    class Small(BlobGenerator):
        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            if len(noise) > 5:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().__call__(prompt, noise, seeds)

    said: list[str] = []
    table, reports = finished(run_of(tmp_path, generator=Small(), tell=said.append))
    assert reports[-1].batch == 4
    assert "going on with 8" in said[0]
    assert "going on with 4" in said[1]
    assert same(table, whole[0])


def test_a_picture_that_never_fits_is_said_in_one_line(tmp_path: Path) -> None:
    class Never(BlobGenerator):
        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(InputError, match="memory for one picture"):
        list(run_of(tmp_path, generator=Never()).rounds())


def test_other_errors_of_the_generator_are_not_taken_for_want_of_memory(tmp_path: Path) -> None:
    class Broken(BlobGenerator):
        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1"):
        list(run_of(tmp_path, generator=Broken()).rounds())


def test_pictures_that_are_not_finite_are_counted_and_not_scored(tmp_path: Path) -> None:
    class Holes(BlobGenerator):
        def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
            images = super().__call__(prompt, noise, seeds)
            bad = [row for row, seed in enumerate(seeds) if (seed + int(prompt[:3])) % 8 == 5]
            images[bad] = float("nan")
            return images

    table, reports = finished(run_of(tmp_path, generator=Holes()))
    assert reports[-1].failed > 10
    evidence = table.spec.evidence
    assert evidence is not None
    assert evidence.extra["failed_pictures"] == reports[-1].failed
    assert np.isfinite(table.score("bright")).all()
    assert table.counts("score", "bright").max() < reports[-1].prompts


def test_a_scorer_that_dies_costs_its_column_and_stays_out_after_a_resume(tmp_path: Path) -> None:
    class Other(BrightScorer):
        outputs = (ScorerOutput(OutputKind.SCORE, "other", metric=MetricSpec("other", "1", True)),)

        def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
            return {"score.other": super().measure(batch)["score.bright"]}

    def scorers() -> dict[str, BrightScorer]:
        return {"bright": BrightScorer(effect=2.0), "other": Other(fails_at=3)}

    said: list[str] = []
    run = run_of(tmp_path, scorers=scorers(), tell=said.append)
    for report in run.rounds():
        if report.made >= 200:
            run.stop()
    assert "other is left out" in said[0]
    table, reports = finished(run_of(tmp_path, scorers=scorers()))
    assert table.metrics() == ("bright",)
    assert "fell over" in reports[-1].lost["other"]


def test_a_run_without_a_scorer_left_ends_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the network fell over"):
        list(run_of(tmp_path, scorers={"bright": BrightScorer(fails_at=2)}).rounds())


def test_a_disk_that_is_full_ends_the_run_and_keeps_what_was_measured(
    whole: tuple[SeedTable, list[MiningReport]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seedloupe import files

    written, write = [], files._write

    def full(draft: Path, content: object) -> None:
        written.append(draft)
        if len(written) > 8:
            raise OSError(28, "No space left on device")
        write(draft, content)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(files, "_write", full)
        with pytest.raises(InputError, match="No space left"):
            list(run_of(tmp_path).rounds())
    table, reports = finished(run_of(tmp_path))
    assert same(table, whole[0])
    assert reports[-1].fresh < reports[-1].made


def test_an_instrument_of_old_is_a_scorer_and_its_frechet_distance_is_raced_on(
    tmp_path: Path,
) -> None:
    plan = plan_of(48)
    run = MiningRun(
        plan,
        BlobGenerator(),
        [QualityInstrument()],
        journal=Journal(tmp_path, plan, race=RACE),
        race=RACE,
    )
    table, _ = finished(run)
    strength = [float(initial_noise(seed, SHAPE)[0].sigmoid().mean()) for seed in range(48)]
    assert np.corrcoef(table.score("bright"), strength)[0, 1] > 0.9
    evidence = table.spec.evidence
    assert evidence is not None
    assert "near (to first order)" in evidence.rule


def test_shards_whose_journals_are_joined_between_rounds_decide_alike_in_any_order(
    whole: tuple[SeedTable, list[MiningReport]], tmp_path: Path
) -> None:
    folders = [tmp_path / str(index) for index in range(3)]
    table = None
    for _ in range(60):
        for index in (2, 0, 1):
            run = run_of(folders[index], shard=Shard(index, 3))
            assert list(run.rounds())[-1].stage in {MiningStage.WAITING, MiningStage.DONE}
            table = table or run.table
        for one in folders:
            for other in folders:
                for file in other.glob("*.npz"):
                    (one / file.name).write_bytes(file.read_bytes())
        if table is not None:
            break
    assert table is not None
    assert same(table, whole[0])


def test_a_journal_of_another_race_is_refused(tmp_path: Path) -> None:
    plan = plan_of()
    Journal(tmp_path, plan, race=RACE)
    with pytest.raises(InputError, match=r"a race for a gain of 1\.0 sd"):
        Journal(tmp_path, plan)


@pytest.mark.parametrize("text", ["3/3", "1", "a/b", "0/0", "-1/2"])
def test_shards_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="shard"):
        Shard.parse(text)
