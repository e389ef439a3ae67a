"""The statistics of a table, against closed forms and planted truths."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.mining.assemble import project
from seedloupe.mining.evidence import (
    Gain,
    split_half,
    tag_variance,
    verdict,
)
from seedloupe.mining.scores import mean_ranks, places
from seedloupe.mining.welch import welch_interval
from seedloupe.tables import HeldOutGain, MetricSpec, SeedEffect


def test_ties_share_the_middle_of_their_places() -> None:
    assert places(np.array([3.0, 1.0, 3.0, 2.0], np.float32)).tolist() == [2.5, 0.0, 2.5, 1.0]


def test_mean_ranks_turn_a_metric_round_where_lower_is_better() -> None:
    up, down = MetricSpec("up", "1", True), MetricSpec("down", "1", False)
    values = np.array([0.1, 0.5, 0.9], np.float32)
    assert mean_ranks([up], [values]).tolist() == [2, 1, 0]
    assert mean_ranks([down], [values]).tolist() == [0, 1, 2]


def test_split_half_finds_the_reliability_that_was_planted() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=20_000)
    halves = [(truth + rng.normal(size=20_000)).astype(np.float32) for _ in range(2)]
    # each half correlates 0.5 with the other; Spearman-Brown makes that 2/3 for both
    assert split_half(*halves) == pytest.approx(2 / 3, abs=0.02)
    assert split_half(np.ones(4, np.float32), halves[0][:4]) == 0.0


def test_the_interval_of_a_difference_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(200):
        best, rest = rng.normal(1.0, 1, 30), rng.normal(0.4, 1, 30)
        low, high = welch_interval(best, rest, 0.05)
        hits += low <= 0.6 <= high
    assert hits >= 180


def gain(metric: str, low: float, high: float, *, wider: float = 0.0) -> Gain:
    plain = HeldOutGain(metric, (low + high) / 2, low, high)
    return Gain(plain, (low - wider, high + wider))


def test_a_gain_on_the_wrong_side_is_no_effect() -> None:
    metrics = [MetricSpec("up", "1", True), MetricSpec("down", "1", False)]
    worse = [gain("up", -2, -0.5), gain("down", 0.5, 2)]
    assert verdict(metrics, worse, 64) is SeedEffect.NO_EFFECT
    assert verdict(metrics, [gain("down", -2, -0.5)], 64) is SeedEffect.EFFECT
    assert verdict(metrics, [], 64) is SeedEffect.UNDECIDED


def test_a_gain_that_only_shows_before_counting_the_metrics_is_undecided() -> None:
    metrics = [MetricSpec("up", "1", True), MetricSpec("other", "1", True)]
    gains = [gain("up", 0.1, 2, wider=0.2), gain("other", -1, 1)]
    assert verdict(metrics, gains, 64) is SeedEffect.UNDECIDED


def test_tags_that_follow_the_seed_vary_more_than_lots_and_others_do_not() -> None:
    rng = np.random.default_rng(4)
    prompts = rng.uniform(0.02, 0.3, (1, 16))
    seeds = rng.beta(1, 9, (3000, 1)) * 3
    none = (rng.random((3000, 16)) < prompts).astype(np.float32)
    some = (rng.random((3000, 16)) < np.clip(prompts * seeds, 0, 1)).astype(np.float32)
    assert tag_variance(none) == pytest.approx(1.0, abs=0.1)
    assert tag_variance(some) > 1.5
    assert tag_variance(np.zeros((5, 3), np.float32)) == 1.0


def test_projection_keeps_distances_and_forgets_what_prompts_do_to_all_seeds() -> None:
    rng = np.random.default_rng(3)
    seeds, prompts = rng.normal(size=(12, 1, 7)), rng.normal(size=(1, 5, 7)) * 50
    projected, share = project(seeds + prompts)
    flat = seeds[:, 0] - seeds[:, 0].mean(0)
    truth = np.linalg.norm(flat[:, None] - flat[None], axis=-1)
    found = np.linalg.norm(projected[:, None] - projected[None], axis=-1)
    assert np.allclose(truth, found, atol=1e-3)
    assert share == pytest.approx(1.0)
