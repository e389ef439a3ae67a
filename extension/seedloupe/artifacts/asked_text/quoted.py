"""Quotations: is one to be written, or is it a name, a title, or somebody's speech?"""

from __future__ import annotations

from collections.abc import Sequence

from .kinds import Kind
from .spelled import BEARERS, Spelled, has_bearer, has_speaker
from .tokens import Token

_BORNE = 8
_BEFORE, _AFTER = 10, 7
"""How many words before and after a quotation may say what it is for."""


def quotation(sentence: Sequence[Token], at: int, *, shouting: bool) -> Spelled:
    """Say of a quotation whether it is to be written, and what says so.

    Args:
        sentence: its tokens.
        at: the quotation.
        shouting: whether the whole prompt is in capitals, which then say nothing.
    """
    words = sentence[at].text
    if _named_so(sentence, at):
        return Spelled(words, at, at + 1, at, "")
    before = _said_before(sentence, at)
    if before is not None:
        return Spelled(words, before, at + 1, at, sentence[before].text)
    after = _said_after(sentence, at)
    if after is not None:
        return Spelled(words, at, after + 1, at, sentence[after].text)
    loud = sentence[at].shouted and not shouting and not _near(sentence, at)
    borne = not loud and _borne(sentence, at)
    return Spelled(words, at, at + 1, at, words if loud or borne else "")


def _said_before(sentence: Sequence[Token], at: int) -> int | None:
    """Find what in front of a quotation says that it is to be written."""
    for place in range(at - 1, max(-1, at - 1 - _BEFORE), -1):
        token = sentence[place]
        if token.kind is Kind.QUOTE and place < at - 1 and _joined(sentence[place + 1 : at]):
            return _said_before(sentence, place)
        if token.kind is Kind.NAMING:
            return _bearer_named(sentence, place)
        if token.kind is Kind.PERSON and place < at - 1 and _speaks(sentence[place + 1 : at]):
            return None
        if token.kind in (Kind.SAYING, Kind.MAKING):
            return None if has_speaker(sentence, place) else place
        if token.kind in (Kind.TEXT, Kind.STYLE):
            return place
        if token.kind is Kind.CARRIER:
            return None if _describes(sentence, at) else place
        if token.kind is Kind.LABELLER and has_bearer(sentence, at, place):
            return place
        if token.kind is Kind.THING and _on_it(sentence, place, at):
            return place
        if token.kind is Kind.CONTRAST and place < at - 3:
            return None
    return None


def _said_after(sentence: Sequence[Token], at: int) -> int | None:
    """Find what behind a quotation says that it is to be written."""
    on = False
    for place in range(at + 1, min(len(sentence), at + 1 + _AFTER)):
        token = sentence[place]
        if token.kind is Kind.NAMING or (token.kind is Kind.MARK and token.text != ","):
            return None
        if token.kind in (Kind.TEXT, Kind.STYLE) or token.kind in (Kind.MAKING, Kind.SAYING):
            return place
        if token.kind is Kind.CARRIER:
            signs = "sign" in token.low
            return place if signs or not _describes(sentence, at) else None
        if token.kind is Kind.THING and place == at + 1 and sentence[at].text[:1].isupper():
            return place
        if token.low in ("on", "across", "onto"):
            on = True
        if on and (token.kind is Kind.THING or token.low == "it"):
            return place
        if token.kind in (Kind.PERSON, Kind.MARK):
            return None
    return None


def _named_so(sentence: Sequence[Token], at: int) -> bool:
    """Whether a quotation is right behind *called* or the like, and nothing to write on is."""
    for place in range(at - 1, max(-1, at - 3), -1):
        if sentence[place].kind is Kind.NAMING:
            return _bearer_named(sentence, place) is None
        if sentence[place].kind is not Kind.FILL:
            return False
    return False


def _bearer_named(sentence: Sequence[Token], naming: int) -> int | None:
    """Whether it is a sign, a poster or a logo that a name belongs to."""
    for place in range(naming - 1, max(-1, naming - 5), -1):
        if sentence[place].kind in (Kind.CARRIER, Kind.TEXT) or sentence[place].low == "cover":
            return naming
        if sentence[place].kind in (Kind.MARK, Kind.PERSON):
            return None
    return None


def _near(sentence: Sequence[Token], at: int) -> bool:
    """Whether somebody who may say it, or something of that name, is close."""
    near = sentence[max(0, at - 5) : at]
    return any(token.kind in (Kind.PERSON, Kind.NAMING) for token in near)


def _borne(sentence: Sequence[Token], at: int) -> bool:
    """Whether something to write on is near, and nothing says that the words are only a name."""
    follows = sentence[at + 1].kind if at + 1 < len(sentence) else Kind.MARK
    right_on = at > 0 and sentence[at - 1].kind in (Kind.CARRIER, Kind.THING)
    if _describes(sentence, at) or (not right_on and follows in (Kind.PLAIN, Kind.THING)):
        return False
    if at and sentence[at - 1].low in ("as", "like"):
        return False
    near = (*sentence[max(0, at - _BORNE) : at], *sentence[at + 1 : at + 1 + _BORNE])
    if any(token.kind in (Kind.NAMING, Kind.PERSON) for token in near):
        return False
    return any(token.kind in (Kind.CARRIER, Kind.THING) for token in near)


def _joined(between: Sequence[Token]) -> bool:
    """Whether only *and*, *or* or a comma stands between two quotations."""
    return all(token.kind in (Kind.FILL, Kind.MARK, Kind.PLACE) for token in between)


def _describes(sentence: Sequence[Token], at: int) -> bool:
    """Whether a quotation only describes what follows: *a "vintage" poster*."""
    words = sentence[at].text
    article = at > 0 and sentence[at - 1].low in ("a", "an")
    follows = at + 1 < len(sentence) and sentence[at + 1].kind not in (Kind.MARK, Kind.PLACE)
    return article and follows and words == words.lower() and " " not in words


def _on_it(sentence: Sequence[Token], thing: int, at: int) -> bool:
    """Whether words are put on a thing: *a cake with "30"*, *a wall: "Keep out"*."""
    between = sentence[thing + 1 : at]
    given = any(token.low == "with" for token in between)
    plain = (Kind.FILL, Kind.PLAIN, Kind.MARK)
    near = all(token.kind in plain or token.low == "with" for token in between)
    alone = all(token.kind is Kind.MARK for token in (sentence[at - 1], *sentence[at + 1 : at + 2]))
    named = alone or not sentence[at].text[:1].islower()
    return near and len(between) <= 4 and (named or (given and not _describes(sentence, at)))


def _speaks(between: Sequence[Token]) -> bool:
    return any(token.kind is Kind.SAYING for token in between) and not any(
        token.kind in BEARERS for token in between
    )
