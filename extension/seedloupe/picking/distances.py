"""Distances between seeds, and sets of seeds that lie far apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .picks import PickSpread
from .ranks import Rows

_MOST_SETS = 1000
_LEAST_SETS = 20
_STEPS_AT_RANDOM = 2 * 10**7
"""How many differences of coordinates to spend on random sets, which bounds the time they take."""

_EXACT = 2**22
"""Up to this many coordinates distances are worked out in doubles, one difference at a time."""
_ROUNDOFF = 2.0**-23
_PAIRS = 2**16
"""How many distances between pairs are worked out at a time, which bounds the memory they take."""

Points = NDArray[np.float32]
Doubles = NDArray[np.float64]


def rows_known(points: Points, rows: Rows) -> Rows:
    """Return the rows with more than half of their coordinates, so that any two can be compared.

    Args:
        points: ``(S, D)``, NaN where something is not known.
        rows: ``(R,)`` the rows to look at.
    """
    with np.errstate(all="ignore"):
        doubtful = ~np.isfinite(points @ np.ones(points.shape[1], points.dtype))[rows]
    if not doubtful.any():
        return rows
    enough = np.ones(len(rows), np.bool_)
    enough[doubtful] = 2 * np.isfinite(points[rows[doubtful]]).sum(axis=1) > points.shape[1]
    return rows[enough]


def side_by_side(spaces: Sequence[Points], rows: Rows) -> Points:
    """Lay several feature spaces side by side, each with the same say.

    Every space is divided by the root of the mean squared distance between two seeds in it, so that
    neither its units nor how many coordinates it has decide. A single space stays as it is.

    Args:
        spaces: ``(S, D)`` each.
        rows: ``(P,)`` rows to take.

    Returns:
        ``(P, D)``, float32, a copy.
    """
    if len(spaces) == 1:
        return spaces[0][rows]
    return np.concatenate([_to_scale(space[rows]) for space in spaces], axis=1)


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points whose distances are asked for again and again.

    Two points are compared by the coordinates both have, scaled up to the number of coordinates
    there are, so that a gap neither adds nor takes distance. Large clouds without gaps are worked
    on in single precision, one matrix product a question; what rounding leaves of a distance
    between equal points is cut off.

    Args:
        points: ``(P, D)``, more than half of each row known.
        norms: ``(P,)`` squared lengths of the centred rows where the quick way is taken, else None.
    """

    points: NDArray[Any]
    norms: NDArray[np.float32] | None

    @classmethod
    def of(cls, points: NDArray[Any]) -> Cloud:
        """Choose the way; ``points`` may be used up."""
        ones = np.ones(points.shape[1], points.dtype)
        if points.size <= _EXACT or not np.isfinite(points @ ones).all():
            return cls(points.astype(np.float64), None)
        centred = points.astype(np.float32, copy=False)
        centred -= centred.mean(axis=0)
        return cls(centred, np.einsum("ij,ij->i", centred, centred))

    def distances(self, at: int) -> Doubles | Points:
        """Return how far every point lies from one of them, ``(P,)``."""
        if self.norms is None:
            return _lengths(self.points - self.points[at])
        both = self.norms + self.norms[at]
        squares = both - 2 * (self.points @ self.points[at])
        squares[squares < both * (4 * _ROUNDOFF * self.points.shape[1])] = 0
        lengths: Points = np.sqrt(squares)
        return lengths

    def mean_distance(self, chosen: Rows) -> float:
        """Return the mean distance between two different ones of some points ``(k,)``.

        By matrix products, some rows at a time: no more than :data:`_PAIRS` distances are held.
        """
        points = self.points[chosen].astype(np.float64)
        known = np.isfinite(points)
        points[~known] = 0.0
        points -= points.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        points[~known] = 0.0
        total, step = 0.0, max(1, _PAIRS // len(chosen))
        for begin in range(0, len(chosen), step):
            total += float(_between(points, known, slice(begin, begin + step)).sum())
        return total / (len(chosen) * (len(chosen) - 1))

    def __len__(self) -> int:
        """Return how many points there are."""
        return len(self.points)


def farthest_points(cloud: Cloud, start: int, count: int) -> tuple[list[int], int]:
    """Return points that lie far apart, each the farthest from all before it.

    Farthest-point sampling (Gonzalez, 1985): no set's smallest distance is more than twice as
    large. On a tie the first point is taken, so the same points always give the same set.

    Args:
        cloud: the points.
        start: the first point.
        count: how many, at most all.

    Returns:
        positions in the order of choice, and how many of them lie apart from all before them.
    """
    chosen = [start]
    nearest = cloud.distances(start)
    apart = 1
    while len(chosen) < count:
        nearest[chosen[-1]] = -1.0  # and stays below all distances
        farthest = int(nearest.argmax())
        apart += bool(nearest[farthest] > 0)
        chosen.append(farthest)
        np.minimum(nearest, cloud.distances(farthest), out=nearest)
    return chosen, apart


def balanced_points(cloud: Cloud, quality: Doubles, weight: float, count: int) -> list[int]:
    """Return points that are good and lie far apart, weighed against each other.

    Greedy maximum of ``weight * sum of quality + (1 - weight) * sum of distances between all pairs
    / (count - 1)``, distances in units of the mean distance from the first point. The greedy set is
    worth at least half of the best there is (Borodin, Lee and Ye, 2012): group inference (Parmar et
    al., 2025) without an integer program.

    Args:
        cloud: the points.
        quality: ``(P,)`` in [0, 1], more is better.
        weight: 0 looks at distance alone, 1 at quality alone.
        count: how many, at most all.

    Returns:
        positions in the order of choice; on a tie the first point.
    """
    chosen = [int(quality.argmax())]
    # Half of the quality, so that each greedy step keeps the guarantee (their algorithm 1).
    worth, unit = weight * quality / 2, 0.0
    while len(chosen) < count:
        steps = cloud.distances(chosen[-1])
        unit = unit or float(steps.mean()) or 1.0
        worth += steps * ((1 - weight) / (unit * (count - 1)))
        worth[chosen[-1]] = -np.inf
        chosen.append(int(worth.argmax()))
    return chosen


def pick_spread(cloud: Cloud, chosen: Sequence[int]) -> PickSpread | None:
    """Compare how far apart the chosen points lie with random sets of as many.

    They are drawn from a generator of their own that always starts alike.

    Args:
        cloud: the points.
        chosen: positions of the chosen points.

    Returns:
        the comparison, or ``None`` where there is nothing to compare.
    """
    if len(chosen) < 2 or len(chosen) == len(cloud):
        return None
    mean = cloud.mean_distance(np.asarray(chosen))
    generator = np.random.default_rng(0)
    affordable = _STEPS_AT_RANDOM // (len(chosen) ** 2 * cloud.points.shape[1])
    usual = [
        cloud.mean_distance(generator.choice(len(cloud), len(chosen), replace=False))
        for _ in range(min(_MOST_SETS, max(_LEAST_SETS, affordable)))
    ]
    return PickSpread(mean, float(np.median(usual)), float(np.mean(np.asarray(usual) < mean)))


def _to_scale(points: Points) -> Points:
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = np.nanvar(points, axis=0, dtype=np.float64) if len(points) else np.zeros(1)
    length = np.sqrt(2 * np.nansum(variances))
    scaled: Points = points / np.float32(length or 1.0)
    return scaled


def _between(points: Doubles, known: NDArray[np.bool_], some: slice) -> Doubles:
    """Return the distances from some points to all, gaps, which are 0, made up for."""
    if known.all():
        norms = np.einsum("ij,ij->i", points, points)
        both = norms[some, None] + norms
        scale: Doubles | float = 1.0
    else:
        had, squares = known.astype(np.float64), points**2
        both = squares[some] @ had.T + had[some] @ squares.T
        scale = points.shape[1] / np.maximum(had[some] @ had.T, 1)
    apart = points[some] @ points.T
    apart *= -2
    apart += both
    both *= 4 * np.finfo(np.float64).eps * points.shape[1]
    apart *= apart >= both  # what rounding leaves between equal points
    apart *= scale
    lengths: Doubles = np.sqrt(apart, out=apart)
    return lengths


def _lengths(steps: Doubles) -> Doubles:
    """Return the lengths of vectors along the last axis, gaps made up for."""
    known = np.isfinite(steps)
    squares = (np.where(known, steps, 0.0) ** 2).sum(axis=-1)
    lengths: Doubles = np.sqrt(squares * steps.shape[-1] / np.maximum(known.sum(axis=-1), 1))
    return lengths
