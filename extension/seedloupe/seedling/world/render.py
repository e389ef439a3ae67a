"""Turn a scene into a picture with its exact truth: mask, text, depth, centroid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .scene import Colour, Ground, Scene, Sky, Style, sample_scene
from .shapes import DRAW, Pen, Rgb, shade

#: Side of a picture in pixels, and how much larger it is drawn before it is made smooth.
SIDE, SUPERSAMPLING = 128, 2
_DRAWN = SIDE * SUPERSAMPLING

COLOURS: dict[Colour, Rgb] = {
    Colour.RED: (214, 44, 46),
    Colour.ORANGE: (244, 138, 32),
    Colour.YELLOW: (248, 218, 58),
    Colour.GREEN: (44, 160, 66),
    Colour.BLUE: (46, 104, 222),
    Colour.PURPLE: (146, 66, 196),
    Colour.WHITE: (248, 248, 248),
    Colour.BLACK: (28, 28, 32),
}
SKIES: dict[Sky, tuple[Rgb, Rgb]] = {
    Sky.DAY: ((112, 182, 240), (206, 234, 250)),
    Sky.SUNSET: ((248, 140, 92), (255, 214, 142)),
    Sky.NIGHT: ((16, 22, 62), (58, 68, 122)),
    Sky.CLOUDY: ((180, 186, 196), (226, 228, 232)),
}
GROUNDS: dict[Ground, Rgb] = {
    Ground.GRASS: (100, 166, 74),
    Ground.SAND: (222, 194, 136),
    Ground.SNOW: (224, 232, 244),
    Ground.WATER: (62, 124, 180),
    Ground.ROAD: (112, 112, 118),
}


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of the world and everything true about it.

    Attributes:
        image: ``(H, W, 3)`` uint8.
        object_mask: ``(H, W)`` bool, where the object is seen.
        text_mask: ``(H, W)`` bool, where painted text (with its plate) is seen.
        depth: ``(H, W)`` float32, 0 nearest to 1 farthest; flat in front of a flat object.
        centroid: mean column and row of the object mask, in ``[0, 1]`` of the side.
        scene: what was drawn.
    """

    image: NDArray[np.uint8]
    object_mask: NDArray[np.bool_]
    text_mask: NDArray[np.bool_]
    depth: NDArray[np.float32]
    centroid: tuple[float, float]
    scene: Scene

    @property
    def caption(self) -> str:
        """The sentence that asks for this picture."""
        return self.scene.caption


def render(seed: int) -> Picture:
    """The picture of a world seed."""
    return render_scene(sample_scene(seed))


def render_scene(scene: Scene) -> Picture:
    """Draw ``scene``; the same scene gives the same picture with the same Pillow."""
    rng = np.random.Generator(np.random.PCG64(scene.jitter_seed))
    image = _landscape(scene, rng)
    object_mask = _place_object(image, scene, rng)
    text_mask = Image.new("L", image.size)
    if scene.word:
        _paint_word(image, text_mask, scene, rng)
    smooth = _shrink(image)
    frame = np.zeros((SIDE, SIDE), np.bool_)
    if scene.style is Style.GRAYSCALE:
        smooth = smooth.convert("L").convert("RGB")
    elif scene.style is Style.BORDER:
        frame = _frame(smooth, rng)
    text = (np.asarray(_shrink(text_mask)) > 127) & ~frame
    seen = (np.asarray(_shrink(object_mask)) > 127) & ~frame & ~text
    return Picture(
        image=np.asarray(smooth),
        object_mask=seen,
        text_mask=text,
        depth=_depth(scene, seen),
        centroid=_centroid(seen),
        scene=scene,
    )


def _landscape(scene: Scene, rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (_DRAWN, _DRAWN))
    draw = ImageDraw.Draw(image)
    horizon = scene.horizon * _DRAWN
    top, bottom = (_jitter(rng, colour, 10) for colour in SKIES[scene.sky])
    for y in range(0, int(horizon) + 1, 2):
        draw.rectangle([0, y, _DRAWN, y + 2], _blend(top, bottom, y / horizon))
    ground = _jitter(rng, GROUNDS[scene.ground], 10)
    far, near = shade(ground, 0.92), shade(ground, 1.08)
    for y in range(int(horizon), _DRAWN, 2):
        t = (y - horizon) / (_DRAWN - horizon)
        draw.rectangle([0, y, _DRAWN, y + 2], _blend(far, near, t))
    _sky_lights(draw, scene, rng)
    return image


