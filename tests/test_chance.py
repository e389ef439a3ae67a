"""The chance baseline against exact counting and against simulation."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from seedloupe.chance import Chance, chance_overlap, wilson_bounds
from seedloupe.errors import PickError


def exact_tail(pool: int, first: int, second: int, observed: int) -> float:
    """P(overlap >= observed) for two lists, by whole numbers."""
    ways = sum(
        math.comb(first, hit) * math.comb(pool - first, second - hit)
        for hit in range(observed, min(first, second) + 1)
        if second - hit <= pool - first
    )
    return ways / math.comb(pool, second)


def test_the_published_pools_are_what_chance_gives() -> None:
    """Seeds of Xu, Zhang and Shi: 65 and 67 of 1,024, two metrics, the best 256 by each."""
    chance = chance_overlap(1024, (256, 256), 65)
    assert chance.expected == pytest.approx(64)
    assert chance.sd == pytest.approx(6.0, abs=0.01)
    assert chance.p == pytest.approx(0.46, abs=0.005)
    assert chance_overlap(1024, (256, 256), 67).p == pytest.approx(0.34, abs=0.005)
    assert not chance.agreement
    assert "64.0 ± 6.0" in str(chance)
    assert "no agreement beyond chance" in str(chance)


def test_one_seed_passes_and_others_pass() -> None:
    said = [str(Chance(64, 6, observed, 0.5)).partition(" by ")[0] for observed in (0, 1, 2)]
    assert said == ["0 seeds pass", "1 seed passes", "2 seeds pass"]


def test_a_correlated_pair_is_called_agreement() -> None:
    chance = chance_overlap(1024, (256, 256), 85)
    assert chance.p == pytest.approx(exact_tail(1024, 256, 256, 85), rel=1e-9)
    assert chance.agreement
    assert "more than chance" in str(chance)


@pytest.mark.parametrize(
    ("pool", "first", "second"), [(7, 3, 4), (10, 10, 4), (12, 1, 1), (30, 17, 21), (5, 0, 3)]
)
def test_two_lists_are_counted_exactly(pool: int, first: int, second: int) -> None:
    for observed in range(min(first, second) + 2):
        chance = chance_overlap(pool, (first, second), observed)
        assert chance.p == pytest.approx(exact_tail(pool, first, second, observed), abs=1e-12)
        assert chance.expected == pytest.approx(first * second / pool)


def test_three_lists_are_counted_exactly_on_a_small_pool() -> None:
    pool, tops = 5, (2, 3, 4)
    lists = [[rows for rows in product((0, 1), repeat=pool) if sum(rows) == top] for top in tops]
    overlaps = [int(np.prod(rows, axis=0).sum()) for rows in product(*lists)]
    for observed in range(4):
        chance = chance_overlap(pool, tops, observed)
        assert chance.p == pytest.approx(np.mean(np.asarray(overlaps) >= observed), abs=1e-12)
        assert chance.expected == pytest.approx(np.mean(overlaps))
        assert chance.sd == pytest.approx(np.std(overlaps))


def test_the_order_of_the_lists_does_not_matter() -> None:
    first, second = chance_overlap(90, (20, 40, 30), 4), chance_overlap(90, (40, 30, 20), 4)
    assert first.p == pytest.approx(second.p)
    assert first.sd == pytest.approx(second.sd)


def test_a_large_pool_is_counted_too() -> None:
    chance = chance_overlap(100_000, (25_000, 25_000), 6250)
    assert chance.expected == pytest.approx(6250)
    assert 0.4 < chance.p < 0.6


@pytest.mark.parametrize("tops", [(), (3,), (3, 11), (-1, 3)])
def test_lists_that_cannot_be_are_refused(tops: tuple[int, ...]) -> None:
    with pytest.raises(PickError, match="tops: expected two or more numbers from 0 to 10"):
        chance_overlap(10, tops, 1)


def test_agreement_begins_where_chance_gives_less_than_one_in_twenty() -> None:
    assert Chance(64, 6, 75, 0.049).agreement
    assert not Chance(64, 6, 74, 0.05).agreement


def test_three_lists_of_a_million_seeds_are_counted_in_a_moment() -> None:
    chance = chance_overlap(1_000_000, (250_000,) * 3, 15_625)
    assert chance.expected == pytest.approx(15_625)
    # The law of total variance: a hypergeometric draw from a hypergeometric draw.
    pool, share, shared = 1e6, 0.25, 62_500.0
    first = 250_000 * share * (1 - share) * (pool - 250_000) / (pool - 1)
    mean_of_product = shared * pool - (shared**2 + first)
    variance = share**2 * first + share * (1 - share) * mean_of_product / (pool - 1)
    assert chance.sd == pytest.approx(variance**0.5, rel=1e-6)
    assert 0.49 < chance.p < 0.51


@pytest.mark.parametrize("pool", [60, 1000, 5000])
def test_chances_far_out_are_exact_until_they_vanish(pool: int) -> None:
    quarter = pool // 4
    for observed in (quarter // 2, quarter - 1, quarter):
        p = chance_overlap(pool, (quarter, quarter), observed).p
        assert p == pytest.approx(
            exact_tail(pool, quarter, quarter, observed), rel=1e-8, abs=1e-300
        )


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        # Newcombe (1998), table I, method 3; he prints four digits.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_rates_are_bounded_as_published(hits: int, count: int, low: float, high: float) -> None:
    found = wilson_bounds(np.array([float(hits)]), np.array([float(count)]))
    assert [float(bound[0]) for bound in found] == pytest.approx([low, high], abs=5.1e-5)


def test_bounds_are_where_the_score_test_just_rejects() -> None:
    """The definition: the rates a seen share lies 1.96 standard deviations away from."""
    for hits, count in ((0, 1), (1, 1), (3, 7), (16, 16), (250, 1000)):
        bounds = wilson_bounds(np.array([float(hits)]), np.array([float(count)]))
        for rate in (float(bound[0]) for bound in bounds):
            away = abs(hits / count - rate)
            if away:
                assert away == pytest.approx(
                    1.959964 * math.sqrt(rate * (1 - rate) / count), rel=1e-5
                )


@pytest.mark.parametrize("count", [8, 16, 100])
def test_bounds_hold_the_truth_in_95_of_100_cases(count: int) -> None:
    """Exactly, by going through all outcomes; on average over rates, where it dips and swells."""
    hits = np.arange(count + 1.0)
    low, high = wilson_bounds(hits, np.full(count + 1, float(count)))
    held = []
    for rate in np.linspace(0.01, 0.99, 99):
        chances = [
            math.comb(count, hit) * rate**hit * (1 - rate) ** (count - hit)
            for hit in range(count + 1)
        ]
        held.append(float(np.asarray(chances) @ ((low <= rate) & (rate <= high))))
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)
    assert min(held) > 0.83


def test_wider_bounds_hold_more_and_stay_within_0_and_1() -> None:
    hits, counts = np.array([0.0, 4, 9]), np.array([9.0, 9, 9])
    low, high = wilson_bounds(hits, counts, width=3)
    narrow = wilson_bounds(hits, counts)
    assert (low <= narrow[0]).all()
    assert (high >= narrow[1]).all()
    assert low[0] == 0
    assert high[2] == 1
