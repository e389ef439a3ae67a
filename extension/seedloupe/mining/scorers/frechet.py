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
from .set_parts import GROUPS, in_equal_parts, jackknife_errors, left_out, shortest

#: Directions of the pilot with less than this share of the largest variance steer no race.
_SINGULAR = 1e-4
#: Pictures a seed up to which errors come from leaving groups of them out, one by one.
MOST_LEFT_OUT = 64
#: Numbers held at once.
_MOST_NUMBERS = 32_000_000


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
            seen = rows @ self._own_root.T.to(rows.device)
            return seen @ seen.mT
        return (rows @ self.covariance.to(rows.device)) @ rows.mT

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
        if len(vectors) <= vectors.shape[1]:
            return float(self._several(vectors[None])[0])
        own = GaussianStatistics.of(vectors.to(self.device))
        # As many rows as dimensions stand for all of them: R' R is the covariance.
        root = _symmetric_root(own.whole_covariance())
        shared = torch.linalg.eigvalsh(self.reference.between(root)).clamp(min=0).sqrt().sum()
        apart = (own.mean - self._mean).square().sum()
        return float(apart + own.trace + self.reference.trace - 2 * shared)

    def evaluate(self, vectors: Sequence[Tensor]) -> SetValues:
        """Return the distance of each seed from its vectors ``(P, D)``, and its error.

        Raises:
            ShapeError: vectors are laid out differently.
        """
        for seed in vectors:
            self._require(seed)
        return in_equal_parts(vectors, self._several, block=self._block(shortest(vectors)))

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

    def _several(self, sets: Tensor) -> tuple[Tensor, Tensor]:
        """Return distances and errors ``(M,)`` of equally large sets ``(M, P, D)``."""
        count, width = sets.shape[1:]
        if count > width:
            single = [self._large(one) for one in sets]
            return tuple(torch.tensor(column).double() for column in zip(*single, strict=True))  # type: ignore[return-value]
        centred = sets.to(self.device, torch.float64) - self._mean
        inner, crossed = (centred @ centred.mT).cpu(), self.reference.between(centred).cpu()
        distances = self._from_products(inner, crossed, torch.ones(1, count).double())[:, 0]
        if count > MOST_LEFT_OUT:
            return distances, _influence_errors(inner, crossed)
        left = self._from_products(inner, crossed, left_out(count))
        return distances, jackknife_errors(left)

    def _large(self, vectors: Tensor) -> tuple[float, float]:
        """Return distance and error of more vectors than dimensions."""
        influence = self.surrogate(vectors)(vectors)
        return self.distance(vectors), float(influence.double().std()) / len(vectors) ** 0.5

    def _from_products(self, inner: Tensor, crossed: Tensor, kept: Tensor) -> Tensor:
        """Return distances ``(M, G)`` of sets from their products, with some pictures left out.

        Args:
            inner: ``(M, P, P)``, ``Y Y'`` of vectors less the reference's mean.
            crossed: ``(M, P, P)``, ``Y C Y'``.
            kept: ``(G, P)``, 1 for a picture that counts and 0 for one that does not.
        """
        number = kept.sum(1)
        apart = torch.einsum("gp,mpq,gq->mg", kept, inner, kept) / number**2
        squares = inner.diagonal(dim1=1, dim2=2) @ kept.T
        spread = (squares - number * apart) / (number - 1)
        # What is left out becomes rows of noughts, and eigenvalues of nought.
        centring = torch.diag_embed(kept) - kept[:, :, None] * kept[:, None] / number[:, None, None]
        among = centring[None] @ crossed[:, None] @ centring[None] / (number - 1)[:, None, None]
        shared = torch.linalg.eigvalsh(among).clamp(min=0).sqrt().sum(-1)
        distances: Tensor = apart + spread + self.reference.trace - 2 * shared
        return distances

    def _block(self, count: int) -> int:
        groups = GROUPS if count <= MOST_LEFT_OUT else 1
        numbers = count * (len(self.reference.mean) + 3 * groups * count)
        return max(1, _MOST_NUMBERS // max(1, numbers))

    @property
    def _mean(self) -> Tensor:
        return self.reference.mean.to(self.device)

    def _require(self, vectors: Tensor) -> None:
        require_shape(vectors, f"P {len(self.reference.mean)}", field="vectors")


def _influence_errors(inner: Tensor, crossed: Tensor) -> Tensor:
    """Return standard errors ``(M,)`` from each picture's influence on its own set's distance.

    The influence of row ``i`` is ``2 m . a_i + a_i . a_i - a_i' T a_i``, and ``A T A'`` is
    ``(P-1) K^(1/2)`` with ``K = A C A' / (P-1)``.
    """
    count = inner.shape[-1]
    towards = inner.mean(2) - inner.mean((1, 2))[:, None]
    centring = torch.eye(count).double() - 1 / count
    lengths = (centring @ inner @ centring).diagonal(dim1=1, dim2=2)
    roots = _symmetric_root(centring @ crossed @ centring * (count - 1))
    influence = 2 * towards + lengths - roots.diagonal(dim1=1, dim2=2)
    errors: Tensor = influence.std(1) / count**0.5
    return errors


def _symmetric_root(covariance: Tensor) -> Tensor:
    values, axes = torch.linalg.eigh(covariance)
    root: Tensor = (axes * values.clamp(min=0).sqrt()[..., None, :]) @ axes.mT
    return root


def _transport(start: Tensor, end: Tensor) -> Tensor:
    """Return the symmetric ``T`` with ``T start T = end``, within the space ``start`` fills."""
    root = _symmetric_root(end)
    values, axes = torch.linalg.eigh(root @ start @ root)
    kept = values > _SINGULAR * values[-1]
    inverse = torch.where(kept, values.clamp(min=1e-300).rsqrt(), torch.zeros(()).double())
    carried: Tensor = root @ ((axes * inverse) @ axes.T) @ root
    return carried
