"""Contact sheets of layers and steps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views.pca import PcaBasis
from seedloupe.lens.views.strip import StripRow, contact_sheet, feature_strip, upscale


def plain(red: float, height: int, width: int) -> Tensor:
    return torch.tensor([red, 0.0, 1.0])[:, None, None].expand(3, height, width)


def find(sheet: Tensor, picture: Tensor) -> list[tuple[int, int]]:
    """Every place (top, left) at which ``picture`` stands in ``sheet``."""
    windows = sheet.unfold(1, picture.shape[1], 1).unfold(2, picture.shape[2], 1)
    same = (windows == picture[:, None, None]).all(dim=-1).all(dim=-1).all(dim=0)
    return [(int(top), int(left)) for top, left in same.nonzero()]


def test_every_cell_becomes_a_square() -> None:
    picture = torch.arange(6).reshape(1, 2, 3)
    big = upscale(picture, 4)
    assert big.shape == (1, 8, 12)
    assert torch.equal(big[:, ::4, ::4], picture)
    assert torch.equal(big, picture.repeat_interleave(4, 1).repeat_interleave(4, 2))


def test_tiles_stand_in_rows_and_columns() -> None:
    first = [plain(red, 2, 3) for red in (0.5, 0.6, 0.7)]
    second = [plain(red, 4, 2) for red in (0.8, 0.9)]
    sheet = contact_sheet([StripRow("a", first), StripRow("b", second)], tile=12)
    assert sheet.shape[0] == 3
    places = [[find(sheet, upscale(tile, 4)) for tile in first]]
    places += [[find(sheet, upscale(tile, 3)) for tile in second]]
    assert all(len(found) == 1 for row in places for found in row)
    tops = [[found[0][0] for found in row] for row in places]
    lefts = [[found[0][1] for found in row] for row in places]
    assert len(set(tops[0])) == len(set(tops[1])) == 1
    assert tops[0][0] + 8 <= tops[1][0]
    assert lefts[0][:2] == lefts[1]
    assert lefts[0][0] + 12 <= lefts[0][1]


def test_an_empty_place_stays_empty_and_the_next_tile_keeps_its_column() -> None:
    tile = plain(0.5, 2, 2)
    sheet = contact_sheet([StripRow("", [tile, tile]), StripRow("", [None, tile])], tile=2)
    (_, left), (_, right), (_, below) = find(sheet, tile)
    assert left < right == below


def test_a_tile_larger_than_asked_is_neither_cut_nor_shrunk() -> None:
    tile = torch.rand(3, 5, 40, generator=torch.Generator())
    sheet = contact_sheet([StripRow("x", [tile, tile])], tile=16)
    assert len(find(sheet, tile)) == 2


def test_labels_are_written_and_never_cut() -> None:
    tile = plain(0.5, 2, 2)
    name = "up-level1-repeat1-vit-block0-cross-q"
    blank = contact_sheet([StripRow("", [tile])], tile=2)
    short = contact_sheet([StripRow(name, [tile])], tile=2)
    longer = contact_sheet([StripRow(name + name, [tile])], tile=2)
    assert blank.shape[2] < short.shape[2] < longer.shape[2]
    assert (short[:, :, -1] == short[:, :1, -1]).all()
    assert len(find(contact_sheet([StripRow("σ → ü", [tile])], tile=2), tile)) == 1


def test_columns_are_wide_enough_for_their_labels() -> None:
    tile = plain(0.5, 2, 2)
    rows = [StripRow("", [tile, tile])]
    (_, left), (_, right) = find(contact_sheet(rows, columns=["a long label", "b"], tile=2), tile)
    (_, near), (_, far) = find(contact_sheet(rows, tile=2), tile)
    assert right - left > far - near


def test_a_sheet_without_tiles_is_refused() -> None:
    with pytest.raises(ShapeError, match="at least one tile"):
        contact_sheet([StripRow("x", [None])])
    with pytest.raises(ShapeError):
        contact_sheet([StripRow("x", [torch.zeros(2, 2)])])


def test_features_are_painted_layer_by_layer_and_step_by_step() -> None:
    generator = torch.Generator().manual_seed(4)
    maps = [
        FeatureMap(layer, step, None, torch.randn(2, 6, *size, generator=generator))
        for step in (3, 1, 2)
        for layer, size in (("up", (4, 6)), ("mid", (2, 3)))
        if (layer, step) != ("mid", 2)
    ]
    sheet = feature_strip(maps, tile=12, row=1)
    tops, lefts = {}, {}
    for layer in ("up", "mid"):
        of_layer = [one for one in maps if one.layer == layer]
        basis = PcaBasis.fit(of_layer)
        factor = 2 if layer == "up" else 4
        for one in of_layer:
            ((top, left),) = find(sheet, upscale(basis.render(one, row=1), factor))
            tops.setdefault(layer, set()).add(top)
            lefts.setdefault(one.step, set()).add(left)
    assert max(tops["up"]) < min(tops["mid"])
    assert all(len(columns) == 1 for columns in lefts.values())
    assert [step for step, _ in sorted(lefts.items(), key=lambda item: min(item[1]))] == [1, 2, 3]


def test_nothing_to_paint_is_refused() -> None:
    with pytest.raises(ShapeError):
        feature_strip([])
    with pytest.raises(InputError):
        feature_strip([FeatureMap("mid", 0, None, torch.full((1, 2, 3, 4), torch.nan))])
