"""What statistics of sets share: equally many pictures a seed, and an error for any statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

#: Groups of pictures left out in turn; of fewer pictures each is a group.
GROUPS = 32


def shortest(vectors: Sequence[Tensor]) -> int:
    """Return how many vectors the seed with fewest has; 0 where there is no seed."""
    return min((len(rows) for rows in vectors), default=0)


def equal_parts(vectors: Tensor, count: int) -> Iterator[Tensor]:
    """Cut vectors ``(P, D)`` into as many parts of ``count`` as there are, spread over all.

    What is left over is not used. A part takes every so-manieth vector, so that parts have the same
    mixture of prompts where a seed's pictures come in the order of prompts.
    """
    parts = len(vectors) // count
    for part in range(parts):
        yield vectors[part : parts * count : parts]


def jackknife_error(count: int, statistic: Callable[[Tensor], float]) -> float:
    """Return the standard error of a statistic by leaving out groups of ``count`` pictures.

    Args:
        count: how many pictures there are.
        statistic: of the pictures whose numbers it is given, ``(K,)`` int64.

    Returns:
        NaN with fewer than four pictures.
    """
    groups = min(count, GROUPS)
    if groups < 4:
        return float("nan")
    number = torch.arange(count) % groups
    left = torch.tensor([statistic((number != g).nonzero().flatten()) for g in range(groups)])
    return float((left.double().var(correction=0) * (groups - 1)) ** 0.5)
