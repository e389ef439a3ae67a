"""Farthest points against a plain second implementation; gaps neither add nor take distance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from seedloupe.picking.distances import Cloud, farthest_points, rows_known, spread

NAN = math.nan


def plain_farthest(points: np.ndarray, count: int) -> list[int]:
    chosen = [0]
    while len(chosen) < count:
        rest = [at for at in range(len(points)) if at not in chosen]
        nearest = [min(math.dist(points[at], points[had]) for had in chosen) for at in rest]
        chosen.append(rest[nearest.index(max(nearest))])
    return chosen


def test_distances_are_euclidean() -> None:
    points = np.array([[0.0, 0, 0], [2, 3, 6], [0, 0, 1]])
    assert Cloud.of(points).distances(0).tolist() == [0, 7, 1]


def test_gaps_are_made_up_for() -> None:
    points = np.array([[0.0, 0, 0], [3, 3, NAN], [3, 3, 3]])
    to_gap, to_full = Cloud.of(points).distances(0)[1:]
    assert to_gap == pytest.approx(to_full)


def test_points_known_by_half_or_less_are_left_out() -> None:
    points = np.array([[1, 2, 3, 4], [1, 2, 3, NAN], [1, 2, NAN, NAN], [NAN] * 4])
    assert rows_known(points, np.arange(4)).tolist() == [0, 1]
    assert rows_known(points, np.array([3, 1])).tolist() == [1]


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_the_farthest_points_are_those_of_a_plain_search(count: int) -> None:
    points = np.random.default_rng(3).normal(size=(12, 4))
    chosen, apart = farthest_points(Cloud.of(points), 0, count)
    assert chosen == plain_farthest(points, count)
    assert apart == count


def test_a_tie_goes_to_the_first_point() -> None:
    points = np.array([[0.0, 0], [1, 0], [-1, 0], [0, 1]])
    assert farthest_points(Cloud.of(points), 0, 2)[0] == [0, 1]


def test_equal_points_are_chosen_last_and_counted() -> None:
    points = np.array([[0.0], [0], [0], [5]])
    chosen, apart = farthest_points(Cloud.of(points), 0, 4)
    assert chosen == [0, 3, 1, 2]
    assert apart == 2


def test_far_points_beat_sets_drawn_by_lot() -> None:
    points = np.random.default_rng(3).normal(size=(200, 8))
    chosen, _ = farthest_points(Cloud.of(points), 0, 4)
    found = spread(Cloud.of(points), chosen)
    assert found is not None
    assert found.mean > found.by_lot
    assert found.beaten >= 0.95
    assert "apart on average" in str(found)


def test_a_close_set_beats_none() -> None:
    found = spread(Cloud.of(np.arange(200.0)[:, None]), [100, 101, 102, 103])
    assert found is not None
    assert found.beaten < 0.01


def test_the_mean_distance_is_over_all_pairs() -> None:
    points = np.array([[0.0], [1], [4], [9]])
    found = spread(Cloud.of(points), [0, 1, 2])
    assert found is not None
    assert found.mean == pytest.approx((1 + 4 + 3) / 3)


@pytest.mark.parametrize("chosen", [[], [0], [0, 1, 2]])
def test_where_nothing_can_be_compared_nothing_is_said(chosen: list[int]) -> None:
    assert spread(Cloud.of(np.array([[0.0], [1], [2]])), chosen) is None
