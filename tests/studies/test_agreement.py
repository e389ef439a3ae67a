from __future__ import annotations

import numpy as np
import pytest

from seedloupe.studies import statistics
from seedloupe.studies.agreement import across, rank_correlation, task_agreement


@pytest.fixture(autouse=True)
def _few_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SHUFFLES", 300)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_tasks_with_the_same_bad_seeds_agree_and_others_do_not() -> None:
    bad = np.zeros(60)
    bad[:6] = 1
    first, second = bad + rng(1).random(60) * 0.3, bad + rng(2).random(60) * 0.3
    found = task_agreement(first, second, rng())
    assert (found.common, found.worst, found.expected) == (6, 6, pytest.approx(0.6))
    assert found.chance < 1e-4
    assert found.p < 0.05
    apart = task_agreement(first, second[::-1], rng())
    assert apart.common == 0
    assert apart.p > 0.05


def test_rank_correlation_is_spearman_s_with_shared_places() -> None:
    found = task_agreement(np.array([1.0, 2, 2, 4]), np.array([1.0, 3, 2, 4]), rng())
    ranks = np.corrcoef([0, 1.5, 1.5, 3], [0, 2, 1, 3])[0, 1]
    assert found.spearman == pytest.approx(ranks)


def test_luck_that_tasks_share_on_a_pair_is_no_agreement_across_pairs() -> None:
    lots = rng(5)
    same, other = [], []
    for _ in range(20):
        luck = lots.random((16, 30))
        first, second = (luck + 0.1 * lots.random(luck.shape) for _ in range(2))
        same.append(task_agreement(first.mean(0), second.mean(0), lots).spearman)
        other.append(task_agreement(*across(first, second, lots), lots).spearman)
    assert np.mean(same) > 0.8
    assert abs(np.mean(other)) < 0.1


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 400], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        ([1, 1, 2], [1, 2, 3], 3**0.5 / 2),
        ([1, 1, 1], [1, 2, 3], 0.0),
    ],
)
def test_ranks_are_compared_as_spearman_does(
    first: list[float], second: list[float], expected: float
) -> None:
    found = rank_correlation(np.array(first, float), np.array(second, float))
    assert found == pytest.approx(expected)
