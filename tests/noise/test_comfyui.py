"""ComfyUI's noise, held to the draws its ``prepare_noise`` describes."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from seedloupe.errors import NoiseError
from seedloupe.noise import (
    NV_NOISE,
    batch_paths,
    comfyui_noise,
    initial_noise,
    webui_noise,
    webui_seeds,
)

#: The fourth is 520x520 pixels; the last two draw fewer than 16 values a picture, or in all.
SHAPES = [(4, 8, 6), (2, 3, 5), (4, 9, 7), (4, 65, 65), (1, 2, 3), (1, 1, 2)]


def one_by_one(seed: int, shape: tuple[int, int, int], count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.cat([torch.randn(1, *shape, generator=generator) for _ in range(count)])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("batch", [1, 3])
def test_a_batch_is_one_draw(shape: tuple[int, int, int], batch: int) -> None:
    expected = torch.randn(batch, *shape, generator=torch.Generator().manual_seed(11))
    assert torch.equal(comfyui_noise(2**32 + 11, shape, batch=batch), expected)


def test_a_pack_that_draws_with_another_generator_draws_the_batch_at_once_too() -> None:
    batch = comfyui_noise(11, (4, 8, 6), batch=3, source=NV_NOISE)
    assert torch.equal(batch.flatten(), initial_noise(11, (12, 8, 6), source=NV_NOISE).flatten())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("wanted", [[0], [2], [0, 1, 2], [3, 1], [2, 2, 0], [1, 1, 1]])
def test_a_batch_index_picks_from_draws_made_one_by_one(
    shape: tuple[int, int, int], wanted: list[int]
) -> None:
    drawn = one_by_one(11, shape, max(wanted) + 1)
    assert torch.equal(comfyui_noise(11, shape, batch_index=wanted), drawn[wanted])


def test_a_picture_of_a_batch_is_found_again_by_its_index() -> None:
    batch = comfyui_noise(11, (4, 8, 6), batch=4)
    assert torch.equal(comfyui_noise(11, (4, 8, 6), batch_index=[2])[0], batch[2])
    assert torch.equal(batch[0], initial_noise(11, (4, 8, 6)))
    assert not torch.equal(batch[2], initial_noise(13, (4, 8, 6)))


@pytest.mark.parametrize("shape", SHAPES)
def test_single_pictures_of_listed_seeds_are_the_web_uis_batch_bit_for_bit(
    shape: tuple[int, int, int],
) -> None:
    seeds = webui_seeds(2**32 - 2, 4)
    stacked = torch.cat([comfyui_noise(seed, shape) for seed in seeds.seeds])
    assert torch.equal(stacked, webui_noise(seeds, shape))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("batch", [1, 2, 4])
def test_where_the_two_ways_part_is_told_without_drawing(
    shape: tuple[int, int, int], batch: int
) -> None:
    paths = batch_paths(shape, batch)
    at_once, singly = comfyui_noise(5, shape, batch=batch), one_by_one(5, shape, batch)
    drawn = [float((a != b).float().mean()) for a, b in zip(at_once, singly, strict=True)]
    # One value in thousands may be the same by chance.
    assert drawn == pytest.approx(paths.differing, abs=0.001)
    assert paths.agree is torch.equal(at_once, singly)


def test_at_520_pixels_a_square_the_first_picture_keeps_all_but_16_values() -> None:
    paths = batch_paths((4, 65, 65), 3)
    assert paths.differing == (16 / (4 * 65 * 65), 1.0, 1.0)
    assert "16900 values are no whole blocks of 16" in paths.sentence
    assert "all of the others'" in paths.sentence


@pytest.mark.parametrize("wanted", [[], [-1], [1.0], [True], ["1"]])
def test_what_is_no_index_is_refused(wanted: object) -> None:
    with pytest.raises(NoiseError) as caught:
        comfyui_noise(1, (4, 8, 6), batch_index=cast("list[int]", wanted))
    assert caught.value.field == "batch_index"


def test_an_index_out_of_reach_is_refused_at_once() -> None:
    with pytest.raises(NoiseError, match="batch_index: expected at most 16384 draws"):
        comfyui_noise(1, (4, 8, 6), batch_index=[10**9])


def test_batches_that_cannot_be_drawn_are_refused() -> None:
    for batch in (0, 2**24):
        with pytest.raises(NoiseError, match="shape"):
            comfyui_noise(1, (4, 8, 6), batch=batch)
        with pytest.raises(NoiseError, match="shape"):
            batch_paths((4, 8, 6), batch)
