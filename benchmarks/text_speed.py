"""What the check costs beside reading whole pictures, in one run on the same pictures.

    python benchmarks/text_speed.py

Pictures of 512 x 512 from the tuning split with a word of 16 pixels and more and a mask over a
tenth to a third of it. Measured in CPU seconds, one thread, in turn for every picture: RapidOCR as
it comes on the whole picture, RapidOCR as we set it on the whole picture, and what the check does,
which is to read the mask's surroundings. Where EasyOCR and its weights are installed, it reads the
whole picture too. Ratios are of each picture's own times. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from text_samples.lettering import opencv_fonts, pillow_fonts
from text_samples.samples import Sample, SampleKind, SampleSplit, draw_sample

from seedloupe.artifacts import Level, TextRegion
from seedloupe.artifacts.coverage import cover
from seedloupe.artifacts.readers import EasyOcrReader, RapidOcrReader
from seedloupe.artifacts.view import around
from seedloupe.geometry import Extent
from seedloupe.images import from_pil

SIDE = 512
Read = Callable[[Sample], tuple[TextRegion, ...]]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--shares", type=float, nargs=2, default=(0.1, 0.33), help="of the picture")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    ways = readers()
    samples = list(chosen(settings.count, *settings.shares))
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, int] = dict.fromkeys(ways, 0)
    for read in ways.values():
        read(samples[0])  # loads the engine, which is not to be timed
    for index, sample in enumerate(samples, start=1):
        for name, read in ways.items():
            start = time.process_time()
            regions = read(sample)
            seconds[name].append(time.process_time() - start)
            found[name] += sees(regions, sample)
        sys.stderr.write(f"\r{index} ")
    report = {
        "pictures": len(samples),
        "share of the mask": middle([float((sample.mask > 0).mean()) for sample in samples]),
        "cpu seconds a picture": {name: middle(values) for name, values in seconds.items()},
        "words found": found,
        "times as fast as": {
            name: middle(np.array(values) / np.array(seconds["mask's surroundings"]))
            for name, values in seconds.items()
        },
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


def readers() -> dict[str, Read]:
    """The ways to read, by name."""
    ours = RapidOcrReader()
    ways: dict[str, Read] = {
        "rapidocr as it comes, whole picture": as_it_comes(),
        "rapidocr as we set it, whole picture": lambda s: ours.read(from_pil(s.picture)),
        "mask's surroundings": lambda s: surroundings(ours, s),
    }
    easy = EasyOcrReader()
    if easy.available().ok:
        ways["easyocr, whole picture"] = lambda s: easy.read(from_pil(s.picture))
    return ways


def as_it_comes() -> Read:
    """RapidOCR with its own settings, but on one thread and quiet."""
    from rapidocr import RapidOCR

    threads = "EngineConfig.onnxruntime.{}_op_num_threads"
    one = {threads.format(kind): 1 for kind in ("intra", "inter")}
    engine = RapidOCR(params={"Global.log_level": "error", **one})

    def read(sample: Sample) -> tuple[TextRegion, ...]:
        result: Any = engine(np.ascontiguousarray(np.asarray(sample.picture)[:, :, ::-1]))
        if result.boxes is None:
            return ()
        parts = zip(result.boxes, result.txts, result.scores, strict=True)
        return tuple(TextRegion(np.asarray(q, np.float32), t, float(s)) for q, t, s in parts)

    return read


def surroundings(reader: RapidOcrReader, sample: Sample) -> tuple[TextRegion, ...]:
    """What the check does before it judges."""
    view = around(sample.mask.astype(np.float64), reader.side_limit)
    return tuple(view.place(region) for region in reader.read(view.of(from_pil(sample.picture))))


def chosen(count: int, least: float, most: float) -> Iterator[Sample]:
    """The first pictures of the tuning split that fit, made 512 x 512."""
    fonts, left = pillow_fonts() + opencv_fonts(), count
    for index in range(100_000, 200_000):
        sample = draw_sample(SampleSplit.TUNE.seed(index), kind=SampleKind.WORDS, fonts=fonts)
        whole = sample.extent == Extent(SIDE, SIDE)
        if not whole or sample.size < 16 or not least <= (sample.mask > 0).mean() <= most:
            continue
        yield sample
        left -= 1
        if not left:
            return


def sees(regions: tuple[TextRegion, ...], sample: Sample) -> bool:
    """Whether what counts as text at normal covers half of the ink."""
    quads = [region.quad for region in regions if Level.NORMAL.thresholds.count(region)]
    ink = sample.glyphs.astype(np.float64)
    return bool(quads) and cover(quads, sample.extent).weigh(ink) >= 0.5 * float(ink.sum())


def middle(values: Sequence[float] | np.ndarray) -> dict[str, float]:
    """The middle one, and what nine tenths lie between."""
    low, half, high = np.percentile(values, (5, 50, 95))
    return {
        "5 %": round(float(low), 3),
        "half": round(float(half), 3),
        "95 %": round(float(high), 3),
    }


if __name__ == "__main__":
    main()
