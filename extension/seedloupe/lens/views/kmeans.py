"""k-means of our own, so that clusters need no further library and come out the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .cells import FLOAT32_DUST

_ROUNDS = 100


@dataclass(frozen=True, eq=False)
class KMeans:
    """Which centre each vector is nearest to.

    Args:
        labels: ``(N,)``, int64, from 0.
        centres: ``(K, C)``, float64.
        inertia: sum of squared distances to the nearest centre.
    """

    labels: Tensor
    centres: Tensor
    inertia: float


def k_means(vectors: Tensor, clusters: int, *, seed: int = 0, starts: int = 4) -> KMeans:
    """Put vectors into clusters (Lloyd, 1982), the best of several starts by k-means++.

    Args:
        vectors: ``(N, C)``, ``N >= 1``, finite.
        clusters: how many to make; fewer come out where fewer vectors differ.
        seed: of the starts; the same seed gives the same clusters.
        starts: how often to start (Arthur and Vassilvitskii, 2007).
    """
    centre = vectors.mean(dim=0)
    # Without the mean, which all share, squared distances keep their digits.
    around = (vectors - centre).to(torch.float64)
    dust = FLOAT32_DUST * float(centre.square().sum())
    generator = torch.Generator().manual_seed(seed)
    runs = [_run(around, _start(around, clusters, dust, generator)) for _ in range(starts)]
    best = min(runs, key=lambda run: run.inertia)
    return KMeans(best.labels, best.centres + centre, best.inertia)


def squared_distances(vectors: Tensor, centres: Tensor) -> Tensor:
    """Return ``(N, K)`` squared distances of ``(N, C)`` from ``(K, C)``."""
    products = vectors @ centres.mT
    lengths = vectors.square().sum(dim=1)[:, None] + centres.square().sum(dim=1)
    return (lengths - 2 * products).clamp(min=0)


def _start(vectors: Tensor, clusters: int, dust: float, generator: torch.Generator) -> Tensor:
    """Draw centres among the vectors, each with a chance by its squared distance from the last."""
    first = int(torch.randint(len(vectors), (1,), generator=generator))
    centres = vectors[first : first + 1]
    while len(centres) < clusters:
        nearest = squared_distances(vectors, centres).amin(dim=1)
        scale = 1e-12 * float(vectors.square().sum(dim=1).max())
        nearest = torch.where(nearest > max(dust, scale), nearest, 0.0)
        if not nearest.any():
            break
        drawn = int(torch.multinomial(nearest / nearest.sum(), 1, generator=generator))
        centres = torch.cat([centres, vectors[drawn : drawn + 1]])
    return centres


def _run(vectors: Tensor, centres: Tensor) -> KMeans:
    labels = squared_distances(vectors, centres).argmin(dim=1)
    for _ in range(_ROUNDS):
        centres = _means(vectors, labels, centres)
        found = squared_distances(vectors, centres).argmin(dim=1)
        if torch.equal(found, labels):
            break
        labels = found
    inertia = float((vectors - centres[labels]).square().sum())
    return KMeans(labels, centres, inertia)


def _means(vectors: Tensor, labels: Tensor, centres: Tensor) -> Tensor:
    """Move each centre to the mean of its vectors; one without any to the vector farthest off."""
    counts = labels.bincount(minlength=len(centres))
    sums = torch.zeros_like(centres).index_add_(0, labels, vectors)
    moved = sums / counts.clamp(min=1)[:, None]
    empty = (counts == 0).nonzero().flatten()
    off = (vectors - moved[labels]).square().sum(dim=1)
    moved[empty] = vectors[off.argsort(descending=True, stable=True)[: len(empty)]]
    return moved
