"""How much text the check finds and how often it flags what is none, a reader and a level.

    python benchmarks/text_quality.py --split held_out --count 320

Every picture is drawn from a seed (``text_samples/samples.py``), the mask with it; they hold
words, watermarks, letter-like shapes, text beside the mask, or none. Text counts as found where
flags cover half of the ink of a line. Seedling's own pictures are measured apart. Prints one
JSON document; ``--plot`` draws the ROC curves, ``--sheet`` what was flagged and what was missed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from PIL import Image
from text_outcomes import SIZE, Outcome, outcome
from text_pictures import Curve, curves, mosaic
from text_samples.grounds import GROUNDS
from text_samples.lettering import folder_fonts, opencv_fonts, pillow_fonts
from text_samples.samples import Sample, SampleKind, SampleSplit, TextLine, draw_sample

from seedloupe.artifacts import Level, TextRegion, builtin_readers
from seedloupe.chance import wilson_bounds
from seedloupe.geometry import Extent, bounding_box
from seedloupe.seedling import world


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="rapidocr", choices=builtin_readers().names())
    parser.add_argument(
        "--split", default="tune", choices=[split.name.lower() for split in SampleSplit]
    )
    parser.add_argument("--count", type=int, default=320, help="pictures drawn")
    parser.add_argument("--worlds", type=int, default=80, help="pictures of Seedling's world")
    parser.add_argument("--seed", type=int, default=0, help="index of the first picture")
    parser.add_argument("--fonts", type=Path, help="a folder of typefaces to write with instead")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=NUMBER", help="RapidOCR")
    parser.add_argument("--plot", type=Path, help="where to draw the ROC curves")
    parser.add_argument("--sheet", type=Path, help="folder for pictures of hits and misses")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    reader = builtin_readers().get(settings.reader)
    with changed(dict(pair.split("=") for pair in settings.set)):
        reader.read(torch.full((3, 64, 64), 0.5))  # loads the engine, which is not to be timed
        drawn = [outcome(reader, sample) for sample in counted(samples(settings))]
        seen = [outcome(reader, sample) for sample in counted(worlds(settings))]
    report = {"reader": f"{reader.name} {getattr(reader, 'version', '')}".strip(), **summary(drawn)}
    report["seedling's world"] = {level.value: headline(seen, level) for level in Level}
    report["roc"] = (roc := roc_of(drawn))
    report["settings"] = {key: str(value) for key, value in vars(settings).items()}
    if settings.plot:
        curves(roc, marks(drawn), reader.name).save(settings.plot)
    if settings.sheet:
        settings.sheet.mkdir(parents=True, exist_ok=True)
        for name, chosen in picked([*drawn, *seen]).items():
            sheet = mosaic([picture_of(one) for one in chosen]).quantize(96)
            sheet.save(settings.sheet / f"{name}.png", optimize=True)
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


def changed(settings: Mapping[str, str]) -> AbstractContextManager[Any]:
    """Run RapidOCR with other settings than ours inside the block."""
    if not settings:
        return nullcontext()
    from seedloupe.artifacts.readers import rapidocr

    others = {key: float(value) for key, value in settings.items()}
    together = {**rapidocr._settings(), **others}
    return mock.patch.object(rapidocr, "_settings", return_value=together)


def samples(settings: argparse.Namespace) -> Iterator[Sample]:
    """Draw the pictures of the split."""
    fonts = folder_fonts(settings.fonts) if settings.fonts else pillow_fonts() + opencv_fonts()
    grounds = {**GROUNDS, "seedling": scenery}
    for index in range(settings.seed, settings.seed + settings.count):
        seed = SampleSplit[settings.split.upper()].seed(index)
        yield draw_sample(seed, grounds=grounds, fonts=fonts)


def scenery(rng: np.random.Generator, extent: Extent) -> Image.Image:
    """A wordless picture of Seedling's world, enlarged."""
    scenes = (world.render(world.Split.CRITIC.seed(int(rng.integers(10**6)))) for _ in range(99))
    scene = next(scene for scene in scenes if not scene.scene.word)
    return Image.fromarray(scene.image).resize(extent, Image.Resampling.BICUBIC)


