"""Farthest points against a plain second implementation; gaps neither add nor take distance."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from seedloupe.picking import distances
from seedloupe.picking.distances import (
    Cloud,
    balanced_points,
    farthest_points,
    pick_spread,
    rows_known,
    side_by_side,
)

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


def test_far_points_beat_random_sets() -> None:
    points = np.random.default_rng(3).normal(size=(200, 8))
    chosen, _ = farthest_points(Cloud.of(points), 0, 4)
    found = pick_spread(Cloud.of(points), chosen)
    assert found is not None
    assert found.mean > found.random
    assert found.beaten >= 0.95
    assert "apart on average" in str(found)


def test_a_close_set_beats_none() -> None:
    found = pick_spread(Cloud.of(np.arange(200.0)[:, None]), [100, 101, 102, 103])
    assert found is not None
    assert found.beaten < 0.01


def test_the_mean_distance_is_over_all_pairs() -> None:
    points = np.array([[0.0], [1], [4], [9]])
    found = pick_spread(Cloud.of(points), [0, 1, 2])
    assert found is not None
    assert found.mean == pytest.approx((1 + 4 + 3) / 3)


@pytest.mark.parametrize("pairs", [1, 50, 10**6])
@pytest.mark.parametrize("gaps", [0, 0.2])
def test_the_mean_distance_is_that_of_going_through_all_pairs(
    monkeypatch: pytest.MonkeyPatch, pairs: int, gaps: float
) -> None:
    """Also in portions, with gaps, far from zero and with equal points."""
    monkeypatch.setattr(distances, "_PAIRS", pairs)
    dice = np.random.default_rng(7)
    points = 1000 + dice.normal(size=(40, 9))
    points[dice.random(points.shape) < gaps] = NAN
    points[5] = points[6]
    cloud = Cloud.of(points)
    some = np.array([3, 5, 6, 11, 20, 39, 0])
    expected = [cloud.distances(int(one))[two] for one, two in combinations(some, 2)]
    assert cloud.mean_distance(some) == pytest.approx(np.mean(expected), rel=1e-9)


def test_many_points_are_compared_with_random_sets_in_little_memory() -> None:
    cloud = Cloud.of(np.random.default_rng(8).normal(size=(1024, 16)))
    tracemalloc.start()
    try:
        found = pick_spread(cloud, range(1000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found is not None
    assert peak < 20 * 2**20


@pytest.mark.parametrize("chosen", [[], [0], [0, 1, 2]])
def test_where_nothing_can_be_compared_nothing_is_said(chosen: list[int]) -> None:
    assert pick_spread(Cloud.of(np.array([[0.0], [1], [2]])), chosen) is None


def worth(points: np.ndarray, quality: np.ndarray, weight: float, chosen: Sequence[int]) -> float:
    """The balanced objective, pair by pair, in units of the mean distance from the best point."""
    best = int(quality.argmax())
    unit = np.mean([math.dist(point, points[best]) for point in points])
    apart = sum(math.dist(points[one], points[two]) for one, two in combinations(chosen, 2))
    return weight * quality[list(chosen)].sum() + (1 - weight) * apart / unit / (len(chosen) - 1)


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_balanced_sets_are_worth_at_least_half_of_the_best_there_is(weight: float) -> None:
    shares = []
    for case in range(60):
        dice = np.random.default_rng(case)
        size, count = int(dice.integers(5, 11)), int(dice.integers(2, 5))
        points = dice.normal(size=(size, 3)) * dice.choice([0.1, 1, 9], (size, 1))
        quality = dice.random(size)
        chosen = balanced_points(Cloud.of(points), quality, weight, count)
        assert len(set(chosen)) == count
        best = max(
            worth(points, quality, weight, rows) for rows in combinations(range(size), count)
        )
        shares.append(worth(points, quality, weight, chosen) / best)
    assert min(shares) >= 0.5
    assert np.mean(shares) > 0.9


@pytest.mark.parametrize("weight", [0.0, 0.4, 0.7, 0.95])
def test_balanced_sets_are_those_of_a_plain_greedy_search(weight: float) -> None:
    dice = np.random.default_rng(3)
    points, quality = dice.normal(size=(25, 3)), dice.random(25)
    best = int(quality.argmax())
    unit = np.mean([math.dist(point, points[best]) for point in points])
    chosen = [best]
    for _ in range(5):

        def gain(row: int) -> float:
            apart = sum(math.dist(points[row], points[had]) for had in chosen) / unit / 5
            return weight * float(quality[row]) / 2 + (1 - weight) * apart

        chosen.append(max((row for row in range(25) if row not in chosen), key=gain))
    assert balanced_points(Cloud.of(points), quality, weight, 6) == chosen


def test_quality_alone_gives_the_best_and_distance_alone_does_not_look_at_it() -> None:
    dice = np.random.default_rng(4)
    points, quality = dice.normal(size=(30, 2)), dice.random(30)
    assert balanced_points(Cloud.of(points), quality, 1.0, 7) == np.argsort(-quality)[:7].tolist()
    line = np.array([[0.0], [1], [2], [10], [11]])
    assert balanced_points(Cloud.of(line), np.array([5.0, 0, 0, 0, 0]), 0.0, 2) == [0, 4]


def test_balanced_ties_go_to_the_first_and_equal_points_are_no_trouble() -> None:
    assert balanced_points(Cloud.of(np.ones((4, 2))), np.ones(4), 0.5, 4) == [0, 1, 2, 3]
    assert balanced_points(Cloud.of(np.ones((1, 2))), np.ones(1), 0.5, 1) == [0]


def test_no_set_keeps_its_points_more_than_twice_as_far_apart() -> None:
    """Gonzalez: farthest points are within a factor of two of the best smallest distance."""

    def smallest(points: np.ndarray, chosen: Sequence[int]) -> float:
        return min(math.dist(points[one], points[two]) for one, two in combinations(chosen, 2))

    for case in range(40):
        points = np.random.default_rng(case).normal(size=(9, 2))
        for count in (2, 3, 4):
            chosen, _ = farthest_points(Cloud.of(points), case % 9, count)
            best = max(smallest(points, rows) for rows in combinations(range(9), count))
            assert smallest(points, chosen) >= best / 2


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small clouds take the way of large ones."""
    monkeypatch.setattr(distances, "_EXACT", 0)


