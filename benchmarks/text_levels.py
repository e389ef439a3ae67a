"""How much text the levels of the text check find, and what else they take for text.

    python benchmarks/text_levels.py

The mask is the whole picture, so a region is flagged where it counts as text. Every picture
is drawn here, with Pillow's own font, from a seed of its own. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import islice

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch.nn import functional

from seedloupe.artifacts import Level, OcrReader, TextRegion, builtin_readers
from seedloupe.geometry import Box, bounding_box, polygon_area
from seedloupe.images import from_pil
from seedloupe.seedling.world import Split, render

SIDE = 384
#: Sizes in pixels and turns in degrees of what is drawn on a ground.
SIZES, TURN = (16, 44), 35.0
LIGHT, DARK = (250, 250, 245), (15, 15, 20)
WORDS = (
    *("CLEAR BACKGROUND", "harbour", "Stock Photo", "BAKERY 24", "lantern", "MARKET"),
    *("open late", "Watermark", "SAMPLE", "quiet river", "Nova", "BLUE DOOR", "hello", "CAFE"),
    *("Museum", "12 MAY"),
)


class Kind(Enum):
    """The sets; all but the first hold no text."""

    DRAWN = "drawn"
    UNTOUCHED = "untouched"
    STROKES = "strokes"


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture and what is known of it.

    Attributes:
        picture: RGB.
        ground: name of what it is drawn on.
        box: what a region must lie on to have found it; ``None`` where any region will do.
        plate: pixels of painted text with its plate; 0 where there is none.
    """

    picture: Image.Image
    ground: str
    box: Box | None = None
    plate: int = 0


@dataclass(frozen=True, eq=False)
class Reading:
    """What the reader saw of a sample, in as many CPU seconds."""

    sample: Sample
    regions: tuple[TextRegion, ...]
    seconds: float

    def counted(self, level: Level) -> list[TextRegion]:
        """Those that count as text."""
        return [region for region in self.there() if level.thresholds.count(region)]

    def there(self) -> list[TextRegion]:
        """The regions on the sample's box, readable or not."""
        return [region for region in self.regions if _lies_on(region, self.sample.box)]


Seen = Callable[[Reading], list[TextRegion]]
Draw = Callable[[np.random.Generator], Image.Image]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="rapidocr", choices=builtin_readers().names())
    parser.add_argument("--each", type=int, default=16, help="pictures a ground in each set")
    parser.add_argument("--words", type=int, default=40, help="world pictures with a word")
    parser.add_argument("--wordless", type=int, default=60, help="world pictures without")
    parser.add_argument("--seed", type=int, default=7)
    settings = parser.parse_args()
    torch.set_num_threads(1)
    reader = builtin_readers().get(settings.reader)
    reader.read(torch.full((3, 64, 64), 0.5))  # loads the engine, which is not to be timed
    report: dict[str, object] = {"reader": f"{reader.name} {getattr(reader, 'version', '')}"}
    for kind in Kind:
        report[kind.value] = summary(read(reader, made(kind, settings.each, settings.seed)))
    report["world"] = summary(read(reader, world(settings.words, with_word=True)))
    report["wordless world"] = summary(read(reader, world(settings.wordless, with_word=False)))
    report["settings"] = vars(settings)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def read(reader: OcrReader, samples: Iterator[Sample]) -> list[Reading]:
    """Read every sample, and count the CPU seconds of the reader alone."""
    readings = []
    for sample in samples:
        image, start = from_pil(sample.picture), time.process_time()
        regions = reader.read(image)
        readings.append(Reading(sample, regions, time.process_time() - start))
        sys.stderr.write(f"\r{len(readings)} ")
    return readings


def summary(readings: Sequence[Reading]) -> dict[str, object]:
    """Pictures with text a level and ground, and what the scores and areas were."""
    scores = [region.detection for reading in readings for region in reading.there()]
    counted = [(r.sample.ground, region) for r in readings for region in r.counted(Level.NORMAL)]
    texts = Counter(f"{ground}: {region.text}" for ground, region in counted)
    return {
        **{level.value: tally(readings, partial(Reading.counted, level=level)) for level in Level},
        "any region": tally(readings, Reading.there),
        "detection": spread([score for score in scores if score is not None]),
        "area over the painted area": spread(areas(readings)),
        "most read at normal": dict(texts.most_common(8)),
        "cpu seconds a picture": round(float(np.mean([r.seconds for r in readings])), 3),
    }


