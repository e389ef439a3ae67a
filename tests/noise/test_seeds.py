"""Which numbers are seeds, and which of them are the same seed."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch

from seedloupe.errors import SeedError
from seedloupe.noise import (
    NV_NOISE,
    NoiseSource,
    canonical_seed,
    collisions,
    initial_noise,
    parse_seeds,
)

CARD = NoiseSource.parse("cuda:43008")


def test_the_cpu_keeps_the_low_32_bits_and_philox_all_64() -> None:
    assert canonical_seed(2**32 + 42) == 42
    assert canonical_seed(2**32 + 42, NV_NOISE) == 2**32 + 42
    assert canonical_seed(2**64 - 1) == 2**32 - 1
    assert canonical_seed(2**64 - 1, CARD) == 2**64 - 1


def test_seeds_of_the_same_cpu_noise_are_grouped_in_the_order_given() -> None:
    seeds = [42, 7, 42 + 2**32, 8, 7 + 5 * 2**32, 42 + 7 * 2**32]
    assert collisions(seeds) == ((42, 42 + 2**32, 42 + 7 * 2**32), (7, 7 + 5 * 2**32))


@pytest.mark.parametrize("source", [NV_NOISE, CARD])
def test_philox_seeds_do_not_collide(source: NoiseSource) -> None:
    assert collisions([42, 42 + 2**32, 2**64 - 1, 2**32 - 1], source) == ()


def test_a_seed_given_twice_is_a_group() -> None:
    assert collisions(iter([5, 6, 5]), NV_NOISE) == ((5, 5),)


def test_grouped_seeds_draw_the_same_noise_and_others_do_not() -> None:
    [group] = collisions([3, 9, 3 + 2**32])
    first, second = (initial_noise(seed, (4, 5, 3)) for seed in group)
    assert torch.equal(first, second)
    assert not torch.equal(first, initial_noise(9, (4, 5, 3)))


def test_groups_hold_plain_numbers() -> None:
    [group] = collisions(np.array([1, 1 + 2**32], np.uint64))  # type: ignore[arg-type]
    assert [type(seed) for seed in group] == [int, int]


def test_minus_one_is_refused_with_what_hosts_and_pytorch_mean_by_it() -> None:
    with pytest.raises(SeedError, match=r"got -1\. Hosts take -1 for a random seed.*2\*\*64-1"):
        canonical_seed(-1)
    assert torch.Generator().manual_seed(-1).initial_seed() == 2**64 - 1


@pytest.mark.parametrize("seed", [-2, -(2**63)])
def test_other_negative_numbers_are_refused_without_a_guess(seed: int) -> None:
    with pytest.raises(SeedError, match="A seed has no sign"):
        canonical_seed(seed)


@pytest.mark.parametrize("seed", [2**64, 10**30])
def test_more_than_64_bits_are_refused(seed: int) -> None:
    with pytest.raises(SeedError, match="seed: expected 0 to 18446744073709551615"):
        collisions([1, seed])


@pytest.mark.parametrize("seed", [1.0, "7", None, True, np.float64(3)])
def test_what_is_no_whole_number_is_no_seed(seed: object) -> None:
    with pytest.raises(SeedError, match="seed: expected a whole number"):
        canonical_seed(cast("int", seed))


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("7,10:13, 2", (7, 10, 11, 12, 2)),
        ("1,2,5-9", (1, 2, 5, 6, 7, 8, 9)),
        ("4, 8, 15", (4, 8, 15)),
        (" 4;8\n8 ", (4, 8, 8)),
        ("151 976", (151, 976)),
        ("0:3 3-3", (0, 1, 2, 3)),
        ("1,,2,", (1, 2)),
        ("007", (7,)),
        (f"{2**64 - 1}", (2**64 - 1,)),
        (f"{2**64 - 2}:{2**64}", (2**64 - 2, 2**64 - 1)),
        ("", ()),
        (" , ", ()),
    ],
)
def test_lists_of_seeds_are_read_as_people_write_them(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    "text",
    [
        *("-1", "1.5", "x", "4, x", "four", "²", "\u0663", "0x5", "5:5", "9:3", "9-3", "5:", ":5"),
        *("5 - 9", "1-2-3", "1:2:3", "1e3", "5_0", f"{2**64}", f"0:{2**64 + 1}", "9" * 21),
    ],
)
def test_what_is_no_list_of_seeds_is_refused(text: str) -> None:
    with pytest.raises(SeedError, match="seeds: expected"):
        parse_seeds(text)


def test_a_slip_of_the_pen_fills_no_memory() -> None:
    assert len(parse_seeds("0:1000000")) == 1_000_000
    for text in ("0:1000001", "0:1000000 7", f"0-{2**64 - 1}"):
        with pytest.raises(SeedError, match="at most 1000000 in all"):
            parse_seeds(text)
    with pytest.raises(SeedError, match="at most 3 in all"):
        parse_seeds("1 2-4", most=3)
