"""A sheet of pictures: every seed in a cell of its own, near ones near one another."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.atlas.sheet_cells import likeness_cells, ordered_cells


def cloud(count: int) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(count, 2)).astype(np.float32)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 48, 97, 1000])
@pytest.mark.parametrize("aspect", [1.0, 1.5, 0.5])
def test_every_seed_has_a_cell_of_its_own_on_the_sheet(count: int, aspect: float) -> None:
    sheet = likeness_cells(cloud(count), aspect)
    cells = {tuple(cell) for cell in sheet.at.astype(int).tolist()}
    assert len(cells) == count
    assert all(0 <= x < sheet.columns and 0 <= y < sheet.rows for x, y in cells)
    assert sheet.columns * sheet.rows - count < max(sheet.columns, 2)


def test_a_grid_of_seeds_stays_the_grid_it_is() -> None:
    columns, rows = 16, 10
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    points = np.stack([x.ravel() * 3.0 + 7, y.ravel() * 0.5 - 2], axis=1).astype(np.float32)
    order = np.random.default_rng(1).permutation(len(points))
    sheet = likeness_cells(points[order], 1.0)
    assert (sheet.columns, sheet.rows) == (columns, rows)
    assert np.array_equal(sheet.at, np.stack([x.ravel(), y.ravel()], axis=1)[order])


def test_neighbours_on_the_map_are_near_on_the_sheet() -> None:
    points = cloud(600)
    sheet = likeness_cells(points, 1.0)
    far = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(far, np.inf)
    gap = np.linalg.norm(sheet.at - sheet.at[far.argmin(axis=1)], axis=1)
    shuffled = np.linalg.norm(sheet.at - np.random.default_rng(3).permutation(sheet.at), axis=1)
    assert np.median(gap) <= 2
    assert gap.mean() < 0.2 * shuffled.mean()


def test_seeds_without_a_place_have_no_cell() -> None:
    points = cloud(9)
    points[4, 0] = np.nan
    sheet = likeness_cells(points, 1.0)
    assert np.isnan(sheet.at[4]).all()
    assert np.isfinite(np.delete(sheet.at, 4, axis=0)).all()


def test_the_same_map_gives_the_same_sheet_also_where_seeds_share_a_place() -> None:
    points = np.zeros((12, 2), np.float32)
    assert np.array_equal(likeness_cells(points, 1.0).at, likeness_cells(points.copy(), 1.0).at)


def test_an_order_fills_the_sheet_line_by_line() -> None:
    sheet = ordered_cells(np.array([3, 0, 2]), 4, 1.0)
    assert sheet.columns == 2
    assert sheet.at[[3, 0, 2]].tolist() == [[0, 0], [1, 0], [0, 1]]
    assert np.isnan(sheet.at[1]).all()
