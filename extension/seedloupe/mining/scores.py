"""From measures to one number a seed and metric, and seeds in order of those numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..tables import MetricSpec
from .instruments import Floats
from .journal import Measures
from .measuring import FAILED
from .plan import MiningPlan
from .scorers import ScorerOutput, SetStatistic

BySeed = Mapping[int, Measures]
Doubles = NDArray[np.float64]
#: As long as so many of the seeds were measured with a prompt, all of them tell how hard it is.
_MANY = 1 / 3


@dataclass(frozen=True, eq=False)
class TableMetric:
    """One score of a table: how it is described and where its numbers are filed.

    Args:
        spec: as the table has it.
        key: the measure it comes from.
        statistic: what is taken of a seed's vectors; None where the mean of numbers is.
    """

    spec: MetricSpec
    key: str
    statistic: SetStatistic | None = None


def table_metrics(outputs: Sequence[ScorerOutput]) -> tuple[TableMetric, ...]:
    """All scores that these outputs give a table, in their order."""
    found: list[TableMetric] = []
    for output in outputs:
        if output.metric is not None:
            found.append(TableMetric(output.metric, output.key))
        found += [TableMetric(one.metric, output.key, one.statistic) for one in output.statistics]
    return tuple(found)


def score_columns(
    metric: TableMetric,
    seeds: Sequence[int],
    mined: BySeed,
    confirmed: BySeed,
    *,
    controls: Sequence[int] = (),
) -> dict[str, np.ndarray]:
    """Mean, standard error and count of one metric, and the same on held-out prompts."""
    name = f"score.{metric.spec.name}"
    mean, error = score(metric, seeds, mined, controls=controls)
    counted = np.array([count_scored(mined[seed], metric.key) for seed in seeds], np.uint32)
    # A distance of sets is not known from one picture, which then does not count.
    counts = np.where(np.isfinite(mean), counted, 0).astype(np.uint32)
    columns = {name: mean, f"{name}.se": error, f"{name}.n": counts}
    if confirmed:
        checked = [seed for seed in seeds if seed in confirmed]
        rows = [index for index, seed in enumerate(seeds) if seed in confirmed]
        found = score(metric, checked, confirmed)
        for part, values in zip(("confirm", "confirm_se"), found, strict=True):
            column = np.full(len(seeds), np.nan, np.float32)
            column[rows] = values
            columns[f"{name}.{part}"] = column
    return columns


def confirmed_counts(
    metric: TableMetric, seeds: Sequence[int], confirmed: BySeed
) -> dict[str, np.ndarray]:
    """How many held-out pictures stand behind a metric ``(S,)``; 0 where a seed was not checked."""
    counts = [
        count_scored(confirmed[seed], metric.key) if seed in confirmed else 0 for seed in seeds
    ]
    return {f"score.{metric.spec.name}.confirm_n": np.array(counts, np.uint32)}


def score(
    metric: TableMetric, seeds: Sequence[int], measures: BySeed, *, controls: Sequence[int] = ()
) -> tuple[Floats, Floats]:
    """Mean and standard error ``(S,)`` of a metric over each seed's pictures; NaN where unknown.

    Where seeds were measured with different numbers of prompts, how hard those are is taken out
    of the mean: see :func:`even_prompts`.
    """
    if metric.statistic is not None:
        vectors = [_finite(measures[seed][metric.key]) for seed in seeds]
        found = metric.statistic.evaluate(vectors)
        return _floats(found.values.numpy()), _floats(found.errors.numpy())
    values = score_matrix(metric.key, seeds, measures)
    known = np.isfinite(values)
    if not known.all():
        rows = np.isin(np.array(seeds, np.uint64), np.array(controls, np.uint64))
        values = even_prompts(values, rows)
    count = known.sum(1)
    shown = np.where(known, values, 0)
    mean = np.where(count > 0, shown.sum(1) / np.maximum(count, 1), np.nan)
    if known.all():
        mean = values.mean(1)
    apart = np.where(known, (values - mean[:, None]) ** 2, 0).sum(1) / np.maximum(count - 1, 1)
    error = np.where(count > 0, np.sqrt(apart / np.maximum(count, 1)), np.nan)
    return _floats(mean), _floats(error)


def score_matrix(key: str, seeds: Sequence[int], measures: BySeed) -> Doubles:
    """The scores of all seeds ``(S, P)``, NaN where a seed was not measured or a picture failed."""
    width = max(len(measures[seed][key]) for seed in seeds)
    matrix = np.full((len(seeds), width), np.nan)
    for row, seed in enumerate(seeds):
        values = measures[seed][key]
        matrix[row, : len(values)] = values
    return matrix


def even_prompts(values: Doubles, controls: NDArray[np.bool_]) -> Doubles:
    """Take out of ``(S, P)`` how hard each prompt is, but for the mean of those all seeds share.

    How hard it is is told by all seeds, or, where only a chosen few were measured with it, by the
    ``controls`` ``(S,)`` among them, which were drawn blindly.
    """
    known = np.isfinite(values)
    many = known.sum(0) >= _MANY * len(values)
    told_by = known & (many[None, :] | controls[:, None])
    count = told_by.sum(0)
    hard = np.where(told_by, values, 0).sum(0) / np.maximum(count, 1)
    hard[count == 0] = np.nan
    shared = known.sum(0) >= known.sum(0).max()
    evened: Doubles = values - hard + hard[shared].mean()
    return evened


def best_and_random(
    plan: MiningPlan, metrics: Sequence[TableMetric], mined: BySeed
) -> tuple[int, ...]:
    """The best seeds by mean rank, and as many others drawn blindly, in rising order.

    The draw depends on the plan alone, so a resumed run checks the same seeds.
    """
    best = set(best_seeds(plan, metrics, mined))
    return tuple(sorted(best | set(others_than(plan, best, plan.confirm))))


def others_than(plan: MiningPlan, best: set[int], count: int) -> tuple[int, ...]:
    """``count`` seeds drawn blindly from those not among ``best``, by the plan alone."""
    rest = [seed for seed in plan.seeds if seed not in best]
    rng = np.random.default_rng(int(plan.fingerprint[:8], 16))
    return tuple(rest[index] for index in rng.permutation(len(rest))[:count])


def best_seeds(plan: MiningPlan, metrics: Sequence[TableMetric], mined: BySeed) -> tuple[int, ...]:
    """The ``plan.confirm`` best seeds by mean rank over all metrics."""
    columns = [score(metric, plan.seeds, mined)[0] for metric in metrics]
    ranks = mean_ranks([metric.spec for metric in metrics], columns)
    order = np.argsort(ranks, kind="stable")[: min(plan.confirm, len(plan.seeds) // 2)]
    return tuple(plan.seeds[index] for index in order)


def mean_ranks(metrics: Sequence[MetricSpec], columns: Sequence[Floats]) -> Floats:
    """Mean place ``(S,)`` of each seed, 0 best, ties sharing the middle, the unknown last."""
    ranks = [
        places(np.nan_to_num(-values if metric.higher_is_better else values, nan=np.inf))
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
    """How many pictures of a seed were made."""
    return next(len(values) for key, values in measure.items() if key != "thumbnail")


def count_scored(measure: Measures, key: str) -> int:
    """How many pictures of a seed have a number of this kind."""
    values = measure[key]
    return int(np.isfinite(values.reshape(len(values), -1)).all(1).sum())


def count_failed(mined: BySeed) -> int:
    """How many pictures were not finite."""
    return int(sum(measure[FAILED].sum() for measure in mined.values() if FAILED in measure))


def _finite(vectors: Floats) -> torch.Tensor:
    return torch.from_numpy(vectors[np.isfinite(vectors).all(1)])


def _floats(values: np.ndarray) -> Floats:
    return values.astype(np.float32)
