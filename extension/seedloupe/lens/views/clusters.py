"""Cells put into groups by their features alone: a segmentation nobody was trained for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

import torch
from torch import Tensor

from ...errors import InputError, ShapeError
from ..features import FeatureMap
from .assignment import best_pairs
from .cells import Cells, Features, spread_out
from .kmeans import k_means
from .palette import colour_of
from .similarity import unit

#: Cells on which the number of clusters is chosen, and the most that spectral clustering takes.
_JUDGED, _MOST_SPECTRAL = 400, 4096


class Clustering(str, Enum):
    """How cells are put into groups."""

    K_MEANS = "k-means"
    #: Of the graph of cosines; needs scikit-learn.
    SPECTRAL = "spectral"


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Which group each cell belongs to.

    Args:
        labels: ``(H, W)``, int64, from 0, the largest group first; -1 where not finite.
        clusters: how many groups there are.
        silhouette: how well they stand apart, -1 to 1 (Rousseeuw, 1987), on at most 400 cells;
            below 0.25 there is hardly a structure at all. 0 for a single group.
        rejected: how many cells are NaN or infinite.
    """

    labels: Tensor
    clusters: int
    silhouette: float
    rejected: int

    def picture(self) -> Tensor:
        """Paint each group in the colour of its number ``(3, H, W)``, float32 in ``[0, 1]``."""
        colours = torch.tensor([colour_of(n) for n in range(-1, self.clusters)]) / 255
        return colours[self.labels + 1].permute(2, 0, 1).contiguous()

    def numbered_like(self, other: Segmentation) -> Segmentation:
        """Renumber the groups so that they share most cells with ``other``'s of the same number.

        So a group keeps its colour from step to step. Groups without a partner get new numbers;
        :attr:`clusters` counts up to the largest number in use.

        Raises:
            ShapeError: the other has another grid.
        """
        if other.labels.shape != self.labels.shape:
            expected, got = f"{tuple(self.labels.shape)}", f"{tuple(other.labels.shape)}"
            raise ShapeError("other", expected=f"shape {expected}", got=f"shape {got}")
        shared = contingency(self.labels, other.labels, self.clusters, other.clusters)
        partner = {mine: theirs for mine, theirs in best_pairs(shared) if shared[mine, theirs] > 0}
        free = (n for n in range(self.clusters + other.clusters) if n not in partner.values())
        numbers = [partner[n] if n in partner else next(free) for n in range(self.clusters)]
        labels = torch.tensor([-1, *numbers])[self.labels + 1]
        return Segmentation(labels, max(numbers, default=-1) + 1, self.silhouette, self.rejected)


class ClusterRenderer:
    """Paints groups of cells, each in the same colour from step to step; one renderer a run.

    Args:
        clusters: how many groups; the number that stands apart best if None.
    """

    def __init__(self, *, clusters: int | None = None) -> None:
        self._clusters = clusters
        self._last: dict[str, Segmentation] = {}

    def render(self, feature: FeatureMap) -> Tensor:
        """Paint the first row of ``feature``.

        Returns:
            ``(3, H, W)``, float32 in ``[0, 1]``; black where the feature is NaN or infinite.
        """
        if not Cells.of(feature).finite.any():
            return torch.zeros(3, *feature.values.shape[-2:])
        found = segment(feature, clusters=self._clusters)
        before = self._last.get(feature.layer)
        if before is not None and before.labels.shape == found.labels.shape:
            found = found.numbered_like(before)
        self._last[feature.layer] = found
        return found.picture()


