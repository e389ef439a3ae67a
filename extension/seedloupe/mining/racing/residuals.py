"""Scores of many metrics and prompts, as one number a picture in units of its own spread.

A prompt that is hard for every seed says nothing about any; what is left after its mean is taken
away, over the spread between pictures of one seed, is added over prompts. Far values are drawn
in, and spreads are estimated after that, so that heavy tails cost little and ties nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Rows = NDArray[np.int64]

#: How far from the middle a value may lie, in robust standard deviations: of Gaussian scores that
#: loses a hundredth of what they tell (Huber, 1964), of heavy-tailed ones it gains much.
_FAR = 2.0
_MAD, _LEAST_SHARE = 1.4826, 0.5
#: Pictures by which a prompt's own spread is drawn to that of all.
_PRIOR = 20.0
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class ScoredRound:
    """One round: whose pictures were measured, with which metrics.

    Args:
        seeds: ``(K,)`` rows of the seeds measured.
        reference: ``(K,)`` bool, those of them whose mean tells how hard a prompt is.
        scores: for each metric ``(K, Q)``, more is better, NaN where a picture failed.
    """

    seeds: Rows
    reference: NDArray[np.bool_]
    scores: Mapping[str, Doubles]


@dataclass(frozen=True, eq=False)
class Residuals:
    """One round's numbers, ready to be added.

    Args:
        values: ``(K, Q)``, NaN where nothing was measured; deviation 1 for pictures of one seed.
        inflation: ``(Q,)`` variance with that of the reference's mean, 1 or more.
    """

    values: Doubles
    inflation: Doubles


def residuals_of(
    rounds: Sequence[ScoredRound], metrics: Sequence[str] | None = None
) -> list[Residuals]:
    """Return each round's residuals, in spreads between pictures of one seed over all rounds.

    The first round's prompts may scatter less than later ones, and metrics that oppose each other
    on them may not do so on others: a spread taken from the first round alone would count the
    pictures of later rounds for too much. Several metrics count alike: the mean of their
    residuals, in units of its own spread.

    Args:
        rounds: the first, which has all seeds, and any others.
        metrics: which count; None for those that gave something in all of these rounds.
    """
    metrics = metrics or alive_metrics(rounds)
    each = {name: _one_metric([turn.scores[name] for turn in rounds], rounds) for name in metrics}
    combined = [_mean([each[name][index] for name in metrics]) for index in range(len(rounds))]
    if len(metrics) > 1:
        combined = _in_own_spreads(combined)
    return [
        Residuals(values, _inflation(turn)) for values, turn in zip(combined, rounds, strict=True)
    ]


def sharpening(first: ScoredRound, metrics: Sequence[str]) -> float:
    """Return how many units of the residuals a gain of one deviation between pictures is.

    Heavy tails make the deviation large and the residuals, whose far values are drawn in, tell
    more of a gain than plain means do.
    """
    return float(np.mean([_sharpening(first.scores[name], first) for name in metrics]))


def _sharpening(scores: Doubles, first: ScoredRound) -> float:
    drawn = _drawn_in(scores, first.reference, _FAR * _robust_spread([scores]))
    free = float(np.mean(drawn == scores)) / max(float(np.isfinite(scores).mean()), _TINY)
    wide, narrow = (spread_within(part - _mean_of(part, 0)) for part in (scores, drawn))
    return min(max(free * wide / narrow, 0.5), 3.0)


def spread_within(values: Doubles) -> float:
    """Return the deviation between pictures of one seed, ``(S, P)``, prompts' means taken out."""
    centred = values - _mean_of(values, 0)
    many = values.shape[1] > 1
    inside = centred - _mean_of(centred, 1) if many else centred
    count = np.isfinite(inside).sum()
    free = count - (values.shape[0] if many else 0) - values.shape[1]
    if free < 1:
        return 1.0
    return max(float(np.sqrt(np.nansum(inside**2) / free)), _TINY)


def alive_metrics(rounds: Sequence[ScoredRound]) -> list[str]:
    """Return the metrics that gave something in every round; one that died is out of all."""
    names = [
        name
        for name in rounds[0].scores
        if all(np.isfinite(turn.scores.get(name, np.array(np.nan))).any() for turn in rounds)
    ]
    return names or list(rounds[0].scores)


