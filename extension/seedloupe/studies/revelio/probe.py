"""Which classes a linear probe reads off each layer, at which noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from ...chance import wilson_bounds
from ...errors import InputError
from ..frame.charts import BarChart, ChartBar, GridChart
from ..frame.looking import CONTROL, TRAINED, Looking
from ..frame.report import Claim, Estimate, Report, Table, whether
from ..frame.run import StudyCells
from ..labelled import ClassPicture
from .paper import PAPER
from .transfer import (
    Fold,
    Transfer,
    attribute_key,
    attributes_of,
    best_of_folds,
    folds_of,
    rights_by_choice,
    share_words,
    transfer_bars,
    transfer_table,
)

_POOL = 2
"""Features are pooled to so many cells a side, so that a small thing is not averaged away."""
_PIXELS = 8
_SHOWN = 16
PIXELS = "pixels"
FEWEST_OF_A_CLASS = 4


@dataclass(frozen=True, eq=False)
class ProbeStudy:
    """A logistic regression a layer and time, taught on half of the pictures, tested on the rest.

    Where pictures have attributes, such as colours, it is also taught with half of an attribute's
    values and tested with the others.

    Attributes:
        looking: the model, its control, layers and times.
        pictures: of two classes or more.
        origin: where they come from, in words.
    """

    looking: Looking
    pictures: tuple[ClassPicture, ...]
    origin: str
    name: str = "probe"

    def __post_init__(self) -> None:
        """Refuse one class, and classes too small to be taught and tested."""
        counts = Counter(picture.label for picture in self.pictures)
        if len(counts) < 2:
            raise InputError("pictures", expected="two classes or more", got=f"{len(counts)}")
        label, fewest = min(counts.items(), key=lambda one: one[1])
        if fewest < FEWEST_OF_A_CLASS:
            expected = f"{FEWEST_OF_A_CLASS} pictures or more of each class"
            raise InputError("pictures", expected=expected, got=f"{fewest} of {label!r}")

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        shown = {picture.name: picture.label for picture in self.pictures}
        held_out = list(self.attributes)
        return self.looking.settings_of(self.name, self.origin, pictures=shown, attributes=held_out)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Attributes whose values are held out in turn."""
        return attributes_of(self.pictures)

    def cells(self) -> Sequence[str]:
        """One a network and time, and one for the pixels."""
        both = [f"{name}|{time}" for name in self.looking.networks for time in self.looking.times]
        return [*both, PIXELS]

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return for each layer how many test pictures are named right, also held-out values."""
        if cell == PIXELS:
            small = [_pooled(picture.image, _PIXELS) for picture in self.pictures]
            return self._read({PIXELS: torch.stack(small)})
        name, time = cell.split("|")
        network = self.looking.networks[name]
        pooled: dict[str, list[Tensor]] = {layer: [] for layer in self.looking.layers}
        for picture in self.pictures:
            seen = self.looking.features(network, picture.image, int(time))
            for layer in self.looking.layers:
                pooled[layer].append(_pooled(seen[layer], _POOL))
        return self._read({layer: torch.stack(rows) for layer, rows in pooled.items()})

    def conclude(self, found: StudyCells) -> Report:
        """Compare the best layer with the control, with pixels and with chance."""
        tested = int((~self._taught()).sum())
        every = {
            (time, layer): found[f"{TRAINED}|{time}"][layer]
            for time in self.looking.times
            for layer in self.looking.layers
        }
        (time, layer), right = max(every.items(), key=lambda one: one[1])
        best = _share(right, tested)
        pixels = _share(found[PIXELS][PIXELS], tested)
        control = None
        if CONTROL in self.looking.networks:
            most = max(
                found[f"{CONTROL}|{time}"][layer]
                for time in self.looking.times
                for layer in self.looking.layers
            )
            control = _share(most, tested)
        transfers = self._transfers(found)
        chance = max(Counter(picture.label for picture in self.pictures).values()) / len(
            self.pictures
        )
        classes = len({picture.label for picture in self.pictures})
        return Report(
            self.name,
            f"Which of {classes} classes can be read off a layer?",
            _CLAIM,
            whether([_better(best, control, pixels), *(one.better for one in transfers)]),
            f"Off {layer} at time {time} a linear probe reads the class of {share_words(best)} of "
            f"{tested} pictures it was not taught; the commonest class is {100 * chance:.0f} %. "
            + " ".join(one.words for one in transfers),
            f"Off pixels it reads {share_words(pixels)}"
            + (
                "."
                if control is None
                else f", off the best layer of the same network with random weights "
                f"{share_words(control)}."
            ),
            {
                "best layer": best,
                "pixels": pixels,
                **({} if control is None else {"best layer, random weights": control}),
                **{f"best layer, held-out {one.attribute}": one.best for one in transfers},
                "commonest class": chance,
            },
            tables=(
                self._table(found, tested),
                *((transfer_table(transfers),) if transfers else ()),
            ),
            charts=(
                self._bars(found, tested, pixels, chance),
                self._grid(found, tested),
                *((transfer_bars(transfers),) if transfers else ()),
            ),
            notes=(
                f"{len(self.pictures)} pictures: {self.origin}.",
                "The best of many layers is chosen by the test itself, the control's likewise, so "
                "both look a little better than they are; with held-out values the layer is "
                "chosen by one half of them and judged on the other.",
            ),
        )

    def _transfers(self, found: StudyCells) -> tuple[Transfer, ...]:
        """Return what is read with held-out values of each attribute."""
        transfers = []
        for attribute in self.attributes:
            tested = sum(int(fold.tested.sum()) for fold in folds_of(self.pictures, attribute))
            right = {
                name: best_of_folds(rights_by_choice(found, name, self.looking.times, attribute))
                for name in self.looking.networks
            }
            pixels = sum(found[PIXELS][attribute_key(attribute)][PIXELS])
            control = _share(right[CONTROL], tested) if CONTROL in right else None
            best = _share(right[TRAINED], tested)
            transfers.append(Transfer(attribute, best, _share(pixels, tested), control))
        return tuple(transfers)

    def _taught(self) -> NDArray[np.bool_]:
        """Return which pictures teach: every other one of each class."""
        seen: Counter[str] = Counter()
        taught = np.zeros(len(self.pictures), np.bool_)
        for place, picture in enumerate(self.pictures):
            taught[place] = seen[picture.label] % 2 == 0
            seen[picture.label] += 1
        return taught

    def _read(self, vectors: Mapping[str, Tensor]) -> dict[str, object]:
        """Return how many are named right by each layer, and by fold with held-out values."""
        taught = self._taught()
        halves = Fold(taught, ~taught)
        rows = {name: one.flatten(1).double().numpy() for name, one in vectors.items()}
        found: dict[str, object] = {name: self._right(one, halves) for name, one in rows.items()}
        for attribute in self.attributes:
            folds = folds_of(self.pictures, attribute)
            found[attribute_key(attribute)] = {
                name: [self._right(one, fold) for fold in folds] for name, one in rows.items()
            }
        return found

    def _right(self, rows: NDArray[np.float64], fold: Fold) -> int:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        labels = np.array([picture.label for picture in self.pictures])
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=200))
        probe.fit(rows[fold.taught], labels[fold.taught])
        return int((probe.predict(rows[fold.tested]) == labels[fold.tested]).sum())

    def _ranked(self, found: StudyCells) -> list[tuple[str, int, int]]:
        """Return each layer with its best time and how many it names right, best first."""
        ranked = []
        for layer in self.looking.layers:
            times = {time: found[f"{TRAINED}|{time}"][layer] for time in self.looking.times}
            time = max(times, key=lambda one: times[one])
            ranked.append((layer, time, times[time]))
        return sorted(ranked, key=lambda one: -one[2])

    def _table(self, found: StudyCells, tested: int) -> Table:
        rows = []
        for layer, time, right in self._ranked(found):
            control: str | Estimate = "—"
            if CONTROL in self.looking.networks:
                control = _share(found[f"{CONTROL}|{time}"][layer], tested)
            rows.append((layer, str(time), _share(right, tested), control))
        heads = ("Layer", "best time", "accuracy", "random weights")
        return Table("All layers", heads, tuple(rows))

    def _bars(self, found: StudyCells, tested: int, pixels: Estimate, chance: float) -> BarChart:
        bars = []
        for layer, _, right in self._ranked(found)[:_SHOWN]:
            one = _share(right, tested)
            bars.append(ChartBar(layer, one.value, one.low, one.high))
        bars.append(ChartBar(PIXELS, pixels.value, pixels.low, pixels.high, control=True))
        words = "Share of test pictures whose class is read right; dashed: the commonest class."
        return BarChart("The layers classes are read off best", words, "share", tuple(bars), chance)

    def _grid(self, found: StudyCells, tested: int) -> GridChart:
        shown = [layer for layer, _, _ in self._ranked(found)[:_SHOWN]]
        values = tuple(
            tuple(found[f"{TRAINED}|{time}"][layer] / tested for time in self.looking.times)
            for layer in shown
        )
        times = tuple(map(str, self.looking.times))
        return GridChart("By training time", "Accuracy.", tuple(shown), times, values)


_CLAIM = Claim(
    PAPER,
    "Light classifiers on a denoiser's features tell classes apart; which layer and noise is best "
    "depends on how fine the classes are.",
    "The paper trains a small convolutional head on one layer at one time. Here it is a logistic "
    "regression on features pooled to 2 × 2 cells, one noise a picture and an empty prompt, every "
    "other picture of a class taught. The claim is read as: better than the same probe on random "
    "weights and on pixels (8 × 8), intervals apart, also where it is taught with half of the "
    "values of an attribute, such as colours, and tested with the others; that test is ours.",
)


def _pooled(values: Tensor, side: int) -> Tensor:
    return adaptive_avg_pool2d(values[None], side)[0].flatten()


def _share(right: int, tested: int) -> Estimate:
    low, high = wilson_bounds(np.array([float(right)]), np.array([float(tested)]))
    return Estimate(right / tested, float(low[0]), float(high[0]))


def _better(best: Estimate, control: Estimate | None, pixels: Estimate) -> bool | None:
    if control is None:
        return None
    if best.above(control) and best.above(pixels):
        return True
    return False if control.above(best) or pixels.above(best) else None
