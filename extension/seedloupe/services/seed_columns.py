"""Which seeds stand side by side: random, golden, diverse, or chosen by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from ..picking import (
    Picking,
    PickRequest,
    PickRule,
    PluginRequest,
    SeedPicker,
    builtin_pickers,
    pick_random,
    pick_seeds,
    ranks_of,
    rules_for,
)
from ..registry import Registry
from ..tables import SeedTable


class SeedSource(str, Enum):
    """How the seeds of a column are chosen."""

    RANDOM = "random"
    GOLDEN = "golden"
    DIVERSE = "diverse"
    CHOSEN = "chosen"

    @property
    def label(self) -> str:
        """What to call the column where it can be ticked."""
        return "Your seeds" if self is SeedSource.CHOSEN else self.value.capitalize()


@dataclass(frozen=True)
class PluginSource:
    """A column whose seeds an outside picker chooses.

    Attributes:
        label: what the picker is called.
        picker: chooses.
    """

    label: str
    picker: SeedPicker

    @property
    def value(self) -> str:
        """What programs call the column; no name of ours."""
        return f"plug-in {self.label}"


ColumnSource = SeedSource | PluginSource

_RULES = {SeedSource.GOLDEN: PickRule.GOLDEN, SeedSource.DIVERSE: PickRule.DIVERSE}


@dataclass(frozen=True, eq=False)
class SeedColumn:
    """One column's seeds.

    Attributes:
        way: how they were chosen.
        picking: the seeds.
        ranks: the place of every seed of the table that could be compared.
        rising: the metrics of which more is better.
    """

    way: ColumnSource
    picking: Picking
    ranks: Mapping[int, int] = field(default_factory=dict)
    rising: frozenset[str] = frozenset()


def choose_columns(
    table: SeedTable | None,
    ways: Sequence[ColumnSource],
    count: int,
    *,
    source_seed: int,
    by_hand: Picking | None = None,
) -> tuple[SeedColumn, ...]:
    """Choose the seeds of every column; without a table only random ones can be chosen.

    Args:
        table: what golden and diverse choose from.
        ways: the columns wanted; those that need a table are left out where it cannot fill them.
        count: seeds a column.
        source_seed: decides the seeds of the random column.
        by_hand: seeds somebody chose, all of which make one more column.

    Raises:
        PickError: the table cannot answer, e.g. has fewer seeds, or an outside picker fails.
    """
    outside = tuple(way for way in ways if isinstance(way, PluginSource))
    wanted: list[ColumnSource] = [way for way in possible_ways(table, outside) if way in ways]
    if not wanted and by_hand is None:
        wanted = [SeedSource.RANDOM]
    picked = [(way, _pick(way, table, count, source_seed)) for way in wanted]
    chosen: list[tuple[ColumnSource, Picking]] = []
    if by_hand is not None:
        chosen.append((SeedSource.CHOSEN, by_hand))
    ranks, rising = ranks_of(table), _rising(table)
    return tuple(SeedColumn(way, picking, ranks, rising) for way, picking in (*picked, *chosen))


def plugin_sources(pickers: Registry[SeedPicker]) -> tuple[PluginSource, ...]:
    """Return a column for every picker that does not come with Seedloupe."""
    ours = builtin_pickers()
    return tuple(PluginSource(name, pickers.get(name)) for name in pickers if name not in ours)


def possible_ways(
    table: SeedTable | None, outside: Sequence[PluginSource] = ()
) -> tuple[ColumnSource, ...]:
    """Return the columns a table can fill; without one only random seeds are left.

    Args:
        table: what seeds are chosen from.
        outside: columns of outside pickers, which can be asked of any table.
    """
    rules = rules_for(table)
    ours = (way for way, rule in _RULES.items() if rule in rules)
    return (SeedSource.RANDOM, *ours, *(() if table is None else outside))


def _rising(table: SeedTable | None) -> frozenset[str]:
    metrics = table.metrics() if table is not None else ()
    return frozenset(name for name in metrics if table and table.higher_is_better(name))


def _pick(way: ColumnSource, table: SeedTable | None, count: int, source_seed: int) -> Picking:
    if way is SeedSource.RANDOM:
        return pick_random(table, count, source_seed=source_seed)
    if isinstance(way, PluginSource):
        return pick_seeds(table, PluginRequest(way.label, way.picker, count))
    return pick_seeds(table, PickRequest(_RULES[way], count))


def ways_offered(ways: Sequence[ColumnSource]) -> list[tuple[str, str]]:
    """Return what to call each column, and its name."""
    return [(way.label, way.value) for way in ways]
