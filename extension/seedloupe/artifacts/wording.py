"""Comparing words a reader may have misread with words somebody wrote."""

from __future__ import annotations

import re
import unicodedata

#: Shortest run of characters that may match with a mistake in it; shorter ones must be equal.
_FUZZY_FROM = 4
#: Characters readers take for one another.
_LOOKALIKES = str.maketrans("013456789!|i$@2", "oleasgtbgllls" + "az")


def plain_letters(text: str) -> str:
    """Return the letters and digits of ``text`` without case, accents and look-alikes.

    ``"BACKGR0UND"`` and ``"background"`` come out the same.
    """
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_LOOKALIKES)
    return "".join(character for character in folded if character.isalnum())


def words(text: str) -> list[str]:
    """Return the words of ``text`` as they are written."""
    return re.findall(r"[^\W_]+", text)


def string_likeness(first: str, second: str) -> float:
    """Return how alike two plain strings are: 1 minus the share of characters to change.

    Below four characters a single change makes another word, so there it is all or nothing.
    """
    longest = max(len(first), len(second))
    if first == second:
        return 1.0 if longest else 0.0
    if min(len(first), len(second)) < _FUZZY_FROM:
        return 0.0
    return 1 - edit_distance(first, second) / longest


def edit_distance(first: str, second: str) -> int:
    """Return how many characters to insert, delete or replace (Levenshtein 1966)."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, start=1):
            change = diagonal + (a != b)
            diagonal = row[j]
            row[j] = min(change, row[j] + 1, row[j - 1] + 1)
    return row[-1]
