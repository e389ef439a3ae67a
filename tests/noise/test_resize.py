"""Noise at another size: exactly white, its layout kept, and the web UI's way as it is there."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from seedloupe.errors import NoiseError, SeedError
from seedloupe.noise import (
    NoiseResize,
    NoiseSource,
    NoiseStream,
    ResizeWay,
    WebuiExtras,
    WebuiNoise,
    initial_noise,
    repeated_share,
    resized_noise,
    resized_stream,
    webui_noise,
    webui_seeds,
)
from seedloupe.noise.resize import cosine_matrix

OLD = (4, 8, 6)
SIZES = [(4, 8, 10), (4, 13, 7), (4, 5, 3), (4, 11, 4), (4, 16, 12), (4, 7, 6)]
SOURCES = ["cpu", "nv", "cuda:256"]
STRETCH, MIDDLE = NoiseResize(ResizeWay.STRETCH, OLD), NoiseResize(ResizeWay.MIDDLE, OLD)


def wave(shape: tuple[int, int], down: int, across: int) -> NDArray[np.float64]:
    """A cosine of so many half swings over a picture, of unit length: the transform's textbook."""
    places = [(np.arange(side) + 0.5) / side for side in shape]
    one = np.outer(np.cos(np.pi * down * places[0]), np.cos(np.pi * across * places[1]))
    return cast("NDArray[np.float64]", one / np.linalg.norm(one))


@pytest.mark.parametrize("side", [1, 2, 7, 16, 65])
def test_the_cosine_matrix_turns_the_axes_and_no_more(side: int) -> None:
    matrix = cosine_matrix(side)
    assert np.abs(matrix @ matrix.T - np.eye(side)).max() < 1e-12
    assert np.abs(matrix.T @ matrix - np.eye(side)).max() < 1e-12


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("source", SOURCES)
def test_stretched_noise_has_the_old_waves_and_the_next_draws_finer_ones(
    shape: tuple[int, int, int], source: str
) -> None:
    generator = NoiseSource.parse(source)
    stream = NoiseStream(5, generator)
    old, new = stream.draw(OLD).numpy(), stream.draw(shape).numpy()
    carried = resized_noise(5, shape, STRETCH, source=generator).numpy()
    for down in range(shape[1]):
        for across in range(shape[2]):
            shared = down < min(OLD[1], shape[1]) and across < min(OLD[2], shape[2])
            here = wave(shape[1:], down, across)
            expected = wave(OLD[1:], down, across) * old if shared else here * new
            got = (here * carried).sum((1, 2))
            np.testing.assert_allclose(got, expected.sum((1, 2)), atol=1e-5)


@pytest.mark.parametrize("shape", SIZES)
def test_stretching_is_a_turn_of_independent_numbers_and_so_exactly_white(
    shape: tuple[int, int, int],
) -> None:
    # As a matrix from all drawn numbers to the result, its rows are orthonormal.
    count, drawn = shape[1] * shape[2], OLD[1] * OLD[2]
    rows, columns = min(OLD[1], shape[1]), min(OLD[2], shape[2])
    kept = np.zeros(shape[1:], bool)
    kept[:rows, :columns] = True
    to_new = np.kron(cosine_matrix(shape[1]), cosine_matrix(shape[2]))
    to_old = np.kron(cosine_matrix(OLD[1]), cosine_matrix(OLD[2]))
    place = np.zeros((count, drawn))
    place[np.flatnonzero(kept), np.arange(drawn).reshape(OLD[1:])[:rows, :columns].ravel()] = 1
    whole = to_new.T @ np.hstack([place @ to_old, np.diag(~kept.ravel() * 1.0) @ to_new])
    assert np.abs(whole @ whole.T - np.eye(count)).max() < 1e-12
    stream = NoiseStream(9)
    numbers = [stream.draw(size)[1].numpy().ravel() for size in (OLD, shape)]
    expected = (whole @ np.concatenate(numbers).astype(np.float64)).reshape(shape[1:])
    np.testing.assert_allclose(resized_noise(9, shape, STRETCH)[1], expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(4, 8, 10), (4, 13, 7), (4, 5, 3)])
@pytest.mark.parametrize("source", ["cpu", "nv"])
def test_over_many_seeds_every_value_is_standard_and_no_neighbours_lean(
    shape: tuple[int, int, int], source: str
) -> None:
    seeds = 400
    generator = NoiseSource.parse(source)
    drawn = [resized_noise(seed, shape, STRETCH, source=generator) for seed in range(seeds)]
    noise = torch.stack(drawn).double().numpy()
    total = noise.size
    assert abs(noise.mean()) < 5 / math.sqrt(total)
    assert abs(noise.var() - 1) < 5 * math.sqrt(2 / total)
    assert abs((noise**4).mean() - 3) < 5 * math.sqrt(96 / total)
    assert np.abs(noise.mean(0)).max() < 5 / math.sqrt(seeds)
    assert np.abs(noise.var(0) - 1).max() < 5.5 * math.sqrt(2 / seeds)
    for a, b in (
        (noise[..., 1:], noise[..., :-1]),
        (noise[:, :, 1:], noise[:, :, :-1]),
        (noise[:, 1:], noise[:, :-1]),
    ):
        assert abs((a * b).mean()) < 5 / math.sqrt(a.size)


