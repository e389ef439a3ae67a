"""Which seeds stand side by side: random, by a rule, by a plug-in, or chosen by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from ..errors import InputError
from ..geometry import Box
from ..picking import (
    Pick,
    Picking,
    PickOrder,
    PickRequest,
    PickRule,
    PluginRequest,
    SeedPicker,
    builtin_pickers,
    layouts_of,
    pick_random,
    pick_seeds,
    ranks_of,
    rules_for,
)
from ..registry import Registry
from ..tables import SeedEffect, SeedTable
from .draft_ranking import DraftRanking
from .rated_pictures import liked_pick
from .ratings import Rating
from .seed_influence import SeedInfluence, Topic, decided, influences_of

_CLEAN = "clean "
"""Before a tag: the name of the column of :class:`CleanSource`."""

_MOST_TICKED = 3
"""Columns ticked to begin with: the random ones, and two that differ from them."""


class SeedSource(str, Enum):
    """How the seeds of a column are chosen."""

    RANDOM = "random"
    LAYOUT = "layout"
    GOLDEN = "golden"
    DIVERSE = "diverse"
    LIKED = "liked"
    CHOSEN = "chosen"
    EARLY = "early"

    @property
    def label(self) -> str:
        """What to call the column where it can be ticked."""
        named = {
            SeedSource.CHOSEN: "Your seeds",
            SeedSource.LAYOUT: "Placed by your box",
            SeedSource.EARLY: "Best of many drafts",
            SeedSource.LIKED: "Liked by you",
        }
        return named.get(self, self.value.capitalize())


@dataclass(frozen=True)
class CleanSource:
    """A column of seeds whose pictures show a tag least often.

    Attributes:
        tag: the tag.
    """

    tag: str

    @property
    def label(self) -> str:
        """What to call the column where it can be ticked."""
        return f"Least {self.tag}"

    @property
    def value(self) -> str:
        """What programs call the column; no name of ours."""
        return f"{_CLEAN}{self.tag}"


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


ColumnSource = SeedSource | CleanSource | PluginSource


@dataclass(frozen=True)
class ColumnPlaces:
    """Which seeds of a pool come next, and where they are to put things.

    Attributes:
        position: the first place to be filled, from 0.
        order: what comes at a position; see :class:`~seedloupe.picking.PickOrder`.
        boxes: where things should stand, for a column by layout.
    """

    position: int = 0
    order: PickOrder = PickOrder.BEST
    boxes: tuple[Box, ...] = ()


_RULES = {
    SeedSource.GOLDEN: PickRule.GOLDEN,
    SeedSource.DIVERSE: PickRule.DIVERSE,
    SeedSource.LAYOUT: PickRule.LAYOUT,
}


@dataclass(frozen=True, eq=False)
class SeedColumn:
    """One column's seeds.

    Attributes:
        way: how they were chosen.
        picking: the seeds.
        ranks: the place of every seed of the table that could be compared.
        rising: the metrics of which more is better.
        request: what was asked of the table; None for random and given seeds.
        drafted: the drafts the seeds were chosen by; None for all others.
    """

    way: ColumnSource
    picking: Picking
    ranks: Mapping[int, int] = field(default_factory=dict)
    rising: frozenset[str] = frozenset()
    request: PickRequest | PluginRequest | None = None
    drafted: DraftRanking | None = None


def column_by_drafts(ranking: DraftRanking) -> SeedColumn:
    """Return the column of the best drafts."""
    picks = tuple(Pick(one.seed, one.rank, {ranking.score: one.score}) for one in ranking.kept)
    picking = Picking(picks, ranking.rule, len(ranking.order), notes=ranking.notes)
    ranks = {} if ranking.problem else {one.seed: one.rank for one in ranking.order}
    rising = frozenset((ranking.score,))
    return SeedColumn(SeedSource.EARLY, picking, ranks, rising, drafted=ranking)


def choose_columns(
    table: SeedTable | None,
    ways: Sequence[ColumnSource],
    count: int,
    *,
    source_seed: int,
    by_hand: Picking | None = None,
    places: ColumnPlaces = ColumnPlaces(),
    more: bool = False,
    ratings: Sequence[Rating] = (),
    models: Collection[str] | None = None,
) -> tuple[SeedColumn, ...]:
    """Choose the seeds of every column; without a table only random ones can be chosen.

    Args:
        table: what golden and diverse choose from.
        ways: the columns wanted; those that need a table are left out where it cannot fill them.
        count: seeds a column.
        source_seed: decides the seeds of the random column.
        by_hand: seeds somebody chose, all of which make one more column.
        places: which seeds of a pool come next, for all columns a rule fills.
        more: whether other columns follow, so that none need be among these.
        ratings: thumbs on pictures, for the column of seeds whose pictures were liked.
        models: hashes and names of the model in use, whose pictures those are; None: the table's.

    Raises:
        InputError: no column is wanted that can be filled, or one by layout without a box.
        PickError: the table cannot answer, e.g. has fewer seeds, or an outside picker fails.
    """
    outside = tuple(way for way in ways if isinstance(way, PluginSource))
    wanted: list[ColumnSource] = [
        way for way in possible_ways(table, outside, liked=True) if way in ways
    ]
    if not wanted and by_hand is None and not more:
        raise InputError(
            "seeds side by side",
            expected="one kind ticked at least",
            got="none",
            advice="Tick one, such as random seeds.",
        )
    ranks, rising = ranks_of(table), _rising(table)
    columns: list[SeedColumn] = []
    for way in wanted:
        request, asked = _request(way, count, places), table
        if way is SeedSource.LIKED and table is not None and isinstance(request, PickRequest):
            asked, request = liked_pick(table, ratings, request, models=models)
        picking = (
            pick_random(table, count, source_seed=source_seed)
            if request is None
            else pick_seeds(asked, request)
        )
        columns.append(SeedColumn(way, picking, ranks, rising, request))
    if by_hand is not None:
        columns.append(SeedColumn(SeedSource.CHOSEN, by_hand, ranks, rising))
    return tuple(columns)


def plugin_sources(pickers: Registry[SeedPicker]) -> tuple[PluginSource, ...]:
    """Return a column for every picker that does not come with Seedloupe."""
    ours = builtin_pickers()
    return tuple(PluginSource(name, pickers.get(name)) for name in pickers if name not in ours)


def possible_ways(
    table: SeedTable | None,
    outside: Sequence[PluginSource] = (),
    *,
    drafts: bool = False,
    liked: bool = False,
) -> tuple[ColumnSource, ...]:
    """Return the columns that can be filled, what the seed sways first.

    Args:
        table: what seeds are chosen from; without one there are random ones.
        outside: columns of outside pickers, which can be asked of any table.
        drafts: whether seeds can be chosen by drafts, which takes no table.
        liked: whether thumbs can be given, so that liked seeds may be a column.
    """
    early = (SeedSource.EARLY,) if drafts else ()
    if table is None:
        return (SeedSource.RANDOM, *early)
    rules = rules_for(table)
    usual = [way for way, rule in _RULES.items() if rule in rules]
    first = [way for way in _swayed(influences_of(table)) if way in usual or way not in _RULES]
    own = (SeedSource.LIKED,) if liked else ()
    return (SeedSource.RANDOM, *dict.fromkeys((*first, *usual)), *own, *early, *outside)


def ways_of(
    values: Sequence[str], outside: Sequence[PluginSource] = ()
) -> tuple[ColumnSource, ...]:
    """Return the columns of some names, as they stand in ``value``; unknown names are left out.

    Args:
        values: the names.
        outside: columns of outside pickers.
    """
    known: dict[str, ColumnSource] = {way.value: way for way in (*SeedSource, *outside)}
    for value in values:
        if value.startswith(_CLEAN):
            known[value] = CleanSource(value.removeprefix(_CLEAN))
    return tuple(known[value] for value in values if value in known)


def usual_ways(table: SeedTable | None) -> tuple[ColumnSource, ...]:
    """Return the columns to begin with: random ones beside the first that can differ from them.

    Golden seeds are among them only where nothing speaks against them: a table that found no effect
    of the seed on quality says that they are random ones.
    """
    ways = possible_ways(table)
    found = influences_of(table) if table is not None else ()
    useless = any(
        one.topic is Topic.QUALITY and one.effect is SeedEffect.NO_EFFECT for one in found
    )
    worth = [way for way in ways if not (useless and way is SeedSource.GOLDEN)]
    return tuple(worth[:_MOST_TICKED])


def next_position(columns: Sequence[SeedColumn], drawn: Collection[int]) -> int | None:
    """Return the position the next pictures begin at, or None where no column takes turns.

    That is the first one some column's seed was not drawn for, so that nothing is left out where a
    run was stopped.

    Args:
        columns: from :func:`choose_columns`.
        drawn: the seeds whose pictures are done.
    """
    reached = [
        picking.position + next((i for i, seed in enumerate(picking.seeds) if seed not in drawn), n)
        for picking in (column.picking for column in columns)
        if picking.order is PickOrder.TURNING and (n := len(picking.seeds))
    ]
    return min(reached, default=None)


def _swayed(influences: Sequence[SeedInfluence]) -> Iterator[ColumnSource]:
    """Columns for what the seed was found to sway, quality before the rest."""
    found = decided(influences)
    if any(one.topic is Topic.QUALITY for one in found):
        yield SeedSource.GOLDEN
    if any(one.topic is Topic.PLACE for one in found):
        yield SeedSource.LAYOUT
    yield from (CleanSource(one.tag) for one in found if one.topic is Topic.TAG)


def _rising(table: SeedTable | None) -> frozenset[str]:
    metrics = table.metrics() if table is not None else ()
    return frozenset(name for name in metrics if table and table.higher_is_better(name))


def _request(
    way: ColumnSource, count: int, places: ColumnPlaces
) -> PickRequest | PluginRequest | None:
    """Return what to ask a table for; None for seeds no table is asked for."""
    if way in (SeedSource.RANDOM, SeedSource.CHOSEN, SeedSource.EARLY):
        return None
    if isinstance(way, PluginSource):
        return PluginRequest(way.label, way.picker, count)
    at = PickRequest(PickRule.GOLDEN, count, places.position, places.order)
    if isinstance(way, CleanSource):
        return replace(at, rule=PickRule.CLEAN, flaw=way.tag)
    if way is SeedSource.LIKED:
        return at
    if way is not SeedSource.LAYOUT:
        return replace(at, rule=_RULES[way])
    if not places.boxes:
        raise InputError(
            "placed seeds",
            expected="a box on the small picture",
            got="none",
            advice="Draw one where things should stand, or untick them.",
        )
    return replace(at, rule=PickRule.LAYOUT, layouts=layouts_of(boxes=places.boxes))


def ways_offered(ways: Sequence[ColumnSource]) -> list[tuple[str, str]]:
    """Return what to call each column, and its name."""
    return [(way.label, way.value) for way in ways]
