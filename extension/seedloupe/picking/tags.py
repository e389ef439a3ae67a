"""Which seeds are in the running, by what their pictures tend to show."""

from __future__ import annotations

import math
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
        top: instead of that, the share of the seeds measured that count as having a tag, those that
            show it most, in (0, 1]; those tied with the last one count too, and those that never
            show it do not. So a rare tag and a frequent one have thresholds of their own.

    Raises:
        PickError: ``above`` or ``top`` is no such share, or a tag is wanted and avoided at once.
    """

    want: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    above: float = 0.5
    top: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no seed could fulfil."""
        if not 0 <= self.above < 1:
            raise PickError("tags.above", expected="a share from 0 to below 1", got=f"{self.above}")
        if self.top is not None and not 0 < self.top <= 1:
            raise PickError("tags.top", expected="a share above 0, at most 1", got=f"{self.top}")
        both = sorted(set(self.want) & set(self.avoid))
        if both:
            raise PickError("tags", expected="each tag wanted or avoided", got=f"{both[0]!r} twice")

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values; ``top`` only where it decides."""
        plain: dict[str, object] = {
            "want": list(self.want),
            "avoid": list(self.avoid),
            "above": self.above,
        }
        return plain if self.top is None else {**plain, "top": self.top}


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
        marked, unknown = marked_rows(table, tag, tags, field="tags.avoid")
        keep &= ~marked
        notes.append(_told(marked, "left out as", tag, tags))
        notes += _if_any(unknown, f"kept though nobody measured {tag}")
    for tag in dict.fromkeys(tags.want):
        marked, unknown = marked_rows(table, tag, tags, field="tags.want")
        keep &= marked
        notes.append(_told(~marked & ~unknown, "left out, not", tag, tags))
        notes += _if_any(unknown, f"left out, nobody measured {tag}")
    return np.flatnonzero(keep), tuple(notes)


def marked_rows(
    table: SeedTable, tag: str, tags: TagFilter, *, field: str = "tag"
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows count as having a tag, and of which nobody knows, both ``(S,)``.

    Args:
        table: has the tag.
        tag: which.
        tags: from what share on a seed has it.
        field: what to call the tag where the table does not have it.

    Raises:
        PickError: the table has no such tag.
    """
    if tag not in table.tags():
        known = ", ".join(table.tags()) or "no tag; the table has none"
        raise PickError(field, expected=f"some of {known}", got=repr(tag))
    rates = table.rate(tag)
    unknown = np.isnan(rates)
    if tags.top is None:
        return rates > tags.above, unknown
    falling = np.sort(rates[~unknown])[::-1]
    least = falling[: math.ceil(tags.top * len(falling))][-1:]
    return (rates > 0) & (rates >= least.max(initial=0)), unknown


def _told(out: NDArray[np.bool_], what: str, tag: str, tags: TagFilter) -> str:
    if tags.top is None:
        of = f"{tag} in over {tags.above:.0%} of images"
    else:
        of = f"among the {tags.top:.0%} of seeds that show {tag} most"
    return f"{what} {of}: {seeds_in_words(int(out.sum()))}"


def _if_any(rows: NDArray[np.bool_], what: str) -> Sequence[str]:
    found = int(rows.sum())
    return [f"{what}: {seeds_in_words(found)}"] if found else []
