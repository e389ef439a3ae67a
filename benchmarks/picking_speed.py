"""How long it takes to pick from a million seeds, beside reading their features as often.

    python benchmarks/picking_speed.py --seeds 1000000 --count 16

Each rule picks ``count`` seeds from one table of random numbers: two scores with errors and counts,
how often text was seen, a style space of 64 dimensions, and a composition space of 16 classes (64
columns, one object in ten not found).

The measure, in the same process and on one thread, is reading the style features, ``(seeds, 64)``
float32, ``count`` times over: ``features.sum()``, NumPy's plain sum of every number. The ratio to
it is to be at most 2. Beside it stands the ratio to ``count`` matrix products with one vector,
which is as fast as this memory can be read. Picks and passes alternate, and medians count. Building
the table, which checks and copies it, is no part of a pick and reported apart.

Prints one JSON document: seconds, both ratios, the memory each pick takes at most beside the table,
and what the whole process had, in MiB.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when numpy is imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import resource
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from seedloupe.noise import NoiseSource
from seedloupe.picking import (
    DiverseObjective,
    GoldenRule,
    Layout,
    PickOrder,
    pick_by_layout,
    pick_clean,
    pick_diverse,
    pick_golden,
)
from seedloupe.tables import (
    MetricSpec,
    ModelSpec,
    NoiseSpec,
    Provenance,
    SeedTable,
    SpaceSpec,
    Status,
    TableSpec,
)

DIMENSIONS, CLASSES = 64, 16
LIMIT = 2.0
METRICS = (MetricSpec("beauty", "1", True), MetricSpec("distance", "1", False))
Pick = Callable[[SeedTable, int], object]

RULES: dict[str, Pick] = {
    **{
        f"golden, {rule.value}": lambda table, count, rule=rule: pick_golden(
            table, count, rule=rule
        )
        for rule in GoldenRule
    },
    **{
        f"diverse, {aim.value}": lambda table, count, aim=aim: pick_diverse(
            table, count, objective=aim
        )
        for aim in DiverseObjective
    },
    "layout, place": lambda table, count: pick_by_layout(
        table, count, layouts=[Layout(x=0.2, y=0.5)]
    ),
    "layout, two boxes and depth": lambda table, count: pick_by_layout(
        table,
        count,
        layouts=[Layout(0.2, 0.5, 0.1, 0.05), Layout(0.8, 0.5, 0.1, 0.95)],
    ),
    "clean": lambda table, count: pick_clean(table, count),
    "golden, in turn": lambda table, count: pick_golden(table, count, order=PickOrder.TURNING),
    "diverse, in turn": lambda table, count: pick_diverse(table, count, order=PickOrder.TURNING),
}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000_000)
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    begun = time.perf_counter()
    columns = random_columns(args.seeds)
    drawn = time.perf_counter()
    table = table_of(columns, args.seeds)
    built = time.perf_counter()
    del columns
    report: dict[str, object] = {
        "seeds": args.seeds,
        "dimensions": DIMENSIONS,
        "count": args.count,
        "drawing the numbers, seconds": round(drawn - begun, 2),
        "building the table, seconds": round(built - drawn, 2),
        "features MiB": table.feature("style").nbytes * 2 // 2**20,
        "peak MiB before picking": peak_mib(),
    }
    worst = 0.0
    for name, pick in RULES.items():
        taken, sums, products = measure(pick, table, args.count, args.repeat)
        worst = max(worst, taken / sums)
        report[name] = {
            "seconds": round(taken, 3),
            "reading by sum, seconds": round(sums, 3),
            "ratio": round(taken / sums, 2),
            "ratio to products": round(taken / products, 2),
            "peak MiB of its own": peak_of(lambda pick=pick: pick(table, args.count)),
        }
    report["peak MiB"] = peak_mib()
    report["within the limit"] = worst <= LIMIT
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def measure(pick: Pick, table: SeedTable, count: int, repeat: int) -> tuple[float, float, float]:
    """Return the median seconds of a pick, and of ``count`` sums and products of the features."""
    points = table.feature("style")
    along = np.linspace(-1, 1, points.shape[1], dtype=points.dtype)
    taken: list[tuple[float, float, float]] = []
    for _ in range(repeat):
        sums = seconds(lambda: [points.sum() for _ in range(count)])
        products = seconds(lambda: [points @ along for _ in range(count)])
        taken.append((seconds(lambda: pick(table, count)), sums, products))
    picks, sums, products = (statistics.median(times) for times in zip(*taken, strict=True))
    return picks, sums, products


def seconds(call: Callable[[], object]) -> float:
    """Time one call."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def peak_of(call: Callable[[], object]) -> int:
    """Return the most memory one call had of its own, in MiB; measured apart, as it takes time."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] // 2**20
    finally:
        tracemalloc.stop()


def peak_mib() -> int:
    """Return the most memory the process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def random_columns(seeds: int) -> dict[str, np.ndarray]:
    """Draw a table's columns: seeds differ a little, errors are larger."""
    dice = np.random.default_rng(0)
    counts = np.full(seeds, 16, np.uint32)
    columns: dict[str, np.ndarray] = {}
    for metric in METRICS:
        truth = 0.5 * dice.standard_normal(seeds, np.float32)
        columns[f"score.{metric.name}"] = truth + dice.standard_normal(seeds, np.float32)
        columns[f"score.{metric.name}.se"] = 0.8 + 0.4 * dice.random(seeds, np.float32)
        columns[f"score.{metric.name}.n"] = counts
    columns["rate.text"] = (dice.binomial(16, 0.06, seeds) / 16).astype(np.float32)
    columns["rate.text.n"] = counts
    columns["feature.style"] = dice.standard_normal((seeds, DIMENSIONS), np.float32)
    places = dice.random((seeds, CLASSES * 4), np.float32)
    lost = dice.random((seeds, CLASSES), np.float32) < 0.1
    places.reshape(seeds, CLASSES, 4)[lost] = np.nan
    columns["feature.composition"] = places
    return columns


def table_of(columns: dict[str, np.ndarray], seeds: int) -> SeedTable:
    """Build the table, which checks and copies it."""
    classes = tuple(f"class-{number}" for number in range(CLASSES))
    spec = TableSpec(
        noise=NoiseSpec.drawn(NoiseSource(), (4, 8, 8), 0),
        model=ModelSpec("sd1", "random numbers", None, 4, "epsilon"),
        provenance=Provenance("benchmark", "seedloupe", "2026-01-01", "CC0-1.0", Status.DEMO),
        metrics=METRICS,
        spaces=(SpaceSpec("style"), SpaceSpec("composition", classes=classes)),
    )
    return SeedTable(np.arange(seeds, dtype=np.uint64), columns, spec)


if __name__ == "__main__":
    main()
