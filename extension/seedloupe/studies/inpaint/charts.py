"""Small pictures of what an inpainting study found, as SVG that takes its colours from the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ..statistics import Floats
from .findings import TaskFindings
from .words import share_percent, task_name

_WIDTH, _HEIGHT = 460, 340
_LEFT, _RIGHT, _TOP, _FOOT = 52, 14, 14, 40
_ACROSS, _DOWN = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _FOOT
_LABELLED = 3


def tasks_chart(first: TaskFindings, second: TaskFindings, seeds: Sequence[int]) -> str:
    """Return every seed as a dot: how much text it paints in one task and in the other.

    Args:
        first: across.
        second: upwards.
        seeds: in the order of the findings.
    """
    x, y = first.rates.mean, second.rates.mean
    wide, high = _reach(x), _reach(y)
    worst = set(np.argsort(-(x / wide + y / high), kind="stable")[:_LABELLED].tolist())
    dots = "".join(
        _dot(_x(x[row] / wide), _y(y[row] / high), f"seed {seed}: {_both(x[row], y[row])}")
        for row, seed in enumerate(seeds)
    )
    names = "".join(_label(_x(x[r] / wide), _y(y[r] / high), str(seeds[r])) for r in sorted(worst))
    usual = (
        f'<line class="mean" x1="{_x(first.share / wide):.1f}" x2="{_x(first.share / wide):.1f}"'
        f' y1="{_TOP}" y2="{_HEIGHT - _FOOT}"/>'
        f'<line class="mean" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_y(second.share / high):.1f}"'
        f' y2="{_y(second.share / high):.1f}"/>'
    )
    axes = _axes(wide, high, task_name(first.task), task_name(second.task))
    return _svg("Text in the mask by task, a dot a seed", f"{axes}{usual}{dots}{names}")


def order_chart(found: TaskFindings) -> str:
    """Return the seeds in order of how much text they paint, over what luck alone would give."""
    means = np.sort(found.rates.mean)
    low, high = found.luck
    reach = max(_reach(means), _reach(high))
    count = len(means)
    places = [_x((row + 0.5) / count) for row in range(count)]
    upper = [f"{x:.1f},{_y(value / reach):.1f}" for x, value in zip(places, high, strict=True)]
    lower = [f"{x:.1f},{_y(value / reach):.1f}" for x, value in zip(places, low, strict=True)]
    band = f'<polygon class="luck" points="{" ".join((*upper, *reversed(lower)))}"/>'
    dots = "".join(
        _dot(x, _y(value / reach), share_percent(float(value)))
        for x, value in zip(places, means, strict=True)
    )
    axes = _axes(None, reach, "Seeds, from least text to most", "Share of the mask")
    label = f"{task_name(found.task)}: the seeds in order, and the band luck alone would give"
    return _svg(label, f"{axes}{band}{dots}")


def _axes(wide: float | None, high: float, across: str, upwards: str) -> str:
    middle, foot = _LEFT + _ACROSS / 2, _HEIGHT - _FOOT
    parts = [
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{foot}" y2="{foot}"/>',
        f'<line class="axis" x1="{_LEFT}" x2="{_LEFT}" y1="{_TOP}" y2="{foot}"/>',
        f'<text x="{middle:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(12 {_TOP + _DOWN / 2:.0f}) rotate(-90)"'
        f' text-anchor="middle">{escape(upwards)}</text>',
    ]
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        parts.append(
            f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{_tick(share * high)}</text>'
        )
        if wide is not None:
            parts.append(
                f'<text x="{_x(share):.1f}" y="{foot + 16}" text-anchor="middle">'
                f"{_tick(share * wide)}</text>"
            )
    return "".join(parts)


def _svg(label: str, content: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{escape(label)}">{content}</svg>'
    )


def _dot(x: float, y: float, title: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(title)}</title></circle>'


def _label(x: float, y: float, text: str) -> str:
    side, anchor = (-7, "end") if x > _WIDTH * 0.8 else (7, "start")
    place = f'x="{x + side:.1f}" y="{y + 4:.1f}"'
    return f'<text class="name" {place} text-anchor="{anchor}">{text}</text>'


def _both(first: float, second: float) -> str:
    return f"{share_percent(float(first))} across, {share_percent(float(second))} upwards"


def _reach(values: Floats) -> float:
    return float(values.max()) * 1.08 or 0.01


def _tick(value: float) -> str:
    return f"{100 * value:.2g}%"


def _x(share: float) -> float:
    return _LEFT + share * _ACROSS


def _y(share: float) -> float:
    return _HEIGHT - _FOOT - share * _DOWN
