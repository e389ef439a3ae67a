"""How sure a table may be of itself.

The best of many seeds look better than they are (the winner's curse), and two metrics
share many of their best seeds by chance alone; so beside each list stand its
reliability, the chance baseline, and what is left of the gain on other prompts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..chance import chance_overlap
from ..tables import Correlation, Evidence, HeldOutGain, MetricSpec, SeedEffect
from .instruments import Floats
from .journal import Measures
from .plan import FEWEST_CONFIRMED, MiningPlan
from .race_outcome import RaceOutcome
from .racing import smallest_seen
from .racing.residuals import spread_within
from .scorers import OutputKind
from .scores import (
    BySeed,
    TableMetric,
    best_seeds,
    count_failed,
    count_images,
    places,
    score,
    score_matrix,
)
from .variance import prompt_share_at_least
from .welch import FEWEST_FOR_A_SPREAD, welch_interval

#: The paper's top list: 256 of 1,024.
TOP_SHARE = 0.25
#: Seeds and prompts that tell how alike pictures of different seeds are; more change little.
_LOOKED_AT = (24, 12)
#: Share of intervals that may miss the truth.
ERROR = 0.05
_FEATURE = f"{OutputKind.FEATURE.value}."


def evidence_of(
    plan: MiningPlan,
    metrics: Sequence[TableMetric],
    mined: BySeed,
    confirmed: BySeed,
    *,
    raced: RaceOutcome | None = None,
) -> Evidence:
    """Everything the run can say about whether its seeds matter.

    Whether metrics agree is asked of different pictures: on the same ones they share luck,
    and would agree about seeds that make no difference. Of a race only the prompts that all seeds
    share are asked, and its verdict is of its own objective: see :mod:`.race_outcome`.
    """
    specs = [metric.spec for metric in metrics]
    shared = min(count_images(mined[seed]) for seed in plan.seeds)

    def column(metric: TableMetric, part: int, parts: int) -> Floats:
        cut = {seed: _part(mined[seed], part, parts, shared) for seed in plan.seeds}
        return score(metric, plan.seeds, cut)[0]

    fewest = max((_fewest(metric) for metric in metrics), default=1)
    parts = len(metrics) if fewest * len(metrics) <= shared else 1
    columns = [column(metric, row % parts, parts) for row, metric in enumerate(metrics)]
    halves = {
        metric.spec.name: split_half(column(metric, 0, 2), column(metric, 1, 2))
        for metric in metrics
        if shared >= 2 * _fewest(metric)
    }
    best = raced.finalists if raced else best_seeds(plan, metrics, mined)
    compared = min(len(best), len(confirmed) - len(best))
    gains = tuple(
        gain
        for metric in metrics
        if compared >= FEWEST_FOR_A_SPREAD
        for gain in _gain(metric, best, confirmed, len(metrics))
    )
    limits = {metric.spec.name: _seen(metric, plan, mined) for metric in metrics}
    extra: dict[str, object] = {
        "metrics_compared_on": "disjoint prompts" if parts > 1 else "the same pictures",
        "tag_variance_ratio": _tag_variances([mined[seed] for seed in plan.seeds], shared),
        "confirmed_a_side": max(compared, 0),
        "confirmed_needed": FEWEST_CONFIRMED,
    }
    failed = count_failed(mined) + count_failed(confirmed)
    if failed:
        extra["failed_pictures"] = failed
    if raced:
        extra |= {"race": raced.to_json(), "split_half_of_shared_prompts": halves}
    return Evidence(
        rule=raced.rule if raced else "best mean rank over all metrics",
        verdict=raced.verdict if raced else verdict(specs, gains, compared, limits),
        pool=len(plan.seeds),
        split_half={} if raced else halves,
        correlations=_correlations(specs, columns),
        held_out_gain=tuple(gain.plain for gain in gains),
        prompt_share=_prompt_shares([mined[seed] for seed in plan.seeds], shared),
        extra=extra,
        **_overlap(specs, columns),  # type: ignore[arg-type]
    )


def split_half(first: Floats, second: Floats) -> float:
    """Reliability of the mean of both halves (Spearman-Brown), at least 0; NaN-free."""
    known = np.isfinite(first) & np.isfinite(second)
    first, second = first[known], second[known]
    if len(first) < FEWEST_FOR_A_SPREAD or first.std() == 0 or second.std() == 0:
        return 0.0
    half = float(np.corrcoef(first, second)[0, 1])
    return max(0.0, 2 * half / (1 + half)) if half > -1 else 0.0


def verdict(
    metrics: Sequence[MetricSpec],
    gains: Sequence[Gain],
    compared: int,
    limits: Mapping[str, float] | None = None,
) -> SeedEffect:
    """What the gains on held-out prompts allow to be said.

    An effect is a gain whose interval, widened for the number of metrics (Bonferroni), lies
    on the good side; none is where every interval ends before the gain that so many prompts show
    of a single seed. Undecided is all else, and whatever ``compared``, the seeds a side, are too
    few for.

    Args:
        metrics: all scores.
        gains: of those that held-out pictures give.
        compared: seeds a side.
        limits: for each metric the gain that mining could see of a single seed; none where nobody
            asks for more than an interval that holds nought.
    """
    if not gains or compared < FEWEST_CONFIRMED:
        return SeedEffect.UNDECIDED
    up = {metric.name: metric.higher_is_better for metric in metrics}

    def good(metric: str, low: float, high: float) -> bool:
        return low > 0 if up[metric] else high < 0

    if any(good(gain.plain.metric, *gain.widened) for gain in gains):
        return SeedEffect.EFFECT
    plain = any(good(gain.plain.metric, gain.plain.low, gain.plain.high) for gain in gains)
    wide = limits is not None and any(
        (gain.plain.high if up[gain.plain.metric] else -gain.plain.low) > limits[gain.plain.metric]
        for gain in gains
    )
    return SeedEffect.UNDECIDED if plain or wide else SeedEffect.NO_EFFECT


@dataclass(frozen=True)
class Gain:
    """A gain with its 95 % interval, and the interval widened for the number of metrics."""

    plain: HeldOutGain
    widened: tuple[float, float]


def tag_variance(rates: Floats) -> float:
    """How far seeds differ in a tag, against what lots would give: 1 where seeds do not matter.

    ``rates`` is ``(S, P)`` of 0 and 1. Without an effect of the seed, a seed's share over the
    prompts varies by the prompts' own coin flips alone.
    """
    prompts = rates.mean(0)
    expected = float((prompts * (1 - prompts)).sum()) / rates.shape[1] ** 2
    return float(rates.mean(1).var()) / expected if expected > 0 else 1.0


def _seen(metric: TableMetric, plan: MiningPlan, mined: BySeed) -> float:
    """Return the gain of a single seed that so many prompts show, in the metric's own unit."""
    if metric.statistic is None:
        spread = spread_within(score_matrix(metric.key, plan.seeds, mined))
    else:
        errors = score(metric, plan.seeds, mined)[1]
        known = errors[np.isfinite(errors)]
        spread = float(np.median(known)) * len(plan.prompts) ** 0.5 if len(known) else 0.0
    return smallest_seen(len(plan.prompts)) * spread


