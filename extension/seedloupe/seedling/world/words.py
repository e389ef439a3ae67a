"""The vocabulary of the world: every choice a scene makes, by its name in captions."""

from __future__ import annotations

from enum import Enum


class ObjectKind(str, Enum):
    """The thing a scene is about."""

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
    CAR = "car"
    CAT = "cat"
    DUCK = "duck"
    CUP = "cup"
    UMBRELLA = "umbrella"
    ROCKET = "rocket"
    CASTLE = "castle"
    APPLE = "apple"


class Colour(str, Enum):
    """The colour of a thing."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    WHITE = "white"
    BLACK = "black"


class Size(str, Enum):
    """How much of the frame a thing takes; a medium one is called nothing."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Relation(str, Enum):
    """Where the first thing is, seen from the second."""

    LEFT_OF = "left of"
    RIGHT_OF = "right of"
    BEHIND = "behind"
    IN_FRONT_OF = "in front of"
    ON = "on"


class Sky(str, Enum):
    """What is above the horizon."""

    DAY = "day"
    SUNSET = "sunset"
    NIGHT = "night"
    CLOUDY = "cloudy"
    DAWN = "dawn"


class Ground(str, Enum):
    """What is below the horizon."""

    GRASS = "grass"
    SAND = "sand"
    SNOW = "snow"
    WATER = "water"
    ROAD = "road"


class Weather(str, Enum):
    """What is in the air; clear air is called nothing."""

    CLEAR = ""
    RAIN = "in the rain"
    SNOWFALL = "in falling snow"
    FOG = "in fog"


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
#: Things flat enough on top to carry another.
CARRIERS = (ObjectKind.BOX, ObjectKind.CAR, ObjectKind.MUSHROOM, ObjectKind.CUP)
