"""A table made ready for the map, and what the tab asks of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ..errors import InputError
from ..geometry import Box
from ..picking import (
    PickRequest,
    PickRule,
    SelectedSeeds,
    TagFilter,
    layouts_of,
    ranks_of,
    rules_for,
)
from ..picking.sieve import sift
from ..picking.tags import marked_rows
from ..tables import SeedTable, read_table
from .page import AtlasPage, Place, aspect_of, bits, has_sheet, table_json

#: As many seeds as one column of *Create* draws.
MOST_CHOSEN = 24
ANY_KIND = "any object"
ALL_SCORES = "all scores"


class KeepsFiles(Protocol):
    """Keeps what a browser is to fetch."""

    def keep_bytes(self, content: bytes, name: str) -> str:
        """Store a file and return its address."""
        ...


@dataclass(frozen=True)
class Sifting:
    """Which seeds are to stay bright on the map.

    Attributes:
        tags: by what their pictures show.
        metric: the score that decides; None for rank over all of them.
        share: which share of the seeds stays, the better ones, in (0, 1].
    """

    tags: TagFilter = field(default_factory=TagFilter)
    metric: str | None = None
    share: float = 1.0


@dataclass(frozen=True)
class TickCounts:
    """How many seeds would be left with one more tick, by tag; with those ticked, how many are.

    Attributes:
        want: with the tag wanted.
        avoid: with the tag avoided.
    """

    want: Mapping[str, int]
    avoid: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Chart:
    """An open table and the page that shows it."""

    table: SeedTable
    page: AtlasPage


class Charts:
    """Opens tables for the map, and keeps the last one at hand for everybody who looks at it."""

    def __init__(self, prints: KeepsFiles) -> None:
        """Keep what the browser fetches among ``prints``."""
        self._prints = prints
        self._lock = threading.Lock()
        self._open: tuple[tuple[Path, int], Chart] | None = None

    def open(self, path: Path) -> Chart:
        """Return a table and its page.

        Raises:
            TableError: the table cannot be read.
        """
        with self._lock:
            mark = (path, path.stat().st_mtime_ns if path.exists() else 0)
            if self._open is None or self._open[0] != mark:
                self._open = (mark, self._draw(path))
            return self._open[1]

    def _draw(self, path: Path) -> Chart:
        table = read_table(path)
        sheet = table.tensors["thumbnails"] if has_sheet(table) else None
        text = table_json(table, ranks_of(table)).encode()
        page = AtlasPage(
            str(path),
            self._prints.keep_bytes(text, "atlas.json"),
            "" if sheet is None else self._prints.keep_bytes(sheet.tobytes(), "sheet.webp"),
            aspect=aspect_of(table),
        )
        return Chart(table, page)


def possible_rules(table: SeedTable | None) -> tuple[PickRule, ...]:
    """Return what a table can be asked for at the press of a button, a layout apart."""
    apart = (PickRule.LAYOUT, PickRule.GIVEN)
    return tuple(rule for rule in rules_for(table) if rule not in apart)


def kinds_of(table: SeedTable | None) -> tuple[str, ...]:
    """Return the objects a layout can speak of, by name; none where the table did not name them."""
    spaces = table.spec.spaces if table is not None else ()
    return next((space.classes for space in spaces if space.name == "composition"), ())


def layout_request(
    count: int, places: Sequence[Place], *, tags: TagFilter, kind: str | None = None
) -> PickRequest:
    """Return the request for seeds that put objects where boxes were drawn.

    Args:
        count: how many seeds.
        places: the boxes, a picture each in turn.
        tags: which seeds are in the running.
        kind: which objects; None for any.

    Raises:
        InputError: no box was drawn.
    """
    if not places:
        raise InputError(
            "layout",
            expected="a box drawn on the small picture",
            got="none",
            advice="Drag one to where the thing should stand.",
        )
    layouts = layouts_of(boxes=[Box(*place) for place in places], kind=kind)
    return PickRequest(PickRule.LAYOUT, count, tags=tags, layouts=layouts)


def sifted(chart: Chart, page: AtlasPage, sifting: Sifting) -> AtlasPage:
    """Return the page with the seeds that fail a filter faded.

    Raises:
        PickError: the table has no such tag or score, or the share is none.
    """
    found = sift(chart.table, tags=sifting.tags, metric=sifting.metric, share=sifting.share)
    passing, count = int(found.kept.sum()), len(chart.table)
    if not (sifting.tags.want or sifting.tags.avoid) and sifting.share == 1:
        return replace(page, kept="", sifted="")
    others = "the other is" if count - passing == 1 else "the others are"
    words = f"{passing:,} of {count:,} seeds pass; {others} faded."
    if passing == count:
        words = f"All {count:,} seeds pass." if count > 1 else "The one seed passes."
    said = (f"{note[:1].upper()}{note[1:]}." for note in found.notes)
    return replace(page, kept=bits(found.kept), sifted=" ".join((words, *said)))


def tick_counts(table: SeedTable, sifting: Sifting) -> TickCounts:
    """Return how many seeds each tick would leave, all else being as it is.

    A tag ticked on one side counts on the other as if that tick were taken back first.

    Args:
        table: what is filtered.
        sifting: what is ticked by now.

    Raises:
        PickError: the table has no such tag or score, or a share is none.
    """
    rest = replace(sifting, tags=TagFilter(top=sifting.tags.top, above=sifting.tags.above))
    by_score = sift(table, tags=rest.tags, metric=rest.metric, share=rest.share).kept
    marks = {tag: marked_rows(table, tag, sifting.tags)[0] for tag in table.tags()}
    sides = [(sifting.tags.want, True), (sifting.tags.avoid, False)]

    def left(ticked: str, wanted: bool) -> int:
        kept = by_score & (marks[ticked] == wanted)
        for names, side in sides:
            for name in names:
                if name != ticked:
                    kept = kept & (marks[name] == side)
        return int(kept.sum())

    return TickCounts(
        {tag: left(tag, True) for tag in marks}, {tag: left(tag, False) for tag in marks}
    )


def chosen_from(chart: Chart, text: str) -> tuple[SelectedSeeds, str]:
    """Read the seeds a browser sends, and what to say about them.

    Args:
        chart: the table they were chosen from.
        text: seeds with spaces between.

    Raises:
        InputError: these are no seeds, or there are none.
        TableError: one of them is not in the table.
    """
    words = text.split()
    if not words or not all(word.isascii() and word.isdecimal() for word in words):
        raise InputError("seeds", expected="seeds chosen on the map", got=f"{text[:40]!r}")
    seeds = tuple(dict.fromkeys(int(word) for word in words[:MOST_CHOSEN]))
    for seed in seeds:
        chart.table.row(seed)
    said = f"{len(seeds)} of your seeds are here, as many as one column holds."
    if len(words) <= MOST_CHOSEN:
        said = (
            f"Your {len(seeds)} seeds are here: press Draw."
            if len(seeds) > 1
            else ("Your seed is here: press Draw.")
        )
    return SelectedSeeds(seeds, Path(chart.page.table)), said


def places_from(text: str | None) -> tuple[Place, ...]:
    """Read the boxes a browser sends, see :func:`.page.frame_value`.

    Raises:
        InputError: these are no boxes inside the picture.
    """
    try:
        boxes = json.loads(text or "{}").get("boxes", [])
        return tuple(_place(*map(float, box)) for box in boxes)
    except (ValueError, TypeError, AttributeError) as error:
        expected = "boxes of left, top, right and bottom between 0 and 1"
        raise InputError("layout", expected=expected, got=f"{text!r:.60}") from error


def _place(left: float, top: float, right: float, bottom: float) -> Place:
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError((left, top, right, bottom))
    return left, top, right, bottom
