from __future__ import annotations

import json

import numpy as np
import pytest

from seedloupe.studies import statistics
from seedloupe.studies.inpaint import InpaintTask, conclude
from seedloupe.studies.inpaint.findings import FEWEST_WITH_TEXT, judge_effect, together
from seedloupe.studies.statistics import HeldOut, SeedSpread
from seedloupe.tables import SeedEffect

from .stands import measured_of, shares

EFFECT, NONE, OPEN = SeedEffect.EFFECT, SeedEffect.NO_EFFECT, SeedEffect.UNDECIDED


@pytest.fixture(autouse=True)
def _few_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SHUFFLES", 120)
    monkeypatch.setattr(statistics, "_FEWEST_SHUFFLES", 120)


def held(p: float) -> HeldOut:
    return HeldOut(3, ((0,), (0,)), 0.1, 0.1, 0.05, 0.05, 0.01, 0.09, p)


def test_planted_seeds_are_an_effect_and_are_named_worst() -> None:
    found = conclude(measured_of([shares(1, prone=4), shares(2, prone=4)])).main
    assert found.verdict is EFFECT
    removal = found.tasks[InpaintTask.REMOVAL]
    assert set(np.argsort(-removal.rates.mean)[:4].tolist()) == {0, 1, 2, 3}
    assert removal.worst is not None
    assert removal.worst.gap > 0.03
    assert found.apart is not None
    assert found.apart.chance < 0.05


def test_seeds_that_are_all_alike_are_hardly_ever_called_different() -> None:
    verdicts = [
        conclude(
            measured_of([shares(2 * seed), shares(2 * seed + 1)]), shuffle_seed=seed
        ).main.verdict
        for seed in range(40)
    ]
    assert verdicts.count(NONE) >= 0.95 * 40 - 2 * (0.05 * 0.95 * 40) ** 0.5
    assert verdicts.count(EFFECT) <= 1


def test_an_effect_in_one_task_is_one_and_the_other_is_none() -> None:
    found = conclude(measured_of([shares(1, prone=4), shares(20)])).main
    assert found.verdict is EFFECT
    assert found.tasks[InpaintTask.COMPLETION].verdict is NONE
    assert found.apart is not None
    assert found.apart.p > 0.05


def test_hardly_any_text_decides_nothing() -> None:
    few = np.zeros((16, 30))
    few.flat[:: few.size // (FEWEST_WITH_TEXT - 1) + 1] = 0.2
    found = conclude(measured_of([few]))
    assert found.main.verdict is OPEN
    assert "it takes 20" in found.main.tasks[InpaintTask.REMOVAL].why


@pytest.mark.parametrize(("pairs", "seeds"), [(1, 30), (3, 30), (16, 1), (2, 2)])
def test_too_few_pairs_or_seeds_decide_nothing_and_break_nothing(pairs: int, seeds: int) -> None:
    found = conclude(measured_of([shares(s, pairs=pairs, seeds=seeds) for s in (1, 2)]))
    assert found.main.verdict is OPEN
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["verdict"] == "undecided"


def test_an_effect_takes_both_a_spread_and_seeds_that_stand_out_elsewhere() -> None:
    wide, usual = SeedSpread(2.0, 0.001, 1.3), SeedSpread(1.0, 0.4, 1.3)
    assert judge_effect(wide, held(0.5), held(0.001), 99, level=0.025)[0] is EFFECT
    assert judge_effect(wide, held(0.001), held(0.5), 99, level=0.025)[0] is EFFECT
    assert judge_effect(wide, held(0.5), held(0.02), 99, level=0.025)[0] is OPEN
    assert judge_effect(usual, held(0.001), held(0.001), 99, level=0.025)[0] is NONE
    assert judge_effect(wide, None, None, 99, level=0.025)[0] is OPEN


def test_no_effect_needs_none_in_every_task() -> None:
    assert together([NONE, NONE]) is NONE
    assert together([NONE, OPEN]) is OPEN
    assert together([OPEN, EFFECT]) is EFFECT


def test_the_document_names_every_seed_as_text_with_its_numbers() -> None:
    grid = shares(1, prone=4)
    document = conclude(measured_of([grid])).to_json()
    text = json.dumps(document, allow_nan=False)
    rows = json.loads(text)["lookers"]["stub"]["tasks"]["removal"]["seeds"]
    assert [row["seed"] for row in rows] == [str(seed) for seed in range(30)]
    assert [row["text_in_mask"] for row in rows] == pytest.approx(grid.mean(0), rel=1e-5)
    assert rows[0]["flagged_rate"] == pytest.approx((grid[:, 0] > 0.05).mean())


def test_the_same_run_gives_the_same_findings() -> None:
    measured = measured_of([shares(1), shares(2)])
    assert conclude(measured).to_json() == conclude(measured).to_json()
