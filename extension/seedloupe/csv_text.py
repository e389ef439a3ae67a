"""Rows as comma-separated values, safe to open in a spreadsheet and to print on a terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_BLANKS = ("\t", "\r", "\n")


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as RFC 4180 has them: quoted where they must be, CRLF at each end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def plain_cell(text: str) -> str:
    """Return a text no spreadsheet takes for a formula and that drives no terminal.

    A quote stands before what might be a formula; control characters other than blanks are gone.
    """
    kept = "".join(c if c.isprintable() or c in _BLANKS else " " for c in text)
    return f"'{kept}" if kept.lstrip(" ").startswith(_FORMULA) else kept
