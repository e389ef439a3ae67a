from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.chance import wilson_bounds
from seedloupe.errors import InputError
from seedloupe.studies import statistics
from seedloupe.studies.statistics import (
    held_out,
    ordered_by_luck,
    rates,
    repeat,
    seed_spread,
)

Floats = NDArray[np.float64]


@pytest.fixture(autouse=True)
def _few_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SHUFFLES", 300)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def grid(seed: int, *, prone: int = 0, pairs: int = 20, seeds: int = 40) -> Floats:
    """Shares of text, mostly nought; the first ``prone`` seeds show it eight times as often.

    Pairs differ, as they do: some show text with every seed, and must not be taken for an effect.
    """
    lots = rng(seed)
    chance = np.outer(lots.uniform(0.02, 0.10, pairs), np.where(np.arange(seeds) < prone, 8, 1))
    return np.where(
        lots.random((pairs, seeds)) < chance, lots.uniform(0.05, 0.4, (pairs, seeds)), 0
    )


def test_rates_are_means_with_errors_and_wilson_bounds_of_each_seed() -> None:
    shares = np.array([[0.0, 0.5], [0.2, 0.1], [0.4, 0.0]])
    found = rates(shares, shares > 0)
    assert found.mean == pytest.approx([0.2, 0.2])
    assert found.error == pytest.approx([0.2 / 3**0.5, np.std([0.5, 0.1, 0.0], ddof=1) / 3**0.5])
    assert found.rate == pytest.approx([2 / 3, 2 / 3])
    low, high = wilson_bounds(np.array([2.0]), np.array([3.0]))
    assert (found.low[0], found.high[0]) == pytest.approx((low[0], high[0]))
    assert found.rows == 3


def test_a_single_row_has_no_error() -> None:
    assert np.isnan(rates(np.array([[0.1, 0.2]]), np.array([[True, False]])).error).all()


def test_grids_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="flagged"):
        rates(np.zeros((2, 3)), np.zeros((3, 2), bool))
    with pytest.raises(InputError, match="shares"):
        seed_spread(np.full((2, 2), np.nan), rng())


def test_the_spread_of_independent_numbers_is_that_of_shuffled_ones() -> None:
    ratios = [seed_spread(rng(seed).random((12, 30)), rng()).ratio for seed in range(30)]
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1)


def test_the_ratio_is_the_analysis_of_variance_s() -> None:
    # Shuffling within rows keeps each row's variance v; means of P rows then vary by sum(v) / P².
    shares = grid(3, prone=5)
    rows = len(shares)
    expected = shares.mean(0).var() / (shares.var(1).sum() / rows**2 * 1.0)
    assert seed_spread(shares, rng()).ratio == pytest.approx(expected, rel=0.03)


def test_planted_seeds_are_seen_to_differ() -> None:
    found = seed_spread(grid(1, prone=4), rng())
    assert found.ratio > 2 > found.shuffled_high
    assert found.p < 0.01


def test_seeds_that_are_alike_pass_the_spread_test_as_often_as_its_level_says() -> None:
    chances = np.array([seed_spread(grid(seed), rng(seed)).p for seed in range(120)])
    assert (chances < 0.05).mean() <= 0.05 + 3 * (0.05 * 0.95 / 120) ** 0.5
    assert chances.mean() == pytest.approx(0.5, abs=0.12)


def test_a_picture_that_shows_text_with_every_seed_is_no_effect_of_the_seed() -> None:
    shares = np.zeros((10, 20))
    shares[3] = 0.4
    assert seed_spread(shares, rng()).ratio == 1.0
    assert seed_spread(shares, rng()).p == 1.0


def test_planted_seeds_repeat_on_other_rows_and_alike_ones_do_not() -> None:
    planted = repeat(grid(1, prone=4), rng())
    assert planted.correlation > 0.4
    assert planted.p < 0.01
    assert planted.reliability == pytest.approx(2 * planted.correlation / (1 + planted.correlation))
    assert abs(planted.shuffled) < 0.05
    alike = [repeat(grid(seed), rng()).correlation for seed in range(20)]
    assert abs(np.mean(alike)) < 0.08


def test_a_seed_s_very_own_shares_repeat_fully() -> None:
    shares = np.tile(rng().random(15), (8, 1))
    assert repeat(shares, rng()).reliability == pytest.approx(1.0)


def test_chosen_planted_seeds_stand_out_where_they_were_not_chosen() -> None:
    found = held_out(grid(2, prone=4), 4, rng(), worst=True)
    assert found.gap > 0.03
    assert found.low > 0
    assert found.p < 0.01
    assert found.there > found.mean > found.all
    assert found.mean == pytest.approx(found.all + found.gap)
    assert len(set(found.chosen_by[0]) & {0, 1, 2, 3}) >= 3


def test_the_winner_s_curse_is_seen_and_not_believed() -> None:
    found = [held_out(grid(seed), 4, rng(seed), worst=True) for seed in range(40)]
    assert np.mean([one.there - one.all for one in found]) > 0.02
    assert abs(np.mean([one.gap for one in found])) < 0.003
    assert np.mean([one.p < 0.05 for one in found]) <= 0.15


def test_the_best_seeds_of_a_planted_half_have_less_text_elsewhere() -> None:
    found = held_out(grid(4, prone=20), 8, rng(), worst=False)
    assert found.gap < 0
    assert found.high < 0
    assert found.p < 0.01


def test_intervals_hold_the_truth_even_where_text_is_rare() -> None:
    # Of 800 numbers about 5 are not nought. The least of them are chosen for what was not seen: a
    # bootstrap over rows alone is all but sure that they are better.
    found = []
    for seed in range(40):
        lots = rng(seed)
        rare = np.where(lots.random((16, 50)) < 0.006, 0.3, 0.0)
        rare[0, 0] = 0.3
        found.append(held_out(rare, 5, lots, worst=False))
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.9


def test_too_few_rows_cannot_be_halved() -> None:
    with pytest.raises(InputError, match="pairs"):
        held_out(np.zeros((3, 5)), 1, rng(), worst=True)
    with pytest.raises(InputError, match="pairs"):
        held_out(np.zeros((6, 5)), 5, rng(), worst=True)


def test_the_band_of_luck_holds_seeds_that_are_alike_and_not_planted_ones() -> None:
    alike, planted = grid(7), grid(7, prone=4)
    low, high = ordered_by_luck(alike, rng())
    inside = (np.sort(alike.mean(0)) >= low) & (np.sort(alike.mean(0)) <= high)
    assert inside.mean() > 0.8
    _, high = ordered_by_luck(planted, rng())
    assert (np.sort(planted.mean(0))[-3:] > high[-3:]).all()


def test_the_same_lots_give_the_same_numbers_and_no_global_ones_are_drawn() -> None:
    before = np.random.get_state(legacy=True)[1].tolist()
    assert seed_spread(grid(1), rng(3)) == seed_spread(grid(1), rng(3))
    assert np.random.get_state(legacy=True)[1].tolist() == before
