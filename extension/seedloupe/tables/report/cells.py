"""A seed table as comma-separated values, a row a seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...csv_text import csv_text, plain_cell
from ..columns import split_name
from ..table import SeedTable

_FAMILIES = ("score", "rate")
_PLACE = ("column", "row", "size", "depth")
"""What the four columns of a class of objects are, as the table's README calls them."""


def table_csv(table: SeedTable, *, features: bool = False) -> str:
    """Return the table as RFC 4180 has it: a heading, a row a seed, CRLF at each end.

    Columns are named after their tensors. Seeds are written in full; a spreadsheet rounds those
    beyond 15 digits unless told to take the column for text. What was not measured is empty.

    Args:
        table: what to write.
        features: also every coordinate of every feature space.
    """
    heading, columns = ["seed"], [[str(seed) for seed in table.seeds.tolist()]]
    for name, values in _columns(table, features=features):
        heading.append(plain_cell(name))
        columns.append([_number(value) for value in values])
    return csv_text([heading, *zip(*columns, strict=True)])


def _columns(table: SeedTable, *, features: bool) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, values in table.tensors.items():
        family, _, _ = split_name(name)
        if family in _FAMILIES and values.shape == (len(table),):
            yield name, values
        elif features and family == "feature" and values.ndim == 2:
            yield from zip(_coordinates(table, name), values.T, strict=True)


def _coordinates(table: SeedTable, name: str) -> list[str]:
    """Return what each column of a space is called, by its classes where it has them."""
    classes = next((s.classes for s in table.spec.spaces if f"feature.{s.name}" == name), ())
    if classes:
        return [f"{name}.{kind}.{part}" for kind in classes for part in _PLACE]
    return [f"{name}.{place}" for place in range(table.tensors[name].shape[1])]


def _number(value: np.generic) -> str:
    """Write a number with as many digits as its precision has, and none for a gap."""
    if isinstance(value, np.floating):
        return "" if np.isnan(value) else np.format_float_positional(value, trim="-")
    return str(value)
