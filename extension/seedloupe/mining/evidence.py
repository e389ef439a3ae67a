"""How sure a table may be of itself.

The best of many seeds look better than they are (the winner's curse), and two metrics
share many of their best seeds by chance alone; so beside each list stand its
reliability, the chance baseline, and what is left of the gain on other prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..chance import chance_overlap
from ..errors import InputError
from ..tables import Correlation, Evidence, HeldOutGain, MetricSpec, SeedEffect
from .instruments import Floats, Instrument
from .journal import Measures
from .plan import FEWEST_CONFIRMED, MiningPlan
from .scores import BySeed, best_seeds, places, score
from .student import t_quantile

#: The paper's top list: 256 of 1,024.
TOP_SHARE = 0.25
#: Share of intervals that may miss the truth.
ERROR = 0.05
_FEWEST_FOR_A_SPREAD = 2


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
    best = best_seeds(plan, instruments, mined)
    compared = min(len(best), len(confirmed) - len(best))
    gains = tuple(
        _gain(metric, instruments, best, confirmed, len(metrics))
        for metric in metrics
        if compared >= _FEWEST_FOR_A_SPREAD
    )
    overlap = _overlap(metrics, columns)
    return Evidence(
        rule="best mean rank over all metrics",
        verdict=verdict(metrics, gains, compared),
        pool=len(plan.seeds),
        split_half=halves,
        correlations=_correlations(metrics, columns),
        held_out_gain=tuple(gain.plain for gain in gains),
        extra={
            "metrics_compared_on": "disjoint prompts" if parts > 1 else "the same pictures",
            "tag_variance_ratio": _tag_variances(ordered),
            "confirmed_a_side": max(compared, 0),
            "confirmed_needed": FEWEST_CONFIRMED,
        },
        **overlap,  # type: ignore[arg-type]
    )


def split_half(first: Floats, second: Floats) -> float:
    """Reliability of the mean of both halves (Spearman-Brown), at least 0; NaN-free."""
    if first.std() == 0 or second.std() == 0:
        return 0.0
    half = float(np.corrcoef(first, second)[0, 1])
    return max(0.0, 2 * half / (1 + half)) if half > -1 else 0.0


def verdict(metrics: Sequence[MetricSpec], gains: Sequence[Gain], compared: int) -> SeedEffect:
    """What the gains on held-out prompts allow to be said.

    An effect is a gain whose interval, widened for the number of metrics (Bonferroni), lies
    on the good side; undecided is one that does so only before it is widened, and whatever
    ``compared``, the seeds a side, are too few for.
    """
    if not gains or compared < FEWEST_CONFIRMED:
        return SeedEffect.UNDECIDED
    up = {metric.name: metric.higher_is_better for metric in metrics}

    def good(metric: str, low: float, high: float) -> bool:
        return low > 0 if up[metric] else high < 0

    if any(good(gain.plain.metric, *gain.widened) for gain in gains):
        return SeedEffect.EFFECT
    plain = any(good(gain.plain.metric, gain.plain.low, gain.plain.high) for gain in gains)
    return SeedEffect.UNDECIDED if plain else SeedEffect.NO_EFFECT


@dataclass(frozen=True)
class Gain:
    """A gain with its 95 % interval, and the interval widened for the number of metrics."""

    plain: HeldOutGain
    widened: tuple[float, float]


def welch_interval(best: Floats, others: Floats, error: float) -> tuple[float, float]:
    """Bounds that the difference of two means lies beyond with chance ``error`` (Welch, 1947).

    Resampling a few seeds gives bounds that are far too narrow, with one seed a side none at
    all: between seeds that do not differ it saw an effect in 30 % of cases with two a side.

    Raises:
        InputError: a side has one value, and so no spread.
    """
    sides = [np.asarray(side, np.float64) for side in (best, others)]
    fewest = min(map(len, sides))
    if fewest < _FEWEST_FOR_A_SPREAD:
        raise InputError("confirm", expected="two or more seeds a side", got=f"{fewest}")
    parts = [float(side.var(ddof=1)) / len(side) for side in sides]
    gap = float(sides[0].mean() - sides[1].mean())
    if not sum(parts):
        return gap, gap
    squares = sum(part**2 / (len(side) - 1) for part, side in zip(parts, sides, strict=True))
    reach = t_quantile(1 - error / 2, sum(parts) ** 2 / squares) * sum(parts) ** 0.5
    return gap - reach, gap + reach


def tag_variance(rates: Floats) -> float:
    """How far seeds differ in a tag, against what lots would give: 1 where seeds do not matter.

    ``rates`` is ``(S, P)`` of 0 and 1. Without an effect of the seed, a seed's share over the
    prompts varies by the prompts' own coin flips alone.
    """
    prompts = rates.mean(0)
    expected = float((prompts * (1 - prompts)).sum()) / rates.shape[1] ** 2
    return float(rates.mean(1).var()) / expected if expected > 0 else 1.0


def _gain(
    metric: MetricSpec,
    instruments: Sequence[Instrument],
    best: Sequence[int],
    confirmed: BySeed,
    metrics: int,
) -> Gain:
    seeds = sorted(confirmed)
    values, _ = score(metric.name, instruments, [confirmed[seed] for seed in seeds])
    chosen = np.isin(seeds, list(best))
    sides = values[chosen], values[~chosen]
    mean = float(sides[0].mean() - sides[1].mean())
    plain = HeldOutGain(metric.name, mean, *welch_interval(*sides, ERROR))
    return Gain(plain, welch_interval(*sides, ERROR / metrics))


def _tag_variances(ordered: Sequence[Measures]) -> dict[str, float]:
    tags = [key for key in ordered[0] if key.startswith("tag.")]
    return {
        key.removeprefix("tag."): round(tag_variance(np.stack([m[key] for m in ordered])), 4)
        for key in tags
    }


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
