"""What a seed tends to do with the layout of a picture, whatever is in it.

For each aspect (place, size, depth) a table has one number a seed and class of object. Classes
differ in what is usual for them, so each is first centred on its own mean over all seeds; what is
left is a seed's habit plus what changes from class to class and prompt to prompt::

    value[s, k] = class[k] + habit[s] + variation[s, k]

A habit measured on a few classes is drawn towards the average as much as those few leave it unsure
(empirical Bayes, as in :mod:`.bounds`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import PickError
from ..tables import SeedTable
from .spaces import COMPOSITION

ASPECTS = ("x", "y", "size", "depth")
"""What the four columns of each class are."""

_PRIOR_CLASSES = 4
"""As how many classes the variation of all seeds counts beside a seed's own."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Habits:
    """One aspect of the layout, for every seed of a table.

    Args:
        known: ``(S,)`` bool, whether any object was found.
        expected: ``(S,)`` what to expect of a picture; the mean of all where nothing is known.
        doubt: ``(S,)`` squared standard deviation of that expectation.
        variation: ``(S,)`` variance of single pictures around the habit.
        deviation: standard deviation between seeds' habits; 0 where seeds do not differ.
    """

    known: NDArray[np.bool_]
    expected: Doubles
    doubt: Doubles
    variation: Doubles
    deviation: float

    @property
    def share(self) -> float:
        """Which share of the differences between pictures is the seed's doing, in [0, 1]."""
        between, within = self.deviation**2, float(self.variation[self.known].mean())
        return between / (between + within) if between else 0.0

    def squared_error(self, target: float) -> Doubles:
        """Return how far from ``target`` a picture can be expected, squared: ``(S,)``."""
        errors: Doubles = (self.expected - target) ** 2 + self.doubt + self.variation
        return errors


def habits_of(table: SeedTable, kind: str | None) -> Mapping[str, Habits]:
    """Return the habits of every seed, for one class of object or for all together.

    Args:
        table: has a composition space.
        kind: the class meant; None for any.

    Raises:
        PickError: the table does not know that class.
    """
    values = table.feature(COMPOSITION).astype(np.float64)
    if values.shape[1] % len(ASPECTS):
        got = f"{values.shape[1]} columns"
        raise PickError("table", expected="four columns a class in feature.composition", got=got)
    by_class = values.reshape(len(values), -1, len(ASPECTS))
    which = slice(None) if kind is None else slice(_index(table, kind), _index(table, kind) + 1)
    residue = by_class - _means(by_class)
    return {
        aspect: _habit(by_class[:, which, at], residue[:, :, at], residue[:, which, at])
        for at, aspect in enumerate(ASPECTS)
    }


def _index(table: SeedTable, kind: str) -> int:
    classes = next((s.classes for s in table.spec.spaces if s.name == COMPOSITION), ())
    if kind not in classes:
        known = ", ".join(classes) or "no class; the table does not name its classes"
        raise PickError("layout.kind", expected=f"one of {known}", got=repr(kind))
    return classes.index(kind)


def _means(by_class: Doubles) -> Doubles:
    """Return the mean of each class and aspect over the seeds, ``(1, K, 4)``, NaN where unknown."""
    found = np.isfinite(by_class)
    total = np.where(found, by_class, 0.0).sum(axis=0, keepdims=True)
    count = found.sum(axis=0, keepdims=True)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _habit(values: Doubles, all_residue: Doubles, residue: Doubles) -> Habits:
    """Estimate one aspect from ``(S, K)`` values and what is left of them.

    How much pictures vary is learnt from all classes, also when only one is asked about: one value
    a seed says nothing about that.
    """
    found = np.isfinite(residue)
    count = found.sum(axis=1)
    known = count > 0
    usual = float(values[np.isfinite(values)].mean()) if known.any() else 0.5
    habit = np.where(found, residue, 0.0).sum(axis=1) / np.maximum(count, 1)
    variation = _variation(all_residue)
    errors = variation / np.maximum(count, 1)
    spread = float(habit[known].var(ddof=1)) if known.sum() > 1 else 0.0
    between = max(0.0, spread - float(errors[known].mean())) if known.any() else 0.0
    keep = between / np.maximum(between + errors, np.finfo(np.float64).tiny)
    keep = np.where(known, keep, 0.0)
    doubt = np.where(known, keep * errors, between)
    return Habits(known, usual + keep * habit, doubt, variation, between**0.5)


def _variation(residue: Doubles) -> Doubles:
    """Return the variance of each seed over classes ``(S,)``, steadied by that of all seeds."""
    found = np.isfinite(residue)
    count = found.sum(axis=1)
    filled = np.where(found, residue, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    squares = (np.where(found, residue - mean[:, None], 0.0) ** 2).sum(axis=1)
    free = np.maximum(count - 1, 0)
    pooled = squares.sum() / max(int(free.sum()), 1)
    steadied: Doubles = (squares + _PRIOR_CLASSES * pooled) / (free + _PRIOR_CLASSES)
    return steadied
