"""Seeds that put things where one wants them.

Xu, Zhang and Shi ("Good Seed Makes a Good Crop", 2024, composition) find that where an object
stands, how large and how near, depends on the seed, across prompts and objects. A table's
composition space holds these for each class of object; here seeds are ranked by how near to the
asked layout a picture can be expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from ..errors import PickError
from ..geometry import Box
from ..tables import SeedTable
from .layout_bias import ASPECTS, HARDLY, LayoutBias, layout_bias_of, moments_of
from .picks import Pick, Picking, describe_pick
from .ranks import Rows
from .sharing import share_out
from .spaces import COMPOSITION, require_spaces
from .stretch import PickOrder, Stretch
from .tags import ANY_TAGS, TagFilter, rows_passing
from .words import alike_notes, repeat_notes, seeds_in_words, shortage_notes

_INSCRIBED = np.pi / 4
"""Share of a box that an object touching its sides takes, if it is round."""

Doubles = NDArray[np.float64]
BiasOf = Callable[[str | None, str], LayoutBias]


@dataclass(frozen=True)
class Layout:
    """Where an object should stand; what is left open does not matter.

    Args:
        x: its centre from the left edge, 0 to 1.
        y: its centre from the upper edge, 0 to 1.
        size: the share of the picture it takes, 0 to 1.
        depth: how far away it is, 0 nearest to 1 farthest.
        kind: which object is meant; any by default.

    Raises:
        PickError: nothing is asked for, or a number lies outside [0, 1].
    """

    x: float | None = None
    y: float | None = None
    size: float | None = None
    depth: float | None = None
    kind: str | None = None

    def __post_init__(self) -> None:
        """Refuse layouts no picture can have."""
        wanted = self.wanted
        if not wanted:
            raise PickError("layout", expected="a place, a size or a depth", got="nothing")
        for name, value in wanted.items():
            if not 0 <= value <= 1:
                raise PickError(f"layout.{name}", expected="0 to 1", got=f"{value}")

    @classmethod
    def of_box(cls, box: Box, *, kind: str | None = None) -> Layout:
        """Ask for an object that fills a box, given in shares of the picture's sides.

        Raises:
            PickError: the box is empty or leaves the picture.
        """
        inside = 0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1
        if not inside:
            got = ", ".join(f"{side:g}" for side in box)
            raise PickError("box", expected="0 <= x0 < x1 <= 1, 0 <= y0 < y1 <= 1", got=got)
        middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        return cls(*middle, size=box.area * _INSCRIBED, kind=kind)

    @property
    def wanted(self) -> Mapping[str, float]:
        """What is asked for, by aspect."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: values[name] for name in ASPECTS if values[name] is not None}

    def __str__(self) -> str:
        """Say it in a few words."""
        numbers = " ".join(f"{name} {value:.2f}" for name, value in self.wanted.items())
        return f"{self.kind or 'any object'} at {numbers}"


@dataclass(frozen=True)
class LayoutPicker:
    """Takes the seeds whose pictures can be expected nearest to a layout.

    The order is by expected squared distance: how far off the seed's bias is, how unsure the bias
    is, how much its pictures vary around it, and where any object is meant, how much classes
    differ. A seed that puts everything on the left reliably thus beats one that does so on average.
    A table holds means over the pictures of a class, so single pictures vary more than is known.

    Places count in sides of the picture, size and depth as they are, from 0 to 1: where seeds
    hardly differ in one of them it hardly decides, however far off what was asked for may be.

    Args:
        layouts: one, or several for several pictures: picture i gets layout i modulo their number,
            and no seed is given twice.
        tags: which seeds are in the running.
    """

    layouts: tuple[Layout, ...]
    tags: TagFilter = ANY_TAGS

    def pick(self, table: SeedTable, count: int) -> tuple[int, ...]:
        """Return the seeds of :meth:`explain`."""
        return self.explain(table, count).seeds

    def explain(
        self,
        table: SeedTable,
        count: int,
        *,
        position: int = 0,
        order: PickOrder = PickOrder.BEST,
    ) -> Picking:
        """Return the nearest seeds and what else there is to know.

        Position p is layout p modulo their number. In turn come, for each layout, as many seeds as
        a sixteenth of those compared: further off they are hardly nearer than random ones.

        Args:
            table: what to choose from.
            count: how many seeds.
            position: the first place to be filled, from 0.
            order: what comes at a position.

        Raises:
            PickError: ``count``, ``position``, a kind or a tag cannot be used with this table, or
                it has no composition space.
        """
        stretch = Stretch(count, position, order)
        if not self.layouts:
            raise PickError("layouts", expected="at least one", got="none")
        require_spaces(table, (COMPOSITION,))
        rows, notes = rows_passing(table, self.tags)
        moments = cache(partial(moments_of, table))
        bias_of = cache(lambda kind, name: layout_bias_of(moments(kind, name), moments(None, name)))
        queries = [_Query.of(bias_of, layout, rows) for layout in self.layouts]
        found, turns = share_out(table, queries, stretch)
        said = (note for query in queries for note in query.notes(len(rows)))
        return Picking(
            tuple(queries[share.layout].pick(table, share.at, share.rank) for share in found),
            f"nearest to {'; then '.join(map(str, self.layouts))}",
            min(len(query.rows) for query in queries),
            notes=(
                *alike_notes(table),
                *notes,
                *dict.fromkeys(said),
                *shortage_notes(len(found), count),
                *repeat_notes([share.row for share in found], turns),
            ),
            position=position,
            order=order,
            period=turns,
        )


