"""One way to ask for seeds, whoever asks: what is wanted as a value, and the rule that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Protocol

from ..errors import PickError
from ..geometry import Box
from ..tables import SeedTable
from .clean import CleanPicker
from .diverse import DiverseObjective, DiversePicker
from .explicit_seeds import pick_given
from .golden import GoldenPicker
from .layout import Layout, LayoutPicker
from .outside import PluginRequest, pick_by_plugin
from .picks import Picking
from .rules import GoldenRule
from .spaces import COMPOSITION, usual_space
from .stretch import PickOrder, Stretch
from .tags import ANY_TAGS, TagFilter


class PickRule(str, Enum):
    """By which rule seeds are chosen."""

    GOLDEN = "golden"
    """The best."""
    DIVERSE = "diverse"
    """The most different of the good ones."""
    LAYOUT = "layout"
    """Who puts things where they are wanted."""
    CLEAN = "clean"
    """Who shows a flaw least often."""
    GIVEN = "given"
    """Those somebody names."""


TABLE_RULES = tuple(rule for rule in PickRule if rule is not PickRule.GIVEN)
"""The rules that choose from a table."""


class Depth(Enum):
    """How far away an object is asked for, in the depth of a :class:`.layout.Layout`."""

    NEAR = 0.05
    FAR = 0.95


@dataclass(frozen=True)
class PickRequest:
    """What seeds are wanted; fields of other rules than the one asked for mean nothing.

    Args:
        rule: by which rule.
        count: how many.
        position: the first place to be filled, from 0.
        order: what comes at a position.
        tags: which seeds are in the running; for all rules but given seeds.
        golden_rule: what makes a seed golden.
        metrics: which metrics have a say in what is golden; all by default.
        pool: how many seeds count as best by one metric; a quarter by default.
        spaces: what difference is measured in; by default what is usual with the table.
        objective: what diverse seeds are to be good at.
        quality: how much quality counts beside distance, where both do, in [0, 1].
        floor: which share of the seeds to keep for diverse ones, in (0, 1], the better ones.
        start: the first of diverse seeds; the best by default.
        layouts: where things should stand, a layout a picture in turn; see :func:`layouts_of`.
        flaw: the tag that clean seeds show least often.
        seeds: those somebody names, in the order they come; each once.

    Raises:
        PickError: ``count`` or ``position`` is none, a layout is asked for and none was given, or
            given seeds are and none are.
    """

    rule: PickRule
    count: int
    position: int = 0
    order: PickOrder = PickOrder.BEST
    tags: TagFilter = ANY_TAGS
    golden_rule: GoldenRule = GoldenRule.LOWER_BOUND
    metrics: tuple[str, ...] | None = None
    pool: int | None = None
    spaces: tuple[str, ...] = ()
    objective: DiverseObjective = DiverseObjective.FARTHEST
    quality: float = 0.5
    floor: float = 0.5
    start: int | None = None
    layouts: tuple[Layout, ...] = ()
    flaw: str = "text"
    seeds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no table could answer."""
        Stretch(self.count, self.position, self.order)
        if self.rule is PickRule.LAYOUT and not self.layouts:
            raise PickError("layout", expected="a place, a size or a depth", got="none")
        if self.rule is PickRule.GIVEN and not self.seeds:
            raise PickError("seeds", expected="at least one seed", got="none")

    def to_json(self) -> dict[str, object]:
        """Return the rule and what it heeds as plain JSON values; seeds as decimal strings."""
        heeded = _HEEDED[self.rule]
        tags = {} if self.rule is PickRule.GIVEN else {"tags": self.tags.to_json()}
        wanted = {name: _plain(getattr(self, name)) for name in heeded}
        if self.start is not None and "start" in wanted:
            wanted["start"] = str(self.start)
        return {"rule": self.rule.value, "order": self.order.value, **wanted, **tags}


_HEEDED: Mapping[PickRule, Sequence[str]] = MappingProxyType(
    {
        PickRule.GOLDEN: ("golden_rule", "metrics", "pool"),
        PickRule.DIVERSE: ("spaces", "objective", "quality", "floor", "start"),
        PickRule.LAYOUT: ("layouts",),
        PickRule.CLEAN: ("flaw",),
        PickRule.GIVEN: ("seeds",),
    }
)
"""Which fields of a request mean something to a rule, besides those all heed."""


