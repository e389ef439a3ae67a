"""Ranking: ties share, NaN steps aside, down can be up."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking.ranks import best_first, in_order, known_metrics, rank_seeds

from ..seed_tables import make_table

NAN = float("nan")


def test_the_best_score_has_the_first_place() -> None:
    table = make_table({"a": [0.1, 0.9, 0.5]})
    ranking = rank_seeds(table, ["a"], np.arange(3))
    assert ranking.places.tolist() == [[3, 1, 2]]
    assert ranking.order.tolist() == [1, 2, 0]


def test_where_less_is_better_the_least_has_the_first_place() -> None:
    table = make_table({"fid": [30.0, 20.0, 25.0]}, lower_is_better=["fid"])
    assert rank_seeds(table, ["fid"], np.arange(3)).places.tolist() == [[3, 1, 2]]


def test_tied_seeds_stand_at_the_same_place_and_share_the_middle() -> None:
    table = make_table({"a": [5, 7, 5, 5, 1]})
    ranking = rank_seeds(table, ["a"], np.arange(5))
    assert ranking.places.tolist() == [[2, 1, 2, 2, 5]]
    assert ranking.mean.tolist() == [3, 1, 3, 3, 5]
    assert ranking.order.tolist() == [1, 0, 2, 3, 4]


def test_the_mean_rank_weighs_all_metrics_alike() -> None:
    table = make_table({"a": [1, 2, 3], "b": [3000, 1000, 2000]})
    ranking = rank_seeds(table, ["a", "b"], np.arange(3))
    assert ranking.mean.tolist() == [2, 2.5, 1.5]


def test_a_seed_some_metric_did_not_measure_is_not_compared() -> None:
    table = make_table({"a": [1, NAN, 3, 4], "b": [1, 2, NAN, 4]})
    assert rank_seeds(table, ["a", "b"], np.arange(4)).rows.tolist() == [0, 3]
    assert rank_seeds(table, ["a"], np.arange(4)).rows.tolist() == [0, 2, 3]


def test_only_the_rows_asked_for_are_compared() -> None:
    table = make_table({"a": [4, 3, 2, 1]})
    ranking = rank_seeds(table, ["a"], np.array([1, 3]))
    assert ranking.rows.tolist() == [1, 3]
    assert ranking.places.tolist() == [[1, 2]]


def test_nothing_to_compare_gives_an_empty_ranking() -> None:
    table = make_table({"a": [NAN, NAN]})
    ranking = rank_seeds(table, ["a"], np.arange(2))
    assert len(ranking.rows) == len(ranking.order) == len(ranking.mean) == 0


def test_all_metrics_are_meant_by_default() -> None:
    assert known_metrics(make_table({"b": [1], "a": [2]}), None) == ("b", "a")


@pytest.mark.parametrize("metrics", [["c"], ["a", "c"], ["a", "a"], [], "a b"])
def test_metrics_the_table_lacks_are_refused(metrics: list[str]) -> None:
    with pytest.raises(PickError, match=r"metrics: expected .* of b, a"):
        known_metrics(make_table({"b": [1], "a": [2]}), metrics)


def test_a_table_without_scores_cannot_be_ranked() -> None:
    table = make_table({}, features={"style": np.ones((2, 2))})
    with pytest.raises(PickError, match="metrics: expected a table with scores"):
        known_metrics(table, None)


@pytest.mark.parametrize("levels", [2, 40, 10**6])
def test_places_middles_and_order_are_those_of_counting(levels: int) -> None:
    score = np.random.default_rng(levels).integers(0, levels, 300).astype(float)
    ranking = rank_seeds(make_table({"a": score}), ["a"], np.arange(300))
    better = [int((score > one).sum()) for one in score]
    equal = [int((score == one).sum()) for one in score]
    assert ranking.places[0].tolist() == [count + 1 for count in better]
    middles = [b + (e + 1) / 2 for b, e in zip(better, equal, strict=True)]
    assert ranking.mean.tolist() == middles
    assert ranking.order.tolist() == sorted(range(300), key=lambda row: (middles[row], row))


@pytest.mark.parametrize("count", [1, 3, 17, 60, 99])
def test_the_best_first_are_those_of_sorting_everybody(count: int) -> None:
    dice = np.random.default_rng(count)
    first, second = dice.integers(0, 9, 60), dice.integers(0, 3, 60).astype(float)
    expected = sorted(range(60), key=lambda row: (first[row], second[row], row))
    assert best_first(first, second, count=count).tolist() == expected[:count]


def test_of_nobody_nobody_is_best() -> None:
    assert best_first(np.empty(0), np.empty(0), count=3).tolist() == []


@pytest.mark.parametrize("levels", [1, 2, 30, 10**9])
def test_the_order_by_several_values_is_that_of_a_plain_sort(levels: int) -> None:
    dice = np.random.default_rng(levels)
    first, second, third = dice.integers(0, levels, (3, 400)).astype(float)
    lines = list(zip(first, second % 3, third, range(400), strict=True))
    expected = [line[-1] for line in sorted(lines)]
    assert in_order(first, second % 3, third).tolist() == expected
    assert best_first(first, second % 3, third, count=50).tolist() == expected[:50]
    assert in_order(np.empty(0), np.empty(0)).tolist() == []
