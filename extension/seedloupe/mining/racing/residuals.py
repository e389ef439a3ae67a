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
    """Return each round's residuals; spreads are those of the first round.

    Several metrics count alike: the mean of their residuals, in units of its own spread.

    Args:
        rounds: the first, and any others.
        metrics: which count; None for those that gave something in all of these rounds.
    """
    metrics = metrics or alive_metrics(rounds)
    each = {name: _one_metric([turn.scores[name] for turn in rounds], rounds) for name in metrics}
    combined = [_mean([each[name][index] for name in metrics]) for index in range(len(rounds))]
    scale = spread_within(combined[0]) if len(metrics) > 1 else 1.0
    return [
        Residuals(values / scale, _inflation(turn))
        for values, turn in zip(combined, rounds, strict=True)
    ]


def sharpening(first: ScoredRound, metrics: Sequence[str]) -> float:
    """Return how many units of the residuals a gain of one deviation between pictures is.

    Heavy tails make the deviation large and the residuals, whose far values are drawn in, tell
    more of a gain than plain means do.
    """
    return float(np.mean([_sharpening(first.scores[name], first) for name in metrics]))


def _sharpening(scores: Doubles, first: ScoredRound) -> float:
    drawn = _drawn_in(scores, first.reference, _FAR * _robust_spread(scores))
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
    """Centred on the reference, far values drawn in, over the first round's spread."""
    reach = _FAR * _robust_spread(scores[0])
    drawn = [
        _drawn_in(values, turn.reference, reach)
        for values, turn in zip(scores, rounds, strict=True)
    ]
    centred = [
        values - _reference_mean(values, turn.reference)
        for values, turn in zip(drawn, rounds, strict=True)
    ]
    scale = spread_within(centred[0])
    inside = min(scale**2 / max(float(np.nanmean(centred[0] ** 2)), _TINY), 1.0)
    return [
        values / _prompt_spreads(values, turn.reference, scale, inside=inside)
        for values, turn in zip(centred, rounds, strict=True)
    ]


def _robust_spread(first: Doubles) -> float:
    """From the median deviation; where ties make that small, from the plain deviation."""
    centred = first - _median_of(first)
    plain = float(np.sqrt(np.nanmean(centred**2))) if np.isfinite(centred).any() else 0.0
    median = float(np.nanmedian(np.abs(centred))) if np.isfinite(centred).any() else 0.0
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


def _prompt_spreads(
    values: Doubles, reference: NDArray[np.bool_], scale: float, *, inside: float
) -> Doubles:
    """Deviation ``(Q,)`` of each prompt, drawn to that of all by so many pictures.

    One prompt's pictures also differ by their seeds; ``inside`` is the share of the variance that
    the first round showed to lie between pictures of one seed.
    """
    own = np.where(reference[:, None], values, np.nan)
    count = np.isfinite(own).sum(0)
    squares = inside * np.nansum(own**2, 0) * np.maximum(count - 1, 1) / np.maximum(count, 1)
    spreads: Doubles = np.sqrt((_PRIOR * scale**2 + squares) / (_PRIOR + count))
    return spreads


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
