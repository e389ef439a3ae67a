"""A tally as rows for a spreadsheet."""

from __future__ import annotations

from ...csv_text import csv_text, plain_cell
from .counts import Tally

COLUMNS = ("check", "seed", "level", "flagged_at", "text_in_mask", "new_text", "reader", "said")


def tally_csv(tally: Tally) -> str:
    """Return a row a check, with what its user said to it, lines ending as RFC 4180 has it."""
    rows: list[tuple[str, ...]] = [COLUMNS]
    for check in tally.checks.values():
        said = tally.corrections.get(check.id)
        at = " ".join(level.value for level in check.flagged_at)
        shares = (f"{check.text_in_mask:.6g}", f"{check.new_text:.6g}")
        word = said.value if said else ""
        reader = plain_cell(check.reader)
        rows.append((check.id, str(check.seed), check.level.value, at, *shares, reader, word))
    return csv_text(rows)