def worlds(settings: argparse.Namespace) -> Iterator[Sample]:
    """Seedling's pictures as they are, the mask all over; its words lie on plates."""
    chosen = world.Split.HELD_OUT if settings.split == "held_out" else world.Split.CRITIC
    for index in range(settings.seed, settings.seed + settings.worlds):
        scene = world.render(chosen.seed(index))
        plate = scene.text_mask.astype(np.float32)
        image = Image.fromarray(scene.image)
        box = Image.fromarray(scene.text_mask).getbbox()
        lines: tuple[TextLine, ...] = ()
        if box:
            corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
            lines = (TextLine(scene.scene.word, np.array(corners, np.float64)),)
        kind = SampleKind.WORDS if scene.scene.word else SampleKind.NONE
        mask = np.ones(plate.shape, np.float32)
        yield Sample(image, image, mask, plate, lines, kind, "seedling", size=SIZE * bool(box))


def counted(samples: Iterator[Sample]) -> Iterator[Sample]:
    """Say how far the work has come."""
    for index, sample in enumerate(samples, start=1):
        yield sample
        sys.stderr.write(f"\r{index} ")


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Everything by level, and what a picture cost."""
    levels = {level.value: by_level(outcomes, level) for level in Level}
    cost = float(np.mean([one.seconds for one in outcomes]))
    return {"levels": levels, "cpu seconds a picture": round(cost, 3)}


def by_level(outcomes: Sequence[Outcome], level: Level) -> dict[str, Any]:
    """Recall and false flags, each in all and by what might matter."""
    large = [one for one in outcomes if one.sample.size >= SIZE and one.sample.kind.holds_text]
    small = [one for one in outcomes if 8 <= one.sample.size < SIZE and one.sample.kind.holds_text]
    written = [one for one in large if one.sample.kind is SampleKind.WORDS]
    clean = [one for one in outcomes if not one.sample.kind.holds_text]
    dull = [one for one in written if one.sample.contrast < 60]
    pseudo = [one for one in large if one.sample.kind is SampleKind.PSEUDO]
    find = lambda ones: rate(ones, lambda one: level in one.found)  # noqa: E731
    flag = lambda ones: rate(ones, lambda one: level in one.flagged)  # noqa: E731
    return {
        **headline(outcomes, level),
        "found, not on the facade": find([o for o in written if o.sample.ground != "facade"]),
        "found, 16 px and more, by kind": each(large, lambda one: one.sample.kind.value, find),
        "found, 8 to 16 px, by kind": each(small, lambda one: one.sample.kind.value, find),
        "words found by ground": each(written, lambda one: one.sample.ground, find),
        "words found by layout": each(written, lambda one: one.sample.layout, find),
        "words of low contrast found": find(dull),
        "pseudo found by making": each(pseudo, lambda one: one.sample.font, find),
        "flagged in vain by kind": each(clean, lambda one: one.sample.kind.value, flag),
        "flagged in vain by ground": each(clean, lambda one: one.sample.ground, flag),
    }


def headline(outcomes: Sequence[Outcome], level: Level) -> dict[str, str]:
    """Words of 16 pixels and more that were found, and pictures without text that were flagged."""
    written = [o for o in outcomes if o.sample.kind is SampleKind.WORDS and o.sample.size >= SIZE]
    clean = [one for one in outcomes if not one.sample.kind.holds_text]
    return {
        "words of 16 px and more found": rate(written, lambda one: level in one.found),
        "flagged in vain": rate(clean, lambda one: level in one.flagged),
    }


def each(
    outcomes: Sequence[Outcome],
    key: Callable[[Outcome], str],
    tell: Callable[[Sequence[Outcome]], str],
) -> dict[str, str]:
    """Tell the same of each group."""
    keys = sorted({key(one) for one in outcomes})
    return {name: tell([one for one in outcomes if key(one) == name]) for name in keys}


def rate(outcomes: Sequence[Outcome], hit: Callable[[Outcome], bool]) -> str:
    """Hits of all, and Wilson's 95 % interval in percent."""
    if not outcomes:
        return "0/0"
    hits = sum(map(hit, outcomes))
    counts = np.array([float(len(outcomes))])
    low, high = (100 * float(bound[0]) for bound in wilson_bounds(np.array([float(hits)]), counts))
    return f"{hits}/{len(outcomes)} ({low:.0f} to {high:.0f} %)"