def tally(readings: Sequence[Reading], seen: Seen) -> dict[str, str]:
    """Pictures with something seen, and pictures, in all and a ground."""
    pictures = Counter(reading.sample.ground for reading in readings)
    hits = Counter(reading.sample.ground for reading in readings if seen(reading))
    rows = {ground: f"{hits[ground]}/{count}" for ground, count in pictures.items()}
    return {"all": f"{hits.total()}/{len(readings)}", **rows}


def areas(readings: Sequence[Reading]) -> list[float]:
    """Area of the regions that count at normal over that of the painted text, a picture."""
    return [
        sum(polygon_area(region.quad) for region in regions) / reading.sample.plate
        for reading in readings
        if reading.sample.plate and (regions := reading.counted(Level.NORMAL))
    ]


def spread(values: Sequence[float]) -> dict[str, float] | None:
    """Least, most, and what lies between; ``None`` of nothing."""
    if not values:
        return None
    names = {"least": 0, "5 %": 5, "half": 50, "95 %": 95, "most": 100}
    return {name: round(float(np.percentile(values, at)), 2) for name, at in names.items()}


def made(kind: Kind, each: int, seed: int) -> Iterator[Sample]:
    """``each`` pictures on every ground."""
    for row, (name, ground) in enumerate(GROUNDS.items()):
        for index in range(each):
            rng = np.random.default_rng([seed, list(Kind).index(kind), row, index])
            sample, draw = Sample(ground(rng), name), DRAW[kind]
            yield painted(sample, draw(rng), rng) if draw else sample


def world(count: int, *, with_word: bool) -> Iterator[Sample]:
    """The first held-out pictures of Seedling's world with, or without, a word."""
    scenes = (render(Split.HELD_OUT.seed(index)) for index in range(100 * (count + 1)))
    wanted = (picture for picture in scenes if bool(picture.scene.word) is with_word)
    for picture in islice(wanted, count):
        image, box = Image.fromarray(picture.image), Image.fromarray(picture.text_mask).getbbox()
        yield Sample(image, "world", Box(*box) if box else None, int(picture.text_mask.sum()))


def painted(sample: Sample, glyphs: Image.Image, rng: np.random.Generator) -> Sample:
    """Lay glyphs somewhere on a picture, a quarter of them turned, half with noise over all."""
    turn = rng.uniform(-TURN, TURN) if rng.random() < 0.25 else 0.0
    glyphs = glyphs.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    glyphs.thumbnail((SIDE - 14, SIDE - 14))
    x, y = (int(rng.integers(4, SIDE - side - 3)) for side in glyphs.size)
    box, picture = (x, y, x + glyphs.width, y + glyphs.height), sample.picture
    picture.paste(LIGHT if np.asarray(picture).mean() < 128 else DARK, box, glyphs)
    if rng.random() < 0.5:
        picture = to_picture(np.asarray(picture) + rng.normal(0, 8, (SIDE, SIDE, 3)))
    return Sample(picture, sample.ground, Box(*box))


def word(rng: np.random.Generator) -> Image.Image:
    """A word or two in Pillow's own font, regular or bold."""
    font = ImageFont.load_default(int(rng.integers(SIZES[0], SIZES[1] + 1)))
    text, bold = WORDS[rng.integers(len(WORDS))], int(rng.integers(2))
    left, top, right, bottom = font.getbbox(text, stroke_width=bold)
    glyphs = Image.new("L", (math.ceil(right - left) + 6, math.ceil(bottom - top) + 6))
    ImageDraw.Draw(glyphs).text((3 - left, 3 - top), text, 255, font, stroke_width=bold)
    return glyphs


def strokes(rng: np.random.Generator) -> Image.Image:
    """A row of what might be letters and are none: two or three lines or arcs each."""
    count, height = int(rng.integers(4, 10)), int(rng.integers(20, 40))
    pitch, width = height * 3 // 4, max(2, height // 10)
    glyphs = Image.new("L", (count * pitch, height))
    draw = ImageDraw.Draw(glyphs)
    for left in range(0, count * pitch, pitch):
        for _ in range(int(rng.integers(2, 4))):
            x, y = rng.random((2, 2)) * [[height * 0.55], [height - 5]] + [[left + 2], [2]]
            if rng.random() < 0.6:
                draw.line([x[0], y[0], x[1], y[1]], 255, width)
            else:
                frame, turn = [x.min(), y.min(), x.max() + 4, y.max() + 4], rng.integers(0, 180, 2)
                draw.arc(frame, turn[0], turn[1] + 180, 255, width)
    return glyphs


