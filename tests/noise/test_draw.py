"""A seed names the noise torch draws for it, on every machine and beside every host."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest
import torch

from seedloupe.errors import NoiseError, SeedError, ShapeError
from seedloupe.noise import (
    NoiseSource,
    NoiseStream,
    Rng,
    canonical_seed,
    fingerprints_agree,
    initial_noise,
    noise_fingerprint,
)

from ..seed_tables import random_states
from .mersenne import MersenneNormals

SEEDS = [0, 1, 42, 2**31, 2**32 - 1, 2**32, 2**32 + 42, 2**53 - 1, 2**63, 2**64 - 1]
NV = NoiseSource(Rng.PHILOX)


@pytest.fixture
def torch_state() -> Iterator[None]:
    before = torch.get_rng_state()
    yield
    torch.set_rng_state(before)


@pytest.mark.usefixtures("torch_state")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", [(4, 8, 6), (4, 64, 48), (4, 65, 65), (16, 5, 3), (1, 1, 3)])
def test_the_noise_is_what_torch_draws_after_seeding(
    seed: int, shape: tuple[int, int, int]
) -> None:
    torch.manual_seed(seed)
    assert torch.equal(initial_noise(seed, shape), torch.randn(shape))


@pytest.mark.usefixtures("torch_state")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_canonical_seed_draws_the_same_noise(seed: int) -> None:
    torch.manual_seed(canonical_seed(seed))
    assert torch.equal(initial_noise(seed, (4, 8, 6)), torch.randn(4, 8, 6))


def test_reference_values_hold() -> None:
    values = noise_fingerprint(initial_noise(42, (4, 8, 8)))
    assert values[:4] == pytest.approx((1.92692, 1.48728, 0.90072, -2.10552), abs=1e-4)


def test_no_global_generator_is_touched() -> None:
    before = random_states()
    noise_fingerprint(initial_noise(canonical_seed(7), (4, 8, 6)))
    assert random_states() == before


def test_a_changed_default_dtype_changes_nothing() -> None:
    expected = initial_noise(7, (4, 8, 6))
    torch.set_default_dtype(torch.float64)
    try:
        drawn = initial_noise(7, (4, 8, 6))
    finally:
        torch.set_default_dtype(torch.float32)
    assert drawn.dtype == torch.float32
    assert torch.equal(drawn, expected)


def test_a_changed_default_device_changes_nothing() -> None:
    with torch.device("meta"):
        drawn = initial_noise(7, (4, 8, 6))
    assert drawn.device.type == "cpu"
    assert torch.equal(drawn, initial_noise(7, (4, 8, 6)))


def test_numpy_integers_are_seeds() -> None:
    assert canonical_seed(cast("int", np.uint64(2**32 + 9))) == 9


@pytest.mark.parametrize("seed", [-1, 2**64, 10**30])
def test_seeds_beyond_64_bits_are_refused(seed: int) -> None:
    with pytest.raises(SeedError, match="seed: expected 0 to 18446744073709551615"):
        initial_noise(seed, (4, 8, 6))


@pytest.mark.parametrize("seed", [1.0, "7", None, True])
def test_what_is_no_whole_number_is_no_seed(seed: object) -> None:
    with pytest.raises(SeedError, match="seed: expected a whole number"):
        canonical_seed(cast("int", seed))


def test_philox_keeps_all_64_bits() -> None:
    assert canonical_seed(2**32 + 42, NV) == 2**32 + 42
    assert canonical_seed(2**32 + 42) == 42


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", [(4, 64, 64), (4, 65, 65), (1, 1, 3)])
def test_cpu_noise_is_that_of_the_published_generator(
    seed: int, shape: tuple[int, int, int]
) -> None:
    """A second implementation, in double precision; torch's last bits are the processor's."""
    expected = MersenneNormals(seed % 2**32).normals(math.prod(shape)).reshape(shape)
    assert np.abs(expected - initial_noise(seed, shape).numpy()).max() <= 5e-6


@pytest.mark.parametrize("source", ["cpu", "nv", "cuda:256"])
@pytest.mark.parametrize("shape", [(4, 8, 6), (1, 1, 3), (4, 16, 20), (2, 9, 5)])
def test_draws_before_are_those_of_one_generator(source: str, shape: tuple[int, int, int]) -> None:
    generator = NoiseSource.parse(source)
    stream = NoiseStream(2**32 + 3, generator)
    for before in range(4):
        drawn = initial_noise(2**32 + 3, shape, source=generator, draws_before=before)
        assert torch.equal(drawn, stream.draw(shape))


@pytest.mark.parametrize("before", [-1, 1.0, True, "1", None])
def test_what_is_no_number_of_draws_is_refused(before: object) -> None:
    with pytest.raises(NoiseError, match="draws_before: expected a whole number from 0 up"):
        initial_noise(1, (4, 8, 6), draws_before=cast("int", before))


@pytest.mark.parametrize(
    ("shape", "most"), [((4, 8, 6), 16384), ((16, 128, 128), 4096), ((4, 2**13, 2**13), 4)]
)
def test_draws_that_would_take_minutes_to_reach_are_refused(
    shape: tuple[int, int, int], most: int
) -> None:
    with pytest.raises(NoiseError, match=f"draws_before: expected at most {most} draws"):
        initial_noise(1, shape, draws_before=most + 1)
    initial_noise(1, (1, 1, 3), source=NV, draws_before=16384)


@pytest.mark.parametrize(
    "shape", [(4, 8), (4, 8, 0), (4, -8, 8), (4, 8.0, 8), (1, 4, 3, 4), (4, 1, 2, 3, 4), ()]
)
def test_what_is_no_latent_size_is_refused(shape: object) -> None:
    with pytest.raises(NoiseError, match="shape: expected three positive whole numbers"):
        initial_noise(1, cast("tuple[int, int, int]", shape))


def test_a_draw_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(NoiseError, match="shape: expected at most"):
        initial_noise(1, (4, 10**6, 10**6))


def test_the_fingerprint_is_the_first_eight_values_of_the_first_row() -> None:
    noise = initial_noise(3, (2, 3, 9))
    assert noise_fingerprint(noise) == tuple(noise[0, 0, :8].tolist())
    assert noise_fingerprint(noise.double()) == noise_fingerprint(noise)


def test_noise_with_its_axes_turned_has_the_fingerprint_of_what_it_reads_as() -> None:
    turned = initial_noise(3, (2, 3, 9)).permute(2, 0, 1)
    assert noise_fingerprint(turned) == noise_fingerprint(turned.contiguous())


def test_small_noise_has_a_short_fingerprint() -> None:
    assert len(noise_fingerprint(initial_noise(3, (1, 2, 3)))) == 6


def test_a_batch_has_no_fingerprint() -> None:
    with pytest.raises(ShapeError, match="noise"):
        noise_fingerprint(torch.zeros(2, 4, 8, 6))


@pytest.mark.parametrize(("by", "agree"), [(0, True), (2e-6, True), (1e-2, False)])
def test_fingerprints_agree_across_processors_but_not_across_seeds(by: float, agree: bool) -> None:
    first = noise_fingerprint(initial_noise(3, (4, 8, 6)))
    second = (*first[:5], first[5] + by, *first[6:])
    assert fingerprints_agree(first, second) is agree


def test_a_fingerprint_of_nan_agrees_with_nothing() -> None:
    assert not fingerprints_agree([float("nan")] * 8, [float("nan")] * 8)


def test_fingerprints_of_other_lengths_do_not_agree() -> None:
    assert not fingerprints_agree([0.0] * 8, [0.0] * 6)