#: The scores a picture may be flagged by: the best of its regions counts.
SCORES: dict[str, Callable[[TextRegion], float]] = {
    "detection": lambda region: region.detection or 0.0,
    "detection, in a row": lambda region: (
        (region.detection or 0.0) * (region.length >= 2.5 * region.height)
    ),
    "confidence, 2 characters": lambda region: (
        region.confidence * (sum(letter.isalnum() for letter in region.text) >= 2)
    ),
}


def roc_of(outcomes: Sequence[Outcome]) -> list[Curve]:
    """Share of pictures flagged with text and without, the least score swept."""
    steps = np.linspace(0.2, 1.0, 33)
    large = [one for one in outcomes if one.sample.size >= SIZE]
    sets = {
        kind: [o for o in large if o.sample.kind is kind]
        for kind in (SampleKind.WORDS, SampleKind.PSEUDO)
    }
    clean = [one for one in outcomes if not one.sample.kind.holds_text]
    found = []
    for name, score in SCORES.items():
        best = lambda ones: np.array(  # noqa: E731
            [max((score(region) for region in one.regions), default=0.0) for one in ones]  # noqa: B023
        )
        vain, hits = best(clean), {kind: best(ones) for kind, ones in sets.items()}
        for kind, values in hits.items():
            points = [
                (round(float(np.mean(vain >= at)), 4), round(float(np.mean(values >= at)), 4))
                for at in steps
            ]
            found.append(Curve(name, kind.value, tuple(steps.round(3).tolist()), tuple(points)))
    return found


def marks(outcomes: Sequence[Outcome]) -> dict[str, tuple[float, float]]:
    """Where the levels themselves stand: pictures flagged without text and with words."""
    written = [o for o in outcomes if o.sample.kind is SampleKind.WORDS and o.sample.size >= SIZE]
    clean = [one for one in outcomes if not one.sample.kind.holds_text]
    share = lambda ones, level: float(np.mean([level in one.flagged for one in ones]))  # noqa: E731
    return {level.value: (share(clean, level), share(written, level)) for level in Level}


def picked(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """What to look at: true flags of every kind, all false flags, all misses, at normal."""
    level, text = Level.NORMAL, [one for one in outcomes if one.sample.kind.holds_text]
    vain = [o for o in outcomes if level in o.flagged and not o.sample.kind.holds_text]
    hits = [one for one in text if level in one.found]
    return {
        "found": hits[:24],
        "flagged-in-vain": vain[:24],
        "missed": [o for o in text if level not in o.found and o.sample.size >= SIZE][:24],
        "text-flags": [*hits[:: max(1, len(hits) // 12)][:12], *vain[:6]],
    }


def picture_of(one: Outcome) -> tuple[Image.Image, Image.Image, list[TextRegion]]:
    """A picture, its mask, and the regions flagged at normal, cut to the mask's surroundings."""
    sample = one.sample
    regions = [region for region in one.regions if Level.NORMAL.thresholds.count(region)]
    rows, columns = (np.flatnonzero(sample.mask.max(axis=axis) > 0) for axis in (1, 0))
    corners = (columns[0], rows[0]), (columns[-1] + 1, rows[0]), (columns[-1] + 1, rows[-1] + 1)
    box = bounding_box(corners)
    area = tuple(int(side) for side in (box.x0 - 24, box.y0 - 24, box.x1 + 24, box.y1 + 24))
    moved = [r.quad - np.array(area[:2]) for r in regions]
    mask = Image.fromarray(np.uint8(sample.mask * 255))
    return sample.picture.crop(area), mask.crop(area), moved


if __name__ == "__main__":
    main()
