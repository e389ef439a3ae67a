"""How many rows of letters that are none the check finds, and how often it flags what is no text.

    python benchmarks/pseudo_quality.py --reader rapidocr --split held_out
    python benchmarks/pseudo_quality.py --quick

The pictures (``pseudo_text/cases.py``) were laid down before any threshold was chosen on them. Half
of them bear a row, one of seven ways of making and four sizes in turn; half bear none. A row counts
as found where flags cover half of its ink. Prints one JSON document. Photographs come with
scikit-image and scikit-learn, Seedling's repaints need the ``app`` extra: what cannot be had is
named under ``left out``, and nothing stands in for it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from pseudo_text.cases import BARE, ROWS, SCRAWL, SIZES, draw_case, shows, signs_case
from pseudo_text.places import missing_photographs
from text_outcomes import Outcome, outcome
from text_quality import rate
from text_samples.samples import Sample, SampleSplit

from seedloupe.artifacts import Level, builtin_readers

#: Once round all ways of making and all sizes, and as many pictures without text.
_QUICK = 2 * len(ROWS) * len(SIZES)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="rapidocr", choices=builtin_readers().names())
    parser.add_argument(
        "--split", default="tune", choices=[split.name.lower() for split in SampleSplit]
    )
    parser.add_argument("--count", type=int, default=10 * _QUICK, help="pictures, half with a row")
    parser.add_argument("--first", type=int, default=0, help="index of the first picture")
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK} pictures, in two minutes")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    count = _QUICK if settings.quick else settings.count
    split = SampleSplit[settings.split.upper()]
    reader = builtin_readers().get(settings.reader)
    reader.read(torch.full((3, 64, 64), 0.5))  # loads the engine, which is not to be timed
    missing = left_out()
    chosen = range(settings.first, settings.first + count)
    seen = [outcome(reader, sample) for sample in drawn(split, chosen, frozenset(missing))]
    signs = () if SCRAWL in missing else outcome(reader, signs_case()).flagged
    report: dict[str, Any] = {
        "reader": f"{reader.name} {getattr(reader, 'version', '')}".strip(),
        "left out": list(missing.values()),
        "levels": {level.value: summary(seen, level) for level in Level},
        "the repaint with plain signs is flagged at": [
            level.value for level in Level if level in signs
        ],
        "cpu seconds a picture": round(float(np.mean([one.seconds for one in seen])), 3),
        "settings": {key: str(value) for key, value in vars(settings).items()},
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


def left_out() -> dict[str, str]:
    """Return what cannot be shown here, by what a picture shows, and why."""
    found = {}
    if reason := missing_photographs():
        found["photograph"] = reason
    if find_spec("diffusers") is None:
        found[SCRAWL] = (
            "Seedling's repaints: diffusers not installed (pip install 'seedloupe[app]')"
        )
    return found


def drawn(split: SampleSplit, chosen: range, missing: frozenset[str]) -> Iterator[Sample]:
    """Draw the pictures that can be drawn, and say how far the work has come."""
    for index in chosen:
        if not shows(split, index) & missing:
            yield draw_case(split, index)
        sys.stderr.write(f"\r{index + 1 - chosen.start}/{len(chosen)} ")


def summary(seen: Sequence[Outcome], level: Level) -> dict[str, Any]:
    """What was found and what was flagged in vain at a level."""
    rows = [one for one in seen if one.sample.kind.holds_text]
    bare = [one for one in seen if not one.sample.kind.holds_text]

    def found(ones: Sequence[Outcome]) -> str:
        return rate(ones, lambda one: level in one.found)

    return {
        "found": found(rows),
        "found, 16 px and more": found([one for one in rows if one.sample.size >= SIZES[1][0]]),
        "flagged in vain": rate(bare, lambda one: level in one.flagged),
        "found by way": {way: found(made(rows, way)) for way in ROWS},
        "found by size": {named(size): found(sized(rows, size)) for size in SIZES},
        "found by way and size": {
            way: {named(size): found(sized(made(rows, way), size)) for size in SIZES}
            for way in ROWS
        },
        "found by ground": {
            ground: found([one for one in rows if one.sample.ground == ground])
            for ground in sorted({one.sample.ground for one in rows})
        },
        "flagged in vain by what it shows": {
            name: rate(
                [one for one in bare if one.sample.ground == name],
                lambda one: level in one.flagged,
            )
            for name in dict.fromkeys(BARE)
        },
    }


def made(seen: Sequence[Outcome], way: str) -> list[Outcome]:
    """Return those whose row was made in a way."""
    return [one for one in seen if one.sample.font == way]


def sized(seen: Sequence[Outcome], size: tuple[int, int]) -> list[Outcome]:
    """Return those with letters of a size; the largest takes what is larger."""
    most = size[1] if size != SIZES[-1] else 10**6
    return [one for one in seen if size[0] <= one.sample.size < most]


def named(size: tuple[int, int]) -> str:
    """Return a size in words."""
    return f"{size[0]} to {size[1]} px"


if __name__ == "__main__":
    main()
