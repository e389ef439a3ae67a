"""Seeds no other seed beats by every metric."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .ranks import Rows

Places = NDArray[np.int64]


def fronts(places: Places, wanted: int) -> list[Rows]:
    """Peel seeds off in fronts: first those nothing beats, then those only they beat, and so on.

    One seed beats another when it is at least as good by every metric and better by one. Seeds that
    are equal by all metrics stand in the same front.

    Args:
        places: ``(M, R)`` place of each seed by each metric; 1 is the best.
        wanted: stop when the fronts hold this many seeds.

    Returns:
        positions of each front, rising within it.
    """
    left = _candidates(places, wanted)
    found: list[Rows] = []
    while len(left) and sum(map(len, found)) < wanted:
        unbeaten = _unbeaten(places[:, left])
        found.append(left[unbeaten])
        left = left[~unbeaten]
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


def _candidates(places: Places, wanted: int) -> Rows:
    """Return positions that can be in the fronts wanted.

    ``wanted`` seeds are among the best ``top`` by every metric. A seed that is so by none is beaten
    by all of them, so the fronts before its own hold as many as are wanted.
    """
    if places.shape[1] <= wanted:
        return np.arange(places.shape[1])
    top = np.partition(places.max(axis=0), wanted - 1)[wanted - 1]
    return np.flatnonzero(places.min(axis=0) <= top)


def _unbeaten(places: Places) -> NDArray[np.bool_]:
    """Tell which seeds nothing beats, ``(R,)``.

    The seed with the smallest sum is beaten by none; with it goes all it beats, and so on. There
    are as many rounds as the front is long, and most seeds go in the first ones.
    """
    kept = np.zeros(places.shape[1], np.bool_)
    left: Rows = np.arange(places.shape[1])
    sums = places.sum(axis=0)
    while len(left):
        point = places[:, left[sums[left].argmin()], None]
        here = places[:, left]
        kept[left[(here == point).all(axis=0)]] = True
        left = left[~(here >= point).all(axis=0)]
    return kept
