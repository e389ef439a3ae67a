"""Pairing rows with columns so that the pairs are worth most together, exactly."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor


def best_pairs(worth: Tensor) -> tuple[tuple[int, int], ...]:
    """Pair rows and columns, each at most once, for the largest sum (Kuhn, 1955).

    Shortest augmenting paths with potentials, as in Jonker and Volgenant (1987); for the few dozen
    clusters of a picture.

    Args:
        worth: ``(M, N)``, finite.

    Returns:
        ``min(M, N)`` pairs of row and column, by row.
    """
    rows, columns = worth.shape
    if rows > columns:
        return tuple(sorted((row, column) for column, row in best_pairs(worth.mT)))
    cost = (-worth.to(torch.float64)).tolist()
    owner = [-1] * columns
    row_potential, column_potential = [0.0] * rows, [0.0] * (columns + 1)
    for row in range(rows):
        _augment(cost, owner, row, row_potential, column_potential)
    return tuple(sorted((row, column) for column, row in enumerate(owner) if row >= 0))


def _augment(
    cost: list[list[float]],
    owner: list[int],
    start: int,
    row_potential: list[float],
    column_potential: list[float],
) -> None:
    """Give row ``start`` a column along the cheapest path of changes of owner."""
    columns = len(owner)
    shortest, via = [float("inf")] * columns, [columns] * columns
    seen: list[int] = []
    row, at = start, columns
    while row >= 0:
        seen.append(at)
        left = [column for column in range(columns) if column not in seen]
        for column in left:
            reduced = cost[row][column] - row_potential[row] - column_potential[column]
            if reduced < shortest[column]:
                shortest[column], via[column] = reduced, at
        following = min(left, key=shortest.__getitem__)
        step = shortest[following]
        row_potential[start] += step
        for column in seen[1:]:
            row_potential[owner[column]] += step
            column_potential[column] -= step
        for column in left:
            shortest[column] -= step
        at, row = following, owner[following]
    path = [at]
    while via[path[-1]] != columns:
        path.append(via[path[-1]])
    for column, before in pairwise(path):
        owner[column] = owner[before]
    owner[path[-1]] = start
