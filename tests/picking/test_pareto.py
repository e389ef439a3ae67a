"""Fronts against comparing everyone with everyone; their length against simulation."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.picking.pareto import expected_front, fronts
from seedloupe.picking.ranks import rank_seeds

from ..seed_tables import make_table


def plain_fronts(places: np.ndarray) -> list[list[int]]:
    """Peel by comparing each seed with each other."""
    left, found = list(range(places.shape[1])), []
    while left:
        front = [
            one
            for one in left
            if not any(
                (places[:, other] <= places[:, one]).all()
                and (places[:, other] < places[:, one]).any()
                for other in left
            )
        ]
        found.append(front)
        left = [one for one in left if one not in front]
    return found


@pytest.mark.parametrize("metrics", [1, 2, 3, 5])
@pytest.mark.parametrize("levels", [3, 12, 10_000])
def test_fronts_are_those_of_comparing_everyone_with_everyone(metrics: int, levels: int) -> None:
    """Few levels make ties; whoever is not needed may be left out, but nobody before."""
    dice = np.random.default_rng(levels + metrics)
    for wanted in (1, 2, 7, 20, 45, 60, 99):
        places = dice.integers(1, levels + 1, size=(metrics, 60))
        expected = plain_fronts(places)
        found = [front.tolist() for front in fronts(places, wanted)]
        assert found == expected[: len(found)]
        held = sum(map(len, found))
        assert held >= min(wanted, 60)
        assert held - len(found[-1]) < wanted


def test_seeds_equal_by_all_metrics_stand_in_the_same_front() -> None:
    assert [front.tolist() for front in fronts(np.array([[1, 1, 3], [1, 1, 3]]), 3)] == [
        [0, 1],
        [2],
    ]


def test_of_nobody_there_is_no_front() -> None:
    assert fronts(np.empty((2, 0), np.int64), 3) == []


def test_places_of_a_ranking_give_the_fronts_of_its_scores() -> None:
    table = make_table({"a": [3, 2, 1, 0], "loss": [3, 1, 2, 9]}, lower_is_better=["loss"])
    places = rank_seeds(table, ["a", "loss"], np.arange(4)).places
    assert [front.tolist() for front in fronts(places, 4)] == [[0, 1], [2], [3]]


@pytest.mark.parametrize(("seeds", "metrics"), [(1, 3), (40, 1), (200, 2), (200, 3), (60, 4)])
def test_a_front_by_chance_is_as_long_as_simulated(seeds: int, metrics: int) -> None:
    dice = np.random.default_rng(seeds)
    sizes = [
        len(fronts(dice.permuted(np.tile(np.arange(seeds), (metrics, 1)), axis=1), 1)[0])
        for _ in range(300)
    ]
    error = np.std(sizes) / 300**0.5
    assert expected_front(seeds, metrics) == pytest.approx(np.mean(sizes), abs=4 * error + 1e-9)


def test_two_metrics_leave_the_harmonic_number_and_nobody_leaves_none() -> None:
    assert expected_front(1024, 2) == pytest.approx(sum(1 / n for n in range(1, 1025)))
    assert expected_front(0, 2) == 0
