"""Two tables are compared entry by entry and value by value."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.tables import EntryDifference, SeedTable, Status, diff_tables

from ..seed_tables import full_table, make_table

NAN = float("nan")


def with_column(table: SeedTable, name: str, values: NDArray[np.generic]) -> SeedTable:
    return SeedTable(table.seeds, {**table.tensors, name: values}, table.spec)


def test_a_table_does_not_differ_from_itself(table: SeedTable) -> None:
    assert not diff_tables(table, full_table())


def test_entries_are_told_by_path_with_both_values(table: SeedTable) -> None:
    provenance = replace(table.spec.provenance, status=Status.MINED)
    metrics = (replace(table.spec.metrics[0], extra={"unit": "x"}), *table.spec.metrics[1:])
    spec = replace(table.spec, provenance=provenance, metrics=metrics, prompts=None)
    other = SeedTable(table.seeds, table.tensors, spec, {"comment": "mine"})
    found = diff_tables(table, other)
    assert found.entries == (
        EntryDifference("spec.metrics[0].unit", None, '"x"'),
        EntryDifference("spec.prompts", found.entries[1].first, "null"),
        EntryDifference("spec.provenance.status", '"demo"', '"mined"'),
        EntryDifference("metadata.comment", None, '"mine"'),
    )
    assert '"id":"words.v1"' in str(found.entries[1].first)
    assert not found.columns


def test_a_longer_list_shows_what_the_other_lacks(table: SeedTable) -> None:
    spec = replace(table.spec, spaces=table.spec.spaces[:1])
    tensors = {name: v for name, v in table.tensors.items() if name != "feature.composition"}
    found = diff_tables(table, SeedTable(table.seeds, tensors, spec))
    assert [entry.path for entry in found.entries] == ["spec.spaces[1]"]
    assert found.entries[0].second is None
    assert found.tensors_first == ("feature.composition",)


def test_seeds_and_tensors_of_one_table_only_are_listed() -> None:
    first = make_table({"a": [1.0, 2.0, 3.0]}, seeds=[1, 2, 3], rates={"gray": [0, 0, 1]})
    second = make_table({"a": [2.0, 3.0, 9.0]}, seeds=[2, 3, 4], rates={"sky": [0, 1, 1]})
    found = diff_tables(first, second)
    assert (found.seeds_first, found.seeds_second) == ((1,), (4,))
    assert (found.tensors_first, found.tensors_second) == (("rate.gray",), ("rate.sky",))
    assert not found.columns, "the seeds both have say the same"


def test_values_are_counted_and_the_largest_difference_told() -> None:
    first = make_table({"a": [1.0, 2.0, NAN, NAN, 5.0]})
    second = make_table({"a": [1.0, 2.5, NAN, 4.0, 3.0]})
    (column,) = diff_tables(first, second).columns
    assert (column.name, column.count, column.gaps) == ("score.a", 3, 1)
    assert column.largest == pytest.approx(2.0)


def test_a_gap_alone_has_no_largest_difference() -> None:
    (column,) = diff_tables(make_table({"a": [NAN]}), make_table({"a": [1.0]})).columns
    assert (column.count, column.gaps, column.largest) == (1, 1, None)


def test_whole_numbers_do_not_wrap_around(table: SeedTable) -> None:
    counts = table.counts("score", "alignment").copy()
    counts[2] += 3
    one = diff_tables(table, with_column(table, "score.alignment.n", counts)).columns[0]
    other = diff_tables(with_column(table, "score.alignment.n", counts), table).columns[0]
    assert one.largest == other.largest == 3


@pytest.mark.parametrize("kind", [np.bool_, np.int8, np.uint8, np.int64, np.uint64])
def test_whole_numbers_are_as_far_apart_as_python_says(
    kind: type[np.generic], table: SeedTable
) -> None:
    """The oracle takes Python's numbers apart, which know no limits."""
    dice = np.random.default_rng(4)
    first, second = (
        np.frombuffer(dice.bytes(np.dtype(kind).itemsize * 50), np.uint8) for _ in range(2)
    )
    here, there = (
        (v % 2).astype(bool) if kind is np.bool_ else v.view(kind) for v in (first, second)
    )
    (column,) = diff_tables(
        with_column(table, "later.x", here), with_column(table, "later.x", there)
    ).columns
    apart = [abs(int(a) - int(b)) for a, b in zip(here, there, strict=True)]
    assert column.largest == float(max(apart))
    assert column.count == np.count_nonzero(apart)


def test_a_large_sheet_is_compared_at_once(table: SeedTable) -> None:
    dice = np.random.default_rng(5)
    sheets = (np.frombuffer(dice.bytes(10_000_000), np.uint8) for _ in range(2))
    here, there = (with_column(table, "later.sheet", sheet) for sheet in sheets)
    begun = time.process_time()
    (column,) = diff_tables(here, there).columns
    assert column.largest == 255
    assert time.process_time() - begun < 2


def test_other_layouts_are_told_and_not_compared(table: SeedTable) -> None:
    narrow = table.feature("style")[:, :2].copy()
    (column,) = diff_tables(table, with_column(table, "feature.style", narrow)).columns
    assert (column.first, column.second) == ("float32 (7, 3)", "float32 (7, 2)")
    assert column.largest is None


@pytest.mark.parametrize(
    "values",
    [
        np.array([True, False]),
        np.array(7, np.int64),
        np.array([np.inf, -np.inf, np.nan, 1.0]),
        np.array([2**63, 5], np.uint64),
    ],
)
def test_tensors_of_unknown_kinds_are_compared_too(
    values: NDArray[np.generic], table: SeedTable
) -> None:
    first = with_column(table, "later.kind", values)
    assert not diff_tables(first, with_column(full_table(), "later.kind", values.copy()))
    other = np.zeros_like(values) if values.dtype != bool else ~values
    (column,) = diff_tables(first, with_column(table, "later.kind", other)).columns
    assert column.count >= 1


def test_another_sheet_is_a_difference(table: SeedTable) -> None:
    sheet = table.tensors["thumbnails"].copy()
    sheet[-1] ^= 1
    (column,) = diff_tables(table, with_column(table, "thumbnails", sheet)).columns
    assert (column.name, column.count, column.largest) == ("thumbnails", 1, None)