@pytest.mark.usefixtures("large")
def test_large_clouds_have_the_distances_of_small_ones() -> None:
    points = 1000 + np.random.default_rng(5).normal(size=(300, 7)).astype(np.float32)
    cloud = Cloud.of(points.copy())
    assert cloud.norms is not None
    assert cloud.points.dtype == np.float32
    assert len(cloud) == 300
    exact = points.astype(np.float64)
    for at in (0, 150):
        expected = np.linalg.norm(exact - exact[at], axis=1)
        assert cloud.distances(at) == pytest.approx(expected, abs=2e-3)
    some = np.array([3, 77, 200, 9])
    pairs = [np.linalg.norm(exact[one] - exact[two]) for one, two in combinations(some, 2)]
    assert cloud.mean_distance(some) == pytest.approx(np.mean(pairs), abs=1e-4)


@pytest.mark.usefixtures("large")
def test_large_clouds_choose_what_small_ones_choose() -> None:
    dice = np.random.default_rng(6)
    points, quality = dice.normal(size=(400, 9)).astype(np.float32), dice.random(400)
    quick = Cloud.of(points.copy())
    assert quick.norms is not None
    exact = Cloud(points.astype(np.float64), None)
    assert farthest_points(quick, 0, 12) == farthest_points(exact, 0, 12)
    assert balanced_points(quick, quality, 0.5, 12) == balanced_points(exact, quality, 0.5, 12)
    ours, theirs = pick_spread(quick, [1, 2, 3]), pick_spread(exact, [1, 2, 3])
    assert ours is not None
    assert theirs is not None
    assert ours.mean == pytest.approx(theirs.mean, rel=1e-5)
    assert ours.beaten == pytest.approx(theirs.beaten, abs=0.01)


@pytest.mark.usefixtures("large")
def test_rounding_does_not_set_equal_points_apart() -> None:
    """Lengths and products of the same numbers are rounded differently."""
    points = np.tile(np.random.default_rng(7).normal(size=(40, 64)).astype(np.float32), (3, 1))
    chosen, apart = farthest_points(Cloud.of(points.copy()), 0, 60)
    assert apart == 40
    assert len(np.unique(points[chosen[:40]], axis=0)) == 40


@pytest.mark.usefixtures("large")
def test_a_gap_or_numbers_beyond_single_precision_take_the_exact_way() -> None:
    gap = np.ones((4, 3), np.float32)
    gap[2, 1] = NAN
    assert Cloud.of(gap).norms is None
    with np.errstate(over="ignore"):
        assert Cloud.of(np.full((4, 3), 3e38, np.float32)).norms is None


def test_spaces_side_by_side_have_the_same_say() -> None:
    """Whatever their units and however many coordinates they have."""
    dice = np.random.default_rng(8)
    one = dice.normal(size=(500, 2)).astype(np.float32)
    other = (1000 * dice.normal(size=(500, 30))).astype(np.float32)
    rows = np.arange(500)
    both = side_by_side([one, other], rows).astype(np.float64)
    assert both.shape == (500, 32)
    for part in (both[:, :2], both[:, 2:]):
        squares = ((part[:, None] - part[None, :]) ** 2).sum(axis=-1)
        assert squares.mean() == pytest.approx(1, rel=1e-3)


def test_one_space_stays_as_it_is_and_is_a_copy() -> None:
    space = np.arange(12, dtype=np.float32).reshape(4, 3)
    taken = side_by_side([space], np.array([2, 0]))
    assert taken.tolist() == [[6, 7, 8], [0, 1, 2]]
    taken += 1
    assert space[0, 0] == 0


def test_a_space_without_differences_or_without_seeds_is_no_trouble() -> None:
    flat, other = np.ones((3, 2), np.float32), np.eye(3, dtype=np.float32)
    assert np.isfinite(side_by_side([flat, other], np.arange(3))).all()
    assert side_by_side([flat, other], np.arange(0)).shape == (0, 5)
