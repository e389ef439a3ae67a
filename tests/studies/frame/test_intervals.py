"""How sure a mean is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from seedloupe.errors import InputError
from seedloupe.studies.frame import gap_estimate, mean_estimate


def test_the_interval_holds_the_true_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for trial in range(200):
        found = mean_estimate(rng.normal(2.0, 1.0, 40), seed=trial)
        hits += found.low <= 2.0 <= found.high
    assert 178 <= hits <= 200


def test_few_values_have_no_interval() -> None:
    found = mean_estimate([1.0, 2.0, 3.0])
    assert found.value == 2.0
    assert math.isnan(found.low)
    assert not found.bounded


def test_values_that_are_none_are_left_out() -> None:
    assert mean_estimate([1.0, math.nan, 3.0]).value == 2.0
    with pytest.raises(InputError, match="finite"):
        mean_estimate([math.nan])


def test_a_gap_of_the_same_pictures_is_surer_than_the_two_means_apart() -> None:
    rng = np.random.default_rng(0)
    shared = rng.normal(0, 5, 60)
    one, other = shared + rng.normal(0.5, 0.1, 60), shared
    gap, mean = gap_estimate(one, other), mean_estimate(one)
    assert 0.4 < gap.low < gap.high < 0.6
    assert mean.high - mean.low > 5 * (gap.high - gap.low)


def test_a_gap_needs_the_same_pictures() -> None:
    with pytest.raises(InputError, match="others"):
        gap_estimate([1.0, 2.0], [1.0])
