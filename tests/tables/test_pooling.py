"""Parts of a sample give what the whole sample gives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.tables.pooling import Samples, pool_samples


def described(raw: NDArray[np.float64]) -> Samples:
    """Mean, standard error and count of ``(S, P)`` samples, as textbooks have them."""
    count = raw.shape[1]
    spread = raw.std(axis=1, ddof=1) if count > 1 else np.zeros(len(raw))
    return Samples(
        raw.mean(axis=1), spread / np.sqrt(count), np.full(len(raw), count, dtype=np.int64)
    )


@pytest.mark.parametrize("cuts", [[1], [5], [9], [1, 2], [3, 7], [1, 2, 3, 4, 5, 6, 7, 8, 9]])
def test_any_cut_gives_the_whole(cuts: list[int]) -> None:
    raw = np.random.default_rng(3).normal(size=(6, 10)) * [[1e-3], [1], [10], [1e3], [0], [5]] + 4
    pooled = pool_samples([described(part) for part in np.split(raw, cuts, axis=1)])
    whole = described(raw)
    np.testing.assert_allclose(pooled.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(pooled.error, whole.error, rtol=1e-10, atol=1e-14)
    assert pooled.count.tolist() == whole.count.tolist()


def test_parts_far_apart_are_less_sure_than_each() -> None:
    """Two parts of no spread and different means: only the difference of means is left."""
    parts = [Samples(np.array([m]), np.array([0.0]), np.array([2])) for m in (0.0, 2.0)]
    pooled = pool_samples(parts)
    assert pooled.mean[0] == 1
    assert pooled.error[0] == pytest.approx(np.std([0, 0, 2, 2], ddof=1) / 2)


def test_a_part_alone_stays_as_it_is_to_the_bit() -> None:
    mean, error = np.array([1 / 3, np.nan]), np.array([0.1, np.nan])
    alone = Samples(mean, error, np.array([7, 0]))
    nothing = Samples(np.full(2, np.nan), np.full(2, np.nan), np.zeros(2, np.int64))
    for parts in ([alone, nothing], [nothing, alone], [alone]):
        pooled = pool_samples(parts)
        np.testing.assert_array_equal(pooled.mean, mean)
        np.testing.assert_array_equal(pooled.error, error)
        assert pooled.count.tolist() == [7, 0]


def test_an_unknown_error_makes_the_whole_unknown_unless_it_is_of_one_sample() -> None:
    sure = Samples(np.array([1.0, 1.0]), np.array([0.5, 0.5]), np.array([4, 4]))
    unsure = Samples(np.array([2.0, 2.0]), np.array([np.nan, np.nan]), np.array([3, 1]))
    error = pool_samples([sure, unsure]).error
    assert np.isnan(error[0])
    assert np.isfinite(error[1])


def test_as_many_samples_as_a_count_can_hold_do_not_overflow() -> None:
    many = Samples(np.array([1.0]), np.array([1e-5]), np.array([2**32 - 1]))
    pooled = pool_samples([many, many])
    assert pooled.error[0] == pytest.approx(1e-5 / np.sqrt(2), rel=1e-6)
