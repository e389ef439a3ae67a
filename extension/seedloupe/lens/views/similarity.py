"""Ask a spot: how much is every cell like the one that was clicked?

Larger always means more alike, so the distances are negative. The map asked may be another one: of
another step, seed or picture, or of a layer equally wide on another grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import torch
from torch import Tensor

from ...errors import InputError
from .cells import Cells, Features, Spot, coverage

#: What is asked about: a spot, several, or a mask ``(H, W)`` of any size.
Region: TypeAlias = Spot | Sequence[Spot] | Tensor


class Measure(str, Enum):
    """How two feature vectors are compared."""

    #: Cosine of their angle, -1 to 1; 0 where one of them is zero.
    COSINE = "cosine"
    #: The same after each map's own mean is taken off, which all its cells share.
    CENTRED_COSINE = "centred-cosine"
    #: Euclidean distance, negative.
    L2 = "l2"
    #: Sum of absolute differences, negative.
    L1 = "l1"
    #: Scalar product, unbounded.
    DOT = "dot"
    #: Shorter length over longer, 0 to 1; two zeros are alike.
    RELATIVE_NORM = "relative-norm"


#: Measures with a scale of their own; see :meth:`Similarity.picture`.
_LOWEST = {Measure.COSINE: -1.0, Measure.CENTRED_COSINE: -1.0, Measure.RELATIVE_NORM: 0.0}


@dataclass(frozen=True, eq=False)
class Similarity:
    """How much each cell is like what was asked about.

    Args:
        values: ``(H, W)``, float32, larger is more alike; NaN where the map is not finite.
        measure: how it was compared.
        rejected: how many cells of the map are NaN or infinite.
    """

    values: Tensor
    measure: Measure
    rejected: int

    def picture(self, *, stretch: bool = False) -> Tensor:
        """Return the values as brightness ``(H, W)``, float32 in ``[0, 1]``, for display.

        The cosines go from -1 to 1 and the relative norm from 0 to 1, always, so that maps can be
        compared. Distances and the scalar product have no such scale: they go from the smallest
        value in the map to the largest. Where all are equal, all are 1; what is not finite is 0.

        Args:
            stretch: give the bounded measures the map's own smallest and largest value, too.
        """
        finite = self.values[self.values.isfinite()]
        if not len(finite):
            return torch.zeros_like(self.values)
        low, high = float(finite.min()), float(finite.max())
        if self.measure in _LOWEST and not stretch:
            low, high = _LOWEST[self.measure], 1.0
        scaled = (self.values - low) / (high - low) if high > low else self.values * 0 + 1
        return scaled.clamp(0, 1).nan_to_num(0.0)

    def best(self) -> Spot:
        """Return the middle of the cell most alike, the first of several.

        Raises:
            InputError: no cell is finite.
        """
        height, width = self.values.shape
        if not self.values.isfinite().any():
            raise InputError("similarity", expected="a finite cell", got="none")
        best = int(self.values.nan_to_num(-torch.inf).argmax())
        return Spot.of_cell(*divmod(best, width), height=height, width=width)


def ask(
    feature: Features,
    region: Region,
    *,
    other: Features | None = None,
    measure: Measure = Measure.COSINE,
    row: int = 0,
    other_row: int | None = None,
) -> Similarity:
    """Compare what lies at ``region`` with every cell.

    Several spots count as their mean, a mask as the mean of what it covers; cells that are not
    finite are left out of it.

    Args:
        feature: the map asked about, ``(C, H, W)`` or ``(B, C, H, W)``.
        region: a spot, several, or a mask ``(H, W)`` of any size, bool or in ``[0, 1]``.
        other: the map to look in; ``feature`` itself if None.
        measure: how to compare.
        row: which row of ``feature``.
        other_row: which row of ``other``; the same if None.

    Raises:
        ShapeError: a tensor is laid out differently, or ``other`` has other channels.
        InputError: the region is empty, outside the picture or nowhere finite.
    """
    asked = Cells.of(feature, row=row)
    place = row if other_row is None else other_row
    looked = Cells.of(feature if other is None else other, row=place)
    asked.require_like(looked)
    query = region_mean(asked, region)
    vectors = looked.vectors
    if measure is Measure.CENTRED_COSINE:
        query, vectors = query - asked.mean, vectors - looked.mean
    values = pairwise(query[None], vectors, measure=measure)[0]
    values = torch.where(looked.finite, values, torch.nan)
    return Similarity(looked.laid_out(values).to(torch.float32), measure, looked.rejected)


def region_mean(cells: Cells, region: Region) -> Tensor:
    """Return the mean vector ``(C,)``, float64, of what lies in ``region``.

    Raises:
        ShapeError: a mask is laid out differently.
        InputError: the region is empty, outside the picture or nowhere finite.
    """
    weights = _weights(cells, region)
    if not (weights.isfinite().all() and float(weights.sum()) > 0):
        raise InputError("region", expected="a part of the picture", got="an empty one")
    weights = torch.where(cells.finite, weights, 0.0)
    if float(weights.sum()) <= 0:
        raise InputError("region", expected="a finite cell", got="only NaN or infinity")
    return weights @ cells.vectors / weights.sum()


def pairwise(vectors: Tensor, others: Tensor, *, measure: Measure) -> Tensor:
    """Compare each of ``vectors`` ``(M, C)`` with each of ``others`` ``(N, C)``.

    For :attr:`Measure.CENTRED_COSINE` the means must have been taken off already.

    Returns:
        ``(M, N)``, larger is more alike.
    """
    if measure in (Measure.COSINE, Measure.CENTRED_COSINE):
        return (unit(vectors) @ unit(others).mT).clamp(-1, 1)
    if measure is Measure.DOT:
        return vectors @ others.mT
    if measure is Measure.RELATIVE_NORM:
        return _relative_norm(vectors, others)
    # The faster way through scalar products leaves 1e-8 of a distance that is zero.
    exact = "donot_use_mm_for_euclid_dist"
    power = 2.0 if measure is Measure.L2 else 1.0
    return -torch.cdist(vectors, others, p=power, compute_mode=exact)


def unit(vectors: Tensor) -> Tensor:
    """Scale vectors ``(N, C)`` to length 1; zero stays zero."""
    largest = vectors.abs().amax(dim=1, keepdim=True)
    scaled = vectors / torch.where(largest > 0, largest, 1.0)  # whose squares cannot overflow
    lengths = scaled.norm(dim=1, keepdim=True)
    return scaled / torch.where(lengths > 0, lengths, 1.0)


def _relative_norm(vectors: Tensor, others: Tensor) -> Tensor:
    first, second = vectors.norm(dim=1)[:, None], others.norm(dim=1)[None]
    longer = torch.maximum(first, second)
    ratio = torch.minimum(first, second) / torch.where(longer > 0, longer, 1.0)
    return torch.where(longer > 0, ratio, 1.0)


def _weights(cells: Cells, region: Region) -> Tensor:
    if isinstance(region, Tensor):
        return coverage(region, height=cells.height, width=cells.width).flatten()
    spots = [region] if isinstance(region, Spot) else region
    weights = torch.zeros(len(cells.vectors), dtype=torch.float64)
    for spot in spots:
        weights[cells.index(spot)] += 1
    return weights
