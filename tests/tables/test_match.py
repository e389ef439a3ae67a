"""A table holds only for its own noise, and says what would make it hold."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

import pytest

from seedloupe.errors import TableMatchError
from seedloupe.noise import NoiseResize, NoiseSource, ResizeWay, Rng
from seedloupe.tables import (
    MatchLevel,
    NoiseSpec,
    SamplingSpec,
    SeedTable,
    TableUse,
    Task,
    bundled_folder,
    match_table,
    read_outline,
    require_match,
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
        (
            replace(SAME, model_sha256=None),
            "model.sha256: the table has stand-in, in use is unknown",
        ),
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


@pytest.mark.parametrize(
    "changes",
    [
        {"eta": 0.5},
        {"strength": 0.5},
        {"mask_fill": "original"},
        {"step_noise": "cpu"},
        {"scheduler": "karras"},
    ],
)
def test_what_may_mean_nothing_is_not_compared_where_the_table_did_not_record_it(
    changes: dict[str, object], table: SeedTable
) -> None:
    made = replace(table.spec, sampling=replace(SAMPLING, scheduler=None))
    recorded = SeedTable(table.seeds, table.tensors, made)
    use = replace(SAME, sampling=replace(SAMPLING, **changes))  # type: ignore[arg-type]
    assert match_table(recorded, use).level is MatchLevel.EXACT


@pytest.mark.parametrize("field", ["sampler", "steps", "guidance", "size"])
def test_what_every_picture_is_sampled_with_is_unknown_where_one_side_is_silent(
    field: str, table: SeedTable
) -> None:
    silent = replace(SAMPLING, **{field: None})  # type: ignore[arg-type]
    made = SeedTable(table.seeds, table.tensors, replace(table.spec, sampling=silent))
    for one, use, who in (
        (made, SAME, "The table does not state"),
        (table, replace(SAME, sampling=silent), "The settings in use do not state"),
        (made, replace(SAME, sampling=silent), "The table does not state"),
    ):
        match = match_table(one, use)
        assert match.level is MatchLevel.NOISE_ONLY
        (reason,) = match.reasons
        assert reason.startswith(f"sampling.{field}: ")
        assert who in reason


def test_sampling_one_side_knows_nothing_of_is_said_in_words(table: SeedTable) -> None:
    (reason,) = match_table(table, replace(SAME, sampling=None)).reasons
    assert "the table has txt2img, euler, 20 steps, guidance 4, 64x48, in use is unk" in reason
    assert "How pictures will be sampled is not known here." in reason
    silent = SeedTable(table.seeds, table.tensors, replace(table.spec, sampling=None))
    (reason,) = match_table(silent, SAME).reasons
    assert reason.startswith("sampling: the table does not say, in use is txt2img, euler")


def test_the_bundled_table_matches_the_settings_it_was_made_with() -> None:
    path = bundled_folder() / "seedling" / "seedling-cpu-128x128.seedtable.safetensors"
    spec = read_outline(path).spec
    use = TableUse(spec.noise.source, spec.noise.shape, spec.model.sha256, spec.sampling)
    assert match_table(read_outline(path), use).level is MatchLevel.EXACT


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


@dataclass(frozen=True)
class Setting:
    """One cell of the matrix: who draws, how large, with which model, by which task."""

    source: str
    side: int
    model: str
    task: str


SETTINGS = [
    Setting(*cell)
    for cell in itertools.product(
        ["cpu", "nv", "cuda:43008"],
        [64, 96, 128],
        [SHA256, OTHER_SHA256],
        ["txt2img", "inpaint 9ch", "inpaint 4ch", "strength<1"],
    )
]
# What hosts do before they draw the noise: whoever starts from the picture itself codes it first.
DRAWS_BEFORE = {"txt2img": 0, "inpaint 9ch": 0, "inpaint 4ch": 1, "strength<1": 1}
# 43,008 threads draw 4x64x64 and 4x96x96 in one wave, as any larger card does; 4x128x128 in two.
SAME_NUMBERS = {64: {"nv", "cuda:43008"}, 96: {"nv", "cuda:43008"}, 128: set()}


def expected(made: Setting, used: Setting) -> str:
    """Written from what hosts draw, not from how tables are compared."""
    numbers = made.source == used.source or {made.source, used.source} <= SAME_NUMBERS[made.side]
    same_start = DRAWS_BEFORE[made.task] == DRAWS_BEFORE[used.task]
    if made.side != used.side or not numbers or not same_start:
        return "invalid"
    return "exact" if (made.model, made.task) == (used.model, used.task) else "noise_only"


def sampling_of(setting: Setting) -> SamplingSpec:
    pixels = 8 * setting.side
    plain = replace(SAMPLING, size=(pixels, pixels))
    return {
        "txt2img": plain,
        "inpaint 9ch": replace(plain, task=Task.INPAINT, strength=1.0, mask_fill="original"),
        "inpaint 4ch": replace(plain, task=Task.INPAINT, strength=1.0, mask_fill="fill"),
        "strength<1": replace(plain, task=Task.INPAINT, strength=0.75, mask_fill="original"),
    }[setting.task]


def made_with(table: SeedTable, setting: Setting) -> SeedTable:
    source = NoiseSource.parse(setting.source)
    shape, draws = (4, setting.side, setting.side), DRAWS_BEFORE[setting.task]
    noise = NoiseSpec(source.rng, source.grid_threads, "float32", shape, draws, ())
    channels = 9 if setting.task == "inpaint 9ch" else 4
    model = replace(table.spec.model, sha256=setting.model, in_channels=channels)
    spec = replace(table.spec, noise=noise, model=model, sampling=sampling_of(setting))
    return SeedTable(table.seeds, {}, replace(spec, thumbnails=None))


@pytest.mark.parametrize("made", SETTINGS, ids=str)
def test_every_setting_meets_every_other_as_hosts_draw(made: Setting, table: SeedTable) -> None:
    of_setting = made_with(table, made)
    for used in SETTINGS:
        use = TableUse(
            NoiseSource.parse(used.source),
            (4, used.side, used.side),
            used.model,
            sampling_of(used),
            DRAWS_BEFORE[used.task],
        )
        match = match_table(of_setting, use)
        assert match.level.value == expected(made, used), (used, match.reasons)
        assert bool(match.reasons) == (match.level is not MatchLevel.EXACT)


CARRIED = replace(SAME, shape=(4, 6, 12), resize=NoiseResize(ResizeWay.STRETCH, SHAPE))


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
    use = replace(SAME, shape=shape, resize=NoiseResize(ResizeWay.MIDDLE, (4, 6, 9)))
    with pytest.raises(TableMatchError, match=r"noise.shape: expected \(4, 6, 8\).* \(4, 6, 9\)"):
        require_match(table, use)


KARRAS = replace(SAMPLING, sampler="dpmpp_2m", scheduler="karras")


@pytest.mark.parametrize(
    ("sampler", "scheduler"),
    [("DPM++ 2M", "Karras"), ("DPM++ 2M Karras", None), ("dpmpp_2m", "karras")],
)
def test_a_sampler_is_the_same_by_every_name(
    sampler: str, scheduler: str | None, table: SeedTable
) -> None:
    spec = replace(SAMPLING, sampler=sampler, scheduler=scheduler)
    for made, used in ((spec, KARRAS), (KARRAS, spec)):
        known = SeedTable(table.seeds, table.tensors, replace(table.spec, sampling=made))
        assert match_table(known, replace(SAME, sampling=used)).level is MatchLevel.EXACT


def test_another_schedule_is_said_with_its_sampler(table: SeedTable) -> None:
    made = SeedTable(table.seeds, table.tensors, replace(table.spec, sampling=KARRAS))
    use = replace(SAME, sampling=replace(KARRAS, scheduler="normal"))
    match = match_table(made, use)
    assert match.level is MatchLevel.NOISE_ONLY
    (reason,) = match.reasons
    assert reason == (
        "sampling.scheduler: the table has DPM++ 2M Karras, in use is DPM++ 2M Uniform."
    )


@pytest.mark.parametrize(
    ("sampler", "level"),
    [
        ("euler", MatchLevel.EXACT),
        ("dpmpp_2m", MatchLevel.EXACT),
        ("euler_a", MatchLevel.NOISE_ONLY),
        ("dpmpp_sde", MatchLevel.NOISE_ONLY),
        ("lms", MatchLevel.NOISE_ONLY),
    ],
)
def test_what_steps_draw_is_compared_for_samplers_that_draw(
    sampler: str, level: MatchLevel, table: SeedTable
) -> None:
    made = replace(SAMPLING, sampler=sampler, eta=1.0, step_noise="cpu")
    known = SeedTable(table.seeds, table.tensors, replace(table.spec, sampling=made))
    use = replace(SAME, sampling=replace(made, eta=0.5, step_noise="nv"))
    assert match_table(known, use).level is level
