"""Tables made alike become one, as if it had been made at once; others are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.errors import TableError
from seedloupe.noise import NoiseSource, Rng
from seedloupe.tables import (
    Evidence,
    MetricSpec,
    NoiseSpec,
    PromptsSpec,
    SeedEffect,
    SeedTable,
    SpaceSpec,
    Status,
    TableSpec,
    diff_tables,
    draw_sheet,
    merge_tables,
    read_table,
    write_table,
)

from ..seed_tables import MODEL, PROVENANCE, SAMPLING, full_table, make_table, noise_spec

Raw = NDArray[np.float64]
SEEDS = np.arange(3, 43, 3, dtype=np.uint64)
MINED, HELD_OUT = 12, 6


def sha(number: int) -> str:
    return f"{number:064x}"


def pictures(number: int, count: int = MINED) -> Raw:
    """Scores ``(S, P)`` of every seed with each of one set of prompts."""
    return np.random.default_rng(number).normal(0.3, 1, (len(SEEDS), count))


def table_of(
    raw: Raw,
    confirmed: Raw | None = None,
    *,
    seeds: NDArray[np.uint64] = SEEDS,
    prompts: int = 1,
    **changes: Any,
) -> SeedTable:
    """Describe raw scores as the miner does: mean, standard error and number, beside a tag."""
    tensors = {
        "score.beauty": raw.mean(1),
        "score.beauty.se": raw.std(1, ddof=1) / np.sqrt(raw.shape[1]),
        "rate.gray": (raw > 1).mean(1),
    }
    if confirmed is not None:
        tensors["score.beauty.confirm"] = confirmed.mean(1)
        tensors["score.beauty.confirm_se"] = confirmed.std(1, ddof=1) / np.sqrt(confirmed.shape[1])
    counts = np.full(len(seeds), raw.shape[1], np.uint32)
    held_out = 0 if confirmed is None else confirmed.shape[1]
    spec = TableSpec(
        noise=noise_spec(int(seeds[0])),
        model=MODEL,
        provenance=PROVENANCE,
        sampling=SAMPLING,
        prompts=PromptsSpec(f"words-{prompts}", sha(prompts), raw.shape[1], held_out),
        metrics=(MetricSpec("beauty", "1", True),),
    )
    columns = {name: values.astype(np.float32) for name, values in tensors.items()}
    columns |= {"score.beauty.n": counts, "rate.gray.n": counts}
    return SeedTable(seeds, columns, replace(spec, **changes))


def rows_of(table: SeedTable, rows: Any) -> SeedTable:
    """Some seeds of a table, everything it says of itself unchanged but the fingerprint."""
    seeds, tiles = table.seeds[rows], table.spec.thumbnails
    tensors = {name: v[rows] for name, v in table.tensors.items() if name != "thumbnails"}
    if tiles is not None:
        pictures = [table.thumbnail(int(seed)) for seed in seeds]
        tensors["thumbnails"] = draw_sheet([tile for tile in pictures if tile], tiles)
    noise = replace(table.spec.noise, fingerprint=noise_spec(int(seeds[0])).fingerprint)
    return SeedTable(seeds, tensors, replace(table.spec, noise=noise), table.metadata)


def full_by_rows(rows: Any) -> SeedTable:
    return rows_of(full_table(), rows)


def close(first: SeedTable, second: SeedTable, rtol: float = 2e-6) -> None:
    """Same spec, and the same numbers but for the rounding of single precision."""
    assert first.spec.to_json() == second.spec.to_json()
    assert first.seeds.tolist() == second.seeds.tolist()
    assert set(first.tensors) == set(second.tensors)
    for name, values in first.tensors.items():
        np.testing.assert_allclose(values, second.tensors[name], rtol=rtol, atol=1e-6, err_msg=name)


# --- the whole from its parts -------------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_parts_by_seeds_give_the_table_back(cut: int) -> None:
    table = full_table()
    first, second = full_by_rows(slice(0, cut)), full_by_rows(slice(cut, 7))
    merged = merge_tables([second, first])
    assert merged.notes == ()
    found = diff_tables(merged.table, table)
    assert not found.entries
    assert {column.name for column in found.columns} <= {"thumbnails"}, "coded once more"
    for row, seed in enumerate(table.seeds.tolist()):
        tile = np.asarray(merged.table.thumbnail(seed), np.int64)[4:12, 6:18].mean(axis=(0, 1))
        np.testing.assert_allclose(tile, [30 * row, 255 - 30 * row, 128], atol=12)


def test_seeds_between_each_other_are_sorted_in() -> None:
    table = full_table()
    merged = merge_tables([full_by_rows([1, 3, 5]), full_by_rows([0, 2, 4, 6])]).table
    found = diff_tables(merged, table)
    assert not found.entries
    assert not [column for column in found.columns if column.name != "thumbnails"]


@pytest.mark.parametrize("cut", [2, 5, 10])
def test_halves_by_samples_give_the_whole(cut: int) -> None:
    """The oracle is the description of all raw samples at once."""
    raw, held = pictures(1), pictures(2, HELD_OUT)
    whole = table_of(raw, held)
    parts = [
        table_of(raw[:, :cut], held[:, :2], prompts=1),
        table_of(raw[:, cut:], held[:, 2:], prompts=2),
    ]
    merged = merge_tables(parts).table
    for name, values in whole.tensors.items():
        np.testing.assert_allclose(merged.tensors[name], values, rtol=3e-6, atol=1e-7, err_msg=name)
    assert set(merged.tensors) == set(whole.tensors), "every count is that of all prompts"
    prompts = merged.spec.prompts
    assert prompts is not None
    assert (prompts.mining, prompts.held_out) == (MINED, HELD_OUT)
    assert [part["sha256"] for part in prompts.extra["parts"]] == [sha(1), sha(2)]  # type: ignore[attr-defined]


def test_seeds_confirmed_in_one_half_only_keep_their_own_count() -> None:
    raw, held = pictures(1), pictures(2, HELD_OUT)
    first = table_of(raw, held[:, :2], prompts=1)
    second = table_of(pictures(4), held[:, 2:], prompts=2)
    gaps = second.score("beauty", "confirm").copy()
    gaps[:5] = np.nan
    second = SeedTable(second.seeds, {**second.tensors, "score.beauty.confirm": gaps}, second.spec)
    merged = merge_tables([first, second]).table
    assert merged.tensors["score.beauty.confirm_n"].tolist() == [2] * 5 + [6] * 9
    np.testing.assert_array_equal(
        merged.score("beauty", "confirm")[:5], first.score("beauty", "confirm")[:5]
    )
    np.testing.assert_allclose(merged.score("beauty", "confirm")[5:], held.mean(1)[5:], rtol=1e-6)


# --- laws ---------------------------------------------------------------------------------------


def some_tables(dice: np.random.Generator) -> list[SeedTable]:
    """Three tables of random, overlapping seeds, each with prompts of its own."""
    tables = []
    for number in range(3):
        rows = np.sort(dice.choice(len(SEEDS), dice.integers(1, len(SEEDS) + 1), replace=False))
        raw = dice.normal(number, 1 + number, (len(rows), int(dice.integers(2, 9))))
        held = dice.normal(number, 1, (len(rows), int(dice.integers(2, 5))))
        tables.append(table_of(raw, held, seeds=SEEDS[rows], prompts=number))
    return tables


@pytest.mark.parametrize("seed", range(25))
def test_the_order_does_not_matter_and_nor_does_the_grouping(seed: int) -> None:
    first, second, third = some_tables(np.random.default_rng(seed))
    merged = merge_tables([first, second, third]).table
    for other in ([third, first, second], [second, third, first], [second, first, third]):
        assert not diff_tables(merge_tables(other).table, merged), "to the bit"
    left = merge_tables([merge_tables([first, second]).table, third]).table
    right = merge_tables([first, merge_tables([second, third]).table]).table
    close(left, merged)
    close(right, merged)


def test_one_table_is_itself() -> None:
    table = full_table()
    assert not diff_tables(merge_tables([table]).table, table)


def test_what_was_merged_is_a_sound_file(tmp_path: Any) -> None:
    merged = merge_tables(some_tables(np.random.default_rng(1))).table
    path = tmp_path / "merged.seedtable.safetensors"
    write_table(merged, path)
    assert not diff_tables(read_table(path), merged)


def test_the_new_first_seed_brings_its_fingerprint() -> None:
    merged = merge_tables([full_by_rows([5, 6]), full_by_rows([0, 1])]).table
    assert merged.spec.noise == noise_spec(5)


# --- refusals -----------------------------------------------------------------------------------


def changed(section: str, **changes: Any) -> SeedTable:
    table = table_of(pictures(1), prompts=2)
    part = replace(getattr(table.spec, section), **changes)
    return SeedTable(table.seeds, table.tensors, replace(table.spec, **{section: part}))


@pytest.mark.parametrize(
    ("section", "changes", "field", "got"),
    [
        ("noise", {"rng": Rng.PHILOX}, "noise.rng", '"philox"'),
        ("noise", {"shape": (4, 8, 6)}, "noise.shape[1]", "8"),
        ("noise", {"dtype": "float16"}, "noise.dtype", '"float16"'),
        ("noise", {"draws_before": 1}, "noise.draws_before", "1"),
        ("noise", {"extra": {"unstated": ["rng"]}}, "noise.unstated", '["rng"]'),
        ("model", {"sha256": None}, "model.sha256", "null"),
        ("model", {"loras": ("x",)}, "model.loras[0]", '"x"'),
        ("sampling", {"steps": 21}, "sampling.steps", "21"),
        ("sampling", {"extra": {"dtype": "bfloat16"}}, "sampling.dtype", '"bfloat16"'),
        ("noise", {"fingerprint": (0.5,) * 8}, "noise.fingerprint", "0.50000"),
    ],
)
def test_tables_made_otherwise_are_refused_with_both_values(
    section: str, changes: dict[str, Any], field: str, got: str
) -> None:
    other = changed(section, **changes)
    for pair in ([table_of(pictures(1)), other], [other, table_of(pictures(1))]):
        with pytest.raises(TableError) as caught:
            merge_tables(pair)
        assert caught.value.field == field
        assert got in f"{caught.value.expected} {caught.value.got}"
        assert caught.value.advice


def philox(seeds: list[int], grid: int | None) -> SeedTable:
    noise = NoiseSpec.drawn(NoiseSource(Rng.PHILOX, grid), (4, 6, 8), seeds[0])
    table = make_table({"a": [1.0] * len(seeds)}, verdict=None)
    spec = replace(table.spec, noise=noise)
    return SeedTable(np.array(seeds, np.uint64), table.tensors, spec)


def test_grids_are_one_where_they_do_not_show() -> None:
    merged = merge_tables([philox([1], 192), philox([2], None)]).table
    assert merged.spec.noise.grid_threads is None
    assert merge_tables([philox([1], 192), philox([2], 500)]).table.spec.noise.grid_threads == 500
    with pytest.raises(TableError, match=r"^noise\.grid_threads: expected .*191"):
        merge_tables([philox([1], 191), philox([2], None)])


def test_philox_seeds_beyond_32_bits_stay_apart() -> None:
    merged = merge_tables([philox([5], None), philox([5 + 2**32], None)]).table
    assert merged.seeds.tolist() == [5, 5 + 2**32]


def test_a_cpu_seed_beyond_32_bits_is_another_ones_double_and_refused() -> None:
    with pytest.raises(TableError, match="The same noise is seed 5"):
        make_table({"a": [1.0]}, seeds=[5 + 2**32])


def test_the_same_pictures_are_not_counted_twice() -> None:
    table = table_of(pictures(1))
    with pytest.raises(TableError, match=r"prompts\.sha256: expected other prompts .* such as 3"):
        merge_tables([table, table])
    pooled = merge_tables([table, table_of(pictures(2), prompts=2)]).table
    with pytest.raises(TableError, match=r"prompts\.sha256"):
        merge_tables([pooled, table_of(pictures(3), prompts=2)])


def with_hashes(table: SeedTable, mining: list[str], held_out: list[str]) -> SeedTable:
    """What the miner writes beside the hash of all prompts together; here each is its own hash."""
    prompts = table.spec.prompts
    assert prompts is not None
    extra: dict[str, object] = {"mining_prompts": mining, "held_out_prompts": held_out}
    for role, words in (("mining", mining), ("held_out", held_out)):
        extra[f"{role}_sha256"] = sha(int.from_bytes(",".join([role, *words]).encode(), "big"))
    spec = replace(table.spec, prompts=replace(prompts, extra=extra))
    return SeedTable(table.seeds, table.tensors, spec)


@pytest.mark.parametrize(
    ("mining", "held_out", "entry"),
    [
        (["a", "b"], ["d"], "mining_prompts"),
        (["b", "e"], ["d"], "mining_prompts"),
        (["e", "f"], ["c", "d"], "held_out_prompts"),
        (["c", "f"], ["d"], "held_out_prompts"),
        (["e", "f"], ["b"], "mining_prompts"),
    ],
)
def test_one_prompt_in_both_tables_is_enough_to_refuse_a_seed_both_have(
    mining: list[str], held_out: list[str], entry: str
) -> None:
    first = with_hashes(table_of(pictures(1), pictures(2, 2)), ["a", "b"], ["c"])
    other = table_of(pictures(3), pictures(4, 2), prompts=2)
    second = with_hashes(other, mining, held_out)
    with pytest.raises(TableError, match=rf"^prompts\.{entry}: .* such as 3"):
        merge_tables([first, second])
    elsewhere = with_hashes(
        table_of(pictures(3), pictures(4, 2), prompts=2, seeds=SEEDS + np.uint64(100)),
        mining,
        held_out,
    )
    assert len(merge_tables([first, elsewhere]).table) == 2 * len(SEEDS), "no seed in common"


def test_other_prompts_are_pooled_and_stay_known_for_the_next_merge() -> None:
    tables = [
        with_hashes(table_of(pictures(number), prompts=number), [word], [])
        for number, word in enumerate("abc")
    ]
    merged = merge_tables(tables[:2])
    assert "counted twice" not in " ".join(merged.notes)
    assert len(merge_tables([merged.table, tables[2]]).table) == len(SEEDS)
    again = with_hashes(table_of(pictures(7), prompts=7), ["x", "b"], [])
    with pytest.raises(TableError, match=r"^prompts\.mining_prompts"):
        merge_tables([merged.table, again])


def test_held_out_prompts_may_repeat_where_no_seed_was_confirmed_by_both() -> None:
    confirmed = table_of(pictures(1), pictures(2, 2))
    first = with_hashes(confirmed, ["a"], ["c"])
    second = with_hashes(table_of(pictures(3), prompts=2), ["b"], ["c"])
    assert merge_tables([first, second]).table.tensors["score.beauty.n"][0] == 2 * MINED


def test_equal_numbers_give_the_same_pictures_away_where_no_prompt_does() -> None:
    raw = pictures(1)
    first, second = table_of(raw), table_of(raw, prompts=2)
    with pytest.raises(TableError, match=r"^score\.beauty: .* same to the bit for 14 .* as 3"):
        merge_tables([first, second])


def test_shares_of_pictures_are_often_equal_and_no_proof() -> None:
    tables = [table_of(np.round(pictures(n) > 0), prompts=n) for n in (1, 2)]
    assert (tables[0].score("beauty") == tables[1].score("beauty")).any()
    notes = " ".join(merge_tables(tables).notes)
    assert "does not say which prompts it was mined with" in notes


def test_scores_without_counts_cannot_be_pooled() -> None:
    first = make_table({"a": [1.0, 2.0]}, seeds=[1, 2], verdict=None)
    second = make_table({"a": [3.0, 4.0]}, seeds=[2, 3], verdict=None)
    with pytest.raises(TableError, match=r"score\.a\.n: expected how many .* seed 2 in several"):
        merge_tables([first, second])
    apart = make_table({"a": [4.0]}, seeds=[3], verdict=None)
    assert merge_tables([first, apart]).table.score("a").tolist() == [1, 2, 4]


def test_metrics_of_one_name_must_be_one_metric() -> None:
    first = make_table({"a": [1.0]}, seeds=[1])
    for changes in ({"version": "2"}, {"higher_is_better": False}, {"reference": "x"}):
        second = make_table({"a": [1.0]}, seeds=[2])
        metric = replace(second.spec.metrics[0], **changes)  # type: ignore[arg-type]
        second = SeedTable(second.seeds, second.tensors, replace(second.spec, metrics=(metric,)))
        with pytest.raises(TableError, match=r"metrics\.a\.\w+: expected .* in every table"):
            merge_tables([first, second])


def test_no_table_at_all_is_refused() -> None:
    with pytest.raises(TableError, match="tables: expected at least one"):
        merge_tables([])


def test_counts_too_large_to_write_are_refused() -> None:
    tables = [table_of(pictures(number), prompts=number) for number in (1, 2)]
    huge = np.full(len(SEEDS), 2**32 - 1, np.uint32)
    tables = [SeedTable(t.seeds, {**t.tensors, "rate.gray.n": huge}, t.spec) for t in tables]
    with pytest.raises(TableError, match=r"rate\.gray\.n: expected counts below"):
        merge_tables(tables)


# --- what is kept, and what is said to be left out ----------------------------------------------


def with_space(
    rows: list[int], space: SpaceSpec | None, feature: Raw, drawn: Raw | None = None, **changes: Any
) -> SeedTable:
    name = "style" if space is None else space.name
    tensors = {f"feature.{name}": feature.astype(np.float32)}
    if drawn is not None:
        tensors[f"map.{name}"] = drawn.astype(np.float32)
    spaces = () if space is None else (space,)
    spec = replace(make_table({"a": [0.0]}, seeds=[rows[0]], verdict=None).spec, metrics=())
    return SeedTable(np.array(rows, np.uint64), tensors, replace(spec, spaces=spaces, **changes))


def test_places_in_the_picture_mean_the_same_in_every_run() -> None:
    space = SpaceSpec("composition", classes=("ball",), map="centroid")
    first = with_space([1], space, np.full((1, 4), 0.25), np.full((1, 2), 0.25))
    second = with_space([2], space, np.full((1, 4), 0.5), np.full((1, 2), 0.5))
    merged = merge_tables([first, second])
    assert merged.table.feature("composition").tolist() == [[0.25] * 4, [0.5] * 4]
    assert merged.table.tensors["map.composition"].tolist() == [[0.25] * 2, [0.5] * 2]
    assert merged.table.spec.spaces == (space,)


def test_components_of_different_runs_are_left_out_and_said_to_be() -> None:
    """Even where two small runs explain all variance and so describe their axes alike."""
    space = SpaceSpec("style", 1.0)
    first = with_space([1], space, np.ones((1, 3)))
    second = with_space([2], space, np.zeros((1, 3)))
    merged = merge_tables([first, second])
    assert not merged.table.spaces()
    assert merged.table.spec.spaces == ()
    assert "feature.style was left out: each run has axes of its own" in merged.notes


def test_components_of_one_run_are_kept() -> None:
    space, evidence = SpaceSpec("style", 0.9, map="t-SNE"), Evidence("x", SeedEffect.EFFECT)
    tables = [
        with_space([row], space, np.full((1, 3), row), np.full((1, 2), row), evidence=evidence)
        for row in (1, 2)
    ]
    merged = merge_tables(tables)
    assert merged.table.feature("style").tolist() == [[1] * 3, [2] * 3]
    assert merged.table.tensors["map.style"].tolist() == [[1] * 2, [2] * 2]
    assert merged.table.spec.evidence == evidence
    assert merged.notes == ()


@pytest.mark.parametrize(
    ("spaces", "why"),
    [
        ((SpaceSpec("style", 0.9), SpaceSpec("style", 0.8)), "describe it differently"),
        ((SpaceSpec("style", 0.9), None), "describe it differently"),
        ((None, None), "axes of its own"),
        ((SpaceSpec("composition"), SpaceSpec("composition")), "axes of its own"),
        (
            (SpaceSpec("composition", classes=("a",)), SpaceSpec("composition", classes=("b",))),
            "describe it differently",
        ),
    ],
)
def test_spaces_that_may_differ_are_left_out(
    spaces: tuple[SpaceSpec | None, SpaceSpec | None], why: str
) -> None:
    tables = [with_space([row + 1], space, np.ones((1, 4))) for row, space in enumerate(spaces)]
    merged = merge_tables(tables)
    assert not merged.table.spaces()
    assert why in " ".join(merged.notes)


def test_a_map_of_its_own_run_is_left_out_where_the_space_stays() -> None:
    space = SpaceSpec("colour", map="t-SNE")
    tables = [
        with_space([row], space, np.full((1, 3), row), np.full((1, 2), row)) for row in (1, 2)
    ]
    merged = merge_tables(tables).table
    assert merged.spaces() == ("colour",)
    assert "map.colour" not in merged.tensors
    assert merged.spec.spaces == (SpaceSpec("colour"),)


def test_features_that_differ_on_a_shared_seed_are_left_out() -> None:
    space = SpaceSpec("colour")
    tables = [with_space([1], space, np.full((1, 3), value)) for value in (0, 1)]
    merged = merge_tables(tables)
    assert not merged.table.spaces()
    assert "feature.colour was left out: it differs on seeds" in " ".join(merged.notes)


def test_evidence_of_other_seeds_is_left_out_and_said_to_be() -> None:
    first = make_table({"a": [1.0]}, seeds=[1])
    second = make_table({"a": [1.0]}, seeds=[2], verdict=SeedEffect.NO_EFFECT)
    merged = merge_tables([first, second])
    assert merged.table.spec.evidence is None
    assert "evidence was left out" in " ".join(merged.notes)


def test_seeds_scored_on_different_prompts_are_said_to_be() -> None:
    first = rows_of(table_of(pictures(1), prompts=1), slice(0, 5))
    second = rows_of(table_of(pictures(2), prompts=2), slice(3, 9))
    notes = " ".join(merge_tables([first, second]).notes)
    assert "scored on different prompts" in notes
    assert "2 seeds were in several tables and were pooled" in notes


def test_metrics_and_tags_of_one_table_only_have_gaps_for_other_seeds() -> None:
    first = make_table({"a": [1.0]}, seeds=[1], rates={"gray": [0.5]})
    second = make_table({"b": [2.0]}, seeds=[2])
    merged = merge_tables([first, second]).table
    np.testing.assert_array_equal(merged.score("a"), [1, np.nan])
    np.testing.assert_array_equal(merged.score("b"), [np.nan, 2])
    np.testing.assert_array_equal(merged.rate("gray"), [0.5, np.nan])


def test_who_made_it_is_everybody_once_and_the_least_trusted_status() -> None:
    def made(seed: int, **changes: Any) -> SeedTable:
        table = make_table({"a": [1.0]}, seeds=[seed])
        provenance = replace(PROVENANCE, **changes)
        return SeedTable(table.seeds, table.tensors, replace(table.spec, provenance=provenance))

    tables = [
        made(1, creator="bo", date="2025-02-03", status=Status.MINED, source="here"),
        made(2, creator="al", date="2026-01-01", licence="CC-BY-4.0", status=Status.PUBLISHED),
        made(3, creator="bo", date="2024-01-01", status=Status.MINED, source="there"),
    ]
    found = merge_tables(tables).table.spec.provenance
    assert (found.creator, found.date, found.source) == ("al + bo", "2026-01-01", "here + there")
    assert (found.licence, found.status) == ("CC-BY-4.0 AND CC0-1.0", Status.PUBLISHED)


def with_unknown(seeds: list[int], tensors: Mapping[str, Any], **extra: Any) -> SeedTable:
    table = make_table({"a": [0.0] * len(seeds)}, seeds=seeds, verdict=None)
    spec = replace(table.spec, extra=extra)
    return SeedTable(table.seeds, {**table.tensors, **tensors}, spec, {"by": "me", "n": str(seeds)})


def test_unknown_entries_are_kept_where_all_tables_say_the_same() -> None:
    first = with_unknown([1], {}, same={"a": [1]}, other=1)
    second = with_unknown([2], {}, same={"a": [1]}, other=2, third=3)
    merged = merge_tables([first, second])
    assert merged.table.spec.extra == {"same": {"a": [1]}}
    assert merged.table.metadata == {"by": "me"}
    assert "other, third" in " ".join(merged.notes)


def test_unknown_tensors_are_merged_by_row_or_kept_whole_or_left_out() -> None:
    whole, scalar = np.arange(5, dtype=np.int16), np.array(3.5)
    first = with_unknown(
        [1, 3],
        {"later.row": np.array([[1], [3]]), "later.whole": whole, "x": scalar, "y": whole},
    )
    second = with_unknown(
        [2], {"later.row": np.array([[2]]), "later.whole": whole, "x": scalar, "y": whole + 1}
    )
    merged = merge_tables([first, second])
    assert merged.table.tensors["later.row"].tolist() == [[1], [2], [3]]
    assert merged.table.tensors["later.whole"].tolist() == whole.tolist()
    assert merged.table.tensors["x"] == 3.5
    assert "y" not in merged.table.tensors
    assert "y was left out: the tables have different ones" in merged.notes


def test_an_unknown_part_of_a_tag_is_not_taken_for_its_error() -> None:
    later = {"rate.gray": np.zeros(1, np.float32), "rate.gray.se": np.ones(1, np.float32)}
    first, second = with_unknown([1], later), with_unknown([2], later)
    other = {**later, "rate.gray.se": np.full(1, 2, np.float32)}
    merged = merge_tables([first, second]).table
    assert merged.tensors["rate.gray.se"].tolist() == [1, 1]
    assert merge_tables([first, with_unknown([2], other)]).table.tensors[
        "rate.gray.se"
    ].tolist() == [1, 2]


def test_thumbnails_of_some_tables_only_are_left_out() -> None:
    bare = full_table()
    tensors = {name: v for name, v in bare.tensors.items() if name != "thumbnails"}
    bare = SeedTable(bare.seeds, tensors, replace(bare.spec, thumbnails=None))
    rest = rows_of(bare, slice(3, 7))
    merged = merge_tables([full_by_rows(slice(0, 3)), rest])
    assert merged.table.spec.thumbnails is None
    assert "thumbnails were left out: not every table has them" in merged.notes
