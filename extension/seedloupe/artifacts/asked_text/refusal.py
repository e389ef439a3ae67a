"""Which words of a sentence are refused: *no text*, *remove the sign*, *the logo is removed*."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from .kinds import Kind
from .tokens import Token

_REACH = 3
"""How many other words a refusal passes over: *no big old wooden signs*."""
_FAR = 40
"""How many words of a list are looked at."""
_ABOUT_TEXT = frozenset(
    {Kind.TEXT, Kind.STYLE, Kind.LABELLER, Kind.CARRIER, Kind.KNOWN, Kind.QUOTE}
)
_SPELLING = frozenset({Kind.SAYING, Kind.MAKING})
_PASSED = frozenset(
    {Kind.FILL, Kind.OTHER, Kind.FLAWED, Kind.MAKING, Kind.SAYING, Kind.BLANK, Kind.ADDING}
)
_LISTED = _ABOUT_TEXT - {Kind.QUOTE} | {Kind.FILL, Kind.REFUSE}
_COMMAS = ",|\u3001\uff0c"
_HELD = frozenset(
    {"take", "takes", "taking", "took", "get", "clean", "wash", "wipe", "cut", "crop"}
)
_AWAY = frozenset({"away", "off", "out"})
_PAST = frozenset({"was", "were", "used to", "used", "once", "had"})


def refused(sentence: Sequence[Token]) -> list[Kind | None]:
    """Return for each token what refuses it: a *no*, a *remove*, or nothing.

    A refusal reaches over what it names and the rest of a list, up to a word such as *but*, up to a
    preposition once it has named something else, or up to the third other word. Weights of zero
    or less refuse too.
    """
    found = [Kind.REFUSE if token.off else None for token in sentence]
    at = 0
    while at < len(sentence):
        at = _refuse_from(sentence, at, found)
    return found


def narrowed(sentence: Sequence[Token], at: int) -> bool:
    """Tell whether a refused word is refused of one place or kind only: *no other text*."""
    narrow = (Kind.OTHER, Kind.FLAWED)
    before = reversed(sentence[max(0, at - 3) : at])
    near = takewhile(lambda token: token.kind is not Kind.MARK, before)
    if any(token.kind in narrow for token in near):
        return True
    after = sentence[at + 1 : at + 4]
    for token in after:
        if token.kind in narrow or token.kind is Kind.CONTRAST:
            return True
        if token.kind is Kind.PLACE and token.low not in ("is", "are"):
            place = sentence[at + 1 :]
            return not any(word.low in ("picture", "image", "anywhere") for word in place[:5])
        if token.kind is not Kind.FILL:
            return False
    return False


def _refuse_from(sentence: Sequence[Token], at: int, found: list[Kind | None]) -> int:
    """Follow a refusal that begins at a token, if one does; return where to look on."""
    token = sentence[at]
    if token.kind in (Kind.GONE, Kind.NOTHING) or _answers(sentence, at):
        if not _refuse_back(sentence, at, found):
            return _refuse_on(sentence, at, found)
    elif _takes_away(sentence, at) or token.kind is Kind.REPLACE:
        return _refuse_on(sentence, at, found)
    elif token.kind is Kind.REFUSE and not _quoted_by(sentence, at):
        lapse = _next_word(sentence, at)
        if lapse is not None and _cancels(sentence, lapse):
            return lapse + 1
        return _refuse_on(sentence, at, found)
    elif token.kind is Kind.ROOM or (token.low == "where" and _long_ago(sentence, at)):
        return _refuse_on(sentence, at, found)
    return at + 1


def _answers(sentence: Sequence[Token], at: int) -> bool:
    """Whether a refusal stands alone behind a colon: *text: no*."""
    alone = at + 1 == len(sentence) or sentence[at + 1].kind is Kind.MARK
    return sentence[at].kind is Kind.REFUSE and at > 0 and sentence[at - 1].text == ":" and alone


def _takes_away(sentence: Sequence[Token], at: int) -> bool:
    token = sentence[at]
    if token.kind is Kind.REMOVE:
        return True
    clause = _clause(sentence, at)
    first = at == 0 or sentence[at - 1].kind in (Kind.MARK, Kind.FILL)
    if token.low in _HELD:
        return first and any(word.low in _AWAY for word in clause)
    following = clause[0] if clause else None
    return (
        token.low in ("clean", "clear")
        and first
        and following is not None
        and (following.low in ("the", "all", "any", "up"))
    )


def _long_ago(sentence: Sequence[Token], at: int) -> bool:
    return any(word.low in _PAST for word in _clause(sentence, at))


def _clause(sentence: Sequence[Token], at: int) -> list[Token]:
    """What follows a token up to the next mark."""
    found: list[Token] = []
    for token in sentence[at + 1 :]:
        if token.kind is Kind.MARK:
            break
        found.append(token)
    return found


def _quoted_by(sentence: Sequence[Token], at: int) -> bool:
    """Whether a refusal is itself what a sign says: *a sign reading NO ENTRY*."""
    return sentence[at].text.isupper() and at > 0 and sentence[at - 1].kind is Kind.SAYING


def _next_word(sentence: Sequence[Token], at: int) -> int | None:
    for place in range(at + 1, min(at + 3, len(sentence))):
        if sentence[place].kind is not Kind.FILL:
            return place
    return None


def _cancels(sentence: Sequence[Token], at: int) -> bool:
    """Whether a refusal of this asks for it: *do not forget*, *do not remove*."""
    return sentence[at].kind in (Kind.LAPSE, Kind.REMOVE, Kind.REPLACE)


def _refuse_back(sentence: Sequence[Token], at: int, found: list[Kind | None]) -> bool:
    """Refuse what a clause named before a word such as *removed*; tell whether it named any."""
    start = at
    while start and (sentence[start - 1].kind is not Kind.MARK or sentence[start - 1].text == ":"):
        start -= 1
    # "text-free", "text less": only right behind the word.
    if sentence[at].low in ("free", "less"):
        start = max(start, at - 1)
    named = False
    for place in range(start, at):
        kind = sentence[place].kind
        named = named or kind in _ABOUT_TEXT
        if kind in _ABOUT_TEXT | _SPELLING:
            found[place] = found[place] or sentence[at].kind
    return named


def _refuse_on(sentence: Sequence[Token], at: int, found: list[Kind | None]) -> int:
    """Refuse what follows a refusal; return where it ends."""
    verb = sentence[at]
    hit, others = False, 0
    place = at + 1
    while place < len(sentence):
        token = sentence[place]
        if token.kind is Kind.MARK:
            if token.text not in _COMMAS or not _goes_on(sentence, place + 1, hit):
                return place
        elif _ends(token, verb, others, hit):
            return place
        elif token.kind in _ABOUT_TEXT or (hit and token.kind in _SPELLING):
            found[place] = found[place] or verb.kind
            hit = True
        elif token.kind not in _PASSED and token.kind is not Kind.PLACE:
            others += 1
        place += 1
    return place


def _ends(token: Token, verb: Token, others: int, hit: bool) -> bool:
    """Whether a refusal ends before a token."""
    if token.kind in (Kind.CONTRAST, Kind.REFUSE, Kind.REMOVE) or others > _REACH:
        return True
    if verb.kind is Kind.REPLACE:
        return token.low in ("with", "by", "to", "for")
    if token.kind is Kind.ADDING:
        return hit or others > 0 or verb.kind is not Kind.REFUSE
    # "no people on a street with signs", but "take the sign on the wall away".
    refuses = verb.kind is Kind.REFUSE
    return refuses and token.kind is Kind.PLACE and others > 0


def _goes_on(sentence: Sequence[Token], at: int, hit: bool) -> bool:
    """Whether the clause after a comma belongs to the list of what is refused."""
    clauses: list[list[Token]] = [[]]
    for token in sentence[at : at + _FAR]:
        if token.kind is Kind.MARK:
            clauses.append([])
        else:
            clauses[-1].append(token)
    if hit and clauses[0] and all(token.kind in _LISTED for token in clauses[0]):
        return True
    for clause in clauses:
        if any(token.low in ("or", "nor") for token in clause[:3]):
            return True
        if not clause or len(clause) > 2 or any(token.kind is Kind.REFUSE for token in clause):
            return False
    return False
