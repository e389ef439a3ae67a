"""Where in one picture lies what lies here in another: best matches between two maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import InputError
from .cells import Cells, Features, Spot
from .similarity import Measure, pairwise


@dataclass(frozen=True)
class SpotMatch:
    """The best match of one spot.

    Args:
        source: the spot asked about.
        target: where its best match lies; the middle of a cell unless refined.
        similarity: how alike they are, in the measure's own scale.
        mutual: whether the best match of the target's cell is the source's cell again.
    """

    source: Spot
    target: Spot
    similarity: float
    mutual: bool


@dataclass(frozen=True)
class Pck:
    """Percentage of correct keypoints (Yang and Ramanan, 2013).

    Args:
        hits: for each keypoint, whether it was found closely enough.
        distances: for each keypoint, how far off it was found, in pixels.
        limit: how far off still counts, in pixels.
    """

    hits: tuple[bool, ...]
    distances: tuple[float, ...]
    limit: float

    @property
    def share(self) -> float:
        """Share of keypoints found, in ``[0, 1]``."""
        return sum(self.hits) / len(self.hits)


def grid_of_spots(height: int, width: int, *, every: int = 1) -> tuple[Spot, ...]:
    """Return the middles of every ``every``-th cell both ways, row by row."""
    return tuple(
        Spot.of_cell(row, column, height=height, width=width)
        for row in range(every // 2, height, every)
        for column in range(every // 2, width, every)
    )


def find_matches(
    feature: Features,
    other: Features,
    *,
    spots: Sequence[Spot] | None = None,
    measure: Measure = Measure.COSINE,
    refine: bool = False,
    row: int = 0,
    other_row: int = 0,
) -> tuple[SpotMatch, ...]:
    """Find the best match in ``other`` of each spot of ``feature``.

    Of several cells equally alike the first is taken, row by row from the top left. Cells that are
    not finite never match.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``.
        other: another map with as many channels, on any grid.
        spots: what to look for; the middle of every cell if None, of which those that are not
            finite are left out.
        measure: how to compare.
        refine: put the target where a parabola through the best cell's and its neighbours'
            similarity is highest, at most half a cell away.
        row: which row of ``feature``.
        other_row: which row of ``other``.

    Raises:
        ShapeError: a tensor is laid out differently, or the maps differ in channels.
        InputError: a spot is outside the picture or not finite, or no cell of ``other`` is finite.
    """
    asked, looked = Cells.of(feature, row=row), Cells.of(other, row=other_row)
    asked.require_like(looked)
    if not looked.finite.any():
        raise InputError("other", expected="a finite cell", got="only NaN or infinity")
    if spots is None:
        spots = [asked.spot(i) for i in range(len(asked.vectors)) if asked.finite[i]]
    sources = torch.tensor([asked.index(spot) for spot in spots], dtype=torch.int64)
    if not asked.finite[sources].all():
        raise InputError("spots", expected="finite cells", got="NaN or infinity")
    there = _alike(asked, looked, measure=measure, rows=sources)
    targets = there.argmax(dim=1)
    back = _alike(looked, asked, measure=measure, rows=targets).argmax(dim=1)
    return tuple(
        SpotMatch(
            spot,
            _peak(looked, there[i]) if refine else looked.spot(int(targets[i])),
            float(there[i, targets[i]]),
            bool(back[i] == sources[i]),
        )
        for i, spot in enumerate(spots)
    )


def pck(
    found: Sequence[Spot],
    true: Sequence[Spot],
    *,
    size: tuple[int, int],
    alpha: float = 0.1,
    reference: float | None = None,
) -> Pck:
    """Compare where keypoints were found with where they are.

    Args:
        found: where each was found.
        true: where each is, in the same order.
        size: width and height of the picture, in pixels.
        alpha: how far off still counts, as a share of ``reference``.
        reference: in pixels; the longer side of the picture if None (``PCK@alpha_img``). Give the
            longer side of the object's box for ``PCK@alpha_bbox``.

    Raises:
        InputError: there are no keypoints, or not as many in both.
    """
    if len(found) != len(true) or not found:
        got = f"{len(found)} found and {len(true)} true"
        raise InputError("keypoints", expected="as many found as true, at least one", got=got)
    width, height = size
    limit = alpha * (max(size) if reference is None else reference)
    offsets = [
        ((f.x - t.x) * width, (f.y - t.y) * height) for f, t in zip(found, true, strict=True)
    ]
    distances = tuple((x**2 + y**2) ** 0.5 for x, y in offsets)
    return Pck(tuple(distance <= limit for distance in distances), distances, limit)


def _alike(cells: Cells, others: Cells, *, measure: Measure, rows: Tensor) -> Tensor:
    """Compare positions ``rows`` with all of ``others``; what is not finite is least alike."""
    centred = measure is Measure.CENTRED_COSINE
    vectors = (cells.centred if centred else cells.vectors)[rows]
    found = pairwise(vectors, others.centred if centred else others.vectors, measure=measure)
    return torch.where(others.finite, found, -torch.inf)


def _peak(cells: Cells, alike: Tensor) -> Spot:
    grid = cells.laid_out(alike)
    row, column = divmod(int(alike.argmax()), cells.width)
    x = column + 0.5 + _vertex(grid[row], column)
    y = row + 0.5 + _vertex(grid[:, column], row)
    return Spot(x / cells.width, y / cells.height)


def _vertex(line: Tensor, at: int) -> float:
    """Return how far from its largest value the parabola through three cells is highest."""
    if not 0 < at < len(line) - 1:
        return 0.0
    before, here, after = (float(value) for value in line[at - 1 : at + 2])
    bend = before - 2 * here + after
    if bend == 0 or bend != bend or bend == -torch.inf:
        return 0.0
    return max(-0.5, min(0.5, (before - after) / (2 * bend)))
