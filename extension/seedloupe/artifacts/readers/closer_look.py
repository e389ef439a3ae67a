"""A second look at an enlarged picture, for rows of letters nobody can read.

Detectors trained on words see little of letters that are none, and more of it when they are larger
than words need be. What they then see too much of is told apart by its shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...geometry import Extent
from ..region import TextRegion
from .row_likeness import likeness
from .row_traits import Traits, luminance, measure_box

#: Longest side of the picture for the second look, and how far it is enlarged at most. 640 found as
#: many rows as 768, in half the time.
SIDE, ENLARGED = 640, 2.0
#: Least score of a box in the second look, and least likeness of one that is reported.
LEAST_SCORE, LEAST_LIKENESS = 0.2, 0.3
#: Boxes of two looks show the same from this share of their union on.
_SAME = 0.3
#: Of two boxes that share so much of the smaller one, the likelier stands for both.
_COVERED = 0.5
#: Detectors work on multiples of this.
_STEP = 32


@dataclass(frozen=True, eq=False)
class FoundBox:
    """A box a detector saw.

    Attributes:
        quad: ``(4, 2)`` float32 corners in order, in pixels of the picture as it is.
        score: the detector's, in ``[0, 1]``.
    """

    quad: NDArray[np.float32]
    score: float


def look_size(extent: Extent) -> Extent:
    """Return the size of the second look at a picture."""
    scale = min(ENLARGED, SIDE / max(extent))
    return Extent(*(max(_STEP, round(side * scale / _STEP) * _STEP) for side in extent))


def enlarged(picture: Image.Image) -> Image.Image:
    """Return what the second look is taken at."""
    size = look_size(Extent(*picture.size))
    return picture.resize(size, Image.Resampling.BILINEAR)


def brought_back(quad: NDArray[np.float32], extent: Extent) -> NDArray[np.float32]:
    """Return a box of the second look in pixels of the picture as it is."""
    scale = np.array(extent, np.float64) / np.array(look_size(extent), np.float64)
    return np.asarray(quad * scale, np.float32)


def box_traits(
    picture: Image.Image, usual: Sequence[FoundBox], closer: Sequence[FoundBox]
) -> tuple[Traits, ...]:
    """Measure what both looks saw, that of the usual one first.

    Args:
        picture: RGB, as it is.
        usual: what the detector saw in it.
        closer: what it saw in it enlarged, brought back.
    """
    found = (*usual, *closer)
    if not found:
        return ()
    gray, same = luminance(np.asarray(picture)), _of_union(_upright(found)) > _SAME
    scores = np.array([one.score for one in found])
    first, second = (
        (same[:, part] * scores[part]).max(axis=1, initial=0.0)
        for part in (slice(0, len(usual)), slice(len(usual), None))
    )
    return tuple(
        measure_box(gray, one.quad, usual=float(first[at]), closer=float(second[at]))
        for at, one in enumerate(found)
    )


def with_likeness(
    picture: Image.Image, regions: Sequence[TextRegion], closer: Sequence[FoundBox]
) -> tuple[TextRegion, ...]:
    """Say of each region how much it looks like a row of letters, and add rows seen closer only.

    Rows that only the second look saw carry no ``detection``: on the scale of the usual look there
    was none. So they count where ``likeness`` does, and nowhere else.

    Args:
        picture: RGB, as it is.
        regions: what the usual look saw, read.
        closer: what the second look saw, brought back.
    """
    usual = [FoundBox(region.quad, region.detection or 0.0) for region in regions]
    likely = [likeness(traits) for traits in box_traits(picture, usual, closer)]
    if not likely:
        return ()
    judged = [
        replace(region, likeness=sure)
        for region, sure in zip(regions, likely[: len(regions)], strict=True)
    ]
    rows = _likeliest(_upright((*usual, *closer)), likely, len(regions))
    more = (TextRegion(closer[at - len(regions)].quad, "", 0.0, likeness=likely[at]) for at in rows)
    return (*judged, *more)


def _likeliest(boxes: NDArray[np.float64], likely: Sequence[float], read: int) -> list[int]:
    """Return which boxes beyond the first ``read`` are worth a region, the likeliest first.

    Those are likely enough, and no likelier one lies on them.
    """
    shares, kept = _of_smaller(boxes), list(range(read))
    for at in np.argsort(-np.array(likely), kind="stable").tolist():
        shown = any(shares[at, one] >= _COVERED and likely[one] >= likely[at] for one in kept)
        if at >= read and likely[at] >= LEAST_LIKENESS and not shown:
            kept.append(at)
    return kept[read:]


def _upright(found: Sequence[FoundBox]) -> NDArray[np.float64]:
    """The upright boxes around ``N`` boxes, ``(N, 4)`` as left, top, right, bottom."""
    quads = np.array([one.quad for one in found], np.float64)
    return np.concatenate([quads.min(axis=1), quads.max(axis=1)], axis=1)


def _of_union(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares ``(N, N)`` of the union of two boxes that are in both."""
    shared, areas = _shared(boxes)
    return np.asarray(shared / np.maximum(areas[:, None] + areas - shared, 1e-6), np.float64)


def _of_smaller(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares ``(N, N)`` of the smaller of two boxes that are in both."""
    shared, areas = _shared(boxes)
    return np.asarray(shared / np.maximum(np.minimum(areas[:, None], areas), 1e-6), np.float64)


def _shared(boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Areas ``(N, N)`` that two boxes share, and the boxes' own ``(N,)``."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return (high - low).clip(0).prod(axis=2), areas