def segment(
    feature: Features,
    *,
    clusters: int | None = None,
    most: int = 8,
    method: Clustering = Clustering.K_MEANS,
    row: int = 0,
    seed: int = 0,
) -> Segmentation:
    """Put the cells of one map into groups.

    Vectors are scaled to length 1 first, or a handful of tokens with huge norms would be the
    clusters. Where nobody says how many groups there are, k-means tries 2 to ``most`` on at most
    400 cells and the number of the largest mean silhouette is taken, the smaller of two equals; a
    constant map is one group.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``.
        clusters: how many groups; fewer come out where fewer cells differ.
        most: the most to try if ``clusters`` is None.
        method: how to find them.
        row: which row of ``feature``.
        seed: of the starts; the same seed gives the same groups.

    Raises:
        ShapeError: the tensor is laid out differently.
        InputError: no cell is finite, fewer than one group is asked for, or spectral clustering has
            too many cells or no scikit-learn.
    """
    cells = Cells.of(feature, row=row)
    if not cells.finite.any():
        got = f"{cells.rejected} cells, all with NaN or infinity"
        raise InputError("feature", expected="a finite cell", got=got)
    if (most if clusters is None else clusters) < 1:
        raise InputError("clusters", expected="at least one", got=str(clusters or most))
    vectors = unit(cells.vectors[cells.finite])
    judged = vectors[spread_out(len(vectors), _JUDGED, seed=seed)]
    count = _chosen(judged, most, seed) if clusters is None else clusters
    groups = _groups(vectors, count, method, seed)
    labels = torch.full((len(cells.vectors),), -1)
    labels[cells.finite] = _by_size(groups)
    found = int(labels.max()) + 1
    apart = silhouette(judged, k_means(judged, found, seed=seed).labels) if found > 1 else 0.0
    return Segmentation(cells.laid_out(labels), found, apart, cells.rejected)


def silhouette(vectors: Tensor, labels: Tensor) -> float:
    """Return the mean silhouette of clusters (Rousseeuw, 1987); 0 for a single one.

    Args:
        vectors: ``(N, C)``.
        labels: ``(N,)``, int64, from 0, every number in use.
    """
    counts = labels.bincount().to(torch.float64)
    if len(counts) < 2:
        return 0.0
    exact = "donot_use_mm_for_euclid_dist"
    distances = torch.cdist(vectors, vectors, compute_mode=exact)
    members = torch.nn.functional.one_hot(labels).to(torch.float64)
    sums = distances @ members
    own = (sums * members).sum(dim=1) / (counts[labels] - 1).clamp(min=1)
    others = torch.where(members > 0, torch.inf, sums / counts).amin(dim=1)
    larger = torch.maximum(own, others)
    value = (others - own) / torch.where(larger > 0, larger, 1.0)
    return float(torch.where(counts[labels] > 1, value, 0.0).mean())


def contingency(labels: Tensor, others: Tensor, count: int, other_count: int) -> Tensor:
    """Count cells by both labels, ``(count, other_count)``, float64; negative ones are left out."""
    both = (labels >= 0) & (others >= 0)
    joint = labels[both] * other_count + others[both]
    counts = joint.bincount(minlength=count * other_count)
    return counts.reshape(count, other_count).to(torch.float64)


def _groups(vectors: Tensor, count: int, method: Clustering, seed: int) -> Tensor:
    groups = k_means(vectors, count, seed=seed).labels
    differ = int(groups.max()) + 1
    # As many groups as cells need no graph, and eigenvectors of one cannot tell so many apart.
    if method is Clustering.SPECTRAL and 1 < differ < len(vectors) - 1:
        return _spectral(vectors, differ, seed)
    return groups


def _spectral(vectors: Tensor, count: int, seed: int) -> Tensor:
    try:
        from sklearn.cluster import spectral_clustering
    except ImportError as error:
        advice = "Install scikit-learn, or use k-means."
        raise InputError("method", expected="scikit-learn", got="none", advice=advice) from error
    if len(vectors) > _MOST_SPECTRAL:
        expected, got = f"at most {_MOST_SPECTRAL} cells for spectral clustering", str(len(vectors))
        raise InputError("feature", expected=expected, got=got, advice="Use k-means.")
    # The floor keeps the graph in one piece, which its eigenvectors need.
    affinity = (vectors @ vectors.mT).clamp(1e-6, 1)
    labels = spectral_clustering(
        affinity.numpy(), n_clusters=count, random_state=seed, assign_labels="cluster_qr"
    )
    return torch.from_numpy(labels).to(torch.int64)


def _chosen(vectors: Tensor, most: int, seed: int) -> int:
    best, chosen = -1.0, 1
    for count in range(2, min(most, len(vectors) - 1) + 1):
        labels = k_means(vectors, count, seed=seed).labels
        if int(labels.max()) + 1 < count:
            break
        apart = silhouette(vectors, labels)
        if apart > best + 1e-9:
            best, chosen = apart, count
    return chosen


def _by_size(labels: Tensor) -> Tensor:
    """Renumber groups by size, the largest first, of equals the one that comes first."""
    numbers = labels.tolist()
    counts = Counter(numbers)  # which lists what comes first first, and sorting keeps that order
    order = [number for number, _ in counts.most_common()]
    return torch.tensor([order.index(number) for number in numbers])
