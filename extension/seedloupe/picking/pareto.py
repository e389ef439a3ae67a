"""Seeds no other seed beats by every metric."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .ranks import Rows

Doubles = NDArray[np.float64]


def fronts(scores: Doubles, wanted: int) -> list[Rows]:
    """Peel seeds off in fronts: first those nothing beats, then those only they beat, and so on.

    One seed beats another when it is at least as good by every metric and better by one. Seeds that
    are equal by all metrics stand in the same front.

    Args:
        scores: ``(M, R)``, more is better.
        wanted: stop when the fronts hold this many seeds.

    Returns:
        positions of each front, rising within it.
    """
    left: Rows = np.arange(scores.shape[1])
    found: list[Rows] = []
    while len(left) and sum(map(len, found)) < wanted:
        front = left[_unbeaten(scores[:, left])]
        found.append(front)
        left = np.setdiff1d(left, front, assume_unique=True)
    return found


def expected_front(seeds: int, metrics: int) -> float:
    """Return how many seeds nothing would beat if the metrics knew nothing of each other.

    With two metrics the harmonic number of ``seeds``; each further one sums it up once more
    (Barndorff-Nielsen and Sobel, 1966).
    """
    sizes = np.ones(seeds)
    for _ in range(metrics - 1):
        sizes = np.cumsum(sizes / np.arange(1, seeds + 1))
    return float(sizes[-1]) if seeds else 0.0


def _unbeaten(scores: Doubles) -> Rows:
    """Return positions nothing beats.

    The seed with the largest sum is beaten by none; with it goes all it beats, and so on. There are
    as many rounds as the front is long, and most seeds go in the first ones.
    """
    left: Rows = np.arange(scores.shape[1])
    kept: list[int] = []
    centred = _comparable(scores)
    while len(left):
        here = scores[:, left]
        best = int(centred[left].argmax())
        point = here[:, best : best + 1]
        equal = (here == point).all(axis=0)
        kept += left[equal].tolist()
        left = left[~(here <= point).all(axis=0)]
    return np.sort(np.asarray(kept, dtype=np.intp))


def _comparable(scores: Doubles) -> Doubles:
    """Sum the metrics up by place, which neither units nor huge values can upset."""
    places = [np.unique(score, return_inverse=True)[1].reshape(-1) for score in scores]
    total: Doubles = np.sum(places, axis=0, dtype=np.float64)
    return total
