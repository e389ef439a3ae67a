"""A table's noise is drawn again; what cannot be is not called good."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from seedloupe.errors import TableMatchError
from seedloupe.noise import NoiseSource, Rng
from seedloupe.tables import (
    NoiseSpec,
    NoiseVerdict,
    SeedTable,
    TableSpec,
    check_noise,
    verify_noise,
)

from ..seed_tables import MODEL, PROVENANCE, SHAPE, random_states

SEED = 11
CELLS = 4 * 6 * 8


def with_noise(table: SeedTable, **changes: object) -> SeedTable:
    noise: NoiseSpec = replace(table.spec.noise, **changes)  # type: ignore[arg-type]
    return SeedTable(table.seeds, table.tensors, replace(table.spec, noise=noise))


def made_with(source: NoiseSource, draws: int, dtype: str, fingerprint: torch.Tensor) -> SeedTable:
    values = tuple(fingerprint.flatten()[:8].tolist())
    noise = NoiseSpec(source.rng, source.grid_threads, dtype, SHAPE, draws, values)
    return SeedTable(np.array([SEED, 12], np.uint64), {}, TableSpec(noise, MODEL, PROVENANCE))


def test_noise_that_is_drawn_again_agrees_with_its_fingerprint(table: SeedTable) -> None:
    verify_noise(table)
    assert check_noise(table).largest == 0


@pytest.mark.parametrize(("by", "agrees"), [(2e-6, True), (1e-2, False), (-1e-2, False)])
@pytest.mark.parametrize("place", [0, 7])
def test_a_fingerprint_that_was_changed_is_found_out(
    by: float, agrees: bool, place: int, table: SeedTable
) -> None:
    values = list(table.spec.noise.fingerprint)
    values[place] += by
    changed = with_noise(table, fingerprint=tuple(values))
    assert check_noise(changed).largest == pytest.approx(abs(by), rel=1e-3)
    if agrees:
        verify_noise(changed)
    else:
        with pytest.raises(TableMatchError, match=r"noise\.fingerprint: expected"):
            verify_noise(changed)


@pytest.mark.parametrize("draws", [0, 1, 3])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_what_pytorch_draws_agrees_in_every_precision_and_after_other_draws(
    draws: int, dtype: str
) -> None:
    """The oracle is PyTorch's own generator, drawing in that very dtype."""
    generator = torch.Generator().manual_seed(SEED)
    for _ in range(draws):
        torch.randn(SHAPE, generator=generator)
    drawn = torch.randn(SHAPE, generator=generator, dtype=getattr(torch, dtype)).float()
    verify_noise(made_with(NoiseSource(), draws, dtype, drawn))
    other = made_with(NoiseSource(), draws + 1, dtype, drawn)
    assert check_noise(other).verdict is NoiseVerdict.DIFFERS


def test_half_precision_is_forgiven_its_own_rounding_and_no_more(table: SeedTable) -> None:
    values = table.spec.noise.fingerprint
    off = tuple(value * (1 + 2**-9) for value in values)
    assert check_noise(with_noise(table, dtype="bfloat16", fingerprint=off)).verdict == "agrees"
    assert check_noise(with_noise(table, dtype="float16", fingerprint=off)).verdict == "differs"


def test_a_grid_is_drawn_as_its_card_draws() -> None:
    """Two waves of 64 threads: the first values are any card's, those of the last rows are not."""
    wide, narrow = NoiseSource(Rng.PHILOX), NoiseSource(Rng.PHILOX, 64)
    spec = NoiseSpec.drawn(wide, SHAPE, SEED)
    seeds = np.array([SEED], np.uint64)
    for source in (wide, narrow):
        same = replace(spec, grid_threads=source.grid_threads)
        verify_noise(SeedTable(seeds, {}, TableSpec(same, MODEL, PROVENANCE)))
    # Of one thread, every value after the fourth comes from another place of the stream.
    single = replace(spec, grid_threads=1)
    alone = SeedTable(seeds, {}, TableSpec(single, MODEL, PROVENANCE))
    assert check_noise(alone).verdict is NoiseVerdict.DIFFERS


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fingerprint": ()}, "noise.fingerprint"),
        ({"dtype": "float64"}, "noise.dtype"),
        ({"draws_before": 2**40}, "noise.draws_before"),
        ({"extra": {"unstated": ["rng"]}}, "noise.rng"),
    ],
)
def test_noise_that_cannot_be_checked_is_not_called_good(
    changes: dict[str, object], field: str, table: SeedTable
) -> None:
    changed = with_noise(table, **changes)
    check = check_noise(changed)
    assert (check.verdict, check.field) == (NoiseVerdict.CANNOT_SAY, field)
    with pytest.raises(TableMatchError) as caught:
        verify_noise(changed)
    assert caught.value.field == field


def test_noise_of_another_generator_is_not_called_good(table: SeedTable) -> None:
    with pytest.raises(TableMatchError, match="fingerprint"):
        verify_noise(with_noise(table, rng=Rng.PHILOX))


def test_drawing_again_touches_no_global_generator(table: SeedTable) -> None:
    before = random_states()
    check_noise(table)
    assert random_states() == before
