"""Looking words and phrases up: which part does each play?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from . import english, foreign
from .kinds import Kind

_LONGEST = 4
"""Most words of a phrase."""


def look_up(words: Sequence[str], at: int) -> tuple[Kind, int]:
    """Return the part of the longest known phrase that begins at ``at``, and how many words it has.

    Args:
        words: in lower case; of what is no word, such as a comma, an empty string.
        at: where to look.
    """
    known = _lexicon()
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        phrase = tuple(words[at : at + length])
        for form in (phrase, (*phrase[:-1], _singular(phrase[-1]))):
            if form in known:
                return known[form], length
    return Kind.PLAIN, 1


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


@cache
def _lexicon() -> dict[tuple[str, ...], Kind]:
    found: dict[tuple[str, ...], Kind] = {}
    for kind, phrase in _entries():
        found.setdefault(tuple(phrase.split()), kind)
    return found


def _entries() -> Iterator[tuple[Kind, str]]:
    for words in english.KNOWN_SIGNS.split(", "):
        yield from ((Kind.KNOWN, f"{words} {carrier}") for carrier in english.KNOWN_BY)
    for kind, entries in (*english.WORDS, *foreign.WORDS):
        yield from ((kind, entry) for entry in entries.split(", "))
