"""The chance baseline against exact counting and against simulation."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from seedloupe.chance import Chance, chance_overlap
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
