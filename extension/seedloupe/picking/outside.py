"""Seeds an installed package's picker chooses, checked before anybody draws them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError, PickError
from ..tables import SeedTable
from .picks import Picking, SeedPicker, describe_pick, interval_words


@dataclass(frozen=True)
class PluginRequest:
    """Seeds wanted of an outside picker, which knows neither positions, orders nor tags.

    Args:
        name: what the picker is called.
        picker: chooses.
        count: how many, at the most.
    """

    name: str
    picker: SeedPicker
    count: int

    def to_json(self) -> dict[str, object]:
        """Return who is asked as plain JSON values."""
        return {"rule": self.name}


def pick_by_plugin(name: str, picker: SeedPicker, table: SeedTable, count: int) -> Picking:
    """Let an outside picker choose, and say of its seeds what the table knows of them.

    Args:
        name: what the picker is called.
        picker: chooses.
        table: what it chooses from.
        count: how many seeds, at the most.

    Raises:
        PickError: the picker failed, or answered with anything but up to ``count`` different seeds
            of the table; the field names it, and its own error is the cause.
    """
    try:
        seeds = [operator.index(seed) for seed in picker.pick(table, count)]
    except Exception as error:
        got = " ".join(f"{type(error).__name__}: {error}".split())
        raise PickError(f"picker {name}", expected="seeds of the table", got=got) from error
    rows = _rows(name, seeds, table, count)
    metrics = table.metrics()
    return Picking(
        tuple(describe_pick(table, row, metrics) for row in rows),
        f"by {name}, a plug-in",
        len(table),
        interval_of=interval_words(table, metrics),
    )


def _rows(name: str, seeds: Sequence[int], table: SeedTable, count: int) -> list[int]:
    expected = f"up to {count} different seeds of the table"
    if len(seeds) > count:
        raise PickError(f"picker {name}", expected=expected, got=f"{len(seeds)}")
    rows = []
    for seed in seeds:
        try:
            rows.append(table.row(seed))
        except InputError as error:
            raise PickError(f"picker {name}", expected=expected, got=f"seed {seed}") from error
    if len(set(rows)) < len(rows):
        raise PickError(f"picker {name}", expected=expected, got="one of them twice")
    return rows
