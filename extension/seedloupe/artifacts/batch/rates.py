"""How often pictures of a seed, or of a model, were flagged, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import asdict, dataclass

import numpy as np

from ...chance import wilson_bounds
from ..report import Verdict
from .row import Row

FEW = 5
"""Fewer pictures say next to nothing: of 4 clean ones the rate may still be 49 %."""


@dataclass(frozen=True)
class Rate:
    """A share of flagged pictures.

    Attributes:
        of: whose pictures, as texts by what they are, e.g. ``{"seed": "7", "noise": "cpu"}``.
        checked: how many were looked at.
        flagged: how many of them are flagged.
        low: where the true rate begins, at 95 % (Wilson, 1927).
        high: where it ends.
    """

    of: dict[str, str]
    checked: int
    flagged: int
    low: float
    high: float

    @property
    def few(self) -> bool:
        """Whether there are too few pictures to say much."""
        return self.checked < FEW

    def to_json(self) -> dict[str, object]:
        """Return it as JSON types."""
        return {**asdict(self), "rate": self.flagged / self.checked, "few": self.few}


def seed_rates(rows: Iterable[Row]) -> list[Rate]:
    """Return a rate for every seed, the surest and worst first.

    A seed names other noise at another size and from another generator, so those are told apart.
    Left out are pictures whose noise is not their seed's alone.
    """
    return _rates((row for row in rows if row.seed and row.alone), _seed)


def model_rates(rows: Iterable[Row]) -> list[Rate]:
    """Return a rate for every model and task, the surest and worst first."""
    return _rates(rows, lambda row: {"model": row.model, "task": row.task})


def _seed(row: Row) -> dict[str, str]:
    size = "" if row.drawn is None else f"{row.drawn[0]}x{row.drawn[1]}"
    return {"seed": row.seed, "noise": row.noise, "size": size}


def _rates(rows: Iterable[Row], key: Callable[[Row], dict[str, str]]) -> list[Rate]:
    counts: dict[Hashable, tuple[dict[str, str], list[int]]] = {}
    for row in rows:
        if row.verdict is not Verdict.NOT_CHECKED:
            of = key(row)
            _, count = counts.setdefault(tuple(of.values()), (of, [0, 0]))
            count[0] += 1
            count[1] += row.verdict is Verdict.FLAGGED
    if not counts:
        return []
    numbers = np.array([count for _, count in counts.values()], np.float64)
    lows, highs = wilson_bounds(numbers[:, 1], numbers[:, 0])
    rates = [
        Rate(of, checked, flagged, float(low), float(high))
        for (of, (checked, flagged)), low, high in zip(counts.values(), lows, highs, strict=True)
    ]
    return sorted(rates, key=_order)


def _order(rate: Rate) -> tuple[object, ...]:
    first, *others = rate.of.values()
    share = rate.flagged / rate.checked
    return (rate.few, -share, -rate.checked, len(first), first, *others)
