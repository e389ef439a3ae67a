"""What tells a row of letters from windows, branches and cloth, whether or not it can be read.

A detector's box is laid flat, 24 rows high with a margin above and below, and measured: letters are
strokes of like width, many in a row, and above and below them it is quiet. Windows and bricks also
repeat themselves, along the row and from row to row; letters seldom do.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

#: Rows of a box laid flat, rows of the margin on either side, and its most columns over its rows.
_ROWS, _MARGIN, _LONGEST = 24, 8, 12
#: Grey levels by which a threshold between ink and ground is looked for.
_BINS = 64
#: Least columns by which a row is moved along to be compared with itself, and most of its length.
_LEAST_LAG, _MOST_LAG = 3, 0.6
#: How far above and below a box it is looked for again, in rows: from, to, and by.
_NEXT, _FAR, _BY = 24, 62, 2
#: Least share of such a place that the picture shows.
_SHOWN = 0.9
_LUMA = np.array((0.299, 0.587, 0.114))


@dataclass(frozen=True)
class Traits:
    """Measures of one box, each a number around 0 or between 0 and 1.

    Attributes:
        usual: the detector's best score there in the picture as it is.
        closer: its best score there in the enlarged picture.
        aspect: logarithm of length over height.
        height: logarithm of the height over 16 pixels of what the reader is shown.
        uneven: spread of the widths of strokes over their mean, as cut by the rows of the strip.
        strokes: logarithm of how often a row of the strip goes from ink to ground or back, over the
            length of the box in heights.
        noisy: logarithm of what happens in the busier margin over what happens in the box.
        contrast: logarithm of the spread of brightness over 20 of 255.
        repeats: correlation of the edges in the box with themselves moved along, where it is best.
        stacked: correlation of the box's columns with those of what is like it above and below,
            the lesser of both; 0 where one of them is outside the picture.
    """

    usual: float
    closer: float
    aspect: float
    height: float
    uneven: float
    strokes: float
    noisy: float
    contrast: float
    repeats: float
    stacked: float

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of the fields."""
        return tuple(float(getattr(self, field.name)) for field in fields(self))


def luminance(pixels: NDArray[np.uint8]) -> Numbers:
    """Return the brightness of RGB pixels ``(H, W, 3)``, ``(H, W)`` from 0 to 255."""
    return np.asarray(pixels.astype(np.float64) @ _LUMA, np.float64)


def measure_box(gray: Numbers, quad: NDArray[np.float32], *, usual: float, closer: float) -> Traits:
    """Measure a box.

    Args:
        gray: brightness ``(H, W)``, from 0 to 255.
        quad: ``(4, 2)``, the box's corners in order, in pixels of ``gray``.
        usual: the detector's best score there in the picture as it is.
        closer: its best score there in the enlarged picture.
    """
    corners, length, height = _lying(quad.astype(np.float64))
    columns = int(np.clip(round(_ROWS * length / max(height, 1)), _ROWS, _ROWS * _LONGEST))
    strip = _strip(gray, corners, columns)
    box = strip[_MARGIN:-_MARGIN]
    ink = _ink(box)
    uneven, changes = _runs(ink)
    return Traits(
        usual=usual,
        closer=closer,
        aspect=float(np.log(length / max(height, 1))),
        height=float(np.log(max(height, 1) / 16)),
        uneven=uneven,
        strokes=float(np.log(changes * _ROWS / columns + 0.5)),
        noisy=_noise(strip),
        contrast=float(np.log((box.std() + 1e-3) / 20)),
        repeats=_repeats(_steep(box)),
        stacked=_stacked(gray, corners, columns),
    )


