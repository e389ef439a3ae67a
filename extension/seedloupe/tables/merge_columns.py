"""The columns of several tables as one: pooled by pictures, or kept where they agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import TableError
from .columns import names_of
from .pooling import Samples, pool_samples
from .spec import TableSpec
from .table import SeedTable

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Rows:
    """Where the seeds of several tables stand among all of them.

    Args:
        seeds: ``(S,)``, uint64, all seeds, strictly increasing.
        places: for each table, ``(its seeds,)``, the rows its seeds have among all.
        shared: how many seeds more than one table has.
    """

    seeds: NDArray[np.uint64]
    places: tuple[NDArray[np.intp], ...]
    shared: int

    @classmethod
    def of(cls, seeds: Sequence[NDArray[np.uint64]]) -> Rows:
        """Line several tables' seeds up."""
        union, counts = np.unique(np.concatenate(seeds), return_counts=True)
        places = tuple(np.searchsorted(union, column) for column in seeds)
        return cls(union, places, int((counts > 1).sum()))


@dataclass(frozen=True)
class _Counted:
    """A quantity that is a mean: its tensor, and those of its number of samples and its error."""

    mean: str
    count: str
    error: str | None = None


def merged_counted(
    tables: Sequence[SeedTable], rows: Rows, spec: TableSpec, notes: list[str]
) -> Columns:
    """Return scores, confirming scores and rates, pooled by the pictures behind them.

    Raises:
        TableError: a seed has values in several tables, and one of them has no count of them.
    """
    held_out = 0 if spec.prompts is None else spec.prompts.held_out
    columns: Columns = {}
    for quantity in _quantities(tables):
        having = [place for place, table in enumerate(tables) if quantity.mean in table.tensors]
        parts = [_samples(tables[place], quantity, rows, place) for place in having]
        counted = [known for _, known in parts]
        pooled = _pooled([part for part, _ in parts], quantity, rows, counted=all(counted))
        columns[quantity.mean] = pooled.mean.astype(np.float32)
        error = quantity.error
        if error is not None and any(error in table.tensors for table in tables):
            columns[error] = pooled.error.astype(np.float32)
        if not all(counted):
            if any(counted):
                notes.append(f"{quantity.count} was left out: not every table has it")
        elif _says_something(tables, quantity, pooled, held_out):
            columns[quantity.count] = _whole(quantity.count, pooled.count)
    return columns


def kept_column(tables: Sequence[SeedTable], rows: Rows, name: str, notes: list[str]) -> Columns:
    """Return a tensor nothing can be worked out of: row by row where it has rows and they agree.

    A tensor without a row a seed is kept where all tables have the same. Otherwise it is left out,
    and the notes say so.
    """
    columns = [table.tensors[name] for table in tables if name in table.tensors]
    if len(columns) < len(tables):
        why = "not every table has it"
    elif any(
        values.shape[:1] != table.seeds.shape for values, table in zip(columns, tables, strict=True)
    ):
        if all(_equal(values, columns[0]) for values in columns):
            return {name: columns[0]}
        why = "the tables have different ones"
    elif len({(values.dtype, values.shape[1:]) for values in columns}) > 1:
        why = "the tables lay it out differently"
    else:
        stacked = _stacked(columns, rows)
        if stacked is not None:
            return {name: stacked}
        why = "it differs on seeds several tables have"
    notes.append(f"{name} was left out: {why}")
    return {}


def _stacked(columns: Sequence[NDArray[Any]], rows: Rows) -> NDArray[Any] | None:
    """Return the rows of all tables, or None where two have other rows for a seed."""
    merged = np.zeros((len(rows.seeds), *columns[0].shape[1:]), columns[0].dtype)
    for values, places in zip(columns, rows.places, strict=True):
        merged[places] = values
    agree = all(
        _equal(values, merged[places]) for values, places in zip(columns, rows.places, strict=True)
    )
    return merged if agree else None


def _quantities(tables: Sequence[SeedTable]) -> Iterator[_Counted]:
    tensors = {name: values for table in tables for name, values in table.tensors.items()}
    for metric in names_of(tensors, "score"):
        name = f"score.{metric}"
        yield _Counted(name, f"{name}.n", f"{name}.se")
        if f"{name}.confirm" in tensors:
            yield _Counted(f"{name}.confirm", f"{name}.confirm_n", f"{name}.confirm_se")
    for tag in names_of(tensors, "rate"):
        yield _Counted(f"rate.{tag}", f"rate.{tag}.n")


def _samples(table: SeedTable, quantity: _Counted, rows: Rows, place: int) -> tuple[Samples, bool]:
    """Return a table's samples among all seeds, and whether it says how many they are."""
    means = table.tensors[quantity.mean]
    counts, known = _counts(table, quantity)
    errors = None if quantity.error is None else table.tensors.get(quantity.error)
    size, places = len(rows.seeds), rows.places[place]
    mean, error, count = np.full(size, np.nan), np.full(size, np.nan), np.zeros(size, np.int64)
    mean[places], count[places] = means, counts
    if errors is not None:
        error[places] = errors
    return Samples(mean, error, count), known


def _counts(table: SeedTable, quantity: _Counted) -> tuple[NDArray[Any], bool]:
    """Return how many samples each value is of; 1 where nobody knows.

    Confirming scores without counts are of one picture for every held-out prompt.
    """
    measured = ~np.isnan(table.tensors[quantity.mean])
    counts = table.tensors.get(quantity.count)
    if counts is not None:
        return counts, True
    if quantity.count.endswith(".confirm_n") and table.spec.prompts is not None:
        held_out = table.spec.prompts.held_out
        return measured * max(held_out, 1), held_out > 0
    return measured, False


def _pooled(parts: Sequence[Samples], quantity: _Counted, rows: Rows, *, counted: bool) -> Samples:
    several = np.sum([part.count > 0 for part in parts], axis=0) > 1
    if several.any() and not counted:
        raise TableError(
            quantity.count,
            expected=f"how many pictures each {quantity.mean} is of, to weigh them by",
            got=f"nothing, and seed {rows.seeds[several][0]} in several tables",
            advice="Leave one of the tables out.",
        )
    return pool_samples(parts)


def _says_something(
    tables: Sequence[SeedTable], quantity: _Counted, pooled: Samples, held_out: int
) -> bool:
    """Tell whether counts have to be written: those of held-out prompts mostly are all alike."""
    if any(quantity.count in table.tensors for table in tables):
        return True
    return bool((pooled.count[pooled.count > 0] != held_out).any())


def _whole(name: str, counts: NDArray[np.int64]) -> NDArray[np.uint32]:
    if counts.max() >= 2**32:
        raise TableError(name, expected="counts below 2**32", got=f"{counts.max()}")
    return counts.astype(np.uint32)


def _equal(first: NDArray[Any], second: NDArray[Any]) -> bool:
    """Compare two tensors to the bit, so that NaN is like NaN."""
    return (first.dtype, first.shape) == (second.dtype, second.shape) and (
        first.tobytes() == second.tobytes()
    )
