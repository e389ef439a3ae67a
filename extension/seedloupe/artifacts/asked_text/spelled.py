"""Words to be written in the picture, and who or what bears or says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .kinds import Kind
from .tokens import Token

BEARERS = frozenset({Kind.TEXT, Kind.STYLE, Kind.LABELLER, Kind.CARRIER, Kind.THING})
"""What words may be said to stand on or in."""
_HOLDS = frozenset(
    {"holding", "holds", "holdng", "wearing", "wears", "carrying", "waving", "raising"}
)
_WORDS = frozenset({"word", "words", "letter", "letters", "phrase", "message", "number"})


@dataclass(frozen=True)
class Spelled:
    """Words to be written.

    Attributes:
        words: as they are spelled.
        start: the first token that has a part in it.
        end: the token behind the last.
        at: the token the words are, or begin with.
        by: what says that they are to be written; empty where nothing does, and they may be a
            name, a title, or somebody's speech.
    """

    words: str
    start: int
    end: int
    at: int
    by: str


def has_bearer(sentence: Sequence[Token], at: int, but: int) -> bool:
    """Tell whether a sentence names anything to write on, apart from two of its tokens."""
    if sentence[but].low in _WORDS:
        return True
    kinds = (Kind.CARRIER, Kind.THING, Kind.TEXT, Kind.STYLE, Kind.MAKING)
    return any(
        token.kind in kinds for place, token in enumerate(sentence) if place not in (at, but)
    )


def has_speaker(sentence: Sequence[Token], verb: int) -> bool:
    """Tell whether somebody says it, so that it need not be written anywhere."""
    if sentence[verb].kind is not Kind.SAYING:
        return False
    for place in range(verb - 1, max(-1, verb - 7), -1):
        if sentence[place].kind in BEARERS:
            return False
        if sentence[place].low in _HOLDS:
            return False
        if sentence[place].kind is Kind.PERSON:
            return True
    return False
