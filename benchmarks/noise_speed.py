"""How long the noise of a table's seeds takes to draw, beside PyTorch drawing as much.

    python benchmarks/noise_speed.py --count 1024

Each way draws one noise a seed and takes its fingerprint; the measure is PyTorch's own generator,
seeded anew for each noise, in the same run. Prints one JSON document: seconds, the ratio to
PyTorch, and the most memory the process had, in MiB.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable

import torch

from seedloupe.noise import (
    NV_NOISE,
    NoiseSource,
    initial_noise,
    noise_fingerprint,
)

SHAPE = (4, 64, 64)
SMALL_CARD = NoiseSource.parse("cuda:1024")
Draw = Callable[[int], object]

WAYS: dict[str, Draw] = {
    "cpu": lambda seed: noise_fingerprint(initial_noise(seed, SHAPE)),
    "nv": lambda seed: noise_fingerprint(initial_noise(seed, SHAPE, source=NV_NOISE)),
    # Sixteen values a thread, so that all four numbers of four calls are used.
    "cuda:1024": lambda seed: noise_fingerprint(initial_noise(seed, SHAPE, source=SMALL_CARD)),
}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1024)
    count = parser.parse_args().count
    torch.set_num_threads(1)
    measure = seconds(torchs, count)
    report: dict[str, object] = {
        "noises": count,
        "shape": SHAPE,
        "torch.randn": {"seconds": round(measure, 3)},
    }
    for name, draw in WAYS.items():
        taken = seconds(draw, count)
        report[name] = {"seconds": round(taken, 3), "ratio": round(taken / measure, 2)}
    report["peak MiB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def torchs(seed: int) -> object:
    """Draw with PyTorch alone, and look at the first values as a fingerprint does."""
    drawn = torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))
    return tuple(drawn.flatten()[:8].tolist())


def seconds(draw: Draw, count: int) -> float:
    """Time ``count`` seeds, after a few that do not count."""
    for seed in range(3):
        draw(seed)
    begun = time.perf_counter()
    for seed in range(count):
        draw(seed)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
