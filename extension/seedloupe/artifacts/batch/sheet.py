"""A batch as comma-separated values, a row a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...csv_text import csv_text, plain_cell
from .row import Row

HEADING = (
    "file", "seed", "verdict", "text_in_mask", "new_text", "echo", "texts", "reader", "level",
    "model", "task", "noise", "sampler", "size", "mask", "before", "prompt", "message", "note",
)  # fmt: skip


def sheet_parts(rows: Sequence[Row]) -> Iterator[str]:
    """Return the rows as RFC 4180 has it: a heading, CRLF at each end, a part a row.

    Several texts in a cell stand with ``; `` between. Seeds are written in full; a spreadsheet
    rounds those beyond 15 digits unless told to take the column for text.
    """
    yield csv_text([HEADING])
    for row in rows:
        yield csv_text([map(plain_cell, _cells(row))])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.file,
        row.seed,
        row.verdict.value,
        _number(row.text_in_mask),
        _number(row.new_text),
        "; ".join(row.echo),
        "; ".join(row.texts),
        row.reader,
        row.level.value,
        row.model,
        row.task,
        row.noise,
        row.sampler,
        "" if row.size is None else f"{row.size[0]}x{row.size[1]}",
        row.mask,
        row.before,
        row.prompt,
        row.message,
        row.note,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
