"""How a thing darkens the ground before it, or is mirrored in water."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from .figures import Floats
from .landscape import sun_of
from .painting import FigureLayer
from .scene import Scene, Thing
from .words import Sky, Weather

#: How much of the light a shadow takes.
_DARKNESS = {Sky.DAY: 0.42, Sky.SUNSET: 0.4, Sky.DAWN: 0.34, Sky.NIGHT: 0.34, Sky.CLOUDY: 0.14}
_LENGTH = {Sky.SUNSET: 0.5, Sky.DAWN: 0.45}


def cast_shadow(
    image: Floats, layer: FigureLayer, thing: Thing, scene: Scene, ground: Floats | None
) -> None:
    """Darken ``image`` where ``thing`` keeps the sun away and where it stands.

    The sun stands before us in the sky, so shadows fall towards us and away from it. On a
    carried thing only the place it stands on is darkened, where ``ground`` (its cover) is.
    """
    side = image.shape[0]
    foot = (thing.y + thing.radius) * side
    dark = np.zeros((side, side), np.float32)
    if ground is None and scene.weather is Weather.CLEAR:
        dark = _silhouette(layer, thing, scene, foot, side) * _DARKNESS[scene.sky]
    reach = thing.radius * side
    rows = np.arange(side, dtype=np.float32)[:, None] + 0.5
    columns = np.arange(side, dtype=np.float32)[None] + 0.5
    spread = ((columns - thing.x * side) / (0.85 * reach)) ** 2 + (
        (rows - foot) / (0.14 * reach + 0.5)
    ) ** 2
    contact = 0.38 * np.exp(-(spread**1.5))
    dark = np.maximum(dark, contact) * (rows > scene.horizon * side)
    if ground is not None:
        dark = dark * ground
    image *= 1 - dark[..., None] * np.array([1.0, 0.96, 0.86], np.float32)


def _silhouette(layer: FigureLayer, thing: Thing, scene: Scene, foot: float, side: int) -> Floats:
    """The thing's outline laid down on the ground: turned over, squashed and leaning."""
    lean = float(np.clip((thing.x - sun_of(scene)[0]) * 1.3, -0.8, 0.8))
    squash = _LENGTH.get(scene.sky, 0.32)
    outline = Image.fromarray((layer.cover * 255).astype(np.uint8))
    # A shadow's row y is the outline's row foot - k (y - foot), moved sideways by lean.
    k = 1 / squash
    a = (1.0, -lean * k, lean * k * foot - layer.left)
    b = (0.0, -k, foot + k * foot - layer.top)
    shadow = outline.transform(
        (side, side), Image.Transform.AFFINE, (*a, *b), Image.Resampling.BILINEAR
    )
    soft = shadow.filter(ImageFilter.BoxBlur(max(0.6, 0.012 * side)))
    cast: Floats = np.asarray(soft, np.float32) / 255
    below = np.arange(side, dtype=np.float32)[:, None] + 1.0 > foot
    faded: Floats = cast * below
    return faded


def reflect(image: Floats, layer: FigureLayer, thing: Thing, scene: Scene) -> None:
    """Mirror the thing in the water it stands on, broken by small waves."""
    side = image.shape[0]
    foot = (thing.y + thing.radius) * side
    flipped = FigureLayer(
        layer.left,
        round(2 * foot) - layer.top - len(layer.cover),
        layer.colour[::-1],
        layer.cover[::-1],
    )
    there, here = flipped.window(side)
    rows = np.arange(there[0].start, there[0].stop, dtype=np.float32) + 0.5
    shift = np.round(1.4 * np.sin(rows * 1.1 + 2 * scene.time) * side / 128).astype(int)
    fade = np.clip(0.6 - 0.35 * (rows - foot) / (thing.radius * side), 0.1, 0.6) * (rows > foot)
    columns = np.arange(flipped.cover.shape[1])
    moved = (columns[None] + shift[:, None])[:, here[1]] % len(columns)
    lines = np.arange(here[0].start, here[0].stop)[:, None]
    weight = fade[:, None, None].astype(np.float32)
    image[there] *= 1 - weight * flipped.cover[lines, moved][..., None]
    image[there] += weight * 0.9 * flipped.colour[lines, moved]
