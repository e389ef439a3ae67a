"""An order of points in which neighbours lie apart, wherever one begins.

Disjoint sets of a pool can on average lie hardly farther apart than random ones: the squared
distances within sets of k are bounded by k / (k - 1) times the pool's. What can be had is that no
set is worse than others and none holds two that are alike. So the pool is cut in two where it is
widest, each half again, and so on, and the halves are dealt in turn: two neighbours in the order
come from two halves, four from four quarters, from any position on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..tables import SeedTable
from .distances import Cloud
from .ranks import Rows
from .stretch import Stretch
from .turning import coin_of, in_rounds

Coin = Callable[[int], bool]
"""Which half comes first at a cut, by the number of the cut: 1 is the first, its halves are 2 n and
2 n + 1."""


def spaced_turns(
    table: SeedTable, rule: str, cloud: Cloud, best: Sequence[int], stretch: Stretch
) -> list[int]:
    """Return the points of the positions asked for.

    Args:
        table: decides, with ``rule``, which half comes first.
        rule: by its name.
        cloud: all points.
        best: those that are known to come first, best first, or those that take turns.
        stretch: the positions; the order is the same in every round.
    """
    if not stretch.is_turning:
        return list(best[stretch.position :])
    pool = Cloud.of(cloud.points[list(best)].astype(np.float64))
    order = spaced_order(pool, coin_of(table, rule))
    at = in_rounds(stretch.position, stretch.end, len(best), lambda _: order)
    return [best[n] for n in at]


def spaced_order(cloud: Cloud, coin: Coin) -> Rows:
    """Return an order of all points ``(P,)`` in which neighbours lie apart.

    Args:
        cloud: a few hundred points at most: the distances of all pairs are worked out.
        coin: decides which of two halves comes first.
    """
    count = len(cloud)
    apart = np.array([cloud.distances(at) for at in range(count)], np.float64)
    return _dealt(np.arange(count), apart.reshape(count, count), coin, 1)


def _dealt(points: Rows, apart: NDArray[np.float64], coin: Coin, cut: int) -> Rows:
    """Return ``points`` in order, the halves of the cut of a number in turn."""
    if len(points) < 2:
        return points
    ordered = _along(points, apart)
    ordered = ordered[::-1] if coin(cut) else ordered
    middle = (len(points) + 1) // 2
    order = np.empty(len(points), np.intp)
    order[::2] = _dealt(ordered[:middle], apart, coin, 2 * cut)
    order[1::2] = _dealt(ordered[middle:], apart, coin, 2 * cut + 1)
    return order


def _along(points: Rows, apart: NDArray[np.float64]) -> Rows:
    """Put points in order along the line between two that lie far apart."""
    one = points[apart[points[0], points].argmax()]
    other = points[apart[one, points].argmax()]
    # The difference of the squares is linear along the line, whatever lies across.
    along = apart[one, points] ** 2 - apart[other, points] ** 2
    return points[np.argsort(along, kind="stable")]
