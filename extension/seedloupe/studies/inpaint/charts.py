"""Small pictures of what an inpainting study found, as the places of their parts.

``charts.html`` draws them as SVG that takes its colours from the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..statistics import Floats
from .findings import TaskFindings
from .words import share_percent, task_name

_WIDTH, _HEIGHT = 460, 340
_LEFT, _RIGHT, _TOP, _FOOT = 52, _WIDTH - 14, 14, _HEIGHT - 40
_ACROSS, _DOWN = _RIGHT - _LEFT, _FOOT - _TOP
_LABELLED = 3


@dataclass(frozen=True)
class At:
    """A place in a chart, right and down from its corner."""

    x: float
    y: float


Ends: TypeAlias = "tuple[At, At]"
"""Where a line begins and ends."""


@dataclass(frozen=True)
class Label:
    """Words at a place; ``anchor`` is which end of them stands there, as SVG calls it."""

    text: str
    at: At
    anchor: str = "middle"


@dataclass(frozen=True)
class SeedChart:
    """A chart of seeds as dots.

    Attributes:
        title: what stands above it.
        label: what it shows, in words.
        words: how to read it.
        across: what the axis across is.
        upwards: what the axis upwards is.
        ticks: numbers beside the axes.
        dots: a dot a seed, each with its words.
        names: the seeds that have one.
        means: lines at the means.
        band: the outline of where luck alone would put the dots; empty for none.
        axes: lines across and upwards.
        width: of the picture.
        height: of the picture.
    """

    title: str
    label: str
    words: str
    across: Label
    upwards: Label
    ticks: tuple[Label, ...]
    dots: tuple[Label, ...]
    names: tuple[Label, ...] = ()
    means: tuple[Ends, ...] = ()
    band: tuple[At, ...] = ()
    axes: tuple[Ends, ...] = (
        (At(_LEFT, _FOOT), At(_RIGHT, _FOOT)),
        (At(_LEFT, _TOP), At(_LEFT, _FOOT)),
    )
    width: int = _WIDTH
    height: int = _HEIGHT


def tasks_chart(first: TaskFindings, second: TaskFindings, seeds: Sequence[int]) -> SeedChart:
    """Return every seed as a dot: how much text it paints in one task and in the other.

    Args:
        first: across.
        second: upwards.
        seeds: in the order of the findings.
    """
    x, y = first.rates.mean, second.rates.mean
    wide, high = _reach(x), _reach(y)
    places = [_at(a / wide, b / high) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    worst = sorted(np.argsort(-(x / wide + y / high), kind="stable")[:_LABELLED].tolist())
    usual = _at(first.share / wide, second.share / high)
    return SeedChart(
        "Both tasks, a dot a seed",
        "Text in the mask by task, a dot a seed",
        "To the right: more text where something was removed. Up: more text where it was painted "
        "anew. Dashed: the mean of all seeds.",
        _across(task_name(first.task)),
        _upwards(task_name(second.task)),
        (*_ticks_upwards(high), *_ticks_across(wide)),
        tuple(
            Label(f"seed {seed}: {_both(x[row], y[row])}", places[row])
            for row, seed in enumerate(seeds)
        ),
        names=tuple(_beside(places[row], str(seeds[row])) for row in worst),
        means=(
            (At(usual.x, _TOP), At(usual.x, _FOOT)),
            (At(_LEFT, usual.y), At(_RIGHT, usual.y)),
        ),
    )


def order_chart(found: TaskFindings) -> SeedChart:
    """Return the seeds in order of how much text they paint, over what luck alone would give."""
    means = np.sort(found.rates.mean)
    low, high = found.luck
    reach = max(_reach(means), _reach(high))
    return SeedChart(
        f"{task_name(found.task)}: the seeds in order",
        f"{task_name(found.task)}: the seeds in order, and the band luck alone would give",
        "The dots are the seeds in order. The band is where 95 of 100 such orders lie if all seeds "
        "are alike: dots above it on the right are seeds that stand out.",
        _across("Seeds, from least text to most"),
        _upwards("Share of the mask"),
        _ticks_upwards(reach),
        tuple(
            Label(share_percent(value), at)
            for value, at in zip(means.tolist(), _in_order(means / reach), strict=True)
        ),
        band=(*_in_order(high / reach), *reversed(_in_order(low / reach))),
    )


def _in_order(shares: Floats) -> tuple[At, ...]:
    count = len(shares)
    return tuple(_at((row + 0.5) / count, share) for row, share in enumerate(shares.tolist()))


def _across(text: str) -> Label:
    return Label(text, At(round(_LEFT + _ACROSS / 2), _HEIGHT - 6))


def _upwards(text: str) -> Label:
    return Label(text, At(12, round(_TOP + _DOWN / 2)))


def _ticks_upwards(high: float) -> tuple[Label, ...]:
    return tuple(
        Label(_tick(share * high), At(_LEFT - 5, round(_at(0, share).y + 4, 1)), "end")
        for share in (0.0, 0.5, 1.0)
    )


def _ticks_across(wide: float) -> tuple[Label, ...]:
    return tuple(
        Label(_tick(share * wide), At(_at(share, 0).x, _FOOT + 16)) for share in (0.0, 0.5, 1.0)
    )


def _beside(at: At, text: str) -> Label:
    side, anchor = (-7, "end") if at.x > _WIDTH * 0.8 else (7, "start")
    return Label(text, At(round(at.x + side, 1), round(at.y + 4, 1)), anchor)


def _both(first: float, second: float) -> str:
    return f"{share_percent(float(first))} across, {share_percent(float(second))} upwards"


def _reach(values: Floats) -> float:
    return float(values.max()) * 1.08 or 0.01


def _tick(value: float) -> str:
    return f"{100 * value:.2g}%"


def _at(across: float, upwards: float) -> At:
    """Return a place from shares of the way across and upwards."""
    return At(round(_LEFT + across * _ACROSS, 1), round(_FOOT - upwards * _DOWN, 1))
