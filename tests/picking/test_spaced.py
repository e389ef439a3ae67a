"""Neighbours in an order lie apart, from any position on."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.picking.distances import Cloud
from seedloupe.picking.spaced import spaced_order


def on_a_line(count: int) -> Cloud:
    """Points at 0, 1, 2 and so on, in no order, and where each is."""
    return Cloud.of(np.random.default_rng(2).permutation(np.arange(float(count))).reshape(-1, 1))


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 32])
def test_every_point_comes_once(count: int, flip: bool) -> None:
    order = spaced_order(on_a_line(count), lambda _: flip)
    assert sorted(order.tolist()) == list(range(count))


@pytest.mark.parametrize("part", [2, 4, 8])
def test_as_many_neighbours_as_parts_come_from_a_part_each_from_anywhere(part: int) -> None:
    coins = np.random.default_rng(3).random(64) < 0.5
    cloud = on_a_line(32)
    where = cloud.points[spaced_order(cloud, lambda number: bool(coins[number]))].ravel()
    for begin in range(32 - part + 1):
        parts = where[begin : begin + part] // (32 / part)
        assert sorted(parts.tolist()) == list(range(part))


def test_the_coin_decides_which_half_comes_first() -> None:
    cloud = on_a_line(8)
    heads, tails = (spaced_order(cloud, lambda _, flip=flip: flip)[0] for flip in (False, True))
    assert (cloud.points[heads, 0] < 4) != (cloud.points[tails, 0] < 4)


def test_sets_of_four_lie_farther_apart_than_random_ones() -> None:
    dice = np.random.default_rng(4)
    cloud = Cloud.of(dice.normal(size=(128, 6)))
    order = spaced_order(cloud, lambda _: False)

    def apart(rows: np.ndarray) -> tuple[float, float]:
        pairs = [cloud.distances(int(a))[b] for n, a in enumerate(rows) for b in rows[:n]]
        return float(np.mean(pairs)), float(np.min(pairs))

    sets = np.array([apart(order[begin : begin + 4]) for begin in range(125)])
    usual = np.array([apart(dice.choice(128, 4, replace=False)) for _ in range(400)])
    assert (sets.mean(axis=0) > usual.mean(axis=0) * (1.03, 1.05)).all()
    # No disjoint sets can on average lie farther apart than this, so nobody is to promise it.
    assert (sets[::4, 0] ** 2).mean() < (usual[:, 0] ** 2).mean() * 4 / 3


def test_equal_points_are_no_trouble() -> None:
    order = spaced_order(Cloud.of(np.zeros((9, 3))), lambda _: True)
    assert sorted(order.tolist()) == list(range(9))