def _one_metric(scores: Sequence[Doubles], rounds: Sequence[ScoredRound]) -> list[Doubles]:
    """Centred on the reference, far values drawn in, over the spread of one seed's pictures."""
    reach = _FAR * _robust_spread(scores)
    drawn = [
        _drawn_in(values, turn.reference, reach)
        for values, turn in zip(scores, rounds, strict=True)
    ]
    centred = [
        values - _reference_mean(values, turn.reference)
        for values, turn in zip(drawn, rounds, strict=True)
    ]
    return _in_own_spreads(centred)


def _in_own_spreads(rounds: Sequence[Doubles]) -> list[Doubles]:
    """Over each prompt's own spread, drawn to that of all prompts so far.

    Pictures of one prompt also differ by their seeds; how much of the variance lies between
    pictures of one seed only the first round, which has all seeds, can show.
    """
    within, whole = spread_within(rounds[0]) ** 2, max(_variance(rounds[:1]), _TINY)
    inside = min(within / whole, 1.0)
    common = inside * _variance(rounds)
    return [values / np.sqrt(_prompt_variances(values, common, inside)) for values in rounds]


def _variance(rounds: Sequence[Doubles]) -> float:
    """Variance of the seeds measured with a prompt, over all prompts."""
    squares, free = 0.0, 0
    for values in rounds:
        count = np.isfinite(values).sum(0)
        squares += float(np.nansum((values - _mean_of(values, 0)) ** 2))
        free += int(np.maximum(count - 1, 0).sum())
    return max(squares / free, _TINY**2) if free else 1.0


def _prompt_variances(values: Doubles, common: float, inside: float) -> Doubles:
    """Variance ``(Q,)`` of each prompt between pictures of one seed, drawn to that of all."""
    free = np.maximum(np.isfinite(values).sum(0) - 1, 0)
    squares = inside * np.nansum((values - _mean_of(values, 0)) ** 2, 0)
    variances: Doubles = (_PRIOR * common + squares) / (_PRIOR + free)
    return variances


def _robust_spread(scores: Sequence[Doubles]) -> float:
    """From the median deviation; where ties make that small, from the plain deviation."""
    far = np.concatenate([(values - _median_of(values)).ravel() for values in scores])
    far = far[np.isfinite(far)]
    plain = float(np.sqrt(np.mean(far**2))) if len(far) else 0.0
    median = float(np.median(np.abs(far))) if len(far) else 0.0
    return max(_MAD * median, _LEAST_SHARE * plain, _TINY)


def _drawn_in(values: Doubles, reference: NDArray[np.bool_], reach: float) -> Doubles:
    middle = _median_of(values[reference])
    drawn: Doubles = np.clip(values, middle - reach, middle + reach)
    return drawn


def _reference_mean(values: Doubles, reference: NDArray[np.bool_]) -> Doubles:
    """Mean of the reference ``(K, Q)``, for a seed in it that of the others."""
    known = np.isfinite(values) & reference[:, None]
    total, count = np.where(known, values, 0).sum(0), known.sum(0)
    others = count - known
    mean: Doubles = (total - np.where(known, values, 0)) / np.maximum(others, 1)
    mean[others == 0] = np.nan
    return mean


def _inflation(turn: ScoredRound) -> Doubles:
    count = max(int(turn.reference.sum()), 2)
    width = next(iter(turn.scores.values())).shape[1]
    return np.full(width, 1 + 1 / (count - 1))


def _mean(parts: Sequence[Doubles]) -> Doubles:
    """Mean over the metrics that were measured, in units of one metric; NaN where none was."""
    stacked = np.stack(parts)
    known = np.isfinite(stacked)
    count = known.sum(0)
    mean: Doubles = np.where(known, stacked, 0).sum(0) / np.maximum(count, 1)
    mean[count == 0] = np.nan
    return mean


def _mean_of(values: Doubles, axis: int) -> Doubles:
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(axis, keepdims=True)
    mean: Doubles = total / np.maximum(known.sum(axis, keepdims=True), 1)
    return mean


def _median_of(values: Doubles) -> Doubles:
    """Median of each prompt ``(Q,)``, 0 where nothing was measured."""
    known = np.isfinite(values).any(0)
    middle: Doubles = np.zeros(values.shape[1])
    if known.any():
        middle[known] = np.nanmedian(values[:, known], axis=0)
    return middle
