"""The kernel distance between two sets of pictures, without bias however few there are.

The squared maximum mean discrepancy with the kernel ``(x . y / D + 1)^3`` (Binkowski et al., 2018),
by the estimator that leaves out each picture's product with itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ...tensors import require_shape
from .protocol import SetValues, Surrogate
from .set_parts import equal_parts, jackknife_error, shortest


@dataclass(frozen=True, eq=False)
class KernelDistance:
    """The kernel distance of a seed's pictures to a reference; below nought by luck alone.

    Args:
        reference: ``(N, D)`` vectors of the pictures to compare with, two or more.
        device: where products are taken.
    """

    reference: Tensor
    device: str = "cpu"

    def distance(self, vectors: Tensor) -> float:
        """Return the distance of ``(P, D)`` vectors, two or more.

        Raises:
            ShapeError: they are laid out differently, or as wide as the reference is not.
        """
        inner, crossed = self._products(vectors)
        return self._from_products(inner, crossed, torch.arange(len(vectors)))

    def evaluate(self, vectors: Sequence[Tensor]) -> SetValues:
        """Return the distance of each seed from its vectors ``(P, D)``, and its error.

        Raises:
            ShapeError: vectors are laid out differently.
        """
        count = shortest(vectors)
        values = torch.full((len(vectors),), float("nan"), dtype=torch.float64)
        errors = values.clone()
        if count < 2:
            return SetValues(values, errors, count)
        for row, seed in enumerate(vectors):
            parts = [self._one(part) for part in equal_parts(seed, count)]
            values[row] = sum(value for value, _ in parts) / len(parts)
            errors[row] = (sum(error**2 for _, error in parts)) ** 0.5 / len(parts)
        return SetValues(values, errors, count)

    def surrogate(self, pilot: Tensor) -> Surrogate:
        """Return the witness: how much more like the pilot than like the reference a picture is.

        Its mean over a seed's pictures is half the distance's derivative at the pilot's
        distribution, but for a constant.
        """
        mine = require_shape(pilot, f"P {self.reference.shape[1]}", field="pilot").double()

        def witness(vectors: Tensor) -> Tensor:
            rows = vectors.double()
            alike = _kernel(rows, mine).mean(1) - _kernel(rows, self.reference.double()).mean(1)
            return alike.float()

        return witness

    def _one(self, vectors: Tensor) -> tuple[float, float]:
        inner, crossed = self._products(vectors)
        everything = torch.arange(len(vectors))
        return self._from_products(inner, crossed, everything), jackknife_error(
            len(vectors), lambda kept: self._from_products(inner, crossed, kept)
        )

    def _products(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Return kernels among vectors ``(P, P)``, and each one's mean with the reference's."""
        require_shape(vectors, f"P {self.reference.shape[1]}", field="vectors")
        rows = vectors.to(self.device, torch.float64)
        crossed = _kernel(rows, self.reference.to(self.device, torch.float64)).mean(1)
        return _kernel(rows, rows).cpu(), crossed.cpu()

    def _from_products(self, inner: Tensor, crossed: Tensor, kept: Tensor) -> float:
        among = inner[kept][:, kept]
        count = len(kept)
        pairs = (among.sum() - among.trace()) / (count * (count - 1))
        return float(pairs + self._among_reference - 2 * crossed[kept].mean())

    @cached_property
    def _among_reference(self) -> float:
        count = len(self.reference)
        rows = self.reference.to(self.device, torch.float64)
        starts = range(0, count, 1024)
        total = sum(float(_kernel(rows[at : at + 1024], rows).sum()) for at in starts)
        return (total - float(_kernel_self(rows).sum())) / (count * (count - 1))


def _kernel(left: Tensor, right: Tensor) -> Tensor:
    return (left @ right.T / left.shape[1] + 1) ** 3


def _kernel_self(rows: Tensor) -> Tensor:
    return (rows.square().sum(1) / rows.shape[1] + 1) ** 3
