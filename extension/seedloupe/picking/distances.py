"""Distances between seeds, and sets of seeds that lie far apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .picks import Spread
from .ranks import Rows

_MOST_LOTS = 1000
_LEAST_LOTS = 20
_STEPS_BY_LOT = 2 * 10**7
"""How many differences of coordinates to spend on the lots, which bounds the time they take."""

Points = NDArray[np.float64]


def rows_known(points: Points, rows: Rows) -> Rows:
    """Return the rows with more than half of their coordinates, so that any two can be compared.

    Args:
        points: ``(S, D)``, NaN where something is not known.
        rows: ``(R,)`` the rows to look at.
    """
    known = np.isfinite(points[rows]).sum(axis=1)
    enough: Rows = rows[2 * known > points.shape[1]]
    return enough


def distances_from(points: Points, at: int) -> Points:
    """Return how far every point lies from one of them.

    Two points are compared by the coordinates both have, scaled up to the number of coordinates
    there are, so that a gap neither adds nor takes distance.

    Args:
        points: ``(P, D)``, more than half of each row known.
        at: which point to measure from.

    Returns:
        ``(P,)``, float64.
    """
    return _lengths(points - points[at])


def farthest_points(points: Points, start: int, count: int) -> tuple[list[int], int]:
    """Return points that lie far apart, each the farthest from all before it.

    Farthest-point sampling (Gonzalez, 1985). On a tie the first point is taken, so the same points
    always give the same set.

    Args:
        points: ``(P, D)``, more than half of each row known.
        start: the first point.
        count: how many, at most ``P``.

    Returns:
        positions in the order of choice, and how many of them lie apart from all before them.
    """
    chosen = [start]
    nearest = distances_from(points, start)
    apart = 1
    while len(chosen) < count:
        nearest[chosen] = -1.0
        farthest = int(nearest.argmax())
        apart += bool(nearest[farthest] > 0)
        chosen.append(farthest)
        nearest = np.minimum(nearest, distances_from(points, farthest))
    return chosen, apart


def spread(points: Points, chosen: Sequence[int]) -> Spread | None:
    """Compare how far apart the chosen points lie with sets drawn by lot.

    The lots are drawn from a generator of their own that always starts alike.

    Args:
        points: ``(P, D)``, more than half of each row known.
        chosen: positions of the chosen points.

    Returns:
        the comparison, or ``None`` where there is nothing to compare.
    """
    if len(chosen) < 2 or len(chosen) == len(points):
        return None
    mean = _mean_distance(points[np.asarray(chosen)])
    lots = np.random.default_rng(0)
    affordable = _STEPS_BY_LOT // (len(chosen) ** 2 * points.shape[1])
    by_lot = [
        _mean_distance(points[lots.choice(len(points), len(chosen), replace=False)])
        for _ in range(min(_MOST_LOTS, max(_LEAST_LOTS, affordable)))
    ]
    return Spread(mean, float(np.median(by_lot)), float(np.mean(np.asarray(by_lot) < mean)))


def _mean_distance(points: Points) -> float:
    """Return the mean distance between two different rows."""
    distances = _lengths(points[:, None, :] - points[None, :, :])
    return float(distances.sum() / (len(points) * (len(points) - 1)))


def _lengths(steps: Points) -> Points:
    """Return the lengths of vectors along the last axis, gaps made up for."""
    known = np.isfinite(steps)
    squares = (np.where(known, steps, 0.0) ** 2).sum(axis=-1)
    lengths: Points = np.sqrt(squares * steps.shape[-1] / known.sum(axis=-1))
    return lengths
