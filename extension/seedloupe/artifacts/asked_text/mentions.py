"""Everything a prompt says of text in the picture: what it asks for, may ask for, or refuses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .freestanding import freestanding
from .json_prompt import Passage, passages
from .kinds import Kind
from .named import Mention, carriers, named
from .quoted import quotation
from .refusal import narrowed, refused
from .spelled import Spelled
from .tokens import Token, sentences
from .unquoted import unquoted

_SHOUTED = 0.6
"""Share of capital letters from which capitals say nothing."""


def mentions(prompt: str) -> tuple[list[Mention], list[Mention]]:
    """Return what a prompt says of text, and what fields of its own say against it.

    Args:
        prompt: as the host takes it.
    """
    shouting = _shouts(prompt)
    wanted: list[Mention] = []
    unwanted: list[Mention] = []
    for passage in passages(prompt):
        found = _in_field(passage) if passage.literal else _in_prose(passage.text, shouting)
        (unwanted if passage.against else wanted).extend(found)
    return wanted, unwanted


def _shouts(prompt: str) -> bool:
    letters = [letter for letter in prompt if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) > _SHOUTED * max(len(letters), 20)


def _in_field(passage: Passage) -> list[Mention]:
    """Of a field that holds the words themselves, or says how they look."""
    lead = "text " if passage.text[:1].islower() else ""
    found = _in_prose(lead + passage.text, shouting=True)
    if any(mention.refused for mention in found):
        return found
    if lead:
        found = _in_prose(passage.text, shouting=True)
    told = [replace(mention, doubt="") for mention in found if mention.words or not mention.doubt]
    if told:
        return told
    return [Mention(passage.name, f'"{passage.text}"', passage.text)]


def _in_prose(text: str, shouting: bool) -> list[Mention]:
    return [mention for sentence in sentences(text) for mention in _of(sentence, shouting)]


def _of(sentence: Sequence[Token], shouting: bool) -> Iterator[Mention]:
    """What one sentence says of text."""
    against = refused(sentence)
    used: set[int] = set()
    for spelled in _spelled_out(sentence, shouting):
        if spelled.at not in used:
            used |= _parts(sentence, spelled)
            yield _with_refusal(_spelling(sentence, spelled), sentence, spelled.at,
                                _of_words(sentence, spelled, against))  # fmt: skip
    for at in range(len(sentence)):
        mention = None if at in used else named(sentence, at)
        if mention is not None:
            yield _with_refusal(mention, sentence, at, against[at])


def _spelled_out(sentence: Sequence[Token], shouting: bool) -> Iterator[Spelled]:
    for at, token in enumerate(sentence):
        if token.kind is Kind.QUOTE:
            yield quotation(sentence, at, shouting=shouting)
        else:
            yield from unquoted(sentence, at, shouting=shouting)
    for at in range(len(sentence)):
        yield from freestanding(sentence, at, shouting=shouting)


def _spelling(sentence: Sequence[Token], spelled: Spelled) -> Mention:
    quoted = f'"{spelled.words}"'
    return Mention(
        spelled.by.casefold(),
        quoted,
        spelled.words,
        carriers=carriers(sentence, spelled.start),
        doubt="" if spelled.by else _doubt(sentence, spelled),
    )


def _doubt(sentence: Sequence[Token], spelled: Spelled) -> str:
    if sentence[spelled.at].kind is Kind.QUOTE:
        return f'the prompt puts "{spelled.words}" in quotation marks'
    return f"the prompt puts {spelled.words} on something, in letters or as a picture"


def _parts(sentence: Sequence[Token], spelled: Spelled) -> set[int]:
    """Return the tokens that belong to words spelled out, and ask for nothing of their own.

    They go back to what says the words (*the caption says*), and on to a noun right behind them.
    """
    first = spelled.start
    for place in range(spelled.start - 1, -1, -1):
        kind = sentence[place].kind
        if kind in (Kind.TEXT, Kind.STYLE, Kind.LABELLER, Kind.SAYING, Kind.MAKING):
            first = place
        elif sentence[place].low == "and" or kind not in (Kind.FILL, Kind.PLACE, Kind.THING):
            break
    behind = sentence[spelled.end : spelled.end + 1]
    return set(range(first, spelled.end + any(token.kind is Kind.TEXT for token in behind)))


def _with_refusal(mention: Mention, sentence: Sequence[Token], at: int, by: Kind | None) -> Mention:
    """Add what refuses a mention; *remove the text* says nothing of other text."""
    taken = by not in (None, Kind.REFUSE, Kind.GONE, Kind.NOTHING)
    return replace(mention, refused=by is not None, narrow=taken or narrowed(sentence, at))


def _of_words(
    sentence: Sequence[Token], spelled: Spelled, against: Sequence[Kind | None]
) -> Kind | None:
    """Return what refuses words: *the sign that says* may be refused instead of the quotation."""
    if sentence[spelled.at].kind is Kind.QUOTE:
        return against[spelled.at]
    return next((kind for kind in against[spelled.start : spelled.end] if kind), None)
