"""Reports as files: written piece by piece, and read again so that work is not done twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from ...errors import InputError
from .collected import FORMAT, VERSION, Collected
from .look import BatchSettings
from .page import ROWS_BEGIN, ROWS_END, page_parts
from .rates import model_rates, seed_rates
from .row import Row
from .sheet import HEADING, sheet_parts

_LARGEST = 2**28


class ReportKind(str, Enum):
    """What a report is written as, by how its name ends."""

    HTML = ".html"
    CSV = ".csv"
    JSON = ".json"

    @classmethod
    def of(cls, path: Path) -> ReportKind:
        """Return what a report of that name is.

        Raises:
            InputError: the name ends otherwise.
        """
        try:
            return cls(path.suffix.lower())
        except ValueError:
            raise InputError(
                "report", expected="a file name ending in .html, .csv or .json", got=str(path)
            ) from None


def report_parts(collected: Collected, path: Path) -> Iterator[bytes]:
    """Return a report as the bytes of its file, a part at a time.

    Args:
        collected: the pictures.
        path: the file; its ending says which kind, and links lead from its folder.

    Raises:
        InputError: the name ends otherwise.
    """
    kind = ReportKind.of(path)
    if kind is ReportKind.CSV:
        yield from (part.encode() for part in sheet_parts(collected.rows))
    elif kind is ReportKind.HTML:
        yield from (part.encode() for part in page_parts(collected, path.parent))
    else:
        yield from (part.encode() for part in _json_parts(collected))


def batch_document(collected: Collected) -> dict[str, object]:
    """Return all of a batch but its rows as JSON types."""
    counts = {verdict.value: count for verdict, count in collected.counts.items()}
    return {
        "format": FORMAT,
        "version": VERSION,
        "settings": collected.settings.to_json(),
        "pictures": collected.total,
        "finished": collected.finished,
        "counts": counts,
        "seeds": [rate.to_json() for rate in seed_rates(collected.rows)],
        "models": [rate.to_json() for rate in model_rates(collected.rows)],
    }


def kept_rows(path: Path, settings: BatchSettings) -> dict[str, Row]:
    """Return what a report that is there already says, by file, where it holds for ``settings``.

    A table of CSV says too little to be taken over; nor does a report of other settings, or of
    pictures that could not be checked then.

    Args:
        path: the report; need not exist.
        settings: what holds for every picture now.

    Raises:
        InputError: there is a file that is no such report, and should not be written over.
    """
    kind = ReportKind.of(path)
    if not path.exists():
        return {}
    try:
        rows, made = _read(path, kind)
        if made != settings.to_json():
            return {}
        found = [Row.from_json(entry) for entry in rows]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(
            "report",
            expected="a new file, or a report of an earlier check",
            got=f"another file, {path}",
            advice="Choose another name, or remove it first.",
        ) from error
    return {row.file: row for row in found if not row.problem and row.fingerprint}


def _read(path: Path, kind: ReportKind) -> tuple[list[Mapping[str, Any]], object]:
    if path.stat().st_size > _LARGEST:
        raise ValueError("larger than any report")
    text = path.read_text("utf-8")
    if kind is ReportKind.CSV:
        if not text.startswith(",".join(HEADING)):
            raise ValueError("another heading")
        return [], None
    if kind is ReportKind.HTML:
        begin = text.index(ROWS_BEGIN) + len(ROWS_BEGIN)
        text = text[begin : text.index(ROWS_END, begin)]
    found = json.loads(text)
    if found.get("format") != FORMAT:
        raise ValueError("no report of ours")
    if found.get("version") != VERSION:
        return [], None
    return list(found["rows"]), found["settings"]


def _json_parts(collected: Collected) -> Iterator[str]:
    head = json.dumps(batch_document(collected), ensure_ascii=False, allow_nan=False)
    yield f'{head[:-1]}, "rows": ['
    for place, row in enumerate(collected.rows):
        comma = "," if place else ""
        yield f"{comma}\n{json.dumps(row.to_json(), ensure_ascii=False, allow_nan=False)}"
    yield "\n]}\n"
