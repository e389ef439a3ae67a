"""Shapes that may be letters, and joining them to lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

#: Bounds of a letter: height in pixels, width over height, share of its box that is ink, height
#: over stroke width, spread of the stroke width over the width itself.
_HEIGHT, _ASPECT, _FILL, _SLENDER, _UNEVEN = (6, 200), (0.08, 2.2), (0.1, 0.85), (2.5, 18.0), 0.5
#: Least steepness of a letter's edge, in grey levels a pixel or two.
_SHARP = 25.0
#: How unlike neighbours in a line may be: ratios of heights and of strokes, and grey levels.
_HEIGHTS, _STROKES, _TONES = 1.9, 1.7, 45.0
#: Largest distance of neighbours' middles over their mean height, and of a middle from the line.
_PITCH, _OFF_LINE = 1.7, 0.28
_FEWEST = 3
_WEIGHTS = (
    *(0.18, 2.43, -6.07, 0.24, 7.18, -3.16, 3.63),
    *(-2.58, 1.33, 3.97, 2.57, -3.89, 0.59, -0.8),
)
#: Shapes in a picture beyond which it is a texture and only the sharpest are looked at.
_MOST = 1500


@dataclass(frozen=True, eq=False)
class Letters:
    """``N`` shapes.

    Attributes:
        box: ``(N, 4)``, left, top, width, height in pixels.
        stroke: ``(N,)``, mean width of the strokes in pixels.
        uneven: ``(N,)``, spread of that width over itself.
        sharp: ``(N,)``, steepness of the edge in grey levels.
        tone: ``(N,)``, mean grey level.
        fill: ``(N,)``, share of the box that is ink.
    """

    box: Numbers
    stroke: Numbers
    uneven: Numbers
    sharp: Numbers
    tone: Numbers
    fill: Numbers

    @classmethod
    def of(
        cls,
        stats: NDArray[np.int32],
        *,
        stroke: Numbers,
        spread: Numbers,
        sharp: Numbers,
        tone: Numbers,
    ) -> Letters:
        """Keep those of all shapes, rows of left, top, width, height, area, that may be letters."""
        width, height, area = (stats[:, column].astype(np.float64) for column in (2, 3, 4))
        width, height = width.clip(1), height.clip(1)
        stroke = stroke.clip(1)
        uneven = spread / stroke
        fill, aspect, slender = area / (width * height), width / height, height / stroke
        thin = (aspect < 0.35) & (fill <= 1.0)  # an "l" fills its box
        kept = _within(height, _HEIGHT) & _within(aspect, _ASPECT) & _within(slender, _SLENDER)
        kept &= (_within(fill, _FILL) | thin) & (uneven <= _UNEVEN) & (sharp >= _SHARP)
        kept[0] = False  # the ground
        index = np.flatnonzero(kept)
        index = index[np.argsort(-sharp[index], kind="stable")[:_MOST]]
        columns = (stats[:, :4].astype(np.float64), stroke, uneven, sharp, tone, fill)
        return cls(*(column[index] for column in columns))

    @property
    def middle(self) -> Numbers:
        """``(N, 2)``, the middles of the boxes."""
        return self.box[:, :2] + self.box[:, 2:] / 2

    @property
    def size(self) -> Numbers:
        """``(N,)``, the longer side of the boxes."""
        return np.maximum(self.box[:, 2], self.box[:, 3])


@dataclass(frozen=True, eq=False)
class LetterRow:
    """A row of letter shapes.

    Attributes:
        points: ``(M, 2)`` float32, corners of the shapes' boxes.
        likeness: how much it looks like a line of text, from 0.5 to 1.
    """

    points: NDArray[np.float32]
    likeness: float


def join(letters: Letters) -> Iterator[LetterRow]:
    """Go through the lines that the shapes make."""
    for group in _groups(_alike(letters)):
        row = _straightest(letters, group)
        if len(row) >= _FEWEST:
            likeness = _likeness(letters, row)
            if likeness >= 0.5:
                yield LetterRow(_corners(letters.box[row]), likeness)


def _within(values: Numbers, bounds: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= bounds[0]) & (values <= bounds[1])


def _alike(letters: Letters) -> NDArray[np.bool_]:
    """``(N, N)``, whether two shapes may be neighbours in a line."""
    size, middle = letters.size, letters.middle
    height = letters.box[:, 3]
    apart = np.linalg.norm(middle[:, None] - middle[None], axis=2)
    near: NDArray[np.bool_] = apart <= _PITCH * (size[:, None] + size[None]) / 2
    near &= _ratio(height) <= _HEIGHTS
    near &= _ratio(letters.stroke) <= _STROKES
    near &= np.abs(letters.tone[:, None] - letters.tone[None]) <= _TONES
    np.fill_diagonal(near, val=False)
    return near


def _ratio(values: Numbers) -> Numbers:
    return np.maximum(values[:, None], values[None]) / np.minimum(values[:, None], values[None])


def _groups(near: NDArray[np.bool_]) -> Iterator[NDArray[np.intp]]:
    """Go through the connected sets of shapes."""
    left = np.ones(len(near), bool)
    for start in range(len(near)):
        if not left[start]:
            continue
        group, edge = np.zeros(len(near), bool), np.zeros(len(near), bool)
        edge[start] = True
        while edge.any():
            group |= edge
            edge = near[edge].any(axis=0) & ~group
        left &= ~group
        if group.sum() >= _FEWEST:
            yield np.flatnonzero(group)


def _straightest(letters: Letters, group: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the members of a group on the line through most of them, without jumps."""
    middle, size = letters.middle[group], letters.size[group]
    best = np.zeros(0, np.intp)
    if len(group) > 60:
        return best  # a texture
    for one in range(len(group)):
        way = middle - middle[one]
        length = np.linalg.norm(way, axis=1)
        for other in np.flatnonzero((length > 0) & (length <= 4 * size[one])):
            along = way[other] / length[other]
            off = np.abs(way @ np.array((-along[1], along[0])))
            on = np.flatnonzero(off <= _OFF_LINE * size)
            if len(on) > len(best):
                best = on
    return group[best]


