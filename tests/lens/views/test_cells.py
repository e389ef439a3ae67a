"""Where spots lie, what is left out, what covers a cell."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views.cells import Cells, Spot, coverage, labels_on_grid, one_map, spread_out

from .fields import noise


@pytest.mark.parametrize(
    ("spot", "cell"),
    [
        (Spot(0, 0), (0, 0)),
        (Spot(1, 1), (5, 8)),
        (Spot(0.34, 0.16), (0, 3)),
        (Spot(0.33, 0.17), (1, 2)),
    ],
)
def test_spots_lie_in_cells(spot: Spot, cell: tuple[int, int]) -> None:
    assert spot.cell(6, 9) == cell


@pytest.mark.parametrize("spot", [Spot(-0.01, 0), Spot(0, 1.01), Spot(float("nan"), 0)])
def test_a_spot_outside_the_picture_is_refused(spot: Spot) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        spot.cell(6, 9)


def test_the_middle_of_a_cell_lies_in_it() -> None:
    cells = Cells.of(noise(2, 6, 9))
    assert [cells.index(cells.spot(index)) for index in range(54)] == list(range(54))


def test_positions_are_listed_row_by_row() -> None:
    values = noise(3, 5, 6, 9)
    cells = Cells.of(FeatureMap("unet-out", 0, None, values), row=2)
    assert torch.equal(cells.vectors[2 * 9 + 7], values[2, :, 2, 7].double())
    assert cells.places()[2 * 9 + 7].tolist() == [7, 2]
    assert torch.equal(cells.laid_out(cells.vectors[:, 1]), values[2, 1].double())


def test_what_is_not_finite_is_left_out_of_mean_and_variance() -> None:
    values = noise(4, 6, 9) + 3
    values[1, 2, 5], values[0, 0, 0] = torch.nan, -torch.inf
    cells = Cells.of(values)
    kept = values.flatten(1).mT.double()[cells.finite]
    assert cells.rejected == 2
    torch.testing.assert_close(cells.mean, kept.mean(dim=0))
    assert cells.variance == pytest.approx(float(kept.var(dim=0).sum()))
    assert (cells.centred[~cells.finite] == 0).all()


def test_a_constant_with_rounding_has_no_variance() -> None:
    assert Cells.of(torch.full((4, 6, 9), 0.1) * (1 + 1e-7 * noise(4, 6, 9))).variance == 0
    assert Cells.of(torch.full((4, 6, 9), torch.nan)).variance == 0


def test_other_layouts_and_rows_are_refused() -> None:
    with pytest.raises(ShapeError):
        one_map(noise(6, 9))
    with pytest.raises(ShapeError, match="a row 2"):
        one_map(noise(2, 4, 6, 9), row=2)


def test_a_cell_is_covered_by_the_share_of_its_pixels() -> None:
    mask = torch.zeros(12, 18)
    mask[0:3, 0:2] = 1
    found = coverage(mask, height=6, width=9)
    assert found[0, 0] == 1
    assert found[1, 0] == 0.5
    assert found.sum() == 1.5
    with pytest.raises(ShapeError):
        coverage(mask[None], height=6, width=9)


def test_cells_take_the_label_that_covers_most_of_them() -> None:
    labels = torch.full((8, 12), -1)
    labels[:, 5:] = 7
    assert labels_on_grid(labels, height=2, width=3).tolist() == [[-1, 7, 7]] * 2


def test_a_lot_is_the_same_for_the_same_seed() -> None:
    drawn = spread_out(50, 20, seed=3)
    assert torch.equal(drawn, spread_out(50, 20, seed=3))
    assert len(set(drawn.tolist())) == 20
    assert drawn.tolist() == sorted(drawn.tolist())
    assert spread_out(5, 20).tolist() == [0, 1, 2, 3, 4]
