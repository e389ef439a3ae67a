"""Means of samples put together, as if all samples had been taken at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Samples:
    """What is known of each seed's samples of one quantity.

    Args:
        mean: ``(S,)``, float64; NaN where there are no samples.
        error: ``(S,)``, float64, the mean's standard error; NaN where it is not known.
        count: ``(S,)``, int64.
    """

    mean: Floats
    error: Floats
    count: NDArray[np.int64]


def pool_samples(parts: Sequence[Samples]) -> Samples:
    """Put the samples of several parts together, seed by seed.

    With a standard error ``e`` of ``n`` samples their squared distances from their mean add up to
    ``(n - 1) n e²``. Distances from the common mean are that, plus ``n`` times the squared distance
    of the part's mean from it; over ``N - 1`` they are the variance of all samples, and that over
    ``N`` is the square of the new error. So parts give what the whole gives. Where only one part
    has samples, its numbers stay as they are, to the bit.

    Args:
        parts: one or more, of the same seeds.
    """
    means = np.stack([part.mean for part in parts])
    errors = np.stack([part.error for part in parts])
    counts = np.stack([part.count for part in parts])
    total = counts.sum(axis=0)
    known, weights = counts > 0, counts.astype(np.float64)  # whose squares whole numbers overflow
    centres = np.where(known, means, 0)
    mean = (weights * centres).sum(axis=0) / np.maximum(total, 1)
    within = np.where(counts > 1, (weights - 1) * weights * errors**2, 0)
    between = weights * (centres - mean) ** 2
    variance = (within + between).sum(axis=0) / np.maximum(total - 1, 1)
    error = np.sqrt(variance / np.maximum(total, 1))
    return _unless_alone(Samples(mean, error, total), means, errors, known)


def _unless_alone(
    pooled: Samples, means: Floats, errors: Floats, known: NDArray[np.bool_]
) -> Samples:
    """Return what was pooled, but a single part as it was, and NaN for none."""
    alone, rows = known.sum(axis=0) <= 1, np.arange(known.shape[1])
    only = known.argmax(axis=0)
    gap = ~known.any(axis=0)
    mean = np.where(alone, means[only, rows], pooled.mean)
    error = np.where(alone, errors[only, rows], pooled.error)
    return Samples(np.where(gap, np.nan, mean), np.where(gap, np.nan, error), pooled.count)
