"""In what two seed tables differ: what they say, which seeds, which numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..strict_json import dump_json
from .columns import layout_words
from .table import SeedTable

Values = NDArray[Any]


@dataclass(frozen=True)
class EntryDifference:
    """One entry of the spec or the file's metadata that differs.

    Args:
        path: the entry, as in ``spec.metrics[2].name``.
        first: the first table's value as JSON; None where it has no such entry.
        second: the second table's.
    """

    path: str
    first: str | None
    second: str | None


@dataclass(frozen=True)
class ColumnDifference:
    """One tensor both tables have with other values, compared on the seeds both have.

    Args:
        name: the tensor.
        count: how many values differ; NaN is the same as NaN.
        largest: the largest difference of two numbers; None where none of them are numbers, as in
            the sheet of thumbnails, or the tensors are laid out differently and were not compared
            value by value.
        gaps: how many values are NaN in one of the tables only.
        first: the first table's layout, such as ``float32 (7, 2)``.
        second: the second table's.
    """

    name: str
    count: int
    largest: float | None
    gaps: int
    first: str
    second: str


@dataclass(frozen=True)
class TableDifference:
    """Everything two tables do not have in common.

    Args:
        entries: what they say differently of themselves.
        seeds_first: seeds only the first has, rising.
        seeds_second: seeds only the second has.
        tensors_first: tensors only the first has, sorted.
        tensors_second: tensors only the second has.
        columns: tensors of other values, sorted.
    """

    entries: tuple[EntryDifference, ...]
    seeds_first: tuple[int, ...]
    seeds_second: tuple[int, ...]
    tensors_first: tuple[str, ...]
    tensors_second: tuple[str, ...]
    columns: tuple[ColumnDifference, ...]

    def __bool__(self) -> bool:
        """Tell whether there is any difference."""
        return any(getattr(self, name) for name in self.__dataclass_fields__)


def diff_tables(first: SeedTable, second: SeedTable) -> TableDifference:
    """Compare two tables entry by entry and value by value.

    Columns of one row a seed are compared on the seeds both tables have; everything else, such as
    the sheet of thumbnails, as a whole.
    """
    here, there = set(first.seeds.tolist()), set(second.seeds.tolist())
    names, others = set(first.tensors), set(second.tensors)
    return TableDifference(
        tuple(_entries(first, second)),
        tuple(sorted(here - there)),
        tuple(sorted(there - here)),
        tuple(sorted(names - others)),
        tuple(sorted(others - names)),
        tuple(_columns(first, second, sorted(names & others))),
    )


def _entries(first: SeedTable, second: SeedTable) -> Iterator[EntryDifference]:
    yield from diff_entries("spec", first.spec.to_json(), second.spec.to_json())
    yield from diff_entries("metadata", dict(first.metadata), dict(second.metadata))


def diff_entries(path: str, first: object, second: object) -> Iterator[EntryDifference]:
    """Walk two JSON values side by side; what only one has differs as a whole."""
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted({*first, *second}):
            yield from _both(f"{path}.{key}", _at(first, key), _at(second, key))
    elif isinstance(first, list) and isinstance(second, list):
        for place in range(max(len(first), len(second))):
            yield from _both(
                f"{path}[{place}]", first[place : place + 1], second[place : place + 1]
            )
    elif dump_json(first) != dump_json(second):
        yield EntryDifference(path, dump_json(first), dump_json(second))


def _both(path: str, first: list[object], second: list[object]) -> Iterator[EntryDifference]:
    if first and second:
        yield from diff_entries(path, first[0], second[0])
    elif first or second:
        texts = (dump_json(side[0]) if side else None for side in (first, second))
        yield EntryDifference(path, *texts)


def _at(values: Mapping[str, object], key: str) -> list[object]:
    return [values[key]] if key in values else []


def _columns(first: SeedTable, second: SeedTable, names: list[str]) -> Iterator[ColumnDifference]:
    _, rows, others = np.intersect1d(
        first.seeds, second.seeds, assume_unique=True, return_indices=True
    )
    for name in names:
        here, there = first.tensors[name], second.tensors[name]
        by_seed = here.shape[:1] == first.seeds.shape and there.shape[:1] == second.seeds.shape
        layouts = layout_words(here), layout_words(there)
        if by_seed and name != "thumbnails":
            here, there = here[rows], there[others]
        yield from _column(name, here, there, layouts)


def _column(
    name: str, here: Values, there: Values, layouts: tuple[str, str]
) -> Iterator[ColumnDifference]:
    if here.dtype != there.dtype or here.shape != there.shape:
        yield ColumnDifference(name, max(here.size, there.size), None, 0, *layouts)
        return
    blank, other = _is_nan(here), _is_nan(there)
    gaps, both = int((blank ^ other).sum()), ~(blank | other)
    count = int(np.count_nonzero(here[both] != there[both])) + gaps
    if count:
        coded = name == "thumbnails"  # a compressed picture, whose bytes are no amounts
        largest = None if coded else _largest(here[both], there[both])
        yield ColumnDifference(name, count, largest, gaps, *layouts)


def _is_nan(values: Values) -> NDArray[np.bool_]:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)


def _largest(first: Values, second: Values) -> float | None:
    """Return the largest difference; whole numbers are taken apart without wrapping around."""
    if not len(first):
        return None
    if first.dtype.kind == "f":
        with np.errstate(invalid="ignore"):  # infinity less infinity, in a column unknown to us
            apart = np.abs(first.astype(np.float64) - second.astype(np.float64))
        return float(np.where(first == second, 0, apart).max())
    high, low = np.maximum(first, second), np.minimum(first, second)
    # Without a sign, and modulo their range, the difference of any two is what it should be.
    unsigned = np.dtype(f"u{first.dtype.itemsize}")
    return float((high.astype(unsigned) - low.astype(unsigned)).max())
