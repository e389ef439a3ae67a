"""A table holds only for its own noise, and says what would make it hold."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from seedloupe.errors import TableMatchError
from seedloupe.noise import Carried, Carry, NoiseSource, Rng
from seedloupe.tables import (
    MatchLevel,
    NoiseSpec,
    SeedTable,
    TableUse,
    Task,
    match_table,
    require_match,
    verify_noise,
)

from ..seed_tables import SAMPLING, SHA256, SHAPE

CPU = NoiseSource()
NV = NoiseSource(Rng.PHILOX)
SAME = TableUse(CPU, SHAPE, SHA256, SAMPLING)
OTHER_SHA256 = "cd" * 32
CELLS = 4 * 6 * 8


def with_noise(table: SeedTable, **changes: object) -> SeedTable:
    noise: NoiseSpec = replace(table.spec.noise, **changes)  # type: ignore[arg-type]
    return SeedTable(table.seeds, table.tensors, replace(table.spec, noise=noise))


def test_the_same_settings_match_exactly(table: SeedTable) -> None:
    match = match_table(table, SAME)
    assert match.level is MatchLevel.EXACT
    assert match.reasons == ()
    assert require_match(table, SAME) == match


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (replace(SAME, model_sha256=OTHER_SHA256), "model.sha256"),
        (replace(SAME, model_sha256=None), "model.sha256: the table has ab.*, in use is unknown"),
        (replace(SAME, sampling=None), "sampling"),
        (replace(SAME, sampling=replace(SAMPLING, sampler="ddim")), "sampler: .*euler.*ddim"),
        (replace(SAME, sampling=replace(SAMPLING, steps=21)), "sampling.steps: .*20.*21"),
        (replace(SAME, sampling=replace(SAMPLING, guidance=7.0)), "sampling.guidance"),
        (replace(SAME, sampling=replace(SAMPLING, guidance=None)), "guidance: .*in use is unknown"),
        (replace(SAME, sampling=replace(SAMPLING, task=Task.INPAINT)), "task: .*txt2img.*inpaint"),
    ],
)
def test_another_model_or_sampling_leaves_the_noise(
    use: TableUse, reason: str, table: SeedTable
) -> None:
    match = require_match(table, use)
    assert match.level is MatchLevel.NOISE_ONLY
    assert len(match.reasons) == 1
    (difference,) = match.differences
    assert difference.level is MatchLevel.NOISE_ONLY
    assert re.search(reason, match.reasons[0])


def test_what_the_table_did_not_record_is_not_compared(table: SeedTable) -> None:
    assert table.spec.sampling is not None
    assert table.spec.sampling.eta is None
    use = replace(SAME, sampling=replace(SAMPLING, eta=0.5))
    assert match_table(table, use).level is MatchLevel.EXACT


@pytest.mark.parametrize(
    ("use", "field", "words"),
    [
        (replace(SAME, noise=NV), "noise.rng", ["cpu", "nv", "noise source"]),
        (replace(SAME, shape=(4, 8, 6)), "noise.shape", ["(4, 6, 8)", "(4, 8, 6)", "to 64x48"]),
        (replace(SAME, shape=(16, 6, 8)), "noise.shape", ["(16, 6, 8)", "kind, sd1"]),
        (replace(SAME, draws_before=1), "noise.draws_before", ["expected 0", "got 1", "task"]),
    ],
)
def test_other_noise_is_refused_with_both_values_and_the_setting(
    use: TableUse, field: str, words: list[str], table: SeedTable
) -> None:
    assert match_table(table, use).level is MatchLevel.INVALID
    with pytest.raises(TableMatchError) as caught:
        require_match(table, use)
    assert caught.value.field == field
    for word in words:
        assert word in str(caught.value)


def test_all_differences_are_told_at_once(table: SeedTable) -> None:
    use = TableUse(NV, (4, 8, 6), OTHER_SHA256, replace(SAMPLING, steps=3), draws_before=1)
    fields = [difference.field for difference in match_table(table, use).differences]
    assert fields == [
        "noise.rng",
        "noise.shape",
        "noise.draws_before",
        "model.sha256",
        "sampling.steps",
    ]


@pytest.mark.parametrize(
    ("made", "used", "level"),
    [
        (None, None, MatchLevel.EXACT),
        (CELLS, None, MatchLevel.EXACT),
        (CELLS, 10 * CELLS, MatchLevel.EXACT),
        (CELLS - 1, None, MatchLevel.INVALID),
        (CELLS - 1, CELLS - 1, MatchLevel.EXACT),
        (CELLS - 1, CELLS - 2, MatchLevel.INVALID),
    ],
)
def test_a_grid_matters_only_where_it_shows(
    made: int | None, used: int | None, level: MatchLevel, table: SeedTable
) -> None:
    philox = with_noise(table, rng=Rng.PHILOX, grid_threads=made, fingerprint=())
    use = replace(SAME, noise=NoiseSource(Rng.PHILOX, used))
    assert match_table(philox, use).level is level


@pytest.mark.parametrize(
    ("dtype", "level"),
    [("float16", MatchLevel.NOISE_ONLY), ("float64", MatchLevel.INVALID)],
)
def test_doubles_are_other_noise_and_halves_are_rounded(
    dtype: str, level: MatchLevel, table: SeedTable
) -> None:
    assert match_table(with_noise(table, dtype=dtype), SAME).level is level


def test_a_table_without_hash_never_matches_exactly(table: SeedTable) -> None:
    spec = replace(table.spec, model=replace(table.spec.model, sha256=None))
    unknown = SeedTable(table.seeds, table.tensors, spec)
    assert match_table(unknown, SAME).level is MatchLevel.NOISE_ONLY
    assert match_table(unknown, replace(SAME, model_sha256=None)).level is MatchLevel.NOISE_ONLY


def test_without_recorded_size_the_advice_is_general(table: SeedTable) -> None:
    bare = SeedTable(table.seeds, table.tensors, replace(table.spec, sampling=None))
    with pytest.raises(TableMatchError, match="Set the image size the table was made for"):
        require_match(bare, replace(SAME, shape=(4, 9, 9)))


def test_noise_that_is_drawn_again_agrees_with_its_fingerprint(table: SeedTable) -> None:
    verify_noise(table)


@pytest.mark.parametrize(("by", "agrees"), [(2e-6, True), (1e-2, False)])
def test_a_fingerprint_that_was_changed_is_found_out(
    by: float, agrees: bool, table: SeedTable
) -> None:
    first, *rest = table.spec.noise.fingerprint
    changed = with_noise(table, fingerprint=(first + by, *rest))
    if agrees:
        verify_noise(changed)
    else:
        with pytest.raises(TableMatchError, match=r"noise\.fingerprint: expected"):
            verify_noise(changed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fingerprint": ()}, "noise.fingerprint"),
        ({"draws_before": 1}, "noise.draws_before"),
        ({"dtype": "float64"}, "noise.dtype"),
    ],
)
def test_noise_that_cannot_be_checked_is_not_called_good(
    changes: dict[str, object], field: str, table: SeedTable
) -> None:
    with pytest.raises(TableMatchError) as caught:
        verify_noise(with_noise(table, **changes))
    assert caught.value.field == field


def test_noise_of_another_generator_is_not_called_good(table: SeedTable) -> None:
    with pytest.raises(TableMatchError, match="fingerprint"):
        verify_noise(with_noise(table, rng=Rng.PHILOX))


CARRIED = replace(SAME, shape=(4, 6, 12), carried=Carried(Carry.STRETCH, SHAPE))


def test_noise_carried_to_another_size_is_usable_and_never_exact(table: SeedTable) -> None:
    match = require_match(table, CARRIED)
    assert match.level is MatchLevel.NOISE_ONLY
    assert match.reasons == (
        "noise.shape: the table has (4, 6, 8), in use is (4, 6, 12). The noise is carried from "
        "64x48 (stretch), which the scores are of.",
    )
    unsized = replace(table.spec, sampling=None)
    unknown = match_table(SeedTable(table.seeds, table.tensors, unsized), CARRIED)
    assert "carried from 8x6 cells (stretch)" in unknown.reasons[0]


def test_noise_carried_to_the_size_it_is_drawn_at_is_the_tables(table: SeedTable) -> None:
    assert match_table(table, replace(CARRIED, shape=SHAPE)).level is MatchLevel.EXACT


@pytest.mark.parametrize("shape", [SHAPE, (4, 6, 12)])
def test_noise_carried_from_another_size_than_the_tables_is_refused(
    shape: tuple[int, int, int], table: SeedTable
) -> None:
    use = replace(SAME, shape=shape, carried=Carried(Carry.MIDDLE, (4, 6, 9)))
    with pytest.raises(TableMatchError, match=r"noise.shape: expected \(4, 6, 8\).* \(4, 6, 9\)"):
        require_match(table, use)
