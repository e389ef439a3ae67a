"""Prompts written as JSON: which fields describe, which hold words to write, which say what not.

The quotation marks of JSON are no quotation marks. What cannot be read as JSON but looks like it
is read as plain text without its braces and quotation marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .kinds import word_set

_LARGEST = 10_000
"""Longest prompt that is looked at, in characters; what follows excuses nothing."""
_DEEPEST = 40
_FEW = 3
_BEGIN = re.compile(r'[{\[]\s*[{\["\]}]')
_FIELD = re.compile(r"""[{,]\s*["'][\w -]+["']\s*:""")
_FENCE = re.compile(r"```\w*")

#: Parts of a field's name that say it holds what is to be written, or how it looks.
_LITERAL = word_set(
    "text texts lettering headline subheadline slogan tagline inscription wording words word says "
    "reads reading written embroidery carving engraving readout digits copy bubble balloon "
    "wordmark subtitle typography quote phrase texte texto"
)
#: The same inside a field of these, or of a sign or the like.
_INSIDE = word_set(
    "content contents value message title caption name line lines heading string primary "
    "secondary main top bottom body year date number price brand"
)
_BEARER = re.compile(
    r"(?:sign|signage|billboard|banner|poster|label|placard|plaque|logo|text|typography|lettering|"
    r"headline|bubble|book ?cover)s?$",
    re.IGNORECASE,
)
#: Fields that say how text looks or where it is; they hold no words to write.
_LOOKS = word_set(
    "font fonts style color colour colors position placement size location alignment material "
    "layout effect weight case language typeface finish orientation rendering type kind"
)
#: Fields that say what something is.
_KINDS = ("type", "name", "object", "kind", "element", "item")
#: Parts of a field's name that say it holds what is not wanted.
_AGAINST = word_set(
    "negative negatives avoid avoided exclude excluded exclusions without forbidden unwanted "
    "omit remove removed ban banned dont"
)
_EMPTY = ("", "none", "no", "null", "n/a", "na", "false", "nil", "empty", "blank", "-", "no text",
          "not applicable", "nothing")  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """A piece of a prompt.

    Attributes:
        text: what it says.
        literal: whether its field holds what is to be written.
        against: whether its field holds what is not wanted.
        name: the field's name, in lower case.
    """

    text: str
    literal: bool = False
    against: bool = False
    name: str = ""


def passages(prompt: str) -> Iterator[Passage]:
    """Return a prompt in pieces: the fields of JSON in it, and the text around."""
    rest = _FENCE.sub(" ", prompt)[:_LARGEST]
    while found := _BEGIN.search(rest):
        try:
            value, end = json.JSONDecoder().raw_decode(rest, found.start())
        except (ValueError, RecursionError):
            break
        if rest[: found.start()].strip():
            yield Passage(rest[: found.start()])
        yield from _fields(value, _Place())
        rest = rest[end:]
    if _FIELD.search(rest):
        rest = _without_json(rest)
    if rest.strip():
        yield Passage(rest)


def _without_json(text: str) -> str:
    """Make plain text of what is nearly JSON: escaped quotation marks are the prompt's own."""
    text = text.replace('\\"', "\u201d").replace("\\n", " ")
    text = re.sub(r"""(?<=[{,])\s*'([\w -]+)'\s*:\s*'([^']*)'""", r' "\1": \2', text)
    return re.sub(r"[\"{}]", " ", text).replace(",", ".\n")


@dataclass(frozen=True)
class _Place:
    """Where in JSON a value stands."""

    name: str = ""
    literal: bool = False
    bearer: bool = False
    against: bool = False
    lonely: bool = False

    def under(self, key: str, owner: Mapping[str, object]) -> _Place:
        """The place of one of a mapping's values."""
        parts = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).casefold())
        inside = self.bearer or _kind_bears(owner)
        literal = any(part in _LITERAL for part in parts) or self.literal
        literal = literal or (inside and any(part in _INSIDE for part in parts))
        labels = "label" in parts and isinstance(owner[key], dict)
        bears = inside or labels or any(_bears(part) for part in parts)
        if any(part in _LOOKS for part in parts) or "class_type" in owner:
            literal = False
        against = self.against or any(part in _AGAINST for part in parts)
        against = against or parts[:1] in (["no"], ["not"]) or parts[:2] == ["do", "not"]
        lonely = parts == ["text"] and len(owner) == 1
        return _Place(key.casefold(), literal, bears, against, lonely)


def _bears(part: str) -> bool:
    return part != "label" and _BEARER.match(part) is not None


def _kind_bears(owner: Mapping[str, object]) -> bool:
    """Whether a mapping says of itself that it is a sign or the like."""
    kinds = (owner.get(key) for key in _KINDS)
    return any(isinstance(kind, str) and _BEARER.search(kind.strip()) for kind in kinds)


def _fields(value: object, place: _Place = _Place(), depth: int = 0) -> Iterator[Passage]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _fields(entry, place.under(str(key), value), depth + 1)
    elif isinstance(value, list):
        for entry in value:
            yield from _fields(entry, place, depth + 1)
    elif isinstance(value, str):
        yield from _passage(value.strip(), place)
    elif value is True and (place.literal or place.against):
        yield Passage(place.name.replace("_", " "), against=place.against)


def _passage(text: str, place: _Place) -> Iterator[Passage]:
    if text.casefold().rstrip(".") in _EMPTY:
        return
    if place.lonely and len(text.split()) > _FEW:
        yield Passage(text)  # all there is to the prompt
        return
    literal = place.literal and not (_BEARER.search(text) and place.name in _KINDS)
    if place.bearer and not literal and _BEARER.match(place.name):
        text = f"{place.name}: {text}"
    yield Passage(text, literal, place.against, place.name)
