"""How sure a table may be of itself.

The best of many seeds look better than they are (the winner's curse), and two metrics
share many of their best seeds by chance alone; so beside each list stand its
reliability, the chance baseline, and what is left of the gain on other prompts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..chance import chance_overlap
from ..tables import Correlation, Evidence, HeldOutGain, MetricSpec, SeedEffect
from .instruments import Floats, Instrument
from .journal import Measures
from .plan import MiningPlan
from .scores import BySeed, best_seeds, places, score

#: The paper's top list: 256 of 1,024.
TOP_SHARE = 0.25
#: Resamplings behind an interval.
DRAWS = 2000


def evidence_of(
    plan: MiningPlan, instruments: Sequence[Instrument], mined: BySeed, confirmed: BySeed
) -> Evidence:
    """Everything the run can say about whether its seeds matter.

    Whether metrics agree is asked of different pictures: on the same ones they share luck,
    and would agree about seeds that make no difference.
    """
    metrics = [metric for instrument in instruments for metric in instrument.metrics]
    ordered = [mined[seed] for seed in plan.seeds]

    def column(metric: MetricSpec, part: int, parts: int) -> Floats:
        return score(metric.name, instruments, [_part(m, part, parts) for m in ordered])[0]

    parts = len(metrics) if len(metrics) <= len(plan.prompts) else 1
    columns = [column(metric, row % parts, parts) for row, metric in enumerate(metrics)]
    halves = {
        metric.name: split_half(column(metric, 0, 2), column(metric, 1, 2))
        for metric in metrics
        if len(plan.prompts) > 1
    }
    gains = tuple(
        _gain(metric, instruments, best_seeds(plan, instruments, mined), confirmed)
        for metric in metrics
        if confirmed
    )
    overlap = _overlap(metrics, columns)
    return Evidence(
        rule="best mean rank over all metrics",
        verdict=verdict(metrics, gains),
        pool=len(plan.seeds),
        split_half=halves,
        correlations=_correlations(metrics, columns),
        held_out_gain=gains,
        extra={"metrics_compared_on": "disjoint prompts" if parts > 1 else "the same pictures"},
        **overlap,  # type: ignore[arg-type]
    )


def split_half(first: Floats, second: Floats) -> float:
    """Reliability of the mean of both halves (Spearman-Brown), at least 0; NaN-free."""
    if first.std() == 0 or second.std() == 0:
        return 0.0
    half = float(np.corrcoef(first, second)[0, 1])
    return max(0.0, 2 * half / (1 + half)) if half > -1 else 0.0


def verdict(metrics: Sequence[MetricSpec], gains: Sequence[HeldOutGain]) -> SeedEffect:
    """An effect when a gain's interval lies on the good side; none when none does."""
    if not gains:
        return SeedEffect.UNDECIDED
    up = {metric.name: metric.higher_is_better for metric in metrics}
    good = [gain.low > 0 if up[gain.metric] else gain.high < 0 for gain in gains]
    return SeedEffect.EFFECT if any(good) else SeedEffect.NO_EFFECT


def difference(best: Floats, others: Floats) -> tuple[float, float, float]:
    """Difference of means and its 95 % bootstrap interval, resampling seeds."""
    rng = np.random.default_rng(0)
    draws = [
        sample.mean(1)
        for sample in (
            rng.choice(best, (DRAWS, len(best))),
            rng.choice(others, (DRAWS, len(others))),
        )
    ]
    low, high = np.percentile(draws[0] - draws[1], [2.5, 97.5])
    return float(best.mean() - others.mean()), float(low), float(high)


def _gain(
    metric: MetricSpec, instruments: Sequence[Instrument], best: Sequence[int], confirmed: BySeed
) -> HeldOutGain:
    seeds = sorted(confirmed)
    values, _ = score(metric.name, instruments, [confirmed[seed] for seed in seeds])
    chosen = np.isin(seeds, list(best))
    return HeldOutGain(metric.name, *difference(values[chosen], values[~chosen]))


def _overlap(metrics: Sequence[MetricSpec], columns: Sequence[Floats]) -> dict[str, object]:
    if len(metrics) < 2:
        return {}
    pool, top = len(columns[0]), max(1, round(len(columns[0]) * TOP_SHARE))
    lists = [
        set(np.argsort(-values if metric.higher_is_better else values, kind="stable")[:top])
        for metric, values in zip(metrics, columns, strict=True)
    ]
    chance = chance_overlap(pool, [top] * len(lists), len(set.intersection(*lists)))
    return {
        "top": top,
        "overlap": chance.observed,
        "chance_overlap": chance.expected,
        "chance_sd": chance.sd,
        "hypergeometric_p": chance.p,
    }


def _correlations(
    metrics: Sequence[MetricSpec], columns: Sequence[Floats]
) -> tuple[Correlation, ...]:
    """Rank correlation of each pair, positive when the metrics agree on what is good."""
    ordered = [
        places(-values if metric.higher_is_better else values)
        for metric, values in zip(metrics, columns, strict=True)
    ]
    return tuple(
        Correlation(metrics[a].name, metrics[b].name, _correlation(ordered[a], ordered[b]))
        for a in range(len(metrics))
        for b in range(a + 1, len(metrics))
    )


def _correlation(first: Floats, second: Floats) -> float:
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _part(measure: Measures, part: int, parts: int) -> Measures:
    """Every ``parts``-th picture, from ``part`` on."""
    return {name: values[part::parts] for name, values in measure.items()}
