"""Small pictures of numbers as the places of their parts, which ``plots.html`` draws as SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..evidence import HeldOutGain
from .words import figure

_WIDTH, _HEIGHT, _FOOT = 420, 150, 126
_TALLEST = _FOOT - 8
_BINS = 28
_CURVE = 60
_LABEL = 90
"""How far from the edges a label in the middle must stay."""


@dataclass(frozen=True)
class Bar:
    """A bar of a histogram."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """How a score is spread over the seeds.

    Attributes:
        label: what the picture shows, in words.
        bars: from the least value to the most; none for those without a seed.
        luck: points of a curve, how luck alone would spread them; empty where that is unknown.
        mean: where the mean is.
        middle: where its words go.
        average: the mean in words.
        least: the least value in words.
        most: the largest in words.
        width: of the picture.
        height: of the picture.
        foot: where the axis is.
    """

    label: str
    bars: tuple[Bar, ...]
    luck: str
    mean: float
    middle: float
    average: str
    least: str
    most: str
    width: int = _WIDTH
    height: int = _HEIGHT
    foot: int = _FOOT


@dataclass(frozen=True)
class IntervalPlot:
    """A gain and its interval about nought, better always to the right.

    Attributes:
        label: what the picture shows, in words.
        kind: ``good``, ``bad`` or ``unsure``, for its colour.
        left: where the interval begins.
        right: where it ends.
        mean: where the gain is.
        width: of the picture.
    """

    label: str
    kind: str
    left: float
    right: float
    mean: float
    width: int = _WIDTH


@dataclass(frozen=True)
class ShareBar:
    """A share of one.

    Attributes:
        label: what the picture shows, in words.
        filled: how much of ``width`` is filled.
        width: of the picture.
    """

    label: str
    filled: float
    width: int = _WIDTH


def histogram(values: NDArray[np.float32], name: str, luck: float | None) -> Histogram | None:
    """Return how a score is spread over the seeds, or None where no value is known.

    Args:
        values: ``(S,)``, float32; NaN is left out.
        name: what the score is called.
        luck: share of the variance that is luck, in [0, 1]; None where unknown.
    """
    known = values[np.isfinite(values)].astype(np.float64)
    if not len(known):
        return None
    low, high = _span(known)
    counts, edges = np.histogram(known, min(_BINS, max(4, len(known))), (low, high))
    tallest = max(int(counts.max()), 1)
    mean = _x(float(known.mean()), low, high)
    return Histogram(
        f"{name}: {len(known)} seeds from {figure(known.min())} to {figure(known.max())}",
        _bars(counts.tolist(), tallest),
        "" if luck is None else _bell(known, math.sqrt(luck), edges, tallest),
        mean,
        min(max(mean, _LABEL), _WIDTH - _LABEL),
        figure(float(known.mean())),
        figure(low),
        figure(high),
    )


def interval_plot(gain: HeldOutGain, *, higher_is_better: bool) -> IntervalPlot:
    """Return a gain and its interval about nought, better always to the right."""
    sign = 1 if higher_is_better else -1
    low, high = sorted((sign * gain.low, sign * gain.high))
    reach = max(abs(low), abs(high), abs(gain.mean)) * 1.15 or 1.0
    left, right, at = (_about(value, reach) for value in (low, high, sign * gain.mean))
    kind = "good" if low > 0 else "bad" if high < 0 else "unsure"
    label = f"{gain.metric}: {figure(gain.mean)}, from {figure(gain.low)} to {figure(gain.high)}"
    return IntervalPlot(label, kind, left, right, at)


def share_bar(share: float, name: str) -> ShareBar:
    """Return a share of one as a bar, which is never too short to be seen."""
    filled = _WIDTH * min(max(share, 0.0), 1.0)
    return ShareBar(f"{name}: {share:.2f} of 1", round(max(filled, 14.0), 1))


def _span(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _bars(counts: list[int], tallest: int) -> tuple[Bar, ...]:
    wide = _WIDTH / len(counts)
    tall = [count / tallest * _TALLEST for count in counts]
    return tuple(
        Bar(
            round(place * wide + 0.5, 1),
            round(_FOOT - height, 1),
            round(wide - 1, 1),
            round(height, 1),
        )
        for place, height in enumerate(tall)
        if height
    )


def _bell(
    values: NDArray[np.float64], share: float, edges: NDArray[np.float64], tallest: int
) -> str:
    """Return how luck alone would spread as many seeds about the same mean."""
    spread, middle = float(values.std()) * share, float(values.mean())
    if spread <= 0:
        return ""
    low, high = float(edges[0]), float(edges[-1])
    at = np.linspace(low, high, _CURVE)
    scale = len(values) * float(edges[1] - edges[0]) / (spread * math.sqrt(2 * math.pi) * tallest)
    heights = np.minimum(scale * np.exp(-(((at - middle) / spread) ** 2) / 2), 1.06)
    return " ".join(
        f"{_x(x, low, high):.1f},{_FOOT - y * _TALLEST:.1f}"
        for x, y in zip(at.tolist(), heights.tolist(), strict=True)
    )


def _x(value: float, low: float, high: float) -> float:
    return round((value - low) / (high - low) * _WIDTH, 1)


def _about(value: float, reach: float) -> float:
    return round(_WIDTH / 2 * (1 + value / reach), 1)
