"""How well a layer keeps objects apart: the first half of the semantic-lens protocol.

Cells of one object should be more alike than a cell of it and one outside. How often they are, for
each way of comparing, is the area under the ROC curve of telling such pairs apart. After an idea of
Bonechi et al. (Neurocomputing 614, 2024); the protocol is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import InputError
from .cells import Cells, Features, labels_on_grid, spread_out
from .similarity import Measure, pairwise

_MEASURES = (
    Measure.COSINE,
    Measure.CENTRED_COSINE,
    Measure.L2,
    Measure.L1,
    Measure.RELATIVE_NORM,
)


@dataclass(frozen=True)
class Separability:
    """How well one way of comparing keeps objects apart.

    Args:
        measure: the way of comparing.
        auc: how often a pair within an object is more alike than a pair across its edge; 0.5 is
            chance, a tie counts half.
        low: lower end of the bootstrap interval; NaN without resamples.
        high: upper end.
        within: pairs within objects.
        across: pairs of a cell in an object and one outside it.
    """

    measure: Measure
    auc: float
    low: float
    high: float
    within: int
    across: int


def measure_separability(
    feature: Features,
    labels: Tensor,
    *,
    measures: Sequence[Measure] = _MEASURES,
    row: int = 0,
    most: int = 512,
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[Separability, ...]:
    """Tell pairs within objects from pairs across, for each way of comparing.

    The interval comes from drawing cells anew with replacement, not pairs, since pairs share cells.
    It tells how sure the figure is for this one picture; neighbouring cells are alike, so it is
    rather too narrow. For a claim about a layer, draw pictures anew.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``.
        labels: ``(H, W)`` of any size: 0 or False is background, each further number an object,
            negative ones are left out. Cells take the label that covers most of them.
        measures: the ways of comparing.
        row: which row of ``feature``.
        most: how many cells are used at most, drawn at random; all pairs of these count.
        resamples: for the interval; 0 for none.
        level: share of the resamples inside the interval.
        seed: of all draws; the same seed gives the same numbers.

    Raises:
        ShapeError: a tensor is laid out differently.
        InputError: no object has two cells, or nothing lies outside.
    """
    cells = Cells.of(feature, row=row)
    grid = labels_on_grid(labels, height=cells.height, width=cells.width).flatten()
    kept = (cells.finite & (grid >= 0)).nonzero().flatten()
    kept = kept[spread_out(len(kept), most, seed=seed)]
    pairs = _Pairs.of(grid[kept])
    weights = _resampled(len(kept), resamples, seed)
    found = []
    for measure in measures:
        vectors = (cells.centred if measure is Measure.CENTRED_COSINE else cells.vectors)[kept]
        alike = pairwise(vectors, vectors, measure=measure)
        ranks = _Ranks.of(pairs.values(alike, pairs.within), pairs.values(alike, pairs.across))
        aucs = torch.tensor([pairs.auc(ranks, draw) for draw in weights], dtype=torch.float64)
        low, high = middle_interval(aucs, level=level)
        whole = pairs.auc(ranks, torch.ones(len(kept), dtype=torch.float64))
        sizes = pairs.within.shape[1], pairs.across.shape[1]
        found.append(Separability(measure, whole, low, high, *sizes))
    return tuple(found)


def click_auc(values: Tensor, inside: Tensor) -> float:
    """Return how often a cell inside is more alike than one outside; 0.5 is chance.

    Args:
        values: ``(H, W)``, likeness to what was clicked (:attr:`Similarity.values`).
        inside: ``(H, W)``, bool, of the same size.

    Raises:
        InputError: all finite cells lie on one side.
    """
    finite = values.isfinite()
    one, other = values[finite & inside], values[finite & ~inside]
    if not len(one) or not len(other):
        raise InputError("inside", expected="finite cells inside and outside", got="one side only")
    return auc(one, other)


def auc(positives: Tensor, negatives: Tensor) -> float:
    """Return how often one of ``positives`` ``(M,)`` exceeds one of ``negatives`` ``(N,)``."""
    ranks = _Ranks.of(positives, negatives)
    return ranks.auc(torch.ones_like(positives), torch.ones_like(negatives))


def middle_interval(values: Tensor, *, level: float = 0.95) -> tuple[float, float]:
    """Return between which two values ``(N,)`` the middle share of them lies; NaN without any."""
    values = values[values.isfinite()]
    if not len(values):
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = values.to(torch.float64).quantile(torch.tensor([tail, 1 - tail]).double())
    return float(low), float(high)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of cells by number, ``(2, P)`` each."""

    within: Tensor
    across: Tensor

    @classmethod
    def of(cls, labels: Tensor) -> _Pairs:
        same = labels[:, None] == labels[None]
        upper = torch.ones_like(same).triu(1)
        object_one, object_two = labels[:, None] > 0, labels[None] > 0
        within = (same & object_one & upper).nonzero().mT
        across = (~same & (object_one | object_two) & upper).nonzero().mT
        if not within.shape[1] or not across.shape[1]:
            got = f"{within.shape[1]} pairs within objects and {across.shape[1]} across"
            raise InputError("labels", expected="an object of two cells and an outside", got=got)
        return cls(within, across)

    def values(self, matrix: Tensor, pairs: Tensor) -> Tensor:
        return matrix[pairs[0], pairs[1]]

    def auc(self, ranks: _Ranks, counts: Tensor) -> float:
        """Return the AUC where each cell occurs ``counts`` times, ``(N,)``."""
        within = counts[self.within[0]] * counts[self.within[1]]
        across = counts[self.across[0]] * counts[self.across[1]]
        return ranks.auc(within, across)


@dataclass(frozen=True, eq=False)
class _Ranks:
    """Where each positive falls among the sorted negatives."""

    order: Tensor
    below: Tensor
    up_to: Tensor

    @classmethod
    def of(cls, positives: Tensor, negatives: Tensor) -> _Ranks:
        found, order = negatives.sort()
        positives = positives.contiguous()
        below = torch.searchsorted(found, positives)
        return cls(order, below, torch.searchsorted(found, positives, right=True))

    def auc(self, positives: Tensor, negatives: Tensor) -> float:
        """Return the AUC where each value has a weight."""
        sums = torch.zeros(len(negatives) + 1, dtype=torch.float64)
        sums[1:] = negatives[self.order].to(torch.float64).cumsum(0)
        total = float(positives.sum()) * float(sums[-1])
        if total <= 0:
            return float("nan")
        halves = (sums[self.below] + sums[self.up_to]) / 2
        return float(positives.to(torch.float64) @ halves) / total


def _resampled(count: int, resamples: int, seed: int) -> Tensor:
    """Return how often each of ``count`` is drawn in each resample, ``(R, N)``, float64."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(count, (resamples, count), generator=generator)
    counts = torch.zeros(resamples, count, dtype=torch.float64)
    return counts.scatter_add_(1, drawn, torch.ones_like(drawn, dtype=torch.float64))
