"""The colours of the world, and the light each sky sheds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .figures import Rgb
from .words import Colour, Ground, Sky

Tint = NDArray[np.float32]

COLOURS: dict[Colour, Rgb] = {
    Colour.RED: (218, 48, 50),
    Colour.ORANGE: (246, 140, 36),
    Colour.YELLOW: (250, 220, 66),
    Colour.GREEN: (54, 164, 72),
    Colour.BLUE: (46, 104, 222),
    Colour.PURPLE: (148, 70, 198),
    Colour.WHITE: (250, 250, 250),
    Colour.BLACK: (36, 36, 42),
}
GROUNDS: dict[Ground, Rgb] = {
    Ground.GRASS: (104, 170, 78),
    Ground.SAND: (228, 200, 142),
    Ground.SNOW: (230, 236, 246),
    Ground.WATER: (66, 128, 184),
    Ground.ROAD: (118, 116, 122),
}


@dataclass(frozen=True)
class Daylight:
    """A sky and its light.

    Attributes:
        top, middle, bottom: of the sky, from the zenith to the horizon.
        cloud: the lit side of clouds.
        ambient: light from everywhere, 1 is white paper as it is.
        sun: light from the sun or the moon, added to it.
        hills: what far hills fade from.
    """

    top: Rgb
    middle: Rgb
    bottom: Rgb
    cloud: Rgb
    ambient: tuple[float, float, float]
    sun: tuple[float, float, float]
    hills: Rgb


SKIES: dict[Sky, Daylight] = {
    Sky.DAY: Daylight(
        (92, 166, 236),
        (146, 204, 246),
        (214, 236, 250),
        (255, 255, 255),
        (0.66, 0.69, 0.74),
        (0.46, 0.43, 0.36),
        (96, 140, 130),
    ),
    Sky.SUNSET: Daylight(
        (116, 96, 160),
        (246, 142, 104),
        (255, 216, 140),
        (255, 190, 150),
        (0.68, 0.62, 0.66),
        (0.44, 0.33, 0.20),
        (124, 84, 110),
    ),
    Sky.NIGHT: Daylight(
        (12, 18, 54),
        (26, 36, 86),
        (66, 78, 134),
        (70, 80, 128),
        (0.62, 0.64, 0.74),
        (0.30, 0.31, 0.34),
        (24, 32, 66),
    ),
    Sky.CLOUDY: Daylight(
        (164, 172, 186),
        (190, 196, 206),
        (224, 227, 231),
        (242, 243, 246),
        (0.78, 0.79, 0.81),
        (0.24, 0.23, 0.22),
        (128, 140, 146),
    ),
    Sky.DAWN: Daylight(
        (122, 140, 206),
        (226, 166, 196),
        (254, 222, 206),
        (255, 216, 220),
        (0.70, 0.66, 0.72),
        (0.38, 0.34, 0.28),
        (136, 112, 152),
    ),
}


def tint(colour: Rgb) -> Tint:
    """A colour as numbers to reckon with, ``(3,)`` float32 in [0, 255]."""
    return np.array(colour, np.float32)
