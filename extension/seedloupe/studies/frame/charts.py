"""Charts of a study: what they show; :mod:`~.drawing` works out where everything stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

COLOURS = 5
"""How many lines or groups of one chart have a colour of their own."""


@dataclass(frozen=True)
class ChartLine:
    """Points in order, and how sure each is.

    Attributes:
        name: what it is.
        xs: places across.
        ys: values; NaN leaves a gap.
        lows: lower ends of intervals; empty for none.
        highs: upper ends.
        control: whether it is one, and drawn as such.
    """

    name: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    control: bool = False


@dataclass(frozen=True)
class LineChart:
    """Lines over one axis.

    Attributes:
        title: what stands above it.
        words: how to read it.
        across: what the axis across is.
        upwards: what the axis upwards is.
        lines: at least one.
        level: a value to compare with, such as chance.
    """

    title: str
    words: str
    across: str
    upwards: str
    lines: tuple[ChartLine, ...]
    level: float | None = None

    @property
    def kind(self) -> str:
        """Which macro draws it."""
        return "lines"


@dataclass(frozen=True)
class ChartBar:
    """One bar and how sure it is."""

    name: str
    value: float
    low: float = float("nan")
    high: float = float("nan")
    control: bool = False


@dataclass(frozen=True)
class BarChart:
    """Bars below each other.

    Attributes:
        title: what stands above it.
        words: how to read it.
        unit: what the numbers are.
        bars: at least one.
        level: a value to compare with, such as chance.
    """

    title: str
    words: str
    unit: str
    bars: tuple[ChartBar, ...]
    level: float | None = None

    @property
    def kind(self) -> str:
        """Which macro draws it."""
        return "bars"


@dataclass(frozen=True)
class GridChart:
    """Numbers in rows and columns, the larger the darker; NaN stays empty.

    Attributes:
        title: what stands above it.
        words: how to read it.
        rows: names of the rows.
        columns: names of the columns.
        values: a tuple a row.
    """

    title: str
    words: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]

    @property
    def kind(self) -> str:
        """Which macro draws it."""
        return "grid"


@dataclass(frozen=True)
class ChartDot:
    """One point.

    Attributes:
        name: what it is.
        x: place across.
        y: place upwards.
        group: points of one group share a colour.
        end: where a line from it ends, such as where it is another time; None draws none.
    """

    name: str
    x: float
    y: float
    group: int = 0
    end: tuple[float, float] | None = None


@dataclass(frozen=True)
class DotChart:
    """Points in a plane.

    Attributes:
        title: what stands above it.
        words: how to read it.
        across: what the axis across is.
        upwards: what the other axis is.
        dots: points that are not finite are left out.
        downwards: whether values grow downwards, as rows of a picture do.
        groups: names of the groups, for a legend; empty for none.
    """

    title: str
    words: str
    across: str
    upwards: str
    dots: tuple[ChartDot, ...]
    downwards: bool = False
    groups: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Which macro draws it."""
        return "dots"


Chart: TypeAlias = LineChart | BarChart | GridChart | DotChart
