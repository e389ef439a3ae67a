"""The Fréchet distance between two sets of pictures, exactly and without large matrices.

Of Gaussians with means ``m1, m2`` and covariances ``C1, C2`` the squared distance is (Dowson and
Landau, 1982; for pictures Heusel et al., 2017)

    |m1 - m2|^2 + tr C1 + tr C2 - 2 tr (C1 C2)^(1/2).

The usual way takes the root of a ``(D, D)`` matrix for every seed. But with ``C1 = A' A / (P-1)``,
where ``A`` has a seed's ``P`` centred vectors as rows, the last term is the sum of the roots of the
eigenvalues of ``A C2 A' / (P-1)``, which is only ``(P, P)``. The other terms come from ``A A'``.
So a seed leaves two small matrices, and from them also follows what leaving pictures out gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import InputError
from ...tensors import require_shape
from .protocol import SetValues, Surrogate
from .set_parts import equal_parts, jackknife_error, shortest

#: Directions of the pilot with less than this share of the largest variance steer no race.
_SINGULAR = 1e-4


@dataclass(frozen=True, eq=False)
class GaussianStatistics:
    """Mean ``(D,)`` and covariance ``(D, D)`` of a set's vectors, float64, and how many there were.

    ``count`` is 0 where nobody recorded it. ``root`` is ``(R, D)`` with ``covariance = root' root``
    where the set has fewer vectors than dimensions; ``covariance`` is then never built.
    """

    mean: Tensor
    covariance: Tensor | None
    count: int = 0
    root: Tensor | None = None

    @classmethod
    def of(cls, vectors: Tensor) -> GaussianStatistics:
        """Return those of ``(N, D)`` vectors.

        Raises:
            ShapeError: ``vectors`` is laid out differently.
            InputError: there are fewer than two, or one is not finite.
        """
        count, width = require_shape(vectors, "N D", field="vectors").shape
        if count < 2 or not bool(vectors.isfinite().all()):
            raise InputError("vectors", expected="two or more, finite", got=f"{count}")
        exact = vectors.double()
        mean = exact.mean(0)
        root = (exact - mean) / (count - 1) ** 0.5
        if count < width:
            return cls(mean, None, count, root)
        return cls(mean, root.T @ root, count)

    @property
    def trace(self) -> float:
        """Sum of the variances."""
        return float(
            self._own_root.square().sum() if self.covariance is None else self.covariance.trace()
        )

    def between(self, rows: Tensor) -> Tensor:
        """Return ``rows C rows'`` for ``(..., P, D)``: ``(..., P, P)``."""
        if self.covariance is None:
            seen = rows @ self._own_root.T
            return seen @ seen.mT
        return (rows @ self.covariance) @ rows.mT

    def whole_covariance(self) -> Tensor:
        """Return the covariance ``(D, D)``."""
        return self._own_root.T @ self._own_root if self.covariance is None else self.covariance

    @property
    def _own_root(self) -> Tensor:
        if self.root is None:
            raise InputError("statistics", expected="a covariance or its root", got="neither")
        return self.root


