"""From measures to one number a seed and metric, and seeds in order of those numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..tables import MetricSpec
from .instruments import Floats, Instrument
from .journal import Measures
from .plan import MiningPlan

BySeed = Mapping[int, Measures]


def score_columns(
    metric: MetricSpec,
    instruments: Sequence[Instrument],
    seeds: Sequence[int],
    mined: BySeed,
    confirmed: BySeed,
) -> dict[str, np.ndarray]:
    """Mean, standard error and count of one metric, and the same on held-out prompts."""
    name = f"score.{metric.name}"
    mean, error = score(metric.name, instruments, [mined[seed] for seed in seeds])
    counts = [count_images(mined[seed]) for seed in seeds]
    columns = {name: mean, f"{name}.se": error, f"{name}.n": np.array(counts, np.uint32)}
    if confirmed:
        checked = [seed for seed in seeds if seed in confirmed]
        rows = [index for index, seed in enumerate(seeds) if seed in confirmed]
        found = score(metric.name, instruments, [confirmed[seed] for seed in checked])
        for part, values in zip(("confirm", "confirm_se"), found, strict=True):
            column = np.full(len(seeds), np.nan, np.float32)
            column[rows] = values
            columns[f"{name}.{part}"] = column
    return columns


def score(
    metric: str, instruments: Sequence[Instrument], measures: Sequence[Measures]
) -> tuple[Floats, Floats]:
    """Mean and standard error ``(S,)`` of a metric over each seed's pictures.

    A Fréchet metric's error is the jackknife's over the pictures.
    """
    plain = f"score.{metric}"
    if plain in measures[0]:
        values = np.stack([measure[plain] for measure in measures])
        error = values.std(1, ddof=min(1, values.shape[1] - 1)) / np.sqrt(values.shape[1])
        return values.mean(1).astype(np.float32), error.astype(np.float32)
    key = f"frechet.{metric}"
    reference = next(i.references[key] for i in instruments if key in i.references)
    pairs = [frechet(measure[key], reference) for measure in measures]
    return tuple(np.array(column, np.float32) for column in zip(*pairs, strict=True))  # type: ignore[return-value]


def best_and_random(
    plan: MiningPlan, instruments: Sequence[Instrument], mined: BySeed
) -> tuple[int, ...]:
    """The best seeds by mean rank, and as many others drawn blindly, in rising order.

    The draw depends on the plan alone, so a resumed run checks the same seeds.
    """
    best = set(best_seeds(plan, instruments, mined))
    rest = [seed for seed in plan.seeds if seed not in best]
    rng = np.random.default_rng(int(plan.fingerprint[:8], 16))
    others = rng.permutation(len(rest))[: plan.confirm]
    return tuple(sorted(best | {rest[index] for index in others}))


def best_seeds(
    plan: MiningPlan, instruments: Sequence[Instrument], mined: BySeed
) -> tuple[int, ...]:
    """The ``plan.confirm`` best seeds by mean rank over all metrics."""
    metrics = [metric for instrument in instruments for metric in instrument.metrics]
    ordered = [mined[seed] for seed in plan.seeds]
    ranks = mean_ranks(metrics, [score(m.name, instruments, ordered)[0] for m in metrics])
    order = np.argsort(ranks, kind="stable")[: min(plan.confirm, len(plan.seeds) // 2)]
    return tuple(plan.seeds[index] for index in order)


def frechet(features: Floats, reference: Floats) -> tuple[float, float]:
    """Fréchet distance of diagonal Gaussians, ``(P, D)`` against ``(N, D)``, and its error.

    With few pictures a seed the distance is biased upwards, by the same for every seed.
    """
    mean, deviation = reference.mean(0), reference.std(0)

    def distance(rows: Floats) -> float:
        apart = (rows.mean(0) - mean) ** 2 + (rows.std(0) - deviation) ** 2
        return float(apart.sum())

    count = len(features)
    left_out = [distance(np.delete(features, row, 0)) for row in range(count)] if count > 2 else []
    spread = np.var(left_out) * (count - 1) if left_out else 0.0
    return distance(features), float(spread**0.5)


def mean_ranks(metrics: Sequence[MetricSpec], columns: Sequence[Floats]) -> Floats:
    """Mean place ``(S,)`` of each seed, 0 best, ties sharing the middle."""
    ranks = [
        places(-values if metric.higher_is_better else values)
        for metric, values in zip(metrics, columns, strict=True)
    ]
    mean: Floats = np.mean(ranks, axis=0, dtype=np.float32)
    return mean


def places(values: Floats) -> Floats:
    """Place of each value from the smallest, ties sharing the middle: ``(S,)`` to ``(S,)``."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    middle: Floats = ((below + up_to - 1) / 2).astype(np.float32)
    return middle


def count_images(measure: Measures) -> int:
    """How many pictures of a seed were measured."""
    return next(len(values) for key, values in measure.items() if key != "thumbnail")
