"""What a caption tells, and back: every caption is read as exactly one set of facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ...errors import InputError
from .words import Colour, Ground, ObjectKind, Relation, Size, Sky, Style, Weather

_PHOTO = "a black and white photo of "


@dataclass(frozen=True)
class Named:
    """One thing as a caption names it."""

    kind: ObjectKind
    colour: Colour
    size: Size = Size.MEDIUM

    @property
    def words(self) -> str:
        """``a small red ball``."""
        size = "" if self.size is Size.MEDIUM else f"{self.size.value} "
        thing = f"{size}{self.colour.value} {self.kind.value}"
        return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


@dataclass(frozen=True)
class CaptionFacts:
    """Everything a caption tells; what it leaves open is None or empty.

    Attributes:
        things: one or two.
        relation: where the first of two things is, seen from the second.
        style: PLAIN when untold.
        sign: the word asked for, or empty.
    """

    things: tuple[Named, ...]
    relation: Relation | None = None
    ground: Ground | None = None
    sky: Sky | None = None
    weather: Weather = Weather.CLEAR
    style: Style = Style.PLAIN
    sign: str = ""

    @property
    def caption(self) -> str:
        """The sentence."""
        photo = _PHOTO if self.style is Style.GRAYSCALE else ""
        words = [photo + self.things[0].words]
        if self.relation:
            words += [self.relation.value, self.things[1].words]
        if self.ground:
            words.append(f"on {self.ground.value}")
        if self.sky:
            words.append(f"under a {self.sky.value} sky")
        if self.weather is not Weather.CLEAR:
            words.append(self.weather.value)
        if self.style is Style.BORDER:
            words.append("with a border")
        if self.sign:
            words.append(f'with a sign "{self.sign}"')
        return " ".join(words)


def read_caption(caption: str) -> CaptionFacts:
    """The facts a caption of the world tells.

    Raises:
        InputError: the world does not speak so.
    """
    found = _GRAMMAR.fullmatch(caption)
    if not found:
        expected = "a caption of Seedling's world, as Told.caption writes them"
        raise InputError("caption", expected=expected, got=repr(caption))
    part = found.groupdict()
    things = [_named(part["size"], part["colour"], part["kind"])]
    if part["relation"]:
        things.append(_named(part["size2"], part["colour2"], part["kind2"]))
    style = Style.BORDER if part["border"] else Style.PLAIN
    return CaptionFacts(
        tuple(things),
        Relation(part["relation"]) if part["relation"] else None,
        Ground(part["ground"]) if part["ground"] else None,
        Sky(part["sky"]) if part["sky"] else None,
        Weather(part["weather"] or ""),
        Style.GRAYSCALE if part["photo"] else style,
        part["sign"] or "",
    )


def _named(size: str | None, colour: str, kind: str) -> Named:
    return Named(ObjectKind(kind), Colour(colour), Size(size) if size else Size.MEDIUM)


def _one_of(name: str, words: type[Enum]) -> str:
    choices = "|".join(re.escape(member.value) for member in words if member.value)
    return f"(?P<{name}>{choices})"


def _thing(suffix: str) -> str:
    size, colour = _one_of("size" + suffix, Size), _one_of("colour" + suffix, Colour)
    return f"an? (?:{size} )?{colour} {_one_of('kind' + suffix, ObjectKind)}"


_GRAMMAR = re.compile(
    f"(?P<photo>{_PHOTO})?{_thing('')}"
    f"(?: {_one_of('relation', Relation)} {_thing('2')})?"
    f"(?: on {_one_of('ground', Ground)})?"
    f"(?: under a {_one_of('sky', Sky)} sky)?"
    f"(?: {_one_of('weather', Weather)})?"
    r"(?P<border> with a border)?"
    r'(?: with a sign "(?P<sign>[A-Z]+)")?'
)
