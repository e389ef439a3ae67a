"""What tells a row of letters from windows, branches and cloth, whether or not it can be read.

A detector's box is laid flat, 24 rows high with a margin above and below, and measured: letters are
strokes of like width, many in a row, and above and below them it is quiet.
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
    """

    usual: float
    closer: float
    aspect: float
    height: float
    uneven: float
    strokes: float
    noisy: float
    contrast: float

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
    down = (np.arange(-_MARGIN, _ROWS + _MARGIN) + 0.5)[:, None, None] / _ROWS
    along = (np.arange(columns) + 0.5)[None, :, None] / columns
    upper = corners[0] + along * (corners[1] - corners[0])
    lower = corners[3] + along * (corners[2] - corners[3])
    points = upper + down * (lower - upper)
    x = np.clip(points[..., 0] - 0.5, 0, gray.shape[1] - 1)
    y = np.clip(points[..., 1] - 0.5, 0, gray.shape[0] - 1)
    column, row = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right = np.minimum(column + 1, gray.shape[1] - 1)
    below = np.minimum(row + 1, gray.shape[0] - 1)
    a, b = x - column, y - row
    top = gray[row, column] * (1 - a) + gray[row, right] * a
    bottom = gray[below, column] * (1 - a) + gray[below, right] * a
    return np.asarray(top * (1 - b) + bottom * b, np.float64)


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
    steep = np.abs(np.diff(strip, axis=1))
    margins = max(steep[:_MARGIN].mean(), steep[-_MARGIN:].mean())
    return float(np.log((margins + 1) / (steep[_MARGIN:-_MARGIN].mean() + 1)))
