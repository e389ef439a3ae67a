"""The interval of a difference of two means with spreads of their own."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .instruments import Floats
from .student import t_quantile

FEWEST_FOR_A_SPREAD = 2
"""Values a side below which there is no spread, and no interval."""


def welch_interval(best: Floats, others: Floats, error: float) -> tuple[float, float]:
    """Bounds that the difference of two means lies beyond with chance ``error`` (Welch, 1947).

    Resampling a few seeds gives bounds that are far too narrow, with one seed a side none at
    all: between seeds that do not differ it saw an effect in 30 % of cases with two a side.

    Raises:
        InputError: a side has one value, and so no spread.
    """
    sides = [np.asarray(side, np.float64) for side in (best, others)]
    fewest = min(map(len, sides))
    if fewest < FEWEST_FOR_A_SPREAD:
        raise InputError("confirm", expected="two or more seeds a side", got=f"{fewest}")
    parts = [float(side.var(ddof=1)) / len(side) for side in sides]
    gap = float(sides[0].mean() - sides[1].mean())
    if not sum(parts):
        return gap, gap
    squares = sum(part**2 / (len(side) - 1) for part, side in zip(parts, sides, strict=True))
    reach = t_quantile(1 - error / 2, sum(parts) ** 2 / squares) * sum(parts) ** 0.5
    return gap - reach, gap + reach
