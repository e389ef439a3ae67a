"""One self-contained page a study, and one that links them all."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from ...pages import render_page
from ...pages.encode import data_address
from .drawing import draw
from .report import Estimate, Holds, Report

_STYLE = "studies/frame/page.css"
_SIDE = 148
_KINDS = {Holds.YES: "effect", Holds.NO: "flagged", Holds.UNDECIDED: "open"}
_HEADLINES = {
    Holds.YES: "The claim holds here",
    Holds.NO: "The claim does not hold here",
    Holds.UNDECIDED: "These pictures cannot tell",
}


@dataclass(frozen=True)
class _ShownPicture:
    address: str
    words: str
    width: int
    height: int


@dataclass(frozen=True)
class _ShownRow:
    name: str
    pictures: tuple[_ShownPicture, ...]


@dataclass(frozen=True)
class _ShownTable:
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: str


def report_page(report: Report, *, model: str, made: Mapping[str, str]) -> str:
    """Return a study as an HTML document that fetches nothing and has no script.

    Args:
        report: what was found.
        model: its name.
        made: settings and command, by what they are called.
    """
    values = {
        "report": report,
        "model": model,
        "kind": _KINDS[report.holds],
        "headline": _HEADLINES[report.holds],
        "facts": [(_cell(value), name) for name, value in list(report.figures.items())[:4]],
        "drawn": tuple(map(draw, report.charts)),
        "rows": [
            _ShownRow(row.name, tuple(_shown(*picture) for picture in row.pictures))
            for row in report.rows
        ],
        "tables": [
            _ShownTable(
                table.title,
                table.heads,
                tuple(tuple(map(_cell, row)) for row in table.rows),
                table.words,
            )
            for table in report.tables
        ],
        "made": tuple(made.items()),
    }
    return render_page("studies/frame/page.html", values, styles=(_STYLE,))


def index_page(reports: Sequence[tuple[Mapping[str, object], str]], *, made: str) -> str:
    """Return the page that links all reports.

    Args:
        reports: each report's JSON document, and the address of its page beside this one.
        made: the command that makes it.
    """
    rows = [
        {
            "name": document["study"],
            "address": address,
            "question": document["question"],
            "kind": _KINDS[Holds(document["holds"])],
            "headline": _HEADLINES[Holds(document["holds"])],
            "sentence": document["sentence"],
            "control": document["control"],
        }
        for document, address in reports
    ]
    values = {"studies": rows, "made": made}
    return render_page("studies/frame/index.html", values, styles=(_STYLE,))


def _cell(value: str | float | Estimate | int) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if value == value else "—"
    return str(value)


def _shown(picture: Image.Image, words: str) -> _ShownPicture:
    small = picture.convert("RGB")
    small.thumbnail((_SIDE, _SIDE))
    coded = io.BytesIO()
    small.save(coded, "WEBP", quality=82)
    address = data_address(coded.getvalue(), "image/webp")
    return _ShownPicture(address, words, small.width, small.height)
