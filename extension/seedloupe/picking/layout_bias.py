"""What a seed tends to do with the layout of a picture, whatever is in it.

For each aspect (place, size, depth) a table has one number a seed and class of object. Classes
differ in what is usual for them, so each is first centred on its own mean over all seeds; what is
left is a seed's habit plus what changes from class to class and prompt to prompt::

    value[s, k] = class[k] + habit[s] + variation[s, k]

Where any object may come, which class it is of is one more thing nobody knows: it adds the
variance between classes. A table's numbers are means over the pictures of a class, and how many
those were is not recorded: single pictures vary more than ``variation`` says.

A habit measured on a few classes is drawn towards the average as much as those few leave it unsure
(empirical Bayes, as in :mod:`.bounds`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import PickError
from ..tables import SeedTable
from .spaces import COMPOSITION

ASPECTS = ("x", "y", "size", "depth")
"""What the four columns of each class are."""

HARDLY = 0.1
"""Below this share of the differences a seed is said to decide nothing."""

_PRIOR_CLASSES = 4
"""As how many classes the variation of all seeds counts beside a seed's own."""

_PORTION = 2**12
"""Rows worked on at a time."""

Points = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LayoutBias:
    """One aspect of the layout, for every seed of a table.

    Args:
        known: ``(S,)`` bool, whether any object was found.
        expected: ``(S,)`` what to expect of a picture; the mean of all where nothing is known.
        doubt: ``(S,)`` squared standard deviation of that expectation.
        variation: ``(S,)`` variance around the habit, from class to class once what is usual for
            each is taken off.
        deviation: standard deviation between seeds' biases; 0 where seeds do not differ.
        separable: whether seeds were seen with several classes, so that habit and variation can be
            told apart; else all is taken for habit.
        classes: variance between what is usual for the classes asked about; 0 for one.
    """

    known: NDArray[np.bool_]
    expected: Points
    doubt: Points
    variation: Points
    deviation: float
    separable: bool
    classes: float

    @property
    def share(self) -> float | None:
        """Which share of the differences between pictures is the seed's doing, in [0, 1].

        None where nobody can know: one seed, or one class of object, has nothing to differ from.
        """
        if not self.separable or self.known.sum() < 2:
            return None
        between, within = self.deviation**2, float(self.variation[self.known].mean())
        return between / (between + within) if between else 0.0

    def squared_error(self, target: float) -> Points:
        """Return how far from ``target`` to expect an entry, squared: ``(S,)``."""
        errors: Points = (self.expected - target) ** 2 + self.doubt + self.variation + self.classes
        return errors


@dataclass(frozen=True, eq=False)
class SeedDeviations:
    """One aspect of every seed, once what is usual for each class is taken off.

    Args:
        count: ``(S,)`` in how many classes anything was seen.
        total: ``(S,)`` sum over these classes.
        squares: ``(S,)`` sum of squares.
        centre: mean of everything seen.
        classes: variance of what is usual between the classes of everything seen.
    """

    count: Points
    total: Points
    squares: Points
    centre: float
    classes: float


def moments_of(table: SeedTable, kind: str | None, aspect: str) -> SeedDeviations:
    """Sum up what a table's composition space says of every seed, over all classes or of one.

    Args:
        table: has a composition space.
        kind: the class meant; None for all.
        aspect: one of :data:`ASPECTS`.

    Raises:
        PickError: the table does not know that class, or its columns cannot be told apart.
    """
    columns = table.feature(COMPOSITION)
    if columns.shape[1] % len(ASPECTS):
        got = f"{columns.shape[1]} columns"
        raise PickError("table", expected="four columns a class in feature.composition", got=got)
    values = columns[:, ASPECTS.index(aspect) :: len(ASPECTS)]
    if kind is not None:
        at = _class_of(table, kind)
        values = values[:, at : at + 1]
    usual, seen = _usual(values)
    shares = seen / max(seen.sum(), 1)
    centre = float(shares @ usual)
    count, total, squares = np.empty((3, len(values)), np.float32)
    for rows, part in _portions(values):
        part -= usual[:, None]
        known = ~np.isnan(part)
        np.copyto(part, 0.0, where=~known)
        known.sum(axis=0, out=count[rows])
        part.sum(axis=0, out=total[rows])
        part *= part
        part.sum(axis=0, out=squares[rows])
    return SeedDeviations(count, total, squares, centre, float(shares @ (usual - centre) ** 2))


def layout_bias_of(asked: SeedDeviations, over_all: SeedDeviations) -> LayoutBias:
    """Return what every seed tends to do in one aspect.

    How much pictures vary is learnt from all classes, also when only one is asked about: one value
    a seed says nothing about that.

    Args:
        asked: of the classes asked about.
        over_all: of all classes.
    """
    variation = _variation(over_all)
    known, number = asked.count > 0, np.maximum(asked.count, 1)
    habit, errors = asked.total / number, variation / number
    between = 0.0
    if known.sum() > 1:
        between = max(0.0, float(habit[known].var(ddof=1)) - float(errors[known].mean()))
    keep = between / np.maximum(between + errors, np.finfo(np.float32).tiny)
    keep[~known] = 0.0
    doubt = np.where(known, keep * errors, between)
    separable = bool((over_all.count > 1).any())
    expected = asked.centre + keep * habit
    return LayoutBias(known, expected, doubt, variation, between**0.5, separable, asked.classes)


def _class_of(table: SeedTable, kind: str) -> int:
    classes = next((s.classes for s in table.spec.spaces if s.name == COMPOSITION), ())
    if kind not in classes:
        known = ", ".join(classes) or "no class; the table does not name its classes"
        raise PickError("layout.kind", expected=f"one of {known}", got=repr(kind))
    return classes.index(kind)


def _portions(values: Points) -> Iterator[tuple[slice, Points]]:
    """Go through the rows of ``(S, K)`` in copies ``(K, N)`` that stay in a processor's cache.

    Classes come first, so that everything runs along many seeds and not along a few classes.
    """
    for begin in range(0, len(values), _PORTION):
        rows = slice(begin, begin + _PORTION)
        yield rows, values[rows].T.copy()


def _usual(values: Points) -> tuple[Points, NDArray[np.float64]]:
    """Return the mean of each column ``(K,)`` over the seeds, and how many seeds have it."""
    total, seen = np.zeros((2, values.shape[1]))
    for _, part in _portions(values):
        seen += [np.count_nonzero(~np.isnan(column)) for column in part]
        np.fmax(part, 0.0, out=part)  # unknown becomes 0, and nothing known is below it
        total += part.sum(axis=1)
    return (total / np.maximum(seen, 1)).astype(np.float32), seen


def _variation(moments: SeedDeviations) -> Points:
    """Return the variance of each seed over classes ``(S,)``, steadied by that of all seeds."""
    squares = moments.squares - moments.total**2 / np.maximum(moments.count, 1)
    free = np.maximum(moments.count - 1, 0.0)
    squares = np.where(free > 0, np.maximum(squares, 0.0), 0.0)
    pooled = float(squares.sum()) / max(float(free.sum()), 1.0)
    steadied: Points = (squares + _PRIOR_CLASSES * pooled) / (free + _PRIOR_CLASSES)
    return steadied
