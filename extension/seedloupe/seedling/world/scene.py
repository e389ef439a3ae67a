"""What a picture of the world shows: one or two things in a landscape, described exactly.

A scene is drawn from a seed alone. The seed ranges of :class:`Split` do not overlap,
so what the generator learnt from, what the critic learnt from and what both are
judged on are different pictures by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import numpy as np

from .captions import CaptionFacts, Named
from .placing import RADII, Place, place_one, place_two
from .words import (
    CARRIERS,
    SIGNS,
    WATERMARKS,
    Colour,
    Ground,
    ObjectKind,
    Relation,
    Size,
    Sky,
    Split,
    Style,
    Weather,
)

Choice = TypeVar("Choice", bound=Enum)
Form = tuple[float, float, float]

#: Share of pictures in grayscale, with a border, with a watermark, with a sign.
GRAYSCALE_RATE, BORDER_RATE, WATERMARK_RATE, SIGN_RATE = 0.08, 0.08, 0.10, 0.06
#: Share of grayscale and bordered pictures whose caption says so.
STYLE_TOLD_RATE = 0.5
#: Share of pictures of two things, of mostly sky, of rain, snow or fog.
PAIR_RATE, SKY_RATE, WEATHER_RATE = 0.4, 0.08, 0.2


@dataclass(frozen=True)
class Thing:
    """One thing and its place, in units of the picture's side.

    Attributes:
        x: centre, 0 left to 1 right.
        y: centre, 0 top to 1 bottom.
        radius: half its height.
        form: three numbers in [0, 1) that vary the silhouette.
        mirrored: whether it faces the other way.
        base: where it, or what carries it, touches the ground; decides its depth.
    """

    kind: ObjectKind
    colour: Colour
    size: Size
    x: float
    y: float
    radius: float
    form: Form
    mirrored: bool
    base: float


@dataclass(frozen=True)
class Scene:
    """Everything that decides what a picture looks like, in units of its side.

    Attributes:
        x: centre of the first thing, 0 left to 1 right.
        y: centre of the first thing, 0 top to 1 bottom.
        radius: half the first thing's height.
        horizon: where ground begins, 0 top to 1 bottom.
        word: painted text, or empty.
        word_asked: whether the caption asks for the word.
        style_told: whether the caption names the style.
        details: whether the caption names ground and sky.
        jitter_seed: decides colour jitter and small things that no caption tells.
        form: varies the first thing's silhouette.
        mirrored: whether the first thing faces the other way.
        second: the other thing of a relation.
        relation: where the first thing is, seen from the second.
        time: seconds since the scene began; clouds, rain and waves move with it.
    """

    kind: ObjectKind
    colour: Colour
    size: Size
    sky: Sky
    ground: Ground
    style: Style
    x: float
    y: float
    radius: float
    horizon: float
    word: str
    word_asked: bool
    style_told: bool
    details: tuple[bool, bool]
    jitter_seed: int
    weather: Weather = Weather.CLEAR
    form: Form = (0.5, 0.5, 0.5)
    mirrored: bool = False
    second: Thing | None = None
    relation: Relation | None = None
    time: float = 0.0

    @property
    def things(self) -> tuple[Thing, ...]:
        """The first thing, and the second when there is one."""
        carried = self.second and self.relation is Relation.ON
        first = Thing(
            self.kind,
            self.colour,
            self.size,
            self.x,
            self.y,
            self.radius,
            self.form,
            self.mirrored,
            self.second.base if self.second and carried else self.y + self.radius,
        )
        return (first, self.second) if self.second else (first,)

    @property
    def told(self) -> CaptionFacts:
        """What the caption tells; unasked text is never in it."""
        return CaptionFacts(
            tuple(Named(thing.kind, thing.colour, thing.size) for thing in self.things),
            self.relation if self.second else None,
            self.ground if self.details[0] else None,
            self.sky if self.details[1] else None,
            self.weather,
            self.style if self.style_told else Style.PLAIN,
            self.word if self.word_asked else "",
        )

    @property
    def caption(self) -> str:
        """The sentence that asks for this scene."""
        return self.told.caption


def sample_scene(seed: int) -> Scene:
    """Draw the scene of a world seed; the same seed is the same scene for ever."""
    rng = np.random.Generator(np.random.PCG64(seed))
    kind, other = (list(ObjectKind)[i] for i in rng.choice(len(ObjectKind), 2, replace=False))
    colour, second_colour = (list(Colour)[i] for i in rng.choice(len(Colour), 2, replace=False))
    relation = _choice(rng, Relation) if rng.random() < PAIR_RATE else None
    size = _choice(rng, Size) if relation is None else Size.MEDIUM
    horizon = 0.35 + 0.35 * rng.random()
    if relation is None and size is not Size.LARGE and rng.random() < SKY_RATE / 0.4:
        horizon = 0.74 + 0.08 * rng.random()
    if relation is Relation.ON:
        other = CARRIERS[int(rng.random() * len(CARRIERS))]
        kind = list(ObjectKind)[(list(ObjectKind).index(other) + 1 + int(rng.random() * 17)) % 18]
    second = None
    if relation is None:
        place = place_one(rng, horizon, RADII[size])
    else:
        second_form = _form(rng)
        place, its = place_two(rng, horizon, relation, other, second_form)
        mirrored = bool(rng.random() < 0.5)
        second = _thing(other, second_colour, its, second_form, mirrored=mirrored)
    style, told = _sample_style(rng)
    word, asked = _sample_word(rng)
    return Scene(
        kind=kind,
        colour=colour,
        size=size,
        sky=_choice(rng, Sky),
        ground=_choice(rng, Ground),
        style=style,
        x=place.x,
        y=place.y,
        radius=place.radius,
        horizon=horizon,
        word=word,
        word_asked=asked,
        style_told=told,
        details=(rng.random() < 0.7, rng.random() < 0.7),
        jitter_seed=int(rng.integers(2**31)),
        weather=_sample_weather(rng),
        form=_form(rng),
        mirrored=bool(rng.random() < 0.5),
        second=second,
        relation=relation,
    )


def _thing(kind: ObjectKind, colour: Colour, place: Place, form: Form, *, mirrored: bool) -> Thing:
    base = place.y + place.radius
    return Thing(kind, colour, Size.MEDIUM, place.x, place.y, place.radius, form, mirrored, base)


def _sample_style(rng: np.random.Generator) -> tuple[Style, bool]:
    roll, told = rng.random(), bool(rng.random() < STYLE_TOLD_RATE)
    if roll < GRAYSCALE_RATE:
        return Style.GRAYSCALE, told
    if roll < GRAYSCALE_RATE + BORDER_RATE:
        return Style.BORDER, told
    return Style.PLAIN, False


def _sample_word(rng: np.random.Generator) -> tuple[str, bool]:
    roll, pick = rng.random(), rng.random()
    if roll < WATERMARK_RATE:
        return WATERMARKS[int(pick * len(WATERMARKS))], False
    if roll < WATERMARK_RATE + SIGN_RATE:
        return SIGNS[int(pick * len(SIGNS))], True
    return "", False


def _sample_weather(rng: np.random.Generator) -> Weather:
    if rng.random() >= WEATHER_RATE:
        return Weather.CLEAR
    return (Weather.RAIN, Weather.SNOWFALL, Weather.FOG)[int(3 * rng.random())]


def _form(rng: np.random.Generator) -> Form:
    first, second, third = rng.random(3)
    return float(first), float(second), float(third)


def _choice(rng: np.random.Generator, choices: type[Choice]) -> Choice:
    members = list(choices)
    return members[int(rng.random() * len(members))]


__all__ = [
    "Colour",
    "Form",
    "Ground",
    "ObjectKind",
    "Scene",
    "Size",
    "Sky",
    "Split",
    "Thing",
    "sample_scene",
]
