"""Which seeds are in the running, by what their pictures tend to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import PickError
from ..tables import SeedTable
from .ranks import Rows
from .words import seeds_in_words


@dataclass(frozen=True)
class TagFilter:
    """Keeps seeds by their tags, such as ``gray``, ``border``, ``sky`` and ``text``.

    Args:
        want: only seeds with all these tags.
        avoid: only seeds with none of these.
        above: share of a seed's pictures from which it counts as having a tag, in [0, 1).

    Raises:
        PickError: ``above`` is no such share, or a tag is wanted and avoided at once.
    """

    want: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    above: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what no seed could fulfil."""
        if not 0 <= self.above < 1:
            raise PickError("tags.above", expected="a share from 0 to below 1", got=f"{self.above}")
        both = sorted(set(self.want) & set(self.avoid))
        if both:
            raise PickError("tags", expected="each tag wanted or avoided", got=f"{both[0]!r} twice")


ANY_TAGS = TagFilter()
"""Lets every seed pass."""


def rows_passing(table: SeedTable, tags: TagFilter) -> tuple[Rows, tuple[str, ...]]:
    """Return the rows of a table that stay, and what there is to say about the others.

    A seed nobody measured a tag for stays where the tag is to be avoided, and goes where it is
    wanted: what is not known is neither held against a seed nor taken for granted.

    Raises:
        PickError: the table has no such tag.
    """
    keep, notes = np.ones(len(table), np.bool_), []
    for tag in dict.fromkeys(tags.avoid):
        marked, unknown = _marked(table, tag, tags.above, "tags.avoid")
        keep &= ~marked
        notes.append(_told(marked, f"left out as {tag}", tags.above))
        notes += _if_any(unknown, f"kept though nobody measured {tag}")
    for tag in dict.fromkeys(tags.want):
        marked, unknown = _marked(table, tag, tags.above, "tags.want")
        keep &= marked
        notes.append(_told(~marked & ~unknown, f"left out, not {tag}", tags.above))
        notes += _if_any(unknown, f"left out, nobody measured {tag}")
    return np.flatnonzero(keep), tuple(notes)


def _marked(
    table: SeedTable, tag: str, above: float, field: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if tag not in table.tags():
        known = ", ".join(table.tags()) or "no tag; the table has none"
        raise PickError(field, expected=f"some of {known}", got=repr(tag))
    rates = table.rate(tag)
    return rates > above, np.isnan(rates)


def _told(out: NDArray[np.bool_], what: str, above: float) -> str:
    return f"{what} in over {above:.0%} of images: {seeds_in_words(int(out.sum()))}"


def _if_any(rows: NDArray[np.bool_], what: str) -> Sequence[str]:
    found = int(rows.sum())
    return [f"{what}: {seeds_in_words(found)}"] if found else []