def _lying(corners: Numbers) -> tuple[Numbers, float, float]:
    """The corners with a long side first, the box's length and its height."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    first, second = float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2
    if first >= second:
        return corners, max(first, 1.0), second
    return np.roll(corners, -1, axis=0), max(second, 1.0), first


def _strip(gray: Numbers, corners: Numbers, columns: int) -> Numbers:
    """What lies between the corners and in the margin, by what is near; the picture's edge goes on.

    Returns:
        ``(24 + 16, columns)``.
    """
    points = _points(corners, columns, margin=_MARGIN)
    x = np.clip(points[..., 0] - 0.5, 0, gray.shape[1] - 1)
    y = np.clip(points[..., 1] - 0.5, 0, gray.shape[0] - 1)
    column, row = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right = np.minimum(column + 1, gray.shape[1] - 1)
    below = np.minimum(row + 1, gray.shape[0] - 1)
    a, b = x - column, y - row
    top = gray[row, column] * (1 - a) + gray[row, right] * a
    bottom = gray[below, column] * (1 - a) + gray[below, right] * a
    return np.asarray(top * (1 - b) + bottom * b, np.float64)


def _points(corners: Numbers, columns: int, *, margin: int) -> Numbers:
    """Where the middles of a strip's pixels lie in the picture.

    Returns:
        ``(24 + 2 margin, columns, 2)``, x and y.
    """
    down = (np.arange(-margin, _ROWS + margin) + 0.5)[:, None, None] / _ROWS
    along = (np.arange(columns) + 0.5)[None, :, None] / columns
    upper = corners[0] + along * (corners[1] - corners[0])
    lower = corners[3] + along * (corners[2] - corners[3])
    return np.asarray(upper + down * (lower - upper), np.float64)


def _ink(box: Numbers) -> NDArray[np.bool_]:
    """The rarer side of the threshold that parts the brightness best (Otsu, 1979)."""
    counts, edges = np.histogram(box, _BINS, range=(0, 256))
    share, middle = counts / counts.sum(), (edges[:-1] + edges[1:]) / 2
    below, mean = np.cumsum(share), np.cumsum(share * middle)
    inner = np.maximum(below * (1 - below), 1e-12)
    between = np.where(below * (1 - below) > 1e-9, (mean[-1] * below - mean) ** 2 / inner, 0)
    light = box > middle[int(between.argmax())]
    return np.asarray(light if light.mean() <= 0.5 else ~light, np.bool_)


def _runs(ink: NDArray[np.bool_]) -> tuple[float, float]:
    """Spread of the lengths of inked runs over their mean, and changes a row."""
    edges = np.diff(np.pad(ink.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    lengths = np.nonzero(edges == -1)[1] - np.nonzero(edges == 1)[1]
    changes = float(np.abs(np.diff(ink.astype(np.int8), axis=1)).sum(axis=1).mean())
    return (float(lengths.std() / lengths.mean()) if len(lengths) else 1.0), changes


def _noise(strip: Numbers) -> float:
    """Logarithm of the steepness in the busier margin over that in the box."""
    steep = _steep(strip)
    margins = max(steep[:_MARGIN].mean(), steep[-_MARGIN:].mean())
    return float(np.log((margins + 1) / (steep[_MARGIN:-_MARGIN].mean() + 1)))


def _steep(strip: Numbers) -> Numbers:
    """How much brightness changes from column to column."""
    return np.abs(np.diff(strip, axis=1))


def _repeats(steep: Numbers) -> float:
    """Best correlation of edges with themselves moved along, once past the fall from lag 0."""
    lags = range(_LEAST_LAG, max(_LEAST_LAG + 1, int(_MOST_LAG * steep.shape[1])))
    seen = [_alike(steep[:, lag:], steep[:, :-lag]) for lag in lags]
    falls = 0
    while falls + 1 < len(seen) and seen[falls + 1] <= seen[falls]:
        falls += 1
    return max(seen[falls:])


def _stacked(gray: Numbers, corners: Numbers, columns: int) -> float:
    """How much like the box's columns those of the likeliest places above and below are."""
    x, y = np.moveaxis(_points(corners, columns, margin=_FAR), -1, 0)
    shown = (x >= 0) & (y >= 0) & (x < gray.shape[1]) & (y < gray.shape[0])
    row = y.clip(0, gray.shape[0] - 1).astype(np.intp)
    steep = _steep(gray[row, x.clip(0, gray.shape[1] - 1).astype(np.intp)])
    box = steep[_FAR : _FAR + _ROWS].mean(axis=0)

    def best(away: range) -> float:
        places = (slice(_FAR + by, _FAR + by + _ROWS) for by in away)
        seen = (_alike(steep[at].mean(axis=0), box) for at in places if shown[at].mean() >= _SHOWN)
        return max(seen, default=0.0)

    return min(best(range(-_FAR, -_NEXT + 1, _BY)), best(range(_NEXT, _FAR + 1, _BY)))


def _alike(one: Numbers, other: Numbers) -> float:
    """Correlation; about 0 where one of them is even."""
    a, b = one - one.mean(), other - other.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-6))
