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
from .set_parts import in_equal_parts, jackknife_errors, left_out, shortest

#: Numbers held at once.
_MOST_NUMBERS = 32_000_000


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
        return float(self.evaluate([vectors]).values)

    def evaluate(self, vectors: Sequence[Tensor]) -> SetValues:
        """Return the distance of each seed from its vectors ``(P, D)``, and its error.

        Raises:
            ShapeError: vectors are laid out differently.
        """
        for seed in vectors:
            require_shape(seed, f"P {self.reference.shape[1]}", field="vectors")
        count = max(1, shortest(vectors))
        numbers = count * (len(self.reference) + self.reference.shape[1] + count)
        return in_equal_parts(vectors, self._several, block=max(1, _MOST_NUMBERS // numbers))

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

    def _several(self, sets: Tensor) -> tuple[Tensor, Tensor]:
        """Return distances and errors ``(M,)`` of equally large sets ``(M, P, D)``."""
        count = sets.shape[1]
        rows = sets.to(self.device, torch.float64)
        crossed = _kernel(rows.flatten(0, 1), self._rows).mean(1).reshape(-1, count).cpu()
        among = _kernel(rows, rows).cpu()
        among.diagonal(dim1=1, dim2=2).zero_()
        everything = torch.ones(1, count).double()
        left = self._from_products(among, crossed, left_out(count))
        return self._from_products(among, crossed, everything)[:, 0], jackknife_errors(left)

    def _from_products(self, among: Tensor, crossed: Tensor, kept: Tensor) -> Tensor:
        """Return distances ``(M, G)``; ``kept`` is ``(G, P)`` with 1 for a picture that counts."""
        number = kept.sum(1)
        pairs = torch.einsum("gp,mpq,gq->mg", kept, among, kept) / (number * (number - 1))
        distances: Tensor = pairs + self._among_reference - 2 * crossed @ kept.T / number
        return distances

    @cached_property
    def _rows(self) -> Tensor:
        return self.reference.to(self.device, torch.float64)

    @cached_property
    def _among_reference(self) -> float:
        count = len(self.reference)
        rows = self._rows
        starts = range(0, count, 1024)
        total = sum(float(_kernel(rows[at : at + 1024], rows).sum()) for at in starts)
        return (total - float(_kernel_self(rows).sum())) / (count * (count - 1))


def _kernel(left: Tensor, right: Tensor) -> Tensor:
    return (left @ right.mT / left.shape[-1] + 1) ** 3


def _kernel_self(rows: Tensor) -> Tensor:
    return (rows.square().sum(1) / rows.shape[1] + 1) ** 3
