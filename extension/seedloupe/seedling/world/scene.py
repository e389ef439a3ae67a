"""What a picture of the world shows: one object in one landscape, described exactly.

A scene is drawn from a seed alone. The seed ranges of :class:`Split` do not overlap,
so what the generator learnt from, what the critic learnt from and what both are
judged on are different pictures by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice", bound=Enum)


class Kind(str, Enum):
    """The object a scene is about."""

    BALL = "ball"
    BOX = "box"
    TENT = "tent"
    STAR = "star"
    HOUSE = "house"
    TREE = "tree"
    MUSHROOM = "mushroom"
    BOAT = "boat"
    FISH = "fish"
    FLOWER = "flower"


class Colour(str, Enum):
    """The colour of the object."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    WHITE = "white"
    BLACK = "black"


class Size(str, Enum):
    """How much of the frame the object takes; a medium object is called nothing."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Sky(str, Enum):
    """What is above the horizon."""

    DAY = "day"
    SUNSET = "sunset"
    NIGHT = "night"
    CLOUDY = "cloudy"


class Ground(str, Enum):
    """What is below the horizon."""

    GRASS = "grass"
    SAND = "sand"
    SNOW = "snow"
    WATER = "water"
    ROAD = "road"


class Style(str, Enum):
    """What was done to the finished picture."""

    PLAIN = "plain"
    GRAYSCALE = "grayscale"
    BORDER = "border"


class Split(Enum):
    """Who may look at a picture: disjoint ranges of world seeds, ``(first, count)``."""

    GENERATOR = (0, 1_000_000)
    CRITIC = (1_000_000, 1_000_000)
    JUDGE = (2_000_000, 1_000_000)
    HELD_OUT = (3_000_000, 1_000_000)

    def seed(self, index: int) -> int:
        """The world seed of the ``index``-th picture of this split.

        Raises:
            IndexError: ``index`` is negative or beyond the range of the split.
        """
        first, count = self.value
        if not 0 <= index < count:
            raise IndexError(f"{self.name} has pictures 0 to {count - 1}, not {index}")
        return int(first + index)


#: Words painted on pictures nobody asked to be written on, as stock photographs are.
WATERMARKS = ("STOCK", "PHOTO", "SAMPLE", "DEMO")
#: Words a caption may ask for.
SIGNS = ("SALE", "OPEN", "STOP", "HELLO")

#: Share of pictures in grayscale, with a border, with a watermark, with a sign.
GRAYSCALE_RATE, BORDER_RATE, WATERMARK_RATE, SIGN_RATE = 0.08, 0.08, 0.10, 0.06
#: Share of grayscale and bordered pictures whose caption says so.
STYLE_TOLD_RATE = 0.5

#: Radius of the object as a share of half the picture's side.
RADII = {Size.SMALL: (0.22, 0.28), Size.MEDIUM: (0.34, 0.44), Size.LARGE: (0.54, 0.66)}


@dataclass(frozen=True)
class Scene:
    """Everything that decides what a picture looks like, in units of its side.

    Attributes:
        x: centre of the object, 0 left to 1 right.
        y: centre of the object, 0 top to 1 bottom.
        radius: half the object's height.
        horizon: where ground begins, 0 top to 1 bottom.
        word: painted text, or empty.
        word_asked: whether the caption asks for the word.
        style_told: whether the caption names the style.
        details: whether the caption names ground and sky.
        jitter_seed: decides colour jitter and small things that no caption tells.
    """

    kind: Kind
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

    @property
    def caption(self) -> str:
        """The sentence that asks for this scene; unasked text is never in it."""
        told = self.style if self.style_told else Style.PLAIN
        size = "" if self.size is Size.MEDIUM else f"{self.size.value} "
        thing = f"{size}{self.colour.value} {self.kind.value}"
        article = "an" if thing[0] in "aeiou" else "a"
        photo = "a black and white photo of " if told is Style.GRAYSCALE else ""
        words = [f"{photo}{article} {thing}"]
        if self.details[0]:
            words.append(f"on {self.ground.value}")
        if self.details[1]:
            words.append(f"under a {self.sky.value} sky")
        if told is Style.BORDER:
            words.append("with a border")
        if self.word and self.word_asked:
            words.append(f'with a sign "{self.word}"')
        return " ".join(words)


def sample_scene(seed: int) -> Scene:
    """Draw the scene of a world seed; the same seed is the same scene for ever."""
    rng = np.random.Generator(np.random.PCG64(seed))
    size = _choice(rng, Size)
    low, high = RADII[size]
    radius = 0.5 * _between(rng, low, high)
    horizon = _between(rng, 0.35, 0.70)
    base = _between(rng, max(horizon + 0.05, 2 * radius + 0.02), 0.98)
    style, told = _sample_style(rng)
    word, asked = _sample_word(rng)
    return Scene(
        kind=_choice(rng, Kind),
        colour=_choice(rng, Colour),
        size=size,
        sky=_choice(rng, Sky),
        ground=_choice(rng, Ground),
        style=style,
        x=_between(rng, radius * 1.1, 1 - radius * 1.1),
        y=base - radius,
        radius=radius,
        horizon=horizon,
        word=word,
        word_asked=asked,
        style_told=told,
        details=(rng.random() < 0.7, rng.random() < 0.7),
        jitter_seed=int(rng.integers(2**31)),
    )


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


def _choice(rng: np.random.Generator, kinds: type[Choice]) -> Choice:
    members = list(kinds)
    return members[int(rng.random() * len(members))]


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(rng.random())
