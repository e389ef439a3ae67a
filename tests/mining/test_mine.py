"""Mining end to end on a toy whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from torch import Tensor

from seedloupe.errors import InputError, TableError
from seedloupe.mining import Appearance, Journal, MiningPlan, MiningProgress, mine
from seedloupe.noise import initial_noise
from seedloupe.picking import pick_diverse
from seedloupe.picking.words import evidence_notes
from seedloupe.tables import (
    NEAR_IDENTICAL,
    MetricSpec,
    SeedEffect,
    SeedTable,
    merge_tables,
    read_table,
    write_table,
)

from .toy import (
    CONFIRM,
    PROMPTS,
    SHAPE,
    BlobGenerator,
    LowVarianceGenerator,
    QualityInstrument,
    plan_settings,
)


def plan_of(count: int = 96, *, confirm: int = 16, **changes: object) -> MiningPlan:
    settings = {"seeds": tuple(range(count)), "prompts": PROMPTS, "confirm_prompts": CONFIRM}
    return MiningPlan(**{**settings, **plan_settings(), "confirm": confirm, **changes})  # type: ignore[arg-type]


def run(plan: MiningPlan, folder: Path, generator: BlobGenerator | None = None) -> SeedTable:
    made = mine(
        plan,
        generator or BlobGenerator(),
        [QualityInstrument(), Appearance()],
        journal=Journal(folder, plan),
    )
    assert made is not None
    return made


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> SeedTable:
    return run(plan_of(), tmp_path_factory.mktemp("journal"))


def test_the_scores_are_the_ones_the_noise_was_built_to_give(mined: SeedTable) -> None:
    strength = [float(initial_noise(seed, SHAPE)[0].sigmoid().mean()) for seed in range(96)]
    assert np.corrcoef(mined.score("bright"), strength)[0, 1] > 0.95


def test_the_gain_of_the_best_seeds_holds_on_prompts_they_were_not_chosen_by(
    mined: SeedTable,
) -> None:
    evidence = mined.spec.evidence
    assert evidence is not None
    gains = {gain.metric: gain for gain in evidence.held_out_gain}
    assert gains["bright"].low > 0
    assert gains["near"].high < 0
    assert evidence.verdict is SeedEffect.EFFECT
    assert evidence.split_half["bright"] > 0.9


def test_seeds_that_do_not_matter_are_said_not_to(tmp_path: Path) -> None:
    table = run(plan_of(confirm=24), tmp_path, BlobGenerator(shuffled=True))
    evidence = table.spec.evidence
    assert evidence is not None
    assert evidence.split_half["bright"] < 0.5
    gain = next(gain for gain in evidence.held_out_gain if gain.metric == "bright")
    assert gain.low < 0 < gain.high
    assert evidence.verdict is SeedEffect.NO_EFFECT


def test_a_model_whose_seeds_draw_nearly_alike_is_said_to_and_its_few_kinds_are_still_told_apart(
    tmp_path: Path, mined: SeedTable
) -> None:
    table = run(plan_of(24, confirm=6), tmp_path, LowVarianceGenerator())
    evidence = table.spec.evidence
    assert evidence is not None
    assert evidence.near_identical
    assert set(evidence.prompt_share) == {"style", "look", "colour"}
    assert evidence_notes(table)[0] == NEAR_IDENTICAL
    for space in ("style", "look"):
        chosen = pick_diverse(table, 4, spaces=(space,), floor=1)
        assert {seed % 4 for seed in chosen.seeds} == {0, 1, 2, 3}
        assert NEAR_IDENTICAL in chosen.notes
    assert mined.spec.evidence is not None
    assert not mined.spec.evidence.near_identical


def test_seeds_that_decide_all_are_not_said_to_matter_not_where_scores_want_the_opposite(
    tmp_path: Path,
) -> None:
    class Opposed(QualityInstrument):
        metrics = (MetricSpec("bright", "1", True), MetricSpec("dark", "1", True))
        references: ClassVar = {}

        def measure(self, images: Tensor, prompt: str) -> Mapping[str, Tensor]:
            bright = super().measure(images, prompt)["score.bright"]
            return {"score.bright": bright, "score.dark": -bright}

    plan = plan_of(64, confirm=6)
    table = mine(plan, BlobGenerator(), [Opposed()], journal=Journal(tmp_path, plan))
    assert table is not None
    evidence = table.spec.evidence
    assert evidence is not None
    assert evidence.split_half["bright"] > 0.9
    assert evidence.verdict is SeedEffect.UNDECIDED


def test_tables_of_the_same_prompts_are_not_merged_whatever_confirmed_them(tmp_path: Path) -> None:
    one = run(plan_of(8, confirm=2), tmp_path / "one")
    other = run(plan_of(8, confirm=2, confirm_prompts=CONFIRM[:2]), tmp_path / "other")
    assert one.spec.prompts is not None
    assert other.spec.prompts is not None
    assert one.spec.prompts.sha256 != other.spec.prompts.sha256
    with pytest.raises(TableError, match=r"prompts\.mining_prompts: .* got 4 prompts of both"):
        merge_tables([one, other])


def test_metrics_are_compared_on_different_pictures(tmp_path: Path) -> None:
    # both metrics read the same brightness, so on one picture they agree whatever the seed does
    table = run(plan_of(192, confirm=0), tmp_path, BlobGenerator(shuffled=True))
    evidence = table.spec.evidence
    assert evidence is not None
    assert abs(evidence.correlations[0].value) < 0.25
    same = np.corrcoef(table.score("bright"), -table.score("near"))[0, 1]
    assert same > 0.9


def test_a_run_stopped_halfway_ends_in_the_very_same_table(
    mined: SeedTable, tmp_path: Path
) -> None:
    class Stopped(Exception):  # noqa: N818 (stands for Ctrl-C)
        pass

    def stop(progress: MiningProgress) -> None:
        if progress.done >= progress.total // 3:
            raise Stopped

    plan, journal = plan_of(), tmp_path / "journal"
    instruments = [QualityInstrument(), Appearance()]
    first = BlobGenerator()
    with pytest.raises(Stopped):
        mine(plan, first, instruments, journal=Journal(journal, plan), on_progress=stop)
    second = BlobGenerator()
    resumed = run(plan, journal, second)
    assert first.made + second.made == plan.images
    write_table(resumed, tmp_path / "resumed.seedtable.safetensors")
    write_table(mined, tmp_path / "whole.seedtable.safetensors")
    names = ("resumed", "whole")
    one, other = ((tmp_path / f"{n}.seedtable.safetensors").read_bytes() for n in names)
    assert one == other


def test_the_table_survives_the_disk_and_keeps_nan_for_what_was_never_found(
    mined: SeedTable, tmp_path: Path
) -> None:
    path = tmp_path / "toy.seedtable.safetensors"
    write_table(mined, path)
    again = read_table(path)
    assert np.isnan(again.feature("composition")[:, 3]).all()
    assert np.isfinite(again.feature("composition")[:, 0]).all()
    assert np.isfinite(again.score("bright", "confirm")).sum() == 32
    tile = again.thumbnail(5)
    assert tile is not None
    assert tile.size == (48, 48)


def test_two_workers_share_a_journal_and_only_one_measures_each_portion(tmp_path: Path) -> None:
    plan = plan_of(64, confirm=0)
    journal = Journal(tmp_path, plan)
    with journal.claim("mine-00000") as mine_to_do, journal.claim("mine-00000") as again:
        assert mine_to_do
        assert not again
        generator = BlobGenerator()
        table = mine(plan, generator, [QualityInstrument()], journal=journal)
    assert table is None
    assert generator.made == (64 - 32) * len(PROMPTS)


def test_progress_counts_what_was_there_and_what_is_new(tmp_path: Path) -> None:
    plan, seen = plan_of(64), list[MiningProgress]()
    run(plan, tmp_path)
    mine(
        plan,
        BlobGenerator(),
        [QualityInstrument(), Appearance()],
        journal=Journal(tmp_path, plan),
        on_progress=seen.append,
    )
    assert seen[-1] == MiningProgress(plan.images, plan.images, 0)


def test_a_journal_of_another_plan_is_refused_by_name(tmp_path: Path) -> None:
    run(plan_of(32, confirm=4), tmp_path)
    with pytest.raises(InputError, match="journal: expected the plan") as caught:
        Journal(tmp_path, plan_of(33, confirm=5))
    assert "of other seeds, confirm. Repeat" in str(caught.value)


def test_a_journal_from_before_its_parts_were_kept_is_gone_on_with(tmp_path: Path) -> None:
    plan = plan_of(32, confirm=4)
    run(plan, tmp_path)
    note = tmp_path / "plan.json"
    kept = json.loads(note.read_text("utf-8"))
    note.write_text(json.dumps({name: kept[name] for name in ("fingerprint", "race")}), "utf-8")
    with pytest.raises(InputError, match=r"the plan [0-9a-f]{12} in [^,]+\. Repeat"):
        Journal(tmp_path, plan_of(33, confirm=4))
    assert Journal(tmp_path, plan).has("mine-00000")


def test_a_damaged_portion_is_named_and_not_silently_measured_again(tmp_path: Path) -> None:
    plan = plan_of(32, confirm=4)
    run(plan, tmp_path)
    (tmp_path / "mine-00000.npz").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(InputError, match=r"mine-00000\.npz"):
        run(plan, tmp_path)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("seeds", {"seeds": ()}),
        ("seeds", {"seeds": (3, 2)}),
        ("seeds", {"seeds": (1, 2**32 + 5)}),
        ("prompts", {"prompts": ()}),
        ("prompts", {"prompts": ("red", "red")}),
        ("confirm_prompts", {"confirm_prompts": ("red",)}),
        ("batch", {"batch": 0}),
    ],
)
def test_plans_that_mean_nothing_are_refused_by_field(
    field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(InputError) as refused:
        plan_of(8, **changes)
    assert refused.value.field == field
