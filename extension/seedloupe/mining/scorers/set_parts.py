"""What statistics of sets share: equally many pictures a seed, and an error for any statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from .protocol import SetValues

#: Groups of pictures left out in turn; of fewer pictures each is a group.
GROUPS = 32
#: Groups below which nothing is said about how sure a number is.
_FEWEST_GROUPS = 4


def shortest(vectors: Sequence[Tensor]) -> int:
    """Return how many vectors the seed with fewest has; 0 where there is no seed."""
    return min((len(rows) for rows in vectors), default=0)


def in_equal_parts(
    vectors: Sequence[Tensor],
    several: Callable[[Tensor], tuple[Tensor, Tensor]],
    *,
    block: int,
) -> SetValues:
    """Evaluate a statistic on equally many pictures of each seed.

    Args:
        vectors: ``(P, D)`` of each seed.
        several: values and errors ``(M,)`` of sets ``(M, P, D)``.
        block: how many sets are evaluated at once.
    """
    count = shortest(vectors)
    values = torch.full((len(vectors),), float("nan"), dtype=torch.float64)
    if count < 2:
        return SetValues(values, values.clone(), count)
    parts = [(row, part) for row, seed in enumerate(vectors) for part in _parts(seed, count)]
    owners = torch.tensor([row for row, _ in parts])
    found: list[tuple[Tensor, Tensor]] = []
    for start in range(0, len(parts), block):
        found.append(several(torch.stack([part for _, part in parts[start : start + block]])))
    each, errors = (torch.cat([pair[side] for pair in found]).double() for side in (0, 1))
    number = torch.bincount(owners).double()
    total = torch.zeros(len(vectors)).double().index_add(0, owners, each)
    spread = torch.zeros(len(vectors)).double().index_add(0, owners, errors**2)
    return SetValues(total / number, spread.sqrt() / number, count)


def _parts(vectors: Tensor, count: int) -> Iterator[Tensor]:
    """Cut vectors ``(P, D)`` into as many parts of ``count`` as there are, spread over all.

    What is left over is not used. A part takes every so-manieth vector, so that parts have the same
    mixture of prompts where a seed's pictures come in the order of prompts.
    """
    parts = len(vectors) // count
    for part in range(parts):
        yield vectors[part : parts * count : parts]


def left_out(count: int) -> Tensor:
    """Return which of ``count`` pictures stay when each group is left out, ``(G, count)``."""
    groups = min(count, GROUPS)
    number = torch.arange(count) % groups
    return (number[None] != torch.arange(groups)[:, None]).double()


def jackknife_errors(left: Tensor) -> Tensor:
    """Return standard errors ``(M,)`` of a statistic that is ``left`` ``(M, G)`` without groups.

    NaN with fewer than four groups.
    """
    groups = left.shape[1]
    if groups < _FEWEST_GROUPS:
        return torch.full((len(left),), float("nan"), dtype=torch.float64)
    return (left.double().var(1, correction=0) * (groups - 1)).sqrt()
