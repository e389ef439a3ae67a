"""The CPU's noise without PyTorch: the same stream, up to the last bits of its transform."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from .mersenne import MersenneNormals

SEEDS = [0, 1, 42, 2**31, 2**32 - 1]
LATENTS = [(4, 64, 64), (4, 96, 96), (4, 128, 128), (16, 128, 128), (4, 65, 65)]


def worst(seed: int, counts: list[int]) -> float:
    """The largest difference from torch over draws that follow each other."""
    theirs, ours = torch.Generator().manual_seed(seed), MersenneNormals(seed)
    differences = [
        np.abs(ours.normals(count) - torch.randn(count, generator=theirs).numpy()).max()
        for count in counts
    ]
    return float(max(differences))


@pytest.mark.parametrize("shape", LATENTS)
@pytest.mark.parametrize("batch", [1, 4])
def test_latents_of_all_sizes_are_torchs_within_the_tolerance(
    shape: tuple[int, int, int], batch: int
) -> None:
    count = batch * math.prod(shape)
    assert max(worst(seed, [count]) for seed in SEEDS) <= 5e-6


@pytest.mark.parametrize("shape", LATENTS)
def test_fifty_seeds_are_torchs_within_the_tolerance(shape: tuple[int, int, int]) -> None:
    assert max(worst(seed, [math.prod(shape)]) for seed in range(50)) <= 5e-6


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [*range(1, 50), 2**14 - 1, 2**14 + 16, 2**15 + 31])
def test_each_way_of_drawing_goes_on_where_the_one_before_ended(seed: int, count: int) -> None:
    assert worst(seed, [count] * 3) <= 5e-6


def test_small_and_large_draws_share_one_stream_and_keep_half_a_pair() -> None:
    # An odd small draw leaves a normal over, and a large one in between does not use it up.
    assert worst(5, [3, 20, 1, 1, 7, 16, 2, 5, 100, 1, 15, 4096, 1]) <= 5e-6


def test_small_draws_are_torchs_exactly() -> None:
    assert worst(42, [1, 2, 3, 15, 14]) == 0


def test_values_beyond_a_whole_number_of_blocks_are_drawn_anew() -> None:
    whole, more = MersenneNormals(9).normals(32), MersenneNormals(9).normals(33)
    assert np.array_equal(more[:17], whole[:17])
    assert not np.isclose(more[17:32], whole[17:]).any()


@pytest.mark.parametrize("count", [1, 3, 15, 16, 17, 500, 2**14 + 7])
@pytest.mark.parametrize("draws", [0, 1, 3])
def test_skipping_is_drawing_without_looking(count: int, draws: int) -> None:
    drawn, skipped = MersenneNormals(5), MersenneNormals(5)
    for _ in range(draws):
        drawn.normals(count)
    skipped.skip(count, draws)
    for following in (1, 40):
        assert np.array_equal(drawn.normals(following), skipped.normals(following))


def test_reference_values_hold() -> None:
    assert MersenneNormals(42).normals(16)[:4] == pytest.approx(
        [1.92692, 1.48728, 0.90072, -2.10552], abs=1e-5
    )
    assert MersenneNormals(42).normals(2) == pytest.approx([0.33669, 0.12881], abs=1e-5)


def test_no_share_gives_an_infinite_normal() -> None:
    from .mersenne import _transform

    largest = 1 - 2.0**-24
    shares = np.repeat(np.float32([0, largest, 0.5, largest]), 8)
    _transform(shares)
    assert np.isfinite(shares).all()
    assert np.abs(shares).max() < 5.77  # sqrt(48 ln 2)