def _sky_lights(draw: ImageDraw.ImageDraw, scene: Scene, rng: np.random.Generator) -> None:
    x, y = (0.1 + 0.8 * rng.random()) * _DRAWN, (0.08 + 0.18 * rng.random()) * _DRAWN
    radius = (0.045 + 0.025 * rng.random()) * _DRAWN
    disc = [x - radius, y - radius, x + radius, y + radius]
    if scene.sky in (Sky.DAY, Sky.SUNSET):
        draw.ellipse(disc, (255, 240, 168))
    elif scene.sky is Sky.NIGHT:
        draw.ellipse(disc, (240, 240, 222))
        for star_x, star_y in rng.random((8, 2)):
            a, b = star_x * _DRAWN, star_y * scene.horizon * 0.85 * _DRAWN
            draw.ellipse([a, b, a + 4, b + 4], (255, 255, 230))
    else:
        for cloud_x, cloud_y in rng.random((3, 2)):
            a, b = (cloud_x - 0.1) * _DRAWN, (0.04 + 0.5 * cloud_y * scene.horizon) * _DRAWN
            draw.ellipse([a, b, a + 0.3 * _DRAWN, b + 0.09 * _DRAWN], (238, 240, 243))


def _place_object(image: Image.Image, scene: Scene, rng: np.random.Generator) -> Image.Image:
    mask = Image.new("L", image.size)
    x, y, radius = (value * _DRAWN for value in (scene.x, scene.y, scene.radius))
    ground = shade(GROUNDS[scene.ground], 0.72)
    draw = ImageDraw.Draw(image)
    draw.ellipse([x - radius, y + 0.86 * radius, x + radius, y + 1.1 * radius], ground)
    colour = _jitter(rng, COLOURS[scene.colour], 8)
    DRAW[scene.kind](Pen(draw, ImageDraw.Draw(mask), x, y, radius, colour))
    return mask


def _paint_word(
    image: Image.Image, mask: Image.Image, scene: Scene, rng: np.random.Generator
) -> None:
    font = ImageFont.load_default(size=round(_DRAWN * (0.14 + 0.05 * rng.random())))
    left, top, right, bottom = font.getbbox(scene.word)
    width, height, pad = right - left, bottom - top, 0.02 * _DRAWN
    x = pad + rng.random() * max(1.0, _DRAWN - width - 2 * pad)
    y = pad + rng.random() * (_DRAWN - height - 2 * pad)
    ink, plate = ((20, 20, 20), (255, 255, 255)) if rng.random() < 0.5 else ((255,) * 3, (20,) * 3)
    box = [x - pad, y - pad, x + width + pad, y + height + pad]
    ImageDraw.Draw(image).rectangle(box, plate)
    ImageDraw.Draw(image).text((x - left, y - top), scene.word, ink, font)
    ImageDraw.Draw(mask).rectangle(box, 255)


def _frame(image: Image.Image, rng: np.random.Generator) -> NDArray[np.bool_]:
    thickness = int(6 + 5 * rng.random())
    colour = ((250, 250, 250), (20, 20, 20), (120, 80, 40))[int(rng.random() * 3)]
    inside = [thickness, thickness, SIDE - 1 - thickness, SIDE - 1 - thickness]
    cut = Image.new("L", image.size, 255)
    ImageDraw.Draw(cut).rectangle(inside, 0)
    image.paste(colour, (0, 0), cut)
    return np.asarray(cut) > 127


def _depth(scene: Scene, seen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Depth of flat ground under a camera one unit high: inverse to the row below the horizon."""
    rows = ((np.arange(SIDE) + 0.5) / SIDE).astype(np.float32)
    depth = np.ones((SIDE, SIDE), np.float32)
    depth[:] = _ground_depth(rows, scene.horizon)[:, None]
    base = np.array([scene.y + scene.radius], np.float32)
    depth[seen] = _ground_depth(base, scene.horizon)[0]
    return depth


def _ground_depth(rows: NDArray[np.float32], horizon: float) -> NDArray[np.float32]:
    depth: NDArray[np.float32] = (0.1 / (0.1 + np.maximum(rows - horizon, 0))).astype(np.float32)
    return depth


def _centroid(seen: NDArray[np.bool_]) -> tuple[float, float]:
    if not seen.any():
        return float("nan"), float("nan")
    rows, columns = np.nonzero(seen)
    return (float(columns.mean()) + 0.5) / SIDE, (float(rows.mean()) + 0.5) / SIDE


def _shrink(image: Image.Image) -> Image.Image:
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)


def _jitter(rng: np.random.Generator, colour: Rgb, amount: float) -> Rgb:
    red, green, blue = (
        int(min(255, max(0, value + amount * (2 * rng.random() - 1)))) for value in colour
    )
    return red, green, blue


def _blend(start: Rgb, end: Rgb, t: float) -> Rgb:
    red, green, blue = (int(a + (b - a) * t) for a, b in zip(start, end, strict=True))
    return red, green, blue
