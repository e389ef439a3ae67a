"""How sure a mean over pictures is, and a difference of two.

Cells of one picture, and pairs of one picture's cells, are not independent: what is drawn anew is
always whole pictures (or prompts, or seeds), whichever a claim is about.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import InputError
from .report import Estimate

RESAMPLES = 2000
FEWEST = 5
"""Pictures below which nothing is said about how sure a mean is."""


def mean_estimate(values: ArrayLike, *, seed: int = 0) -> Estimate:
    """Return the mean of ``(N,)`` independent values and its bootstrap interval of 95 %.

    Values that are not finite are left out. With fewer than five there is no interval.

    Args:
        values: one a picture, prompt or seed.
        seed: of the draws; the same gives the same interval.

    Raises:
        InputError: none is finite.
    """
    known = _known(values)
    if len(known) < FEWEST:
        return Estimate(float(known.mean()))
    rng = np.random.default_rng(seed)
    drawn = known[rng.integers(len(known), size=(RESAMPLES, len(known)))].mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(float(known.mean()), float(low), float(high))


def gap_estimate(values: ArrayLike, others: ArrayLike, *, seed: int = 0) -> Estimate:
    """Return the mean of ``values - others``, the same pictures in both, with its interval.

    Args:
        values: ``(N,)``.
        others: ``(N,)``, of the same pictures in the same order.
        seed: of the draws.

    Raises:
        InputError: the two are not of one length, or no pair is finite.
    """
    one, other = np.asarray(values, np.float64), np.asarray(others, np.float64)
    if one.shape != other.shape:
        raise InputError("others", expected=f"as many as values, {one.shape}", got=f"{other.shape}")
    return mean_estimate(one - other, seed=seed)


def _known(values: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = np.asarray(values, np.float64).ravel()
    known = found[np.isfinite(found)]
    if not len(known):
        raise InputError("values", expected="finite numbers", got=f"{len(found)} that are not")
    return known
