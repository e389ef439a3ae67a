"""Words that ask for text without spelling it: *lettering*, *a caption*, and in doubt *a sign*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .kinds import Kind, word_set
from .tokens import Token

_GENERAL = word_set(
    "text texts word words letter letters lettering writing writings typography font fonts "
    "typeface texte texten textes texto textos testo testi tekst teksten schrift buchstaben "
    "wörter lettres mots letras palabras lettere parole scritte текст текста надписи надписей "
    "букв 文字 テキスト 文本 글자 텍스트"
)
"""Who refuses these refuses all text; *no watermark* refuses a watermark only."""
_SCRIPTS = word_set(
    "with some visible readable legible english japanese chinese korean arabic latin foreign "
    "runic ancient neon chalk gold white"
)
"""Before *writing*, these make it a thing and not what somebody does."""
_READ = word_set("readable legible readably legibly")
_BELOW = word_set("underneath below above beneath across along in on at top bottom")
_CASES = word_set("lowercase uppercase capitals caps bold cursive italics")
"""How letters look, of a name that is to be seen."""
_BY_HAND = word_set("written writen scrawled scribbled daubed chalked lettered")
_POST = word_set(
    "mail mailbox mailman postman postbox envelope envelopes love stack bundle pile sealed "
    "wax delivering delivers postal pigeon burning reading writing writes opening unopened"
)
"""Near *letters*, these make them letters one sends."""


@dataclass(frozen=True)
class Mention:
    """Something a prompt says of text.

    Attributes:
        noun: what is named, in lower case.
        named: the same as it is written, or the words spelled out in quotation marks.
        words: the words spelled out, if any.
        style: whether it only says how letters look.
        refused: whether it is refused.
        narrow: whether only some place or kind of it is refused.
        carriers: what it stands on, in lower case.
        doubt: why text may be wanted; empty where it is surely asked for.
    """

    noun: str
    named: str
    words: str = ""
    style: bool = False
    refused: bool = False
    narrow: bool = False
    carriers: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def general(self) -> bool:
        """Whether it stands for all text."""
        return self.noun in _GENERAL


def named(sentence: Sequence[Token], at: int) -> Mention | None:
    """Return what a word asks for without spelling it out, or may ask for."""
    token = sentence[at]
    found = Mention(token.low, token.text, carriers=carriers(sentence, at))
    if _only_sounds(sentence, at):
        return None
    if token.kind is Kind.STYLE:
        return replace(found, style=True)
    if token.kind is Kind.TEXT:
        return replace(found, style=any(word.low == "in" for word in sentence[max(0, at - 4) : at]))
    if token.kind is Kind.LABELLER and (_written(sentence, at) or _on_carrier(sentence, at)):
        return found
    if token.kind is Kind.SAYING and _says_something(sentence, at):
        return found
    if token.low in _BY_HAND and _on_something(sentence, at):
        return found
    if token.low in _READ and not _refused_before(sentence, at):
        return found
    if token.low in ("listing", "lists") and _bearer_before(sentence, at):
        return found
    if token.kind is Kind.CARRIER and (_lettered(sentence, at) or _legible(sentence, at)):
        return found
    if token.kind is Kind.CARRIER and not _blank(sentence, at):
        return replace(found, doubt=f"the prompt names {token.low}, which may bear text")
    return None


def _only_sounds(sentence: Sequence[Token], at: int) -> bool:
    """Whether *letters* come by post, or *signature* only describes what follows."""
    if sentence[at].low == "letters":
        return any(token.low in _POST for token in sentence[max(0, at - 6) : at + 7])
    following = [token.kind for token in sentence[at + 1 : at + 2]]
    described = following and following[0] in (Kind.PLAIN, Kind.NAMING, Kind.THING)
    return sentence[at].low == "signature" and bool(described)


def _written(sentence: Sequence[Token], at: int) -> bool:
    """Whether a word such as *message* or *writing* is something to be seen."""
    if sentence[at].low == "writing":
        return at > 0 and sentence[at - 1].low in _SCRIPTS
    others = 0
    for token in sentence[at + 1 : at + 7]:
        if token.kind is Kind.MAKING or token.low in _CASES or token.kind is Kind.STYLE:
            return True
        others += token.kind is Kind.PLAIN
        passed = token.kind in (Kind.FILL, Kind.PLAIN) or token.low in ("is", "are", "was", "in")
        if not passed or others > 3:
            return False
    return False


def _on_carrier(sentence: Sequence[Token], at: int) -> bool:
    """Whether a name belongs on a logo or the like: *a logo ..., the name underneath*."""
    if sentence[at].low not in ("name", "names", "band name", "brand name", "company name"):
        return False
    behind = sentence[at + 1 : at + 2]
    placed = bool(behind) and behind[0].low in _BELOW
    return placed and any(token.kind is Kind.CARRIER for token in sentence[:at])


def _lettered(sentence: Sequence[Token], at: int) -> bool:
    """Whether something is written and not only painted: *an equation written on a board*."""
    following = sentence[at + 1 : at + 5]
    return any(token.low in ("written", "typed", "scribbled", "scrawled") for token in following)


def _refused_before(sentence: Sequence[Token], at: int) -> bool:
    return any(token.kind is Kind.REFUSE for token in sentence[max(0, at - 5) : at])


def _bearer_before(sentence: Sequence[Token], at: int) -> bool:
    before = sentence[max(0, at - 6) : at]
    return any(token.kind in (Kind.CARRIER, Kind.THING) for token in before)


def _on_something(sentence: Sequence[Token], at: int) -> bool:
    """Whether something is written on a thing: *love written in the sand*."""
    if _refused_before(sentence, at):
        return False
    before = [token.low for token in sentence[max(0, at - 5) : at]]
    if "which" in before and "on" in before:
        return True
    following = [token for token in sentence[at + 1 : at + 7] if token.low != "all"]
    on = ("in", "on", "across", "into", "onto", "over", "along", "above")
    if not following or following[0].low not in on:
        return False
    return any(
        token.kind in (Kind.THING, Kind.CARRIER) or token.low in ("it", "them")
        for token in following
    )


def _legible(sentence: Sequence[Token], at: int) -> bool:
    return any(token.low in ("readable", "legible") for token in sentence[max(0, at - 2) : at])


def _says_something(sentence: Sequence[Token], at: int) -> bool:
    """Whether a sign says what is not spelled: *a sign saying the shop is closed*."""
    following = sentence[at + 1 : at + 2]
    if not following or following[0].kind in (Kind.REFUSE, Kind.MARK, Kind.BLANK):
        return False
    return any(token.kind is Kind.CARRIER for token in sentence[max(0, at - 2) : at])


def _blank(sentence: Sequence[Token], at: int) -> bool:
    return any(token.kind is Kind.BLANK for token in _clause(sentence, at))


def carriers(sentence: Sequence[Token], at: int) -> tuple[str, ...]:
    """Return the signs and the like that are named in a token's clause."""
    clause = _clause(sentence, at)
    return tuple(token.low for token in clause if token.kind is Kind.CARRIER)


def _clause(sentence: Sequence[Token], at: int) -> Sequence[Token]:
    """The tokens around one, from mark to mark."""
    start, end = at, at
    while start and sentence[start - 1].kind is not Kind.MARK:
        start -= 1
    while end < len(sentence) and sentence[end].kind is not Kind.MARK:
        end += 1
    return sentence[start:end]
