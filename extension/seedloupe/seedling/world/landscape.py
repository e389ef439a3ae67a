"""Sky, hills and ground of a scene, and how far away every pixel of them is."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .figures import Floats
from .palette import GROUNDS, SKIES, Daylight, tint
from .scene import Scene
from .words import Ground, Sky

_MARKS_DRAWN = 2


def layer_numbers(scene: Scene, layer: int) -> np.random.Generator:
    """The random numbers of one layer: changing one thing leaves every other as it is."""
    return np.random.Generator(np.random.PCG64((scene.jitter_seed, layer)))


def sun_of(scene: Scene) -> tuple[float, float]:
    """Where the sun or the moon stands, in units of the side; the light comes from there."""
    across, up = layer_numbers(scene, 1).random(2)
    return 0.12 + 0.76 * float(across), (0.12 + 0.5 * float(up)) * min(scene.horizon, 0.5)


def ground_depth(rows: Floats, horizon: float) -> Floats:
    """Distance along flat ground squashed into [0, 1]: ``z / (z + 10)`` with ``z = 1 / below``.

    ``rows`` in units of the side; the camera is one unit above the ground, so distance is the
    inverse of how far below the horizon a row is. 1 at the horizon and above it.
    """
    depth: Floats = (0.1 / (0.1 + np.maximum(rows - horizon, 0))).astype(np.float32)
    return depth


def landscape(scene: Scene, side: int) -> Floats:
    """The scene without things, ``(side, side, 3)`` float32 in [0, 255]."""
    light = SKIES[scene.sky]
    rng = layer_numbers(scene, 0)
    image = np.empty((side, side, 3), np.float32)
    horizon = round(scene.horizon * side)
    image[:horizon] = _sky(scene, light, rng, horizon, side)
    _hills(image, scene, light, rng, horizon)
    image[horizon:] = _ground(scene, light, rng, horizon, side)
    image += (rng.random(3, np.float32) - 0.5) * 14
    return image


def smooth_noise(
    rng: np.random.Generator, height: int, width: int, *, cells: tuple[int, int]
) -> Floats:
    """Smooth noise ``(height, width)`` in about [-1, 1], ``cells`` bumps down and across."""
    total = np.zeros((height, width), np.float32)
    for octave in range(3):
        small = rng.random((cells[0] * 2**octave + 1, cells[1] * 2**octave + 1), np.float32) - 0.5
        grown = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(grown) * (1.2 * 0.5**octave)
    return total


def _sky(
    scene: Scene, light: Daylight, rng: np.random.Generator, horizon: int, side: int
) -> Floats:
    t = np.linspace(0, 1, horizon, dtype=np.float32)[:, None]
    stops = [tint(colour) for colour in (light.top, light.middle, light.bottom)]
    low, high = np.clip(t * 2, 0, 1), np.clip(t * 2 - 1, 0, 1)
    column = stops[0] + (stops[1] - stops[0]) * low + (stops[2] - stops[1]) * high
    sky = np.repeat(column[:, None], side, 1).astype(np.float32)
    rows, columns = _grid(0, horizon, side)
    if scene.sky is Sky.NIGHT:
        _stars(sky, rng, horizon, side)
    if scene.sky is not Sky.CLOUDY:
        _sun(sky, scene, rows, columns, rng)
    _clouds(sky, scene, light, rng, rows)
    return sky


def _sun(
    sky: Floats, scene: Scene, rows: Floats, columns: Floats, rng: np.random.Generator
) -> None:
    x, y = sun_of(scene)
    radius = 0.045 + 0.025 * rng.random()
    away = np.sqrt((columns - x) ** 2 + (rows - y) ** 2)
    disc = np.clip((radius - away) * len(sky[0]) + 0.5, 0, 1)
    night = scene.sky is Sky.NIGHT
    if night and rng.random() < 0.5:
        bite = np.sqrt((columns - x - 0.5 * radius) ** 2 + (rows - y + 0.2 * radius) ** 2)
        disc *= np.clip((bite - 0.9 * radius) * len(sky[0]) + 0.5, 0, 1)
    glow = np.exp(-away / (0.10 if night else 0.16)) * (0.3 if night else 0.6)
    shine = tint((246, 244, 226) if night else (255, 246, 198))
    sky += (glow[..., None]) * (shine - sky)
    sky += disc[..., None] * (shine - sky)


def _stars(sky: Floats, rng: np.random.Generator, horizon: int, side: int) -> None:
    count = 22
    ys = (rng.random(count) ** 1.3 * horizon * 0.9).astype(int)
    xs = (rng.random(count) * side).astype(int)
    sky[ys, xs] += (tint((255, 252, 226)) - sky[ys, xs]) * (0.35 + 0.65 * rng.random((count, 1)))


def _clouds(
    sky: Floats, scene: Scene, light: Daylight, rng: np.random.Generator, rows: Floats
) -> None:
    cover = {Sky.CLOUDY: 0.16, Sky.DAY: -0.12, Sky.NIGHT: -0.22}.get(scene.sky, -0.06)
    height, width = sky.shape[:2]
    field = smooth_noise(rng, height, 2 * width, cells=(max(2, round(3 * scene.horizon * 2)), 6))
    shift = round((0.015 * scene.time * width) % width)
    field = field[:, shift : shift + width] + cover + 0.16 * (rng.random() - 0.5)
    thick = np.clip(field * 4.5, 0, 1) * np.clip((scene.horizon - rows) * 9, 0.15, 1)
    under = np.clip(np.diff(field, axis=0, append=field[-1:]) * 18, -0.5, 0.5)
    lit = tint(light.cloud) * (0.97 + 0.16 * under[..., None])
    sky += thick[..., None] * (0.85 if scene.sky is not Sky.NIGHT else 0.5) * (lit - sky)


def _hills(
    image: Floats, scene: Scene, light: Daylight, rng: np.random.Generator, horizon: int
) -> None:
    side = image.shape[1]
    count = int(rng.random() * 3)
    shapes = rng.random((2, 12), np.float32)
    for layer in range(count):
        ridge = Image.fromarray(shapes[layer : layer + 1, : 5 + 3 * layer]).resize(
            (side, 1), Image.Resampling.BICUBIC
        )
        tall = (0.03 + 0.09 * np.asarray(ridge)[0]) * (1.25 - 0.55 * layer) * side
        rows = np.arange(horizon, dtype=np.float32)[:, None] + 0.5
        cover = np.clip(rows - (horizon - tall)[None], 0, 1)[..., None]
        haze = 0.58 - 0.26 * layer
        colour = tint(light.hills) * (1 - haze) + tint(light.bottom) * haze
        fade = np.clip((horizon - rows) / (0.12 * side), 0, 1)[..., None]
        colour = colour + (tint(light.bottom) - colour) * 0.25 * (1 - fade)
        image[:horizon] += cover * (colour - image[:horizon])


def _ground(
    scene: Scene, light: Daylight, rng: np.random.Generator, horizon: int, side: int
) -> Floats:
    rows, columns = _grid(horizon, side, side)
    below = np.maximum(rows - scene.horizon, 0.006)
    base = tint(GROUNDS[scene.ground]) * (np.array(light.ambient) + 0.85 * np.array(light.sun))
    near = np.clip(below / 0.5, 0, 1)[..., None]
    ground = (base * (0.93 + 0.09 * near)).astype(np.float32)
    ground = ground + _texture(scene, rng, columns, below)[..., None] * tint((26, 26, 24))
    if scene.ground is Ground.WATER:
        _waves(ground, scene, light, rows, columns, below, rng)
    light_marks, dark_marks = _marks(scene, rng, horizon, side)
    ground += light_marks[..., None] * (base * 0.5 + 128 - ground) * 0.55
    ground *= 1 - 0.3 * dark_marks[..., None]
    haze = (0.55 * np.exp(-below / 0.05))[..., None]
    hazy: Floats = (ground + haze * (tint(light.bottom) - ground)).astype(np.float32)
    return hazy


def _texture(scene: Scene, rng: np.random.Generator, columns: Floats, below: Floats) -> Floats:
    """Noise lying flat on the ground: finer and fainter the farther away."""
    stretch = {Ground.SAND: (0.5, 1.6), Ground.WATER: (0.4, 2.2)}.get(scene.ground, (1.0, 1.0))
    strength = {Ground.GRASS: 1.0, Ground.SAND: 0.6, Ground.SNOW: 0.35, Ground.ROAD: 0.45}
    quarter = smooth_noise(rng, 64, 64, cells=(6, 6))
    half = np.concatenate([quarter, quarter[::-1]])
    # Mirrored, so that it goes on without a seam where the index wraps.
    tile = np.concatenate([half, half[:, ::-1]], 1)
    across = ((columns - 0.5) / below * 26 * stretch[0]).astype(np.int32) & 127
    along = (22 / below * stretch[1]).astype(np.int32) & 127
    fade = np.clip(below / 0.16, 0.05, 1)
    texture: Floats = tile[along, across] * fade * strength.get(scene.ground, 0.3)
    return texture


def _waves(
    ground: Floats,
    scene: Scene,
    light: Daylight,
    rows: Floats,
    columns: Floats,
    below: Floats,
    rng: np.random.Generator,
) -> None:
    mirrored = (tint(light.middle) * 0.75 + tint(light.bottom) * 0.25)[None, None]
    far = np.clip(0.75 - below * 1.5, 0.12, 0.75)[..., None]
    ground += far * (mirrored - ground)
    phase = rng.random() * 6.28 + 1.7 * scene.time
    swell = np.sin(3.2 / below + 5 * np.sin(columns * 9 + phase) * below + phase)
    crest = np.clip(swell - 0.55, 0, 1) * np.clip(below / 0.1, 0, 1)
    ground += crest[..., None] * 44
    if scene.sky is not Sky.CLOUDY:
        x = sun_of(scene)[0]
        path = np.exp(-(((columns - x) / (0.05 + 0.25 * below)) ** 2)) * (0.5 + 0.5 * swell)
        ground += 0.5 * path[..., None] * (tint((255, 244, 206)) - ground)


def _marks(
    scene: Scene, rng: np.random.Generator, horizon: int, side: int
) -> tuple[Floats, Floats]:
    """Small drawn things: tufts, ripples, sparkles, lane lines; light ones and dark ones."""
    size = side * _MARKS_DRAWN
    images = [Image.new("L", (size, size - horizon * _MARKS_DRAWN)) for _ in range(2)]
    bright, dark = (ImageDraw.Draw(image) for image in images)
    height = images[0].size[1]
    if scene.ground is Ground.ROAD:
        _lanes(bright, dark, size, height, rng)
    for x, t, kind in rng.random((26, 3)):
        below = t**1.4
        y, reach = below * height, (0.012 + 0.05 * below) * size
        _mark(scene.ground, bright if kind < 0.5 else dark, x * size, y, reach)
    smooth = [np.asarray(image.reduce(_MARKS_DRAWN), np.float32) / 255 for image in images]
    return smooth[0], smooth[1]


def _mark(ground: Ground, draw: ImageDraw.ImageDraw, x: float, y: float, reach: float) -> None:
    if ground is Ground.GRASS:
        for lean in (-0.5, 0.0, 0.5):
            draw.line([x, y, x + lean * reach, y - 0.7 * reach], 200, max(1, int(reach / 7)))
    elif ground is Ground.SAND:
        draw.arc([x - reach, y, x + reach, y + 0.5 * reach], 200, 340, 170, 2)
    elif ground is Ground.SNOW:
        dot = max(1.0, 0.1 * reach)
        draw.ellipse([x - dot, y - dot, x + dot, y + dot], 110)
    elif ground is Ground.ROAD:
        dot = 0.12 * reach
        draw.ellipse([x - 2 * dot, y - dot, x + 2 * dot, y + dot], 90)


def _lanes(
    bright: ImageDraw.ImageDraw,
    dark: ImageDraw.ImageDraw,
    size: int,
    height: int,
    rng: np.random.Generator,
) -> None:
    """Dashes that run to the vanishing point, evenly long on the ground."""
    centre = size / 2
    aim = (rng.random() - 0.5) * 0.8
    for k in range(9):
        # Rows of equal ground distance go as 1 / distance.
        start, stop = (height * 1.6 / (1.0 + 0.9 * (k + part)) for part in (0.0, 0.5))
        corners = []
        for y, sign in ((start, -1), (start, 1), (stop, 1), (stop, -1)):
            corners.append((centre + y * (aim + sign * 0.035), y))
        bright.polygon(corners, 235)
    for edge in (-1.9, 1.9):
        line = [
            (centre, 0),
            (centre + height * (aim + edge), height),
            (centre + height * (aim + edge * 1.05), height),
        ]
        bright.polygon(line, 200)


def _grid(first: int, stop: int, side: int) -> tuple[Floats, Floats]:
    rows = ((np.arange(first, stop, dtype=np.float32) + 0.5) / side)[:, None]
    columns = ((np.arange(side, dtype=np.float32) + 0.5) / side)[None]
    return np.broadcast_to(rows, (stop - first, side)), columns