@dataclass(frozen=True, eq=False)
class FrechetDistance:
    """The squared Fréchet distance of a seed's pictures to a reference.

    With ``P`` pictures it is too large by a term that falls like ``1 / P``; :meth:`evaluate` takes
    equally many of each seed, so that the term is the same for all.

    Args:
        reference: what to compare with.
        device: where matrices are multiplied.
    """

    reference: GaussianStatistics
    device: str = "cpu"

    def distance(self, vectors: Tensor) -> float:
        """Return the distance of ``(P, D)`` vectors, ``P`` of any size.

        Raises:
            ShapeError: they are laid out differently, or as wide as the reference is not.
        """
        self._require(vectors)
        centred = vectors.to(self.device, torch.float64) - self._mean
        if len(centred) <= centred.shape[1]:
            return float(self._from_products(*self._products(centred)))
        own = GaussianStatistics.of(centred)
        # As many rows as dimensions stand for all of them: R' R is the covariance.
        rows = torch.linalg.cholesky_ex(own.whole_covariance())
        root = rows.L.mT if int(rows.info) == 0 else _symmetric_root(own.whole_covariance())
        shared = torch.linalg.eigvalsh(self.reference.between(root.cpu())).clamp(min=0).sqrt().sum()
        return float(own.mean.square().sum() + own.trace + self.reference.trace - 2 * shared)

    def evaluate(self, vectors: Sequence[Tensor]) -> SetValues:
        """Return the distance of each seed from its vectors ``(P, D)``, and its error.

        Raises:
            ShapeError: vectors are laid out differently.
        """
        count = shortest(vectors)
        nothing = torch.full((len(vectors),), float("nan"), dtype=torch.float64)
        if count < 2:
            return SetValues(nothing, nothing.clone(), count)
        values, errors = nothing, nothing.clone()
        for row, seed in enumerate(vectors):
            self._require(seed)
            parts = [self._one(part) for part in equal_parts(seed, count)]
            values[row] = sum(value for value, _ in parts) / len(parts)
            errors[row] = (sum(error**2 for _, error in parts)) ** 0.5 / len(parts)
        return SetValues(values, errors, count)

    def surrogate(self, pilot: Tensor) -> Surrogate:
        """Return the influence function of the distance at the pilot's distribution.

        Of all quadratic functions of a vector it is the one whose mean over a few pictures follows
        the distance most closely, as long as seeds differ little from each other:
        ``2 (m - m2) . (x - m) + (x - m)' (I - T) (x - m)``, with ``T`` the linear map that carries
        the pilot's Gaussian onto the reference's (Takatsu, 2011).
        """
        self._require(pilot)
        own = GaussianStatistics.of(pilot)
        pull = 2 * (own.mean - self.reference.mean)
        carried = _transport(own.whole_covariance(), self.reference.whole_covariance())

        def influence(vectors: Tensor) -> Tensor:
            away = vectors.double() - own.mean
            bent = away.square().sum(1) - ((away @ carried) * away).sum(1)
            return (away @ pull + bent).float()

        return influence

    def _one(self, vectors: Tensor) -> tuple[float, float]:
        if len(vectors) > vectors.shape[1]:
            return self.distance(vectors), jackknife_error(
                len(vectors), lambda kept: self.distance(vectors[kept])
            )
        inner, crossed = self._products(vectors.to(self.device, torch.float64) - self._mean)

        def left(kept: Tensor) -> float:
            return float(self._from_products(inner[kept][:, kept], crossed[kept][:, kept]))

        everything = torch.arange(len(vectors))
        return left(everything), jackknife_error(len(vectors), left)

    def _products(self, centred: Tensor) -> tuple[Tensor, Tensor]:
        """Return ``Y Y'`` and ``Y C Y'`` of vectors ``(P, D)`` less the reference's mean."""
        return (centred @ centred.T).cpu(), self.reference.between(centred).cpu()

    def _from_products(self, inner: Tensor, crossed: Tensor) -> Tensor:
        """Return the distance of the pictures that these ``(P, P)`` products are of."""
        count = len(inner)
        apart = inner.mean()
        spread = (inner.trace() - count * apart) / (count - 1)
        roots = torch.linalg.eigvalsh(_centred_both_ways(crossed) / (count - 1))
        # Centring leaves one eigenvalue nought, the smallest; its rounding error has a large root.
        shared = roots[1:].clamp(min=0).sqrt().sum()
        distance: Tensor = apart + spread + self.reference.trace - 2 * shared
        return distance

    @property
    def _mean(self) -> Tensor:
        return self.reference.mean.to(self.device)

    def _require(self, vectors: Tensor) -> None:
        require_shape(vectors, f"P {len(self.reference.mean)}", field="vectors")


def _centred_both_ways(matrix: Tensor) -> Tensor:
    rows = matrix - matrix.mean(0, keepdim=True)
    centred: Tensor = rows - rows.mean(1, keepdim=True)
    return centred


def _symmetric_root(covariance: Tensor) -> Tensor:
    values, axes = torch.linalg.eigh(covariance)
    root: Tensor = (axes * values.clamp(min=0).sqrt()) @ axes.T
    return root


def _transport(start: Tensor, end: Tensor) -> Tensor:
    """Return the symmetric ``T`` with ``T start T = end``, within the space ``start`` fills."""
    root = _symmetric_root(end)
    values, axes = torch.linalg.eigh(root @ start @ root)
    kept = values > _SINGULAR * values[-1]
    inverse = torch.where(kept, values.clamp(min=1e-300).rsqrt(), torch.zeros(()).double())
    carried: Tensor = root @ ((axes * inverse) @ axes.T) @ root
    return carried
