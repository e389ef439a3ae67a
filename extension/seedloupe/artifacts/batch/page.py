"""A batch as one self-contained page: nothing is fetched, nothing is sent."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from ...pages import content_policy
from ..report import Verdict
from .collected import FORMAT, VERSION, Collected
from .rates import FEW, Rate, model_rates, seed_rates
from .row import Row
from .words import advice_of, caution, headline_of, pictures, settings_words

ROWS_BEGIN, ROWS_END = '<script type="application/json" id="values">', "</script>"
_MOST_RATES = 200
_ORDER = {Verdict.FLAGGED: 0, Verdict.NOT_CHECKED: 1, Verdict.CLEAN: 2}
_ROWS = "$values"


def page_parts(collected: Collected, folder: Path) -> Iterator[str]:
    """Return a batch as an HTML document, a part at a time.

    It carries its style, its script and its pictures, and forbids itself everything else. Every
    word out of a picture, its name included, is escaped. Flagged pictures come first.

    Args:
        collected: the pictures.
        folder: where the page will lie; links to the pictures lead from there.
    """
    style, script = _part("page.css"), _part("page.js")
    parts = {
        "policy": escape(content_policy(style, script)),
        "style": style,
        "script": script,
        "kind": _kind(collected),
        "headline": escape(headline_of(collected)),
        "advice": escape(advice_of(collected)),
        "settings": escape(settings_words(collected)),
        "tiles": "".join(_tiles(collected)),
        "seeds": _seeds(collected.rows),
        "models": _models(collected.rows),
    }
    # Split first: what is filled in may hold anything.
    begin, _, end = _part("page.html").partition(_ROWS)
    yield Template(begin).substitute(parts)
    yield from _values(collected, folder)
    yield Template(end).substitute(parts)


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _kind(collected: Collected) -> str:
    counts = collected.counts
    if counts[Verdict.FLAGGED]:
        return "flagged"
    return "open" if counts[Verdict.NOT_CHECKED] or not counts[Verdict.CLEAN] else "clean"


def _tiles(collected: Collected) -> Iterator[str]:
    names = {Verdict.FLAGGED: "flagged", Verdict.CLEAN: "clean", Verdict.NOT_CHECKED: "not checked"}
    for verdict, name in names.items():
        count = collected.counts[verdict]
        yield f'<div class="tile {verdict.value}"><b>{count:,}</b><span>{name}</span></div>'


def _values(collected: Collected, folder: Path) -> Iterator[str]:
    """Return what the page's script shows, as JSON that cannot end its element."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "settings": collected.settings.to_json(),
        "pictures": collected.total,
    }
    yield f'{_safe(head)[:-1]}, "rows": ['
    thumbnails = collected.thumbnails
    for place, row in enumerate(sorted(collected.rows, key=_order)):
        small = thumbnails.get(row.file)
        entry = row.to_json() | {"link": _link(row.file, folder)}
        if small is not None:
            kind = "webp" if small[8:12] == b"WEBP" else "jpeg"
            entry["small"] = f"data:image/{kind};base64,{base64.b64encode(small).decode()}"
        yield f"{',' if place else ''}\n{_safe(entry)}"
    yield "\n]}"


def _order(row: Row) -> tuple[int, float, str]:
    return _ORDER[row.verdict], -(row.new_text or 0.0), row.file


def _safe(value: object) -> str:
    text = json.dumps(value, allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _link(file: str, folder: Path) -> str:
    """Return the way from the page to a picture, which no name can turn into another address."""
    try:
        way = Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on Windows, another drive
        return ""
    return f"./{quote(way.encode('utf-8', 'replace'))}"


def _seeds(rows: Sequence[Row]) -> str:
    rates = seed_rates(rows)
    if not rates:
        return ""
    left = sum(bool(row.seed) and not row.alone for row in rows)
    words = [caution(rates), *_left_out(left)]
    columns = {"seed": "Seed", "noise": "Noise", "size": "Size"}
    return _rated("seeds", "Seed by seed", " ".join(words), columns, rates)


def _left_out(count: int) -> Iterator[str]:
    if count:
        yield (
            f"Left out: {pictures(count)} of which the noise is not the seed's alone (variations, "
            "batches of ComfyUI, noise carried to another size)."
        )


def _models(rows: Sequence[Row]) -> str:
    rates = model_rates(rows)
    if not any(rate.of["model"] or rate.of["task"] for rate in rates):
        return ""
    words = "Different prompts and masks make more of a difference than the model may."
    return _rated("models", "By model and task", words, {"model": "Model", "task": "Task"}, rates)


def _rated(
    name: str, title: str, words: str, columns: dict[str, str], rates: Sequence[Rate]
) -> str:
    """Return a table of rates; those of few pictures are pale."""
    shown = rates[:_MOST_RATES]
    if len(shown) < len(rates):
        words += f" The first {len(shown)} of {len(rates):,} are shown; the JSON report has all."
    used = {key: text for key, text in columns.items() if any(rate.of[key] for rate in shown)}
    first, *others = used.values()
    names = (first, "Rate", "Flagged", "95 % interval", *others)
    heading = "".join(f'<th scope="col">{text}</th>' for text in names)
    body = "".join(_rate(rate, list(used)) for rate in shown)
    return (
        f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>'
        f'<p class="hint">{escape(words)}</p><div class="scroller" tabindex="0" role="region"'
        f' aria-labelledby="{name}"><table><thead><tr>{heading}'
        f"</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _rate(rate: Rate, keys: Sequence[str]) -> str:
    first, *others = (escape(rate.of[key] or "not told") for key in keys)
    cells = "".join(f"<td>{cell}</td>" for cell in others)
    few = f' class="few" title="fewer than {FEW} pictures"' if rate.few else ""
    bar = (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="10"/>'
        f'<rect class="span" x="{100 * rate.low:.1f}" width="{100 * (rate.high - rate.low):.1f}"'
        f' height="10"/><rect class="dot" x="{98 * rate.flagged / rate.checked:.1f}" width="2"'
        ' height="10"/></svg>'
    )
    return (
        f'<tr{few}><th scope="row">{first}</th><td>{rate.flagged / rate.checked:.0%}</td>'
        f"<td>{rate.flagged:,} of {rate.checked:,}</td>"
        f"<td>{bar}<span>{rate.low:.0%} to {rate.high:.0%}</span></td>{cells}</tr>"
    )
