"""Where everything of a chart stands, in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .charts import COLOURS, BarChart, Chart, ChartDot, ChartLine, DotChart, GridChart, LineChart

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _FOOT = 58, _WIDTH - 16, 16, _HEIGHT - 46
_DOTS_FOOT = 400
_BAR = 22
_BAR_AREA = 330
_CELL_HEIGHT = 26
_LETTER = 6.6
"""Width of a letter in pixels, a little more than it takes."""


@dataclass(frozen=True)
class ChartMark:
    """A line, dot, box or word at its place, in pixels; what is not needed stays empty."""

    kind: str
    x: float
    y: float
    width: float = 0
    height: float = 0
    text: str = ""
    anchor: str = "middle"
    opacity: float = 1
    points: str = ""


@dataclass(frozen=True)
class Drawing:
    """A chart as marks, from back to front."""

    title: str
    words: str
    width: int
    height: int
    marks: tuple[ChartMark, ...]
    legend: tuple[tuple[str, str], ...] = ()


def draw(chart: Chart) -> Drawing:
    """Work out where everything of a chart stands."""
    if isinstance(chart, LineChart):
        return _lines(chart)
    if isinstance(chart, DotChart):
        return _dots(chart)
    return _bars(chart) if isinstance(chart, BarChart) else _grid(chart)


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float) -> _Scale:
        found = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
        low, high = min(found), max(found)
        room = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
        return cls(low - room, high + room, start, end)

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> tuple[float, ...]:
        step = 10 ** math.floor(math.log10((self.high - self.low) / 2))
        step *= next(k for k in (1, 2, 5, 10) if (self.high - self.low) / (step * k) <= 5)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return tuple(place * step for place in range(first, last + 1))


def _lines(chart: LineChart) -> Drawing:
    level = () if chart.level is None else (chart.level,)
    ys = [v for line in chart.lines for v in (*line.ys, *line.lows, *line.highs)]
    x = _Scale.of([v for line in chart.lines for v in line.xs], _LEFT, _RIGHT)
    y = _Scale.of([*ys, *level], _FOOT, _TOP)
    marks = [
        *_axes(x, y, chart.across, chart.upwards, _FOOT),
        *(ChartMark("level", _LEFT, y(v), _RIGHT - _LEFT, 0) for v in level),
    ]
    legend = []
    for number, line in enumerate(chart.lines):
        style = "control" if line.control else f"c{number % COLOURS}"
        legend.append((style, line.name))
        marks += _line(line, style, x, y)
    return Drawing(chart.title, chart.words, _WIDTH, _HEIGHT, tuple(marks), tuple(legend))


def _axes(x: _Scale, y: _Scale, across: str, upwards: str, foot: int) -> list[ChartMark]:
    return [
        *(ChartMark("text", _LEFT - 6, y(t) + 4, text=f"{t:.3g}", anchor="end") for t in y.ticks()),
        *(ChartMark("text", x(t), foot + 17, text=f"{t:.4g}") for t in x.ticks()),
        ChartMark("text", (_LEFT + _RIGHT) / 2, foot + 38, text=across),
        ChartMark("turned", 13, (_TOP + foot) / 2, text=upwards),
        ChartMark("axis", _LEFT, foot, _RIGHT - _LEFT, 0),
        ChartMark("axis", _LEFT, _TOP, 0, foot - _TOP),
    ]


def _dots(chart: DotChart) -> Drawing:
    shown = [dot for dot in chart.dots if math.isfinite(dot.x) and math.isfinite(dot.y)]
    ends = [dot.end for dot in shown if dot.end is not None]
    ups = (_TOP, _DOTS_FOOT) if chart.downwards else (_DOTS_FOOT, _TOP)
    x = _Scale.of([*(dot.x for dot in shown), *(end[0] for end in ends)], _LEFT, _RIGHT)
    y = _Scale.of([*(dot.y for dot in shown), *(end[1] for end in ends)], *ups)
    marks = _axes(x, y, chart.across, chart.upwards, _DOTS_FOOT)
    marks += [_link(dot, dot.end, x, y) for dot in shown if dot.end is not None]
    marks += [
        ChartMark(f"dot c{dot.group % COLOURS}", x(dot.x), y(dot.y), text=dot.name) for dot in shown
    ]
    legend = tuple((f"c{k % COLOURS}", name) for k, name in enumerate(chart.groups))
    return Drawing(chart.title, chart.words, _WIDTH, _DOTS_FOOT + 46, tuple(marks), legend)


def _link(dot: ChartDot, end: tuple[float, float], x: _Scale, y: _Scale) -> ChartMark:
    across, up = x(dot.x), y(dot.y)
    if not (math.isfinite(end[0]) and math.isfinite(end[1])):
        return ChartMark("link", across, up)
    return ChartMark("link", across, up, round(x(end[0]) - across, 1), round(y(end[1]) - up, 1))


def _line(line: ChartLine, style: str, x: _Scale, y: _Scale) -> list[ChartMark]:
    known = [k for k, value in enumerate(line.ys) if math.isfinite(value)]
    at = [(x(line.xs[k]), y(line.ys[k])) for k in known]
    marks = []
    if line.lows and line.highs:
        sure = [k for k in known if math.isfinite(line.lows[k]) and math.isfinite(line.highs[k])]
        edge = [(x(line.xs[k]), y(line.highs[k])) for k in sure]
        edge += [(x(line.xs[k]), y(line.lows[k])) for k in reversed(sure)]
        marks.append(ChartMark(f"band {style}", 0, 0, points=_points(edge)))
    marks.append(ChartMark(f"line {style}", 0, 0, points=_points(at)))
    for k, (across, up) in zip(known, at, strict=True):
        told = f"{line.name}: {line.ys[k]:.3g} at {line.xs[k]:.4g}"
        marks.append(ChartMark(f"dot {style}", across, up, text=told))
    return marks


def _points(at: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in at)


def _bars(chart: BarChart) -> Drawing:
    level = () if chart.level is None else (chart.level,)
    values = [v for bar in chart.bars for v in (bar.value, bar.low, bar.high)]
    left_edge = _room(bar.name for bar in chart.bars)
    x = _Scale.of([0.0, *values, *level], left_edge, left_edge + _BAR_AREA)
    foot = _TOP + len(chart.bars) * _BAR
    nought = x(0.0)
    marks = []
    for number, bar in enumerate(chart.bars):
        top = _TOP + number * _BAR
        style = "control" if bar.control else "c0"
        marks.append(ChartMark("name", left_edge - 8, top + 15, text=bar.name, anchor="end"))
        if math.isfinite(bar.value):
            end = x(bar.value)
            left, wide = min(nought, end), abs(end - nought)
            told = f"{bar.name}: {bar.value:.3g}"
            marks.append(ChartMark(f"box {style}", left, top + 3, wide, _BAR - 7, text=told))
        if math.isfinite(bar.low) and math.isfinite(bar.high):
            marks.append(
                ChartMark("whisker", x(bar.low), top + _BAR / 2 - 0.5, x(bar.high) - x(bar.low))
            )
    marks += [ChartMark("level", x(v), _TOP, 0, foot - _TOP) for v in level]
    marks += [ChartMark("text", x(t), foot + 17, text=f"{t:.3g}") for t in x.ticks()]
    marks.append(ChartMark("text", left_edge + _BAR_AREA / 2, foot + 36, text=chart.unit))
    return Drawing(chart.title, chart.words, left_edge + _BAR_AREA + 16, foot + 44, tuple(marks))


def _grid(chart: GridChart) -> Drawing:
    known = [v for row in chart.values for v in row if math.isfinite(v)] or [0.0]
    low, spread = min(known), (max(known) - min(known)) or 1.0
    left_edge = _room(chart.rows)
    cell = max(58, _room(chart.columns))
    marks = [
        ChartMark("name", left_edge + (k + 0.5) * cell, 14, text=name)
        for k, name in enumerate(chart.columns)
    ]
    for number, (name, row) in enumerate(zip(chart.rows, chart.values, strict=True)):
        top = 22 + number * _CELL_HEIGHT
        marks.append(ChartMark("name", left_edge - 8, top + 17, text=name, anchor="end"))
        for column, value in enumerate(row):
            if not math.isfinite(value):
                continue
            left = left_edge + column * cell
            depth = round(0.08 + 0.82 * (value - low) / spread, 2)
            told = f"{name}, {chart.columns[column]}: {value:.3g}"
            wide, high = cell - 2, _CELL_HEIGHT - 2
            marks.append(ChartMark("box c0", left, top, wide, high, text=told, opacity=depth))
            marks.append(ChartMark("value", left + wide / 2, top + 17, text=f"{value:.2f}"))
    width = left_edge + len(chart.columns) * cell + 10
    height = 30 + len(chart.rows) * _CELL_HEIGHT
    return Drawing(chart.title, chart.words, width, height, tuple(marks))


def _room(names: Iterable[str]) -> int:
    """Return how wide the longest of some names is, with a margin."""
    return round(max((len(name) for name in names), default=0) * _LETTER) + 14
