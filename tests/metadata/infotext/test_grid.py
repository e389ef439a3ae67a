"""A grid is told from a picture, and its cells' seeds are told where the text tells them."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import NoiseError
from seedloupe.metadata import (
    Answers,
    FoundLevel,
    FoundNoise,
    Missing,
    draw_found,
    is_drawable,
    noise_in_parameters,
    settled,
)
from seedloupe.noise import NV_NOISE, WebuiExtras, WebuiSeeds, initial_noise, webui_noise

LINE = "a\nSteps: 1, Sampler: Euler, Seed: {seed}, Size: 64x48, RNG: NV, Version: v1.10.1"
SHAPE = (4, 6, 8)


def found(more: str = "", file_size: tuple[int, int] | None = None, seed: int = 7) -> FoundNoise:
    text = LINE.format(seed=seed) + (f", {more}" if more else "")
    return noise_in_parameters(text, file_size=file_size)


def test_whole_multiples_of_a_picture_are_a_grid_whose_seeds_count_up() -> None:
    grid = found(file_size=(128, 96))
    assert (grid.level, grid.is_grid, grid.seeds) == (FoundLevel.UNKNOWN, True, (7, 8, 9, 10))
    assert [cell.where for cell in grid.candidates][:2] == ["row 1, column 1", "row 1, column 2"]
    assert not is_drawable(grid)
    third = settled(grid, Answers(index=2))
    assert torch.equal(draw_found(third), initial_noise(9, SHAPE, source=NV_NOISE))
    with pytest.raises(NoiseError, match="index: expected 0 to 3"):
        settled(grid, Answers(index=4))


def test_with_a_variation_the_subseeds_count_up() -> None:
    grid = found("Variation seed: 3, Variation seed strength: 0.5", (128, 48))
    second = settled(grid, Answers(index=1))
    drawn = webui_noise(
        WebuiSeeds((7,), (4,)), SHAPE, source=NV_NOISE, extras=WebuiExtras(variation=0.5)
    )
    assert torch.equal(draw_found(second), drawn[0])


def test_a_grid_of_pictures_of_a_second_pass_is_measured_by_that() -> None:
    hires = "Denoising strength: 0.7, Hires upscale: 1.33"  # 85x63 pixels, 80x56 in whole cells
    assert found(hires, (160, 56)).is_grid
    assert not found(hires, (80, 56)).is_grid


@pytest.mark.parametrize("file_size", [(64, 48), (66, 50), (16, 16), (32, 24), (96, 72), None])
def test_a_picture_of_its_size_smaller_or_enlarged_is_no_grid(
    file_size: tuple[int, int] | None,
) -> None:
    told = found(file_size=file_size)
    assert (told.level, told.is_grid) == (FoundLevel.EXACT, False)


def test_a_file_of_another_shape_than_its_text_is_put_together() -> None:
    told = found(file_size=(200, 48))
    assert (told.level, told.unknown) == (FoundLevel.UNKNOWN, ("the file's size",))
    widened = found("Denoising strength: 0.8, Mask blur: 4", (96, 72))
    assert widened.level is FoundLevel.UNKNOWN
    assert "outpainting" in widened.verdict


def test_a_part_painted_into_a_larger_picture_is_no_such_thing() -> None:
    crop = "Denoising strength: 0.8, Mask blur: 4, Inpaint area: Only masked"
    assert found(crop, (200, 110)).level is FoundLevel.EXACT


def test_seeds_of_a_table_do_not_count_up() -> None:
    grid = found("Seedloupe table: t, Seedloupe rank: 1 of 48", (128, 48))
    assert [cell.seed for cell in grid.candidates] == [7, None]
    assert not is_drawable(settled(grid, Answers(index=1)))


def test_a_picture_enlarged_by_the_web_ui_says_so() -> None:
    assert not found("Postprocess upscale by: 2", (128, 96)).is_grid


@pytest.mark.parametrize(
    ("values", "seeds"),
    [
        ('"7,8,20"', (7, 8, 20)),
        ("5-8", (5, 6, 7, 8)),
        ("5-9 (+2)", (5, 7, 9)),
        ("0-8 [3]", (0, 4, 8)),
        ('"-1,-1", Fixed X Values: "12, 34"', (12, 34)),
        ('"7,-1"', (7,)),
    ],
)
def test_the_seeds_of_a_plot_are_read_as_the_web_ui_reads_them(
    values: str, seeds: tuple[int, ...]
) -> None:
    grid = found(f"Script: X/Y/Z plot, X Type: Seed, X Values: {values}", (48, 16))
    assert (grid.is_grid, grid.level, grid.seeds) == (True, FoundLevel.UNKNOWN, seeds)
    assert grid.missing == (Missing.INDEX,)
    assert "X/Y/Z plot" in grid.verdict


def test_cells_of_a_plot_stand_row_by_row_and_plane_by_plane() -> None:
    axes = 'X Type: Steps, X Values: "1,2", Y Type: Seed, Y Values: "3,4", Z Type: CFG Scale, '
    grid = found(f'Script: X/Y/Z plot, {axes}Z Values: "5,6"')
    assert [cell.seed for cell in grid.candidates] == [3, 3, 4, 4, 3, 3, 4, 4]
    assert grid.candidates[5].where == "row 1, column 2, plane 2"
    fourth = settled(grid, Answers(index=3))
    assert torch.equal(draw_found(fourth), initial_noise(4, SHAPE, source=NV_NOISE))


def test_subseeds_of_a_plot_are_its_cells() -> None:
    axis = 'X Type: Var. seed, X Values: "3,4"'
    grid = found(f"Variation seed: 3, Variation seed strength: 0.5, Script: X/Y/Z plot, {axis}")
    assert [(cell.seed, cell.subseed) for cell in grid.candidates] == [(7, 3), (7, 4)]


@pytest.mark.parametrize("axis", ["Steps", "Size", "RNG source"])
def test_a_plot_without_seeds_tells_its_first_cell_only(axis: str) -> None:
    grid = found(f'Script: X/Y/Z plot, X Type: {axis}, X Values: "1,2"')
    assert [cell.seed for cell in grid.candidates] == [7, None]


@pytest.mark.parametrize("values", ["0-99999999999999999999", "1-5 [99999]", '"x,y"', '"', ""])
def test_a_hostile_axis_ends_nothing(values: str) -> None:
    grid = found(f"Script: X/Y/Z plot, X Type: Seed, X Values: {values}")
    assert grid.is_grid
    assert len(grid.candidates) <= 4096
