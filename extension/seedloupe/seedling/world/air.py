"""What is between us and the scene: haze with distance, rain, falling snow, fog."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .figures import Floats
from .landscape import layer_numbers
from .palette import SKIES, tint
from .scene import Scene
from .words import Sky, Weather

_DRAWN = 2


def fill_air(image: Floats, depth: Floats, scene: Scene) -> None:
    """Let far things fade, and let the weather be seen; changes ``image`` ``(H, W, 3)``."""
    light = SKIES[scene.sky]
    standing = depth < 1
    haze = np.where(standing, np.clip(depth - 0.3, 0, 1) * 0.22, 0)
    if scene.weather is Weather.FOG:
        haze = np.clip((depth - 0.12) * 0.95, 0, 0.8)
    elif scene.weather is not Weather.CLEAR:
        haze = np.clip(depth * 0.36, 0, 0.36)
    air = tint(light.bottom)
    if scene.weather is not Weather.CLEAR:
        gray = 78 if scene.sky is Sky.NIGHT else 204
        air = 0.55 * air + 0.45 * gray
    image += haze[..., None].astype(np.float32) * (air - image)
    if scene.weather is Weather.RAIN:
        _rain(image, scene)
    elif scene.weather is Weather.SNOWFALL:
        _snowfall(image, scene)


def _rain(image: Floats, scene: Scene) -> None:
    image *= 0.9
    rng = layer_numbers(scene, 3)
    side = image.shape[0]
    drawn = Image.new("L", (side * _DRAWN,) * 2)
    draw = ImageDraw.Draw(drawn)
    lean = 0.25 * (rng.random() - 0.5)
    for x, y, near in rng.random((60, 3)):
        fall = ((y + (1.2 + near) * scene.time) % 1.1 - 0.05) * drawn.size[1]
        long = (0.03 + 0.05 * near) * drawn.size[1]
        across = (x * 1.2 - 0.1) * drawn.size[0]
        draw.line([across, fall, across + lean * long, fall + long], int(110 + 90 * near), 2)
    cover = np.asarray(drawn.reduce(_DRAWN), np.float32)[..., None] / 255
    image += cover * (tint((216, 226, 240)) - image) * 0.75


def _snowfall(image: Floats, scene: Scene) -> None:
    rng = layer_numbers(scene, 3)
    side = image.shape[0]
    drawn = Image.new("L", (side * _DRAWN,) * 2)
    draw = ImageDraw.Draw(drawn)
    for x, y, near in rng.random((70, 3)):
        fall = ((y + (0.12 + 0.15 * near) * scene.time) % 1.1 - 0.05) * drawn.size[1]
        across = (x + 0.01 * np.sin(3 * scene.time + 9 * y)) * drawn.size[0]
        dot = (0.004 + 0.010 * near**2) * drawn.size[0]
        draw.ellipse([across - dot, fall - dot, across + dot, fall + dot], 235)
    cover = np.asarray(drawn.reduce(_DRAWN), np.float32)[..., None] / 255
    image += cover * (tint((252, 253, 255)) - image)