@pytest.mark.parametrize("way", ResizeWay)
@pytest.mark.parametrize("source", SOURCES)
def test_at_its_own_size_noise_is_unchanged(way: ResizeWay, source: str) -> None:
    generator, carried = NoiseSource.parse(source), NoiseResize(way, OLD)
    own = initial_noise(5, OLD, source=generator)
    assert torch.equal(resized_noise(5, OLD, carried, source=generator), own)
    assert not carried.changes(OLD)
    assert carried.changes((4, 6, 8))


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("way", ResizeWay)
@pytest.mark.parametrize("source", SOURCES)
def test_the_same_noise_is_resized_the_same_again(
    shape: tuple[int, int, int], way: ResizeWay, source: str
) -> None:
    carried, generator = NoiseResize(way, OLD), NoiseSource.parse(source)
    first, again = (resized_noise(2**33 + 5, shape, carried, source=generator) for _ in range(2))
    assert (first.dtype, tuple(first.shape)) == (torch.float32, shape)
    assert torch.equal(first, again)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("source", SOURCES)
def test_the_middle_is_the_web_uis_resized_seed(shape: tuple[int, int, int], source: str) -> None:
    generator = NoiseSource.parse(source)
    extras = WebuiExtras(resize_from=(8 * OLD[2], 8 * OLD[1]))
    theirs = webui_noise(webui_seeds(5, 1), shape, source=generator, extras=extras)[0]
    assert torch.equal(resized_noise(5, shape, MIDDLE, source=generator), theirs)


def test_a_larger_picture_has_the_old_noise_in_its_middle() -> None:
    carried, own = resized_noise(5, (4, 12, 9), MIDDLE), initial_noise(5, OLD)
    assert torch.equal(carried[:, 2:10, 1:7], own)
    frame = torch.ones(12, 9, dtype=torch.bool)
    frame[2:10, 1:7] = False
    assert torch.equal(carried[:, frame], initial_noise(5, (4, 12, 9))[:, frame])


def test_a_smaller_picture_has_the_middle_of_the_old_noise() -> None:
    carried, own = resized_noise(5, (4, 4, 4), MIDDLE), initial_noise(5, OLD)
    assert torch.equal(carried, own[:, 2:6, 1:5])


@pytest.mark.parametrize("shape", [(4, 8, 10), (4, 16, 20), (4, 16, 12), (4, 4, 8)])
@pytest.mark.parametrize("source", ["cpu", "nv"])
def test_the_middles_frame_repeats_as_many_numbers_as_is_said(
    shape: tuple[int, int, int], source: str
) -> None:
    noise = resized_noise(5, shape, MIDDLE, source=NoiseSource.parse(source)).numpy()
    twins = noise.size - len(np.unique(noise))
    assert twins / noise.size == pytest.approx(repeated_share(shape, OLD), abs=0.002)
    stretched = resized_noise(5, shape, STRETCH, source=NoiseSource.parse(source)).numpy()
    assert stretched.size - len(np.unique(stretched)) <= 1


@pytest.mark.parametrize("way", ResizeWay)
@pytest.mark.parametrize("shape", [(4, 8, 10), OLD])
@pytest.mark.parametrize("source", SOURCES)
def test_later_noise_is_none_that_was_used_for_the_start(
    way: ResizeWay, shape: tuple[int, int, int], source: str
) -> None:
    generator, carried = NoiseSource.parse(source), NoiseResize(way, OLD)
    later = resized_stream(5, shape, carried, source=generator).draw(shape)
    if way is ResizeWay.MIDDLE:
        webui = WebuiNoise(
            webui_seeds(5, 1), shape, source=generator, extras=WebuiExtras(resize_from=(48, 64))
        )
        webui.draw()
        assert torch.equal(later, webui.draw()[0])
        return
    stream = NoiseStream(5, generator)
    for size in dict.fromkeys((OLD, shape)):
        stream.draw(size)
    assert torch.equal(later, stream.draw(shape))


@pytest.mark.parametrize("draw", [resized_noise, resized_stream])
@pytest.mark.parametrize("way", ResizeWay)
def test_what_cannot_be_carried_is_refused(draw: object, way: ResizeWay) -> None:
    call = cast("type", draw)
    with pytest.raises(NoiseError, match="shape: expected 4 channels"):
        call(1, (16, 8, 6), NoiseResize(way, OLD))
    with pytest.raises(NoiseError, match="shape: expected three positive"):
        call(1, (4, 8), NoiseResize(way, OLD))
    with pytest.raises(SeedError):
        call(-1, (4, 8, 10), NoiseResize(way, OLD))


def test_a_side_whose_matrix_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(NoiseError, match="sides of at most 2048 cells to stretch, got 2049"):
        resized_noise(1, (1, 1, 2049), NoiseResize(ResizeWay.STRETCH, (1, 1, 8)))
    middle = resized_noise(1, (1, 1, 2049), NoiseResize(ResizeWay.MIDDLE, (1, 1, 8)))
    assert tuple(middle.shape) == (1, 1, 2049)


def test_a_place_to_carry_from_is_a_latent_size() -> None:
    with pytest.raises(NoiseError, match="shape"):
        NoiseResize(ResizeWay.MIDDLE, cast("tuple[int, int, int]", (4, 8)))
    with pytest.raises(NoiseError, match="shape"):
        repeated_share((4, 8, 10), (4, 0, 6))
