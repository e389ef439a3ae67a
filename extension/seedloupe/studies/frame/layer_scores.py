"""Scores of layers on pictures: which is best, how sure that is, and what the control reaches.

The best of many layers looks better than it is on the pictures it was chosen by. So it is chosen
by one half of the pictures and judged on the other half, and the other way round, and the control,
the same network with random weights, may choose its own best layer in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from .charts import BarChart, ChartBar, GridChart
from .intervals import mean_estimate
from .looking import CONTROL, TRAINED
from .report import Estimate, Holds, Table

FEWEST_PICTURES = 4
_SHOWN = 16
_SEPARATOR = "|"


@dataclass(frozen=True, order=True)
class Choice:
    """One way of looking.

    Attributes:
        time: training time.
        layer: canonical name.
        variant: a distance, a transformation or the like; empty where there is only one.
    """

    time: int
    layer: str
    variant: str = ""


@dataclass(frozen=True)
class Ranked:
    """A layer with the best of its choices."""

    choice: Choice
    score: Estimate


def score_key(network: str, time: int, layer: str, variant: str = "") -> str:
    """Return what a score is called in a finding."""
    return _SEPARATOR.join((network, str(time), layer, variant))


@dataclass(frozen=True, eq=False)
class LayerScores:
    """All scores of one study.

    Attributes:
        found: by picture, then by :func:`score_key`.
        what: what a score is, such as ``AUC``.
        chance: what chance gives; None where nobody can say.
    """

    found: Mapping[str, Mapping[str, Any]]
    what: str
    chance: float | None = None

    def __post_init__(self) -> None:
        """Refuse pictures too few to choose by one half and judge on the other."""
        if len(self.found) < FEWEST_PICTURES:
            got = str(len(self.found))
            raise InputError("pictures", expected=f"{FEWEST_PICTURES} or more", got=got)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """All choices there are, in the order they were found."""
        found = dict.fromkeys(key for cell in self.found.values() for key in cell)
        return tuple(
            dict.fromkeys(
                Choice(int(parts[1]), parts[2], parts[3])
                for parts in (key.split(_SEPARATOR) for key in found)
                if len(parts) == 4
            )
        )

    @property
    def has_control(self) -> bool:
        """Whether random weights were looked at, too."""
        return any(key.startswith(f"{CONTROL}|") for cell in self.found.values() for key in cell)

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers with a score."""
        return tuple(dict.fromkeys(choice.layer for choice in self.choices))

    def values(self, choice: Choice, network: str = TRAINED) -> NDArray[np.float64]:
        """Return one score a picture, ``(N,)``; NaN where there is none."""
        key = score_key(network, choice.time, choice.layer, choice.variant)
        found = [cell.get(key) for cell in self.found.values()]
        return np.array([np.nan if value is None else value for value in found], np.float64)

    def estimate(self, choice: Choice, network: str = TRAINED) -> Estimate:
        """Return the mean over pictures."""
        values = self.values(choice, network)
        return mean_estimate(values) if np.isfinite(values).any() else Estimate(float("nan"))

    def best(self, network: str = TRAINED, *, variants: Sequence[str] | None = None) -> Estimate:
        """Return what the best choice reaches on pictures it was not chosen by."""
        choices = [c for c in self.choices if variants is None or c.variant in variants]
        grid = np.array([self.values(choice, network) for choice in choices])
        judged = []
        for chosen_by, judged_on in ((0, 1), (1, 0)):
            means = _means(grid[:, chosen_by::2])
            judged.append(grid[int(np.argmax(means)), judged_on::2])
        return mean_estimate(np.concatenate(judged))

    def ranked(self) -> tuple[Ranked, ...]:
        """Return each layer with the best of its choices, the best layer first."""
        found = []
        for layer in self.layers:
            own = [choice for choice in self.choices if choice.layer == layer]
            means = _means(np.array([self.values(choice) for choice in own]))
            best = own[int(np.argmax(means))]
            score = self.estimate(best)
            if score.value == score.value:
                found.append(Ranked(best, score))
        return tuple(sorted(found, key=lambda one: -one.score.value))

    def against_control(self) -> tuple[Estimate, Estimate | None, Holds]:
        """Return the best of the trained network, of the control, and whether they are apart."""
        trained = self.best()
        if not self.has_control:
            return trained, None, Holds.UNDECIDED
        control = self.best(CONTROL)
        if trained.above(control):
            return trained, control, Holds.YES
        return trained, control, Holds.NO if control.above(trained) else Holds.UNDECIDED

    def control_words(self) -> str:
        """Say what the control gave."""
        trained, control, apart = self.against_control()
        if control is None:
            return "No control was run."
        words = {
            Holds.YES: "the intervals do not overlap",
            Holds.NO: "training makes it worse",
            Holds.UNDECIDED: "the intervals overlap",
        }
        return (
            f"{self.what} of the best layer, on pictures it was not chosen by: {trained}; of the "
            f"same network with random weights, which chooses its own best: {control}; "
            f"{words[apart]}."
        )

    def figures(self) -> dict[str, Estimate | float | int | str]:
        """Return the two figures every such study has."""
        trained, control, _ = self.against_control()
        name = f"{self.what} of the best layer, on pictures it was not chosen by"
        found: dict[str, Estimate | float | int | str] = {name: trained}
        if control is not None:
            found["the same with random weights"] = control
        return found

    def table(self) -> Table:
        """Return all layers with their best choice."""
        several = any(choice.variant for choice in self.choices)
        rows = []
        for one in self.ranked():
            control = self.estimate(one.choice, CONTROL) if self.has_control else "—"
            variant = (one.choice.variant,) if several else ()
            rows.append((one.choice.layer, str(one.choice.time), *variant, one.score, control))
        heads = ("Layer", "time", *(("by",) if several else ()), self.what, "random weights")
        return Table("All layers", heads, tuple(rows), "Each with the best of its choices.")

    def bars(self, title: str) -> BarChart:
        """Return the best layers beside the control with the same choice."""
        bars = []
        for one in self.ranked()[:_SHOWN]:
            bars.append(ChartBar(one.choice.layer, one.score.value, one.score.low, one.score.high))
            if self.has_control:
                control = self.estimate(one.choice, CONTROL)
                name = "random weights"
                bars.append(ChartBar(name, control.value, control.low, control.high, control=True))
        words = "Each layer with the best of its choices; grey: the same choice, random weights."
        if self.chance is not None:
            words += " Dashed: chance."
        return BarChart(title, words, self.what, tuple(bars), self.chance)

    def by_time(self) -> GridChart:
        """Return the best layers by training time."""
        ranked = self.ranked()[:_SHOWN]
        times = tuple(sorted({choice.time for choice in self.choices}))
        values = tuple(
            tuple(
                self.estimate(Choice(time, one.choice.layer, one.choice.variant)).value
                for time in times
            )
            for one in ranked
        )
        words = "A training time says how much noise the picture carries, of 1,000."
        rows = tuple(one.choice.layer for one in ranked)
        return GridChart("By training time", words, rows, tuple(map(str, times)), values)

    def by_variant(self, title: str, words: str) -> GridChart:
        """Return the best layers by variant, each at its best time."""
        ranked = self.ranked()[:_SHOWN]
        variants = tuple(dict.fromkeys(choice.variant for choice in self.choices))
        values = tuple(
            tuple(
                self.estimate(Choice(one.choice.time, one.choice.layer, variant)).value
                for variant in variants
            )
            for one in ranked
        )
        rows = tuple(one.choice.layer for one in ranked)
        columns = tuple(variant.replace("-", " ") for variant in variants)
        return GridChart(title, words, rows, columns, values)


def _means(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each row's finite values; the lowest number where there are none."""
    known = np.isfinite(grid)
    counts = known.sum(1)
    sums = np.where(known, grid, 0.0).sum(1)
    means: NDArray[np.float64] = np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf)
    return means
