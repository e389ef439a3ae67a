"""How much memory a reader gains over many calls, and what a process of its own costs.

    python benchmarks/reader_memory.py

Reads pictures of changing content, counts the resident memory of whoever holds the engine after
the first twenty calls and after the last, and compares the time of a call inside this process and
apart, side by side. Linux only. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from seedloupe.artifacts import OcrReader, builtin_readers
from seedloupe.images import from_pil

WARM = 20
WORDS = ("HARBOUR", "open late", "MARKET 24", "lantern")


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="rapidocr", choices=builtin_readers().names())
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--side", type=int, default=512, help="longest side of a picture, pixels")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    inside = builtin_readers().get(settings.reader)
    apart = builtin_readers(apart=True).get(settings.reader)
    report: dict[str, object] = {"reader": f"{inside.name} {getattr(inside, 'version', '')}"}
    report["first call, s"] = {"inside": first(inside), "apart": first(apart)}
    times: dict[str, list[float]] = {"inside": [], "apart": []}
    memory: dict[str, list[float]] = {"inside": [], "apart": []}
    for count, image in enumerate(pictures(settings.calls, settings.side), start=1):
        for name, reader in (("inside", inside), ("apart", apart)):
            start = time.perf_counter()
            reader.read(image)
            times[name].append(time.perf_counter() - start)
            memory[name].append(resident(holder(reader)))
        sys.stderr.write(f"\r{count} ")
    report["median call, s"] = {name: round(float(np.median(t)), 4) for name, t in times.items()}
    report["MiB after the warm calls"] = {name: rss[WARM - 1] for name, rss in memory.items()}
    report["MiB gained since"] = {
        name: round(rss[-1] - rss[WARM - 1], 1) for name, rss in memory.items()
    }
    report["most MiB gained at any time"] = {
        name: round(max(rss) - rss[WARM - 1], 1) for name, rss in memory.items()
    }
    report["settings"] = vars(settings)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def first(reader: OcrReader) -> float:
    """Return the seconds of the first call, loading included."""
    start = time.perf_counter()
    reader.read(torch.full((3, 64, 96), 0.5))
    return round(time.perf_counter() - start, 2)


def pictures(count: int, side: int) -> Iterator[Tensor]:
    """Words on noise, in sizes that change, as hosts show them."""
    for index in range(count):
        rng = np.random.default_rng(index)
        size = (side, int(side * rng.uniform(0.5, 1)))
        ground = rng.integers(60, 120, (size[1], size[0], 3), np.uint8)
        picture = Image.fromarray(ground)
        draw, font = ImageDraw.Draw(picture), ImageFont.load_default(int(rng.integers(18, 48)))
        for line in range(int(rng.integers(1, 4))):
            draw.text((20, 20 + 60 * line), WORDS[index % len(WORDS)], (250, 250, 240), font)
        yield from_pil(picture)


def holder(reader: OcrReader) -> int:
    """Return the process that holds the engine."""
    child = getattr(reader, "child_process", None)
    return os.getpid() if child is None else int(child)


def resident(process: int) -> float:
    """Return a process's resident memory in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


if __name__ == "__main__":
    main()
