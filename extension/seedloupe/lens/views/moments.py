"""Mean and scatter of feature vectors, gathered map by map in constant memory."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Moments:
    """What is known of the vectors seen so far.

    Args:
        count: how many vectors went in.
        rejected: how many were left out because they hold NaN or infinity.
        mean: ``(C,)``, float64.
        scatter: ``(C, C)``, float64, the sum of outer products around the mean.
    """

    count: int
    rejected: int
    mean: Tensor
    scatter: Tensor

    @classmethod
    def empty(cls, channels: int) -> Moments:
        """Return the moments of nothing."""
        zeros = torch.zeros(channels, channels, dtype=torch.float64)
        return cls(0, 0, zeros.diagonal().clone(), zeros)

    def add(self, vectors: Tensor) -> Moments:
        """Return the moments with ``vectors`` ``(N, C)`` added.

        Updates as in Chan, Golub and LeVeque (1983), which loses no digits to a large mean.
        """
        finite = vectors[vectors.isfinite().all(dim=1)].to(torch.float64)
        rejected = self.rejected + len(vectors) - len(finite)
        if not len(finite):
            return Moments(self.count, rejected, self.mean, self.scatter)
        count = self.count + len(finite)
        mean = finite.mean(dim=0)
        around = finite - mean
        apart = mean - self.mean
        between = torch.outer(apart, apart) * (self.count * len(finite) / count)
        scatter = self.scatter + around.mT @ around + between
        return Moments(count, rejected, self.mean + apart * (len(finite) / count), scatter)
