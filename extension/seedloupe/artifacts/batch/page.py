"""A batch as one self-contained page: nothing is fetched, nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from ...pages import data_address, script_json, stream_page
from ..report import Verdict
from .collected import FORMAT, VERSION, Collected
from .rates import FEW, Rate, model_rates, seed_rates
from .row import Row
from .words import advice_of, caution, headline_of, pictures, settings_words

#: Where the rows of a page begin and end, for whoever reads one back.
ROWS_BEGIN, ROWS_END = '<script type="application/json" id="values">', "</script>"
_MOST_RATES = 200
_SHOWN = (Verdict.FLAGGED, Verdict.CLEAN, Verdict.NOT_CHECKED)
_ORDER = {Verdict.FLAGGED: 0, Verdict.NOT_CHECKED: 1, Verdict.CLEAN: 2}


@dataclass(frozen=True)
class ShownRate:
    """A line of a table of rates: its words, and in percent where its bar begins, ends and is.

    Attributes:
        name: of what the rate is.
        share: the rate.
        counts: of how many pictures how many were flagged.
        interval: where the true rate lies.
        others: what else is known of it.
        few: whether the pictures are too few to tell much.
        low: where the interval begins.
        wide: how wide it is.
        at: where the rate is.
    """

    name: str
    share: str
    counts: str
    interval: str
    others: tuple[str, ...]
    few: bool
    low: float
    wide: float
    at: float


@dataclass(frozen=True)
class RateTable:
    """A table of rates under a heading, with a caution; of few pictures are those below ``few``."""

    name: str
    title: str
    words: str
    headings: tuple[str, ...]
    rates: tuple[ShownRate, ...]
    few: int = FEW


def page_parts(collected: Collected, folder: Path) -> Iterator[str]:
    """Return a batch as an HTML document, a part at a time.

    It carries its style, its script and its pictures, and forbids itself everything else. Every
    word out of a picture, its name included, is escaped. Flagged pictures come first.

    Args:
        collected: the pictures.
        folder: where the page will lie; links to the pictures lead from there.
    """
    values = {
        "settings": settings_words(collected),
        "kind": _kind(collected),
        "headline": headline_of(collected),
        "advice": advice_of(collected),
        "counts": [(v.value, v.label, f"{collected.counts[v]:,}") for v in _SHOWN],
        "rates": (*_seeds(collected.rows), *_models(collected.rows)),
    }
    return stream_page(
        "artifacts/batch/page.html",
        values,
        styles=("artifacts/batch/page.css",),
        scripts=("artifacts/batch/page.js",),
        told=_told(collected, folder),
    )


def _kind(collected: Collected) -> str:
    counts = collected.counts
    if counts[Verdict.FLAGGED]:
        return "flagged"
    return "open" if counts[Verdict.NOT_CHECKED] or not counts[Verdict.CLEAN] else "clean"


def _told(collected: Collected, folder: Path) -> Iterator[Markup]:
    """Return what the page's script shows, a row at a time."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "settings": collected.settings.to_json(),
        "pictures": collected.total,
    }
    yield script_json(head)[:-1] + Markup(', "rows": [')
    thumbnails = collected.thumbnails
    for place, row in enumerate(sorted(collected.rows, key=_order)):
        small = thumbnails.get(row.file)
        entry = row.to_json() | {"link": _link(row.file, folder)}
        if small is not None:
            kind = "webp" if small[8:12] == b"WEBP" else "jpeg"
            entry["small"] = data_address(small, f"image/{kind}")
        yield Markup(",\n" if place else "\n") + script_json(entry)
    yield Markup("\n]}")


def _order(row: Row) -> tuple[int, float, str]:
    return _ORDER[row.verdict], -(row.new_text or 0.0), row.file


def _link(file: str, folder: Path) -> str:
    """Return the way from the page to a picture, which no name can turn into another address."""
    try:
        way = Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on Windows, another drive
        return ""
    return f"./{quote(way.encode('utf-8', 'replace'))}"


def _seeds(rows: Sequence[Row]) -> Iterator[RateTable]:
    rates = seed_rates(rows)
    if not rates:
        return
    left = sum(bool(row.seed) and not row.alone for row in rows)
    words = [caution(rates), *_left_out(left)]
    columns = {"seed": "Seed", "noise": "Noise", "size": "Size"}
    yield _rated("seeds", "Seed by seed", " ".join(words), columns, rates)


def _left_out(count: int) -> Iterator[str]:
    if count:
        yield (
            f"Left out: {pictures(count)} of which the noise is not the seed's alone (variations, "
            "batches of ComfyUI, noise carried to another size)."
        )


def _models(rows: Sequence[Row]) -> Iterator[RateTable]:
    rates = model_rates(rows)
    if not any(rate.of["model"] or rate.of["task"] for rate in rates):
        return
    words = "Different prompts and masks make more of a difference than the model may."
    columns = {"model": "Model", "task": "Task"}
    yield _rated("models", "By model and task", words, columns, rates)


def _rated(
    name: str, title: str, words: str, columns: dict[str, str], rates: Sequence[Rate]
) -> RateTable:
    """Return the first rates; of columns those that hold something."""
    shown = rates[:_MOST_RATES]
    if len(shown) < len(rates):
        words += f" The first {len(shown)} of {len(rates):,} are shown; the JSON report has all."
    used = {key: text for key, text in columns.items() if any(rate.of[key] for rate in shown)}
    first, *others = used.values()
    headings = (first, "Rate", "Flagged", "95 % interval", *others)
    return RateTable(name, title, words, headings, tuple(_rate(rate, list(used)) for rate in shown))


def _rate(rate: Rate, keys: Sequence[str]) -> ShownRate:
    first, *others = (rate.of[key] or "not told" for key in keys)
    share = rate.flagged / rate.checked
    return ShownRate(
        first,
        f"{share:.0%}",
        f"{rate.flagged:,} of {rate.checked:,}",
        f"{rate.low:.0%} to {rate.high:.0%}",
        tuple(others),
        rate.few,
        low=round(100 * rate.low, 1),
        wide=round(100 * (rate.high - rate.low), 1),
        at=round(98 * share, 1),
    )