def traits(letters: Letters, row: NDArray[np.intp]) -> Numbers:
    """Return what tells a line of text from other rows of shapes, each about from 0 to 1."""
    width, height = letters.box[row, 2], letters.box[row, 3]
    stroke, tone = letters.stroke[row], letters.tone[row]
    centred = letters.middle[row] - letters.middle[row].mean(axis=0)
    way = np.linalg.svd(centred, full_matrices=False)[2][0]
    along = np.sort(centred @ way)
    steps = np.diff(along)
    off = centred @ np.array((-way[1], way[0]))
    return np.array(
        (
            1.0,
            (min(len(row), 10) - 3) / 7,
            height.std() / height.mean(),
            stroke.std() / stroke.mean(),
            letters.uneven[row].mean(),
            tone.std() / 45,
            letters.sharp[row].mean().clip(0, 100) / 100,
            (along[-1] - along[0]) / (len(row) - 1) / height.mean(),
            steps.std() / height.mean(),
            off.std() / height.mean(),
            width.std() / width.mean(),
            letters.fill[row].mean(),
            letters.fill[row].std() * 4,
            np.log2(height.mean() / 10),
        )
    )


def _likeness(letters: Letters, row: NDArray[np.intp]) -> float:
    return float(1 / (1 + np.exp(-(traits(letters, row) @ np.array(_WEIGHTS)))))


def _corners(box: Numbers) -> NDArray[np.float32]:
    left, top, right, bottom = box[:, 0], box[:, 1], box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]
    pairs = ((left, top), (right, top), (right, bottom), (left, bottom))
    return np.concatenate([np.stack(pair, axis=1) for pair in pairs]).astype(np.float32)
