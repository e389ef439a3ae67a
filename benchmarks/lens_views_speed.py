"""How long it takes to look at what was recorded: colours, a spot, groups, the explorer's page.

    python benchmarks/lens_views_speed.py --repeats 7

Features are white noise of the shapes Stable Diffusion 1.5 has at 512x512; the measure is one
matrix product of the same features with themselves, cells by cells, in the same run. Prints one
JSON document: medians in milliseconds, and their ratio to the measure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable

import torch

from seedloupe.lens import FeatureMap, LensSpec, PcaBasis, Recorder, Spot, ask, segment
from seedloupe.lens.explorer import RecordedRun, explorer_page

SHAPES = {"1280x16x16": (1280, 16, 16), "640x32x32": (640, 32, 32), "320x64x64": (320, 64, 64)}
STEPS = 8


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    report: dict[str, object] = {"steps a basis is fitted over": STEPS}
    for name, shape in SHAPES.items():
        report[name] = measured(shape, repeats)
        sys.stderr.write(f"{name} ")
    report["page of 20 steps of all three"] = page()
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def measured(shape: tuple[int, int, int], repeats: int) -> dict[str, object]:
    """Time each way of looking at one layer."""
    lots = torch.Generator().manual_seed(0)
    maps = [FeatureMap("x", n, None, torch.randn(1, *shape, generator=lots)) for n in range(STEPS)]
    basis = PcaBasis.fit(maps)
    flat = maps[0].values[0].flatten(1)
    ways: dict[str, Callable[[], object]] = {
        "colours, fitted": lambda: PcaBasis.fit(maps),
        "colours, painted": lambda: basis.render(maps[0]),
        "a spot": lambda: ask(maps[0], Spot(0.4, 0.6)),
        "five groups": lambda: segment(maps[0], clusters=5),
    }
    product = median(lambda: flat.T @ flat, repeats)
    times = {way: median(call, repeats) for way, call in ways.items()}
    return {
        "measure, ms": round(product, 2),
        **{way: {"ms": round(ms, 2), "ratio": round(ms / product, 1)} for way, ms in times.items()},
    }


def page() -> dict[str, float]:
    """Time the explorer's page, and weigh it."""
    lots, recorder = torch.Generator().manual_seed(0), Recorder()
    names = (
        "down-level2-repeat0-vit-out",
        "up-level2-repeat0-vit-out",
        "up-level3-repeat0-vit-out",
    )
    for step in range(20):
        for name, shape in zip(names, SHAPES.values(), strict=True):
            recorder(FeatureMap(name, step, 1.0, torch.randn(1, *shape, generator=lots)))
    record = recorder.finish(LensSpec(model="noise", sampler="none"))
    start = time.perf_counter()
    size = len(explorer_page([RecordedRun(record)]))
    return {"ms": round(1000 * (time.perf_counter() - start), 1), "MB": round(size / 1e6, 2)}


def median(call: Callable[[], object], repeats: int) -> float:
    """Median time of a call in milliseconds, the first one not counted."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


if __name__ == "__main__":
    main()