def pick_seeds(table: SeedTable | None, request: PickRequest | PluginRequest) -> Picking:
    """Return the seeds asked for, and why these.

    Args:
        table: what to choose from; given seeds can do without.
        request: what is wanted, by one of our rules or of an outside picker.

    Raises:
        PickError: the table cannot answer, there is none where one is needed, or an outside picker
            fails.
        SeedError: a start or a given seed names no noise.
    """
    if isinstance(request, PluginRequest):
        return _pick_outside(table, request)
    if request.rule is PickRule.GIVEN:
        return pick_given(
            table,
            request.seeds,
            count=request.count,
            position=request.position,
            order=request.order,
        )
    if table is None:
        raise _no_table(request.rule.value)
    picker = _PICKERS[request.rule](table, request)
    return picker.explain(table, request.count, position=request.position, order=request.order)


def _pick_outside(table: SeedTable | None, request: PluginRequest) -> Picking:
    if table is None:
        raise _no_table(request.name)
    return pick_by_plugin(request.name, request.picker, table, request.count)


def _no_table(rule: str) -> PickError:
    return PickError("table", expected=f"a seed table to pick {rule} seeds from", got="none")


def rules_for(table: SeedTable | None, *, flaw: str = "text") -> tuple[PickRule, ...]:
    """Return the rules a table can answer.

    Args:
        table: what would be chosen from; without one only given seeds are left.
        flaw: the tag that clean seeds are to show least often.
    """
    if table is None:
        return (PickRule.GIVEN,)
    able = {
        PickRule.GOLDEN: bool(table.metrics()),
        PickRule.DIVERSE: bool(table.spaces()),
        PickRule.LAYOUT: COMPOSITION in table.spaces(),
        PickRule.CLEAN: f"rate.{flaw}.n" in table.tensors,
        PickRule.GIVEN: True,
    }
    return tuple(rule for rule in PickRule if able[rule])


def layouts_of(
    *,
    boxes: Sequence[Box] = (),
    at: tuple[float, float] | None = None,
    size: float | None = None,
    depth: Depth | None = None,
    kind: str | None = None,
) -> tuple[Layout, ...]:
    """Return the layouts asked for: one a box, with whatever else is said of all of them.

    Args:
        boxes: which an object is to fill, in shares of the picture's sides; a picture each in turn.
        at: where its centre is to be, ``(x, y)`` in shares of the picture's sides.
        size: the share of the picture it is to take, in [0, 1]; with a box, in place of the box's.
        depth: how far away it is to be.
        kind: which object; any by default.

    Raises:
        PickError: nothing is said about where or how large things should be, a box and a centre
            are, or a number lies outside the picture.
    """
    if boxes and at is not None:
        raise PickError("at", expected="either a centre or a box", got="both")
    wanted: dict[str, float] = {}
    if at is not None:
        wanted |= {"x": at[0], "y": at[1]}
    if size is not None:
        wanted["size"] = size
    if depth is not None:
        wanted["depth"] = depth.value
    filled = (Layout.of_box(box, kind=kind) for box in boxes)
    if boxes:
        return tuple(replace(layout, **wanted) for layout in filled)  # type: ignore[arg-type]
    return (Layout(**wanted, kind=kind),)


class _Explainer(Protocol):
    def explain(
        self, table: SeedTable, count: int, *, position: int, order: PickOrder
    ) -> Picking: ...


_PICKERS: Mapping[PickRule, Callable[[SeedTable, PickRequest], _Explainer]] = MappingProxyType(
    {
        PickRule.GOLDEN: lambda _, asked: GoldenPicker(
            asked.golden_rule, asked.metrics, asked.pool, asked.tags
        ),
        PickRule.DIVERSE: lambda table, asked: DiversePicker(
            asked.spaces or (usual_space(table),),
            asked.objective,
            asked.start,
            asked.floor,
            asked.quality,
            asked.tags,
        ),
        PickRule.LAYOUT: lambda _, asked: LayoutPicker(asked.layouts, asked.tags),
        PickRule.CLEAN: lambda _, asked: CleanPicker(asked.flaw, asked.tags),
    }
)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Layout):
        return {**vars(value)}
    if isinstance(value, tuple):
        return [str(one) if isinstance(one, int) else _plain(one) for one in value]
    return value
