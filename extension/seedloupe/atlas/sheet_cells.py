"""A sheet of pictures arranged by likeness: every seed of a map in a cell of its own.

The map is cut in two across its longer side, with as many seeds on each side as there are cells,
and each half again (a balanced k-d tree), so neighbours on the map stay near one another, no
picture covers another, and the same map gives the same sheet everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WIDE = 1.6
"""Width over height of a sheet: about what a map has on a page."""

Points = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SheetCells:
    """Where pictures lie on a sheet.

    Args:
        columns: cells from left to right.
        rows: cells from top to bottom.
        at: ``(S, 2)``, float32, column and row of every seed from 0; NaN = it has no place.
    """

    columns: int
    rows: int
    at: Points


def likeness_cells(points: Points, aspect: float) -> SheetCells:
    """Put the seeds of a map into the cells of a sheet, near ones near one another.

    Args:
        points: ``(S, 2)``, x to the right and y down; NaN = no place.
        aspect: width over height of one picture.
    """
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    columns, rows = _sides(len(known), aspect)
    at = np.full(points.shape, np.nan, np.float32)
    _cut(points, known, at, (0, 0, columns, rows))
    return SheetCells(columns, rows, at)


def ordered_cells(order: NDArray[np.intp], count: int, aspect: float) -> SheetCells:
    """Put seeds into the cells of a sheet line by line.

    Args:
        order: ``(N,)`` rows of a table, the first first; others have no place.
        count: how many rows the table has.
        aspect: width over height of one picture.
    """
    columns, rows = _sides(len(order), aspect)
    at = np.full((count, 2), np.nan, np.float32)
    places = np.arange(len(order))
    at[order] = np.stack([places % columns, places // columns], axis=1)
    return SheetCells(columns, rows, at)


def _sides(count: int, aspect: float) -> tuple[int, int]:
    columns = max(1, round(math.sqrt(count * _WIDE / aspect)))
    return columns, max(1, math.ceil(count / columns))


def _cut(
    points: Points, seeds: NDArray[np.intp], at: Points, cells: tuple[int, int, int, int]
) -> None:
    """Share ``seeds`` out among cells (left, top, columns, rows); there are enough of them."""
    left, top, columns, rows = cells
    if not len(seeds):
        return
    if columns == rows == 1:
        at[seeds[0]] = left, top
        return
    along = int(columns < rows)
    half = (columns, rows)[along] // 2
    first = len(seeds) * half // (columns, rows)[along]
    seeds = seeds[np.lexsort((seeds, points[seeds, 1 - along], points[seeds, along]))]
    if along:
        parts = (left, top, columns, half), (left, top + half, columns, rows - half)
    else:
        parts = (left, top, half, rows), (left + half, top, columns - half, rows)
    _cut(points, seeds[:first], at, parts[0])
    _cut(points, seeds[first:], at, parts[1])