def pick_by_layout(
    table: SeedTable,
    count: int,
    *,
    layouts: Sequence[Layout],
    tags: TagFilter = ANY_TAGS,
    position: int = 0,
    order: PickOrder = PickOrder.BEST,
) -> Picking:
    """Return seeds that put things where they are wanted; see :class:`LayoutPicker`.

    Each pick's scores hold ``distance`` (root of the expected squared distance, in sides of the
    picture), ``spread`` (how much of that is the seed's own variation) and its bias in every
    aspect asked for.

    Args:
        table: what to choose from.
        count: how many seeds.
        layouts: where things should stand, a layout a picture in turn.
        tags: which seeds are in the running.
        position: the first place to be filled, from 0.
        order: what comes at a position: the nearest first, or a sixteenth of them in turn.

    Raises:
        PickError: ``count``, ``position``, a kind or a tag cannot be used with this table, or it
            has no composition space.
    """
    picker = LayoutPicker(tuple(layouts), tags)
    return picker.explain(table, count, position=position, order=order)


@dataclass(frozen=True, eq=False)
class _Query:
    """One layout asked of a table.

    Args:
        layout: what is asked for.
        rows: ``(R,)`` rows with anything to say about it.
        biases: what they do, by aspect asked for.
        squares: ``(R,)`` expected squared distance.
        spreads: ``(R,)`` the part of it that is the seed's own variation.
    """

    layout: Layout
    rows: Rows
    biases: Mapping[str, LayoutBias]
    squares: Doubles
    spreads: Doubles

    @classmethod
    def of(cls, bias_of: BiasOf, layout: Layout, rows: Rows) -> _Query:
        biases = {aspect: bias_of(layout.kind, aspect) for aspect in layout.wanted}
        for aspect in biases:
            rows = rows[biases[aspect].known[rows]]
        squares, spreads = np.zeros(len(rows)), np.zeros(len(rows))
        for aspect, value in layout.wanted.items():
            squares += biases[aspect].squared_error(value)[rows]
            spreads += biases[aspect].variation[rows]
        return cls(layout, rows, biases, squares, np.sqrt(spreads))

    def notes(self, asked: int) -> tuple[str, ...]:
        """Say who could not be compared, what random seeds give, and who really decides."""
        missing = asked - len(self.rows)
        what = self.layout.kind or "object"
        notes = [f"left out, no {what} ever found: {seeds_in_words(missing)}"] if missing else []
        if not len(self.rows):
            return tuple(notes)
        usual = float(np.sqrt(self.squares.mean()))
        notes.append(f"{self.layout}: random seeds are on average {usual:.2f} away")
        for aspect, bias in self.biases.items():
            if not bias.separable:
                notes.append(
                    f"{aspect} was seen with one object a seed: how much it varies is not known, "
                    "and what was seen is taken at face value"
                )
            elif bias.share is not None and bias.share < HARDLY:
                notes.append(
                    f"the seed decides {bias.share:.0%} of the differences in {aspect}: with this "
                    "model it hardly matters there"
                )
        return tuple(notes)

    def pick(self, table: SeedTable, at: int, place: int) -> Pick:
        """Describe the seed at a position of ``rows``."""
        row = int(self.rows[at])
        more = {"distance": float(self.squares[at] ** 0.5), "spread": float(self.spreads[at])}
        more |= {aspect: float(self.biases[aspect].expected[row]) for aspect in self.layout.wanted}
        return describe_pick(table, row, (), rank=place, note=str(self.layout), more=more)
