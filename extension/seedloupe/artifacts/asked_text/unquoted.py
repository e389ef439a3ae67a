"""Words to be written that stand in no quotation marks: *a sign saying OPEN*, *the word love*."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .kinds import Kind
from .spelled import BEARERS, Spelled, has_bearer, has_speaker
from .tokens import Token

_LONGEST = 6
"""Most words without quotation marks that are taken for what is to be written."""
_WRITTEN = BEARERS - {Kind.LABELLER} | {Kind.MAKING, Kind.SAYING}
_INTRODUCED = frozenset({"word", "words", "phrase", "letters", "letter", "text", "name", "number",
                         "message", "headline", "slogan", "title", "caption"})  # fmt: skip
_LABELLED = frozenset({"labeled", "labelled", "captioned", "lettered", "inscribed"})
_SAID = frozenset(
    {"message", "slogan", "caption", "headline", "text", "title", "phrase", "name", "brand"}
)
_GIVEN = frozenset({"with", "bearing", "has", "bears", "reads", "carrying"})
_ARTICLES = frozenset({"a", "an", "the", "her", "his", "its", "their", "out", "my"})

_PUT_ON = frozenset(
    {"written", "printed", "embroidered", "engraved", "stamped", "painted", "stitched", "carved"}
)
_AMBIGUOUS = frozenset({"read", "say", "said", "spell", "spells", "spelled", "spelt"})
"""Said by signs less often than of books, people and wizards."""


def unquoted(sentence: Sequence[Token], at: int, *, shouting: bool) -> Iterator[Spelled]:
    """Find words that a token says are to be written.

    Args:
        sentence: its tokens.
        at: the token.
        shouting: whether the whole prompt is in capitals, which then say nothing.
    """
    token = sentence[at]
    if token.kind is Kind.KNOWN:
        yield Spelled(_known_words(token), at, at + 1, at, token.text)
    elif (token.kind is Kind.SAYING and token.text.isascii()) or _told_to_write(sentence, at):
        yield from _said(sentence, at, shouting=shouting)
    elif token.low in _PUT_ON:
        yield from _put_on(sentence, at)
    elif token.low in ("writing", "writes", "wrote") and not shouting:
        yield from _beside(sentence, at)
    elif token.low in _INTRODUCED or token.kind is Kind.LABELLER:
        yield from _introduced(sentence, at, shouting=shouting)
    elif token.kind is Kind.CARRIER and not shouting:
        yield from _beside(sentence, at)


def _known_words(token: Token) -> str:
    """What stands on a sign known by its word."""
    words = token.text.split()
    cut = 2 if words[-2].casefold() == "neon" else 1
    return " ".join(words[:-cut])


def _told_to_write(sentence: Sequence[Token], at: int) -> bool:
    """Whether a token is the order to write something."""
    first = at == 0 or sentence[at - 1].kind in (Kind.MARK, Kind.FILL)
    return sentence[at].low == "write" and first


def _said(sentence: Sequence[Token], at: int, *, shouting: bool) -> Iterator[Spelled]:
    """Words behind *says*, *reading* or *labeled*, if a sign or the like says them."""
    words = _words_from(sentence, at + 1, shouting=shouting)
    if not words or (has_speaker(sentence, at) and not _single_letters(words)):
        return
    first, token_low = words[0], sentence[at].low
    loud = (first.shouted or _single_letters(words)) and not shouting
    refusing = first.kind is Kind.REFUSE and not loud
    proper = token_low in _LABELLED and first.text[:1].isupper() and not shouting
    bears = sentence[at + 1].text == ":" or proper or _says(sentence, at)
    if loud or (bears and not refusing and first.low not in _ARTICLES):
        text = " ".join(word.text for word in words)
        yield Spelled(text, at, at + 1 + len(words), at + 1, sentence[at].text)


def _single_letters(words: Sequence[Token]) -> bool:
    """Whether words are spelled letter by letter: *S O P H I E*."""
    return len(words) > 1 and all(len(w.text) == 1 and w.text.isupper() for w in words[:3])


def _says(sentence: Sequence[Token], at: int) -> bool:
    """Whether it is something to write on that says what follows."""
    verb = sentence[at].low
    if verb == "write":
        return any(token.kind in BEARERS for token in sentence[at : at + 10])
    before = sentence[max(0, at - 8) : at]
    if any(token.low == "it" for token in before[-3:]):
        return True
    close = [token for token in before[-3:] if token.kind not in (Kind.FILL, Kind.PLACE)][-1:]
    if verb in _AMBIGUOUS:
        return any(token.kind in (Kind.CARRIER, Kind.TEXT, Kind.STYLE) for token in close)
    if any(token.kind is Kind.PERSON for token in before):
        return any(token.kind in BEARERS for token in close)
    return any(token.kind in BEARERS for token in before)


def _introduced(sentence: Sequence[Token], at: int, *, shouting: bool) -> Iterator[Spelled]:
    """Words behind *the word* or *the headline*: in capitals, or a name, or one plain word."""
    words = _words_from(sentence, at + 1, shouting=shouting)
    token = sentence[at]
    field = at + 1 < len(sentence) and sentence[at + 1].text == ":"
    if not words or not (field or has_bearer(sentence, at, at)):
        return
    first = words[0]
    loud = first.shouted and not shouting
    proper = first.text[:1].isupper() and not shouting
    number = token.low == "number" and first.text.isdigit()
    plain = token.low in ("word", "words", "phrase") and at > 0 and sentence[at - 1].low == "the"
    plain = plain and any(other.kind in _WRITTEN for other in sentence)
    plain = plain or _with_message(sentence, at, first)
    letter = token.low == "letter" and len(first.text) == 1 and proper
    if number or letter:
        words = words[:1]
    elif proper and not loud:
        words = _capitalised(words)
    elif not loud and not plain:
        return
    if token.low == "letter" and not letter:
        return
    text = " ".join(word.text for word in words)
    yield Spelled(text, at, at + 1 + len(words), at + 1, token.text)


def _with_message(sentence: Sequence[Token], at: int, first: Token) -> bool:
    """Whether words follow what a thing bears: *a card with the message happy 40th*."""
    given = at > 1 and sentence[at - 1].low == "the" and sentence[at - 2].low in _GIVEN
    bears = any(token.kind in (Kind.CARRIER, Kind.THING) for token in sentence[max(0, at - 8) : at])
    return given and bears and sentence[at].low in _SAID and first.kind is Kind.PLAIN


def _put_on(sentence: Sequence[Token], at: int) -> Iterator[Spelled]:
    """Words between *with* and *written*: *a cake with happy birthday written on it*.

    What is printed or painted may as well be a picture: such words are in doubt.
    """
    start = at
    while start and sentence[start - 1].kind in (Kind.PLAIN, Kind.THING, Kind.FILL, Kind.PERSON):
        start -= 1
    words = sentence[start:at]
    given = start > 0 and sentence[start - 1].low == "with"
    if given and words and words[0].low not in _ARTICLES and words[0].kind is not Kind.FILL:
        sure = sentence[at].low == "written" or words[0].shouted
        by = sentence[at].text if sure else ""
        yield Spelled(" ".join(word.text for word in words), start, at + 1, start, by)


def _beside(sentence: Sequence[Token], at: int) -> Iterator[Spelled]:
    """Capitals right before or behind a sign, or behind a verb: *a STOP sign*, *writing STOP*."""
    behind = _words_from(sentence, at + 1, shouting=False)
    if behind and behind[0].shouted:
        text = " ".join(word.text for word in behind)
        yield Spelled(text, at, at + 1 + len(behind), at + 1, sentence[at].text)
    start = at
    while start and sentence[start - 1].shouted:
        start -= 1
    if start < at:
        text = " ".join(word.text for word in sentence[start:at])
        yield Spelled(text, start, at + 1, start, sentence[at].text)


def _words_from(sentence: Sequence[Token], at: int, *, shouting: bool) -> list[Token]:
    """Words up to a mark, a quotation, a preposition; of words in capitals only those."""
    found: list[Token] = []
    at += at < len(sentence) and sentence[at].text == ":"
    for token in sentence[at : at + _LONGEST]:
        if token.kind in (Kind.MARK, Kind.QUOTE):
            break
        loud = token.shouted and not shouting
        if found and found[0].shouted and not shouting and not loud and not token.text.isdigit():
            break
        stops = token.kind in (Kind.PLACE, Kind.MAKING, Kind.STYLE, Kind.CONTRAST)
        if not loud and stops and token.low not in ("only", "just"):
            break
        found.append(token)
    return found


def _capitalised(words: Sequence[Token]) -> list[Token]:
    """The leading words of a name: *Miller & Sons Plumbing*."""
    found: list[Token] = []
    for word in words:
        if not (word.text[:1].isupper() or word.low in ("of", "the", "and")):
            break
        found.append(word)
    return found
