"""Mining of repaints: scorers see the mask, the source and the real prompt; writers are found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.mining import (
    Journal,
    MiningPlan,
    RaceDesign,
    RepaintCase,
    RepaintedFor,
    mine,
)
from seedloupe.mining.scorers import (
    OutputKind,
    PictureBatch,
    RepaintTextScorer,
    ScorerOutput,
)
from seedloupe.tables import Task

from .toy import CONFIRM, PROMPTS, plan_settings

HEIGHT, WIDTH = 16, 24
WRITERS = (3, 17, 40)
MADE_FOR = RepaintedFor("removal", "stand-ins", "red", {"level": "normal"})


class WritingGenerator:
    """Repaints gray; of some seeds half of the mask is red, as text is to the looker here."""

    def __init__(self, often: float = 0.8, seldom: float = 0.04) -> None:
        self._often, self._seldom = often, seldom
        self.made: list[tuple[str, int]] = []

    def case(self, name: str) -> RepaintCase:
        mask = torch.zeros(HEIGHT, WIDTH)
        mask[4:12, 6:18] = 1
        return RepaintCase("clear background", torch.full((3, HEIGHT, WIDTH), 0.25), mask)

    def writes(self, name: str, seed: int) -> bool:
        lot = hashlib.sha256(f"{name} {seed}".encode()).digest()[0] / 256
        return lot < (self._often if seed in WRITERS else self._seldom)

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        pictures = self.case(prompt).source.repeat(len(seeds), 1, 1, 1)
        for row, seed in enumerate(seeds):
            self.made.append((prompt, seed))
            if self.writes(prompt, seed):
                pictures[row, 0, 4:8, 6:18] = 1
        return pictures


class RedLook:
    """Takes red pixels in the mask that the source lacks for text."""

    name = "red"

    def __init__(self) -> None:
        self.shown: list[PictureBatch] = []

    def __call__(self, batch: PictureBatch) -> tuple[Tensor, Tensor]:
        self.shown.append(batch)
        assert batch.masks is not None
        assert batch.sources is not None
        red = (batch.images[:, 0] - batch.sources[:, 0] > 0.5) * batch.masks
        share = red.sum((1, 2)) / batch.masks.sum((1, 2))
        return share, (share > 0.1).float()


def plan(seeds: int = 48, prompts: int = 24) -> MiningPlan:
    settings = plan_settings()
    sampling = settings["sampling"]
    settings["sampling"] = replace(sampling, task=Task.INPAINT)  # type: ignore[type-var]
    names = tuple(f"{place:02d} clear background" for place in range(prompts + 8))
    return MiningPlan(
        seeds=tuple(range(seeds)),
        prompts=names[8:],
        confirm_prompts=names[:8],
        confirm=6,
        batch=16,
        repainted=MADE_FOR,
        **settings,  # type: ignore[arg-type]
    )


def test_scorers_are_shown_mask_source_and_what_was_asked_for(tmp_path: Path) -> None:
    wanted, look = plan(6, 4), RedLook()
    mine(
        wanted,
        WritingGenerator(),
        {"text": RepaintTextScorer(look)},
        journal=Journal(tmp_path / "j", wanted),
    )
    shown = look.shown[0]
    assert set(shown.prompts) == {"clear background"}
    assert shown.masks is not None
    assert shown.sources is not None
    assert (shown.masks.sum((1, 2)) == 96).all()
    assert (shown.sources == 0.25).all()


def test_planted_writers_are_the_worst_of_a_race_and_none_of_them_is_chosen(
    tmp_path: Path,
) -> None:
    wanted, generator = plan(), WritingGenerator()
    race = RaceDesign.reaching(len(wanted.prompts))
    table = mine(
        wanted,
        generator,
        {"text": RepaintTextScorer(RedLook())},
        journal=Journal(tmp_path / "j", wanted, race=race),
        race=race,
    )
    assert table is not None
    worst = table.seeds[np.argsort(-table.score("text_in_mask"))[: len(WRITERS)]]
    assert set(worst.tolist()) == set(WRITERS)
    rate = dict(zip(table.seeds.tolist(), table.rate("text").tolist(), strict=True))
    assert min(rate[seed] for seed in WRITERS) > 0.4
    evidence = table.spec.evidence
    assert evidence is not None
    finalists = evidence.extra["race"]["finalists"]  # type: ignore[index]
    assert not set(WRITERS) & {int(seed) for seed in finalists}
    fewest = table.counts("score", "text_in_mask")[list(WRITERS)]
    assert fewest.max() < len(wanted.prompts)
    assert len(generator.made) == len(set(generator.made))


def test_all_pictures_made_give_each_seed_its_own_share_and_rate(tmp_path: Path) -> None:
    wanted, generator = plan(8, 6), WritingGenerator()
    table = mine(
        wanted,
        generator,
        {"text": RepaintTextScorer(RedLook())},
        journal=Journal(tmp_path / "j", wanted),
    )
    assert table is not None
    truth = np.array(
        [[generator.writes(name, seed) for name in wanted.prompts] for seed in wanted.seeds]
    )
    assert table.rate("text") == pytest.approx(truth.mean(1))
    assert table.score("text_in_mask") == pytest.approx(0.5 * truth.mean(1))
    assert table.counts("rate", "text").tolist() == [6] * 8


def test_the_table_says_what_was_repainted_and_how_many_held_out_ones_stand_behind(
    tmp_path: Path,
) -> None:
    wanted = plan(16, 6)
    table = mine(
        wanted,
        WritingGenerator(),
        {"text": RepaintTextScorer(RedLook())},
        journal=Journal(tmp_path / "j", wanted),
    )
    assert table is not None
    spec = table.spec
    assert spec.extra["study"] == {"name": "inpaint", "task": "removal", "pairs": "stand-ins"}
    assert spec.provenance.tool == "seedloupe mine --task inpaint"
    assert spec.prompts is not None
    assert spec.prompts.id.startswith("pairs-")
    assert spec.metrics[0].reference == "mean share of the mask, seen by red"
    known = np.isfinite(table.score("text_in_mask", "confirm"))
    counts = table.tensors["score.text_in_mask.confirm_n"]
    assert known.sum() == 12
    assert (counts == np.where(known, 8, 0)).all()


def test_a_plan_without_repaints_has_the_fingerprint_it_had_before() -> None:
    made = MiningPlan(
        seeds=(1, 4),
        prompts=PROMPTS,
        confirm_prompts=CONFIRM,
        confirm=1,
        **plan_settings(),  # type: ignore[arg-type]
    )
    fields = asdict(made)
    del fields["repainted"]
    text = json.dumps(fields, sort_keys=True, default=str)
    assert made.fingerprint == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        replace(MADE_FOR, task="completion"),
        replace(MADE_FOR, looker="another"),
        replace(MADE_FOR, looks={"level": "high"}),
    ],
)
def test_a_journal_of_another_task_or_looker_is_refused(
    other: RepaintedFor, tmp_path: Path
) -> None:
    wanted = plan(4, 4)
    Journal(tmp_path / "j", wanted)
    with pytest.raises(InputError, match="journal"):
        Journal(tmp_path / "j", replace(wanted, repainted=other))


def test_other_scorers_may_look_at_repaints_too(tmp_path: Path) -> None:
    class Words:
        outputs = (ScorerOutput(OutputKind.TAG, "asked"),)

        def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
            return {"tag.asked": torch.tensor([float("clear" in one) for one in batch.prompts])}

    wanted = plan(4, 4)
    table = mine(
        wanted,
        WritingGenerator(),
        {"text": RepaintTextScorer(RedLook()), "words": Words()},
        journal=Journal(tmp_path / "j", wanted),
    )
    assert table is not None
    assert table.rate("asked").tolist() == [1.0] * 4


def test_a_case_of_another_layout_is_refused() -> None:
    with pytest.raises(ShapeError, match="mask"):
        RepaintCase("a", torch.zeros(3, 4, 6), torch.zeros(6, 4))
    with pytest.raises(ShapeError, match="source"):
        RepaintCase("a", torch.zeros(1, 4, 6), torch.zeros(4, 6))
