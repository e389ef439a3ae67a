"""Small pictures of numbers, as SVG that takes its colours from the page."""

from __future__ import annotations

import math
from html import escape

import numpy as np
from numpy.typing import NDArray

from ..evidence import HeldOutGain
from .words import figure

_WIDTH, _HEIGHT, _FOOT = 420, 150, 24
_BINS = 28
_CURVE = 60


def histogram(values: NDArray[np.float32], name: str, luck: float | None) -> str:
    """Return how a score is spread over the seeds.

    Args:
        values: ``(S,)``, float32; NaN is left out.
        name: what the score is called.
        luck: share of the variance that is luck, in [0, 1], drawn as a line; None where unknown.
    """
    known = values[np.isfinite(values)].astype(np.float64)
    if not len(known):
        return ""
    low, high = _span(known)
    counts, edges = np.histogram(known, min(_BINS, max(4, len(known))), (low, high))
    tallest = max(int(counts.max()), 1)
    bars = "".join(
        _bar(count / tallest, place, len(counts)) for place, count in enumerate(counts) if count
    )
    line = "" if luck is None else _bell(known, math.sqrt(luck), edges, tallest)
    middle = float(known.mean())
    mean = _x(middle, low, high)
    label = f"{name}: {len(known)} seeds from {figure(known.min())} to {figure(known.max())}"
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{escape(label)}"><g class="bars">{bars}</g>{line}'
        f'<line class="mean" x1="{mean:.1f}" x2="{mean:.1f}" y1="4" y2="{_HEIGHT - _FOOT}"/>'
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT - _FOOT}" y2="{_HEIGHT - _FOOT}"/>'
        f'<text x="0" y="{_HEIGHT - 6}">{figure(low)}</text>'
        f'<text x="{min(max(mean, 90), _WIDTH - 90):.1f}" y="{_HEIGHT - 6}" text-anchor="middle">'
        f"mean {figure(middle)}</text>"
        f'<text x="{_WIDTH}" y="{_HEIGHT - 6}" text-anchor="end">{figure(high)}</text></svg>'
    )


def interval_plot(gain: HeldOutGain, *, higher_is_better: bool) -> str:
    """Return a gain and its interval about nought, better always to the right."""
    sign = 1 if higher_is_better else -1
    low, high = sorted((sign * gain.low, sign * gain.high))
    reach = max(abs(low), abs(high), abs(gain.mean)) * 1.15 or 1.0
    left, right, at = (_about(value, reach) for value in (low, high, sign * gain.mean))
    kind = "good" if low > 0 else "bad" if high < 0 else "unsure"
    label = f"{gain.metric}: {figure(gain.mean)}, from {figure(gain.low)} to {figure(gain.high)}"
    return (
        f'<svg class="interval {kind}" viewBox="0 0 {_WIDTH} 46" role="img"'
        f' aria-label="{escape(label)}">'
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="16" y2="16"/>'
        f'<line class="nought" x1="{_WIDTH / 2}" x2="{_WIDTH / 2}" y1="2" y2="30"/>'
        f'<line class="span" x1="{left:.1f}" x2="{right:.1f}" y1="16" y2="16"/>'
        f'<circle class="dot" cx="{at:.1f}" cy="16" r="6"/>'
        '<text x="0" y="42">worse</text>'
        f'<text x="{_WIDTH / 2}" y="42" text-anchor="middle">no difference</text>'
        f'<text x="{_WIDTH}" y="42" text-anchor="end">better</text></svg>'
    )


def share_bar(share: float, name: str) -> str:
    """Return a share of one as a bar."""
    filled = _WIDTH * min(max(share, 0.0), 1.0)
    return (
        f'<svg class="share" viewBox="0 0 {_WIDTH} 14" role="img"'
        f' aria-label="{escape(name)}: {share:.2f} of 1">'
        f'<rect class="all" width="{_WIDTH}" height="14" rx="7"/>'
        f'<rect class="part" width="{max(filled, 14):.1f}" height="14" rx="7"/></svg>'
    )


def _span(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _bar(share: float, place: int, places: int) -> str:
    width, height = _WIDTH / places, share * (_HEIGHT - _FOOT - 8)
    return (
        f'<rect x="{place * width + 0.5:.1f}" y="{_HEIGHT - _FOOT - height:.1f}"'
        f' width="{width - 1:.1f}" height="{height:.1f}" rx="1.5"/>'
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
    points = " ".join(
        f"{_x(x, low, high):.1f},{_HEIGHT - _FOOT - y * (_HEIGHT - _FOOT - 8):.1f}"
        for x, y in zip(at.tolist(), heights.tolist(), strict=True)
    )
    return f'<polyline class="luck" points="{points}"/>'


def _x(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) * _WIDTH


def _about(value: float, reach: float) -> float:
    return _WIDTH / 2 * (1 + value / reach)