def plain(rng: np.random.Generator) -> Image.Image:
    """One colour."""
    return Image.new("RGB", (SIDE, SIDE), tuple(rng.integers(0, 256, 3).tolist()))


def fractal(rng: np.random.Generator) -> Image.Image:
    """Clouds of noise, from large to small."""
    clouds = np.zeros((SIDE, SIDE, 3))
    for cell in (64, 32, 16, 8, 4, 2):
        coarse = torch.from_numpy(rng.normal(size=(1, 3, SIDE // cell + 2, SIDE // cell + 2)))
        fine = functional.interpolate(coarse, (SIDE, SIDE), mode="bicubic")[0]
        clouds += fine.permute(1, 2, 0).numpy() * cell**0.6
    return to_picture((clouds - clouds.mean()) / clouds.std() * 40 + 115)


def bricks(rng: np.random.Generator) -> Image.Image:
    """A wall of bricks, every other row moved by half a brick."""
    picture = Image.new("RGB", (SIDE, SIDE), (190, 185, 175))
    draw = ImageDraw.Draw(picture)
    width, height = int(rng.integers(40, 70)), int(rng.integers(16, 28))
    for row, y in enumerate(range(0, SIDE, height)):
        for x in range(-width // 2 * (row % 2), SIDE, width):
            fill = tuple(rng.integers((130, 50, 35), (170, 90, 75)).tolist())
            draw.rectangle([x, y, x + width - 3, y + height - 3], fill)
    return picture


def leaves(rng: np.random.Generator) -> Image.Image:
    """Green ovals in all directions on dark clouds."""
    picture = fractal(rng).point(lambda value: value // 2)
    for _ in range(160):
        side = int(rng.integers(8, 30))
        leaf = Image.new("L", (side * 2, side * 2))
        ImageDraw.Draw(leaf).ellipse([0, side // 2, side * 2, side * 3 // 2], 255)
        x, y = (int(rng.integers(0, SIDE)) - side for _ in range(2))
        fill = tuple(rng.integers((20, 80, 20), (80, 180, 70)).tolist())
        picture.paste(fill, (x, y), leaf.rotate(rng.uniform(0, 360)))
    return picture


def stripes(rng: np.random.Generator) -> Image.Image:
    """A wave in any direction."""
    y, x = np.mgrid[:SIDE, :SIDE]
    angle, period = rng.uniform(0, math.pi), rng.uniform(6, 40)
    wave = np.sin((x * math.cos(angle) + y * math.sin(angle)) * math.tau / period)
    return to_picture(120 + 80 * wave[..., None] * np.array([1, 0.8, 0.6]))


def facade(rng: np.random.Generator) -> Image.Image:
    """Rows of windows, most of them dark."""
    picture = Image.new("RGB", (SIDE, SIDE), (140, 150, 165))
    draw, side = ImageDraw.Draw(picture), int(rng.integers(18, 40))
    for y in range(8, SIDE, side + 10):
        for x in range(8, SIDE, side + 6):
            fill = (40, 50, 70) if rng.random() < 0.7 else (230, 220, 150)
            draw.rectangle([x, y, x + side // 2, y + side], fill)
    return picture


DRAW: dict[Kind, Draw | None] = {Kind.DRAWN: word, Kind.UNTOUCHED: None, Kind.STROKES: strokes}
GROUNDS: dict[str, Draw] = {
    draw.__name__: draw for draw in (plain, fractal, bricks, leaves, stripes, facade)
}


def to_picture(values: np.ndarray) -> Image.Image:
    """``(H, W, 3)`` numbers as a picture, cut off at 0 and 255."""
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _lies_on(region: TextRegion, box: Box | None) -> bool:
    """Whether half of the smaller of the two lies in the other, by their upright boxes."""
    if box is None:
        return True
    found = bounding_box(region.quad)
    return found.intersection(box).area >= 0.5 * min(found.area, box.area)


if __name__ == "__main__":
    main()
