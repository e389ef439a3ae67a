"""What a mining run may conclude, on seeds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import InputError
from seedloupe.mining.evidence import ERROR, Gain, verdict
from seedloupe.mining.plan import FEWEST_CONFIRMED
from seedloupe.mining.welch import welch_interval
from seedloupe.tables import HeldOutGain, MetricSpec, SeedEffect

METRICS = (MetricSpec("a", "1", True), MetricSpec("b", "1", False))
RUNS = 300


def concluded(dice: np.random.Generator, seeds: int, effect: float, *, law: str) -> SeedEffect:
    """The verdict on ``seeds`` a side, whose means are ``effect`` standard deviations apart."""
    gains = []
    for metric in METRICS:
        best, others = getattr(dice, law)(size=(2, seeds))
        best = best + (effect if metric.higher_is_better else -effect)
        # A plain interval that says nothing: an effect may be seen in the widened one alone.
        plain = HeldOutGain(metric.name, best.mean() - others.mean(), -np.inf, np.inf)
        gains.append(Gain(plain, welch_interval(best, others, ERROR / len(METRICS))))
    return verdict(METRICS, gains, seeds)


@pytest.mark.parametrize("law", ["standard_normal", "standard_exponential"])
@pytest.mark.parametrize("seeds", [FEWEST_CONFIRMED, 64])
def test_seeds_that_do_not_differ_are_seldom_said_to_matter(seeds: int, law: str) -> None:
    """Of an interval that errs in 5 % of cases, half err on the good side."""
    dice = np.random.default_rng(3)
    found = [concluded(dice, seeds, 0, law=law) for _ in range(RUNS)]
    assert found.count(SeedEffect.EFFECT) / RUNS < ERROR / 2 + 3 * (0.025 * 0.975 / RUNS) ** 0.5


@pytest.mark.parametrize("seeds", [2, 3, 6, 12])
def test_an_interval_of_few_seeds_misses_no_more_often_than_it_says(seeds: int) -> None:
    dice = np.random.default_rng(4)
    pairs = dice.standard_normal((RUNS, 2, seeds))
    misses = sum(welch_interval(best, others, ERROR)[0] > 0 for best, others in pairs)
    assert misses / RUNS < ERROR / 2 + 3 * (0.025 * 0.975 / RUNS) ** 0.5


def test_an_effect_is_found_with_seeds_enough() -> None:
    dice = np.random.default_rng(5)
    found = [concluded(dice, 64, 0.7, law="standard_normal") for _ in range(100)]
    assert found.count(SeedEffect.EFFECT) > 90


def test_fewer_seeds_than_it_takes_decide_nothing_whatever_they_show() -> None:
    dice = np.random.default_rng(6)
    few, enough = FEWEST_CONFIRMED - 1, FEWEST_CONFIRMED
    assert concluded(dice, few, 50, law="standard_normal") is SeedEffect.UNDECIDED
    assert concluded(dice, few, 0, law="standard_normal") is SeedEffect.UNDECIDED
    assert concluded(dice, enough, 50, law="standard_normal") is SeedEffect.EFFECT


def test_an_interval_wider_than_what_could_be_seen_rules_nothing_out() -> None:
    def gain(low: float, high: float) -> list[Gain]:
        return [Gain(HeldOutGain("a", (low + high) / 2, low, high), (low, high))]

    assert verdict(METRICS, gain(-0.1, 0.4), 6, {"a": 0.5}) is SeedEffect.NO_EFFECT
    assert verdict(METRICS, gain(-0.1, 0.6), 6, {"a": 0.5}) is SeedEffect.UNDECIDED
    assert verdict(METRICS, gain(0.1, 0.6), 6, {"a": 0.5}) is SeedEffect.EFFECT
    worse = [Gain(HeldOutGain("b", 0, -0.6, 0.1), (-0.6, 0.1))]
    assert verdict(METRICS, worse, 6, {"b": 0.5}) is SeedEffect.UNDECIDED


def test_equal_spreads_give_the_textbook_interval() -> None:
    """Two samples of one spread: pooled variance, and the 2.228 of a printed table."""
    best, others = np.arange(6.0), np.arange(6.0) - 4
    reach = 2.228139 * (2 * 3.5 / 6) ** 0.5
    assert welch_interval(best, others, 0.05) == pytest.approx((4 - reach, 4 + reach), abs=1e-5)


def test_one_seed_has_no_spread_and_is_refused() -> None:
    with pytest.raises(InputError, match="confirm: expected two or more seeds a side, got 1"):
        welch_interval(np.ones(1), np.zeros(9), ERROR)


def test_values_that_are_all_alike_leave_nothing_open() -> None:
    assert welch_interval(np.ones(6), np.ones(6), ERROR) == (0, 0)
    assert welch_interval(np.ones(6), np.zeros(6), ERROR) == (1, 1)
