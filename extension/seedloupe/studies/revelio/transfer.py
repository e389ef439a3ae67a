"""Probes taught with some values of an attribute and tested with the others.

A probe that reads the kind of thing may in truth read a colour that goes with it. Taught with red
and blue things, tested with green ones, it must have found what kinds share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frame.charts import BarChart, ChartBar
from ..frame.report import Estimate, Table
from ..labelled import ClassPicture

FOLDS = 2
_FEWEST_TAUGHT = 2
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Fold:
    """One way to hold values of an attribute back.

    Attributes:
        taught: ``(N,)`` which pictures teach.
        tested: ``(N,)`` which test: those with other values, of classes that were taught.
    """

    taught: Flags
    tested: Flags


def attributes_of(pictures: Sequence[ClassPicture]) -> tuple[str, ...]:
    """Return the attributes all pictures have with which a probe can be taught and tested."""
    known = set.intersection(*(set(picture.attributes) for picture in pictures))
    return tuple(name for name in sorted(known) if _enough(folds_of(pictures, name)))


def folds_of(pictures: Sequence[ClassPicture], attribute: str) -> tuple[Fold, ...]:
    """Return two folds: every other value of an attribute teaches, then the others do."""
    own = [picture.attributes[attribute] for picture in pictures]
    values = sorted(set(own))
    labels = np.array([picture.label for picture in pictures])
    found = []
    for turn in range(FOLDS):
        teaching = values[turn::FOLDS]
        taught = np.array([value in teaching for value in own])
        counts = Counter(labels[taught].tolist())
        known = [label for label, count in counts.items() if count >= _FEWEST_TAUGHT]
        tested = ~taught & np.isin(labels, known)
        found.append(Fold(taught & np.isin(labels, known), tested))
    return tuple(found)


def _enough(folds: Sequence[Fold]) -> bool:
    return all(fold.taught.any() and fold.tested.any() for fold in folds)


Rights = Mapping[str, Sequence[int]]
"""For each choice of layer and time how many pictures each fold names right."""


def best_of_folds(rights: Rights) -> int:
    """Return how many are named right by the choice that the other fold finds best.

    Args:
        rights: by choice; no choice is judged on the fold that chose it.
    """
    total = 0
    for judged in range(FOLDS):
        chosen = max(rights, key=lambda one: rights[one][1 - judged])
        total += rights[chosen][judged]
    return total


@dataclass(frozen=True)
class Transfer:
    """What probes read with held-out values of one attribute.

    Attributes:
        attribute: its name.
        best: share that the best layer and time names right.
        pixels: the same off pixels.
        control: off random weights; None where they were not looked at.
    """

    attribute: str
    best: Estimate
    pixels: Estimate
    control: Estimate | None

    @property
    def better(self) -> bool | None:
        """Whether the trained network is above pixels and control; None where nobody can say."""
        others = [one for one in (self.pixels, self.control) if one is not None]
        if self.control is not None and all(self.best.above(one) for one in others):
            return True
        return False if any(one.above(self.best) for one in others) else None

    @property
    def words(self) -> str:
        """What was found, in a sentence."""
        control = (
            "" if self.control is None else f", off random weights {share_words(self.control)}"
        )
        return (
            f"Taught with half of the {self.attribute} values it reads {share_words(self.best)} "
            f"with the others (off pixels {share_words(self.pixels)}{control})."
        )


def transfer_table(transfers: Sequence[Transfer]) -> Table:
    """Return what is read with held-out values, a row an attribute."""
    rows = tuple((one.attribute, one.best, one.pixels, one.control or "—") for one in transfers)
    words = "Each layer and time is chosen by one half of the values and judged on the other."
    heads = ("Held-out values of", "best layer", "pixels", "best layer, random weights")
    return Table("Transfer", heads, rows, words)


def transfer_bars(transfers: Sequence[Transfer]) -> BarChart:
    """Return what is read with held-out values beside the controls."""
    bars = []
    for one in transfers:
        for name, value in (
            (f"other {one.attribute}", one.best),
            ("pixels", one.pixels),
            ("random weights", one.control),
        ):
            if value is not None:
                control = value is not one.best
                bars.append(ChartBar(name, value.value, value.low, value.high, control=control))
    words = "Share named right with values of an attribute that were not taught."
    return BarChart("Transfer to held-out values", words, "share", tuple(bars))


def share_words(share: Estimate) -> str:
    """Write ``83 % (80 to 86)``."""
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})"


def rights_by_choice(
    found: Mapping[str, Mapping[str, Any]], network: str, times: Sequence[int], attribute: str
) -> Rights:
    """Return what every layer and time of a network names right with held-out values."""
    return {
        f"{time}|{layer}": rights
        for time in times
        for layer, rights in found[f"{network}|{time}"][attribute_key(attribute)].items()
    }


def attribute_key(attribute: str) -> str:
    """Return what findings with held-out values are called."""
    return f"held out: {attribute}"