def _fewest(metric: TableMetric) -> int:
    """How many pictures of a seed a metric needs; a distance of sets takes two."""
    return 1 if metric.statistic is None else 2


def _gain(
    metric: TableMetric, best: Sequence[int], confirmed: BySeed, metrics: int
) -> Iterator[Gain]:
    """Yield the gain; nothing where too few held-out pictures give the metric."""
    seeds = sorted(confirmed)
    values, _ = score(metric, seeds, confirmed)
    chosen, known = np.isin(seeds, list(best)), np.isfinite(values)
    sides = values[chosen & known], values[~chosen & known]
    if min(len(side) for side in sides) < FEWEST_FOR_A_SPREAD:
        return
    mean = float(sides[0].mean() - sides[1].mean())
    plain = HeldOutGain(metric.spec.name, mean, *welch_interval(*sides, ERROR))
    yield Gain(plain, welch_interval(*sides, ERROR / metrics))


def _tag_variances(ordered: Sequence[Measures], shared: int) -> dict[str, float]:
    tags = [key for key in ordered[0] if key.startswith("tag.")]
    stacked = {key: np.stack([np.nan_to_num(m[key][:shared]) for m in ordered]) for key in tags}
    return {key.removeprefix("tag."): round(tag_variance(stacked[key]), 4) for key in tags}


def _prompt_shares(ordered: Sequence[Measures], shared: int) -> dict[str, float]:
    """How much of what pictures look like the prompt decides at least, by feature space."""
    seeds, prompts = _LOOKED_AT
    some = [ordered[row] for row in range(0, len(ordered), -(-len(ordered) // seeds))]
    found: dict[str, float] = {}
    for key in (key for key in ordered[0] if key.startswith(_FEATURE)):
        grid = np.stack([measure[key][: min(shared, prompts)] for measure in some])
        share = prompt_share_at_least(grid[:, np.isfinite(grid).all((0, 2))])
        if share is not None:
            found[key.removeprefix(_FEATURE)] = round(share, 4)
    return found


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


def _part(measure: Measures, part: int, parts: int, shared: int) -> Measures:
    """Every ``parts``-th picture of the first ``shared``, from ``part`` on."""
    return {name: values[:shared][part::parts] for name, values in measure.items()}
