"""How well cells are told by very few labelled pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from ...errors import InputError
from ..frame.looking import CONTROL, TRAINED, Looking
from ..frame.report import Report
from ..frame.run import StudyCells
from ..labelled import LabelledPicture
from .pixel_classifier import (
    COLOURS,
    CellClasses,
    cell_colours,
    finest,
    overlaps,
    stacked_layers,
    teach_pixels,
)
from .segmentation_report import BEFORE, CHOSEN, RANDOM, SHOWN, SegmentationFindings

_FEWEST_OF_A_KIND = 4
FEWEST_TESTED = 5
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class SegmentationStudy:
    """A pixel classifier taught on so many pictures, on chosen layers and on others.

    Attributes:
        looking: the model, its control, at one time.
        pictures: half of them, shuffled, lend what is taught, the rest are judged.
        origin: where they come from, in words.
        chosen: layers looked at side by side.
        before: layers that were used before; none where the network has no such.
        labelled: how many pictures are taught, rising.
        draws: how often they are drawn.
        whose: whose choice the layers are, in words.
    """

    looking: Looking
    pictures: tuple[LabelledPicture, ...]
    origin: str
    chosen: tuple[str, ...]
    before: tuple[str, ...]
    labelled: tuple[int, ...]
    draws: int = 5
    whose: str = ""
    name: str = "segmentation"

    def __post_init__(self) -> None:
        """Refuse too few pictures, and things nobody can be taught."""
        tested = len(self.pictures) - len(self._pool)
        if tested < FEWEST_TESTED or not self.labelled or self.labelled[-1] > len(self._pool):
            most = max(self.labelled, default=1)
            expected = f"{2 * most} or more, half to teach {most} of and {FEWEST_TESTED} to judge"
            raise InputError("pictures", expected=expected, got=str(len(self.pictures)))
        CellClasses.of(self.pictures, fewest=_FEWEST_OF_A_KIND)

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {
            "study": self.name,
            **self.looking.settings,
            "pictures": [picture.name for picture in self.pictures],
            "origin": self.origin,
            "chosen": list(self.chosen),
            "before": list(self.before),
            "labelled": list(self.labelled),
            "draws": self.draws,
        }

    def cells(self) -> Sequence[str]:
        """One for each way of looking and number of pictures that are taught."""
        return [f"{way}|{count}" for way in self.ways for count in self.labelled]

    @property
    def ways(self) -> tuple[str, ...]:
        """Ways of looking: the chosen layers, those used before, and the controls."""
        before = (BEFORE,) if self.before else ()
        control = (RANDOM,) if CONTROL in self.looking.networks else ()
        return (CHOSEN, *before, *control, COLOURS)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return for each draw and judged picture where cells and truth agree, by class."""
        way, count = cell.split("|")
        features = [self._feature(way, one) for one in self.pictures]
        truth = [
            self._classes.cells(one, feature.shape[-2:])
            for one, feature in zip(self.pictures, features, strict=True)
        ]
        found: dict[str, object] = {}
        for draw, taught in enumerate(self._drawn(int(count))):
            classifier = teach_pixels([features[k] for k in taught], [truth[k] for k in taught])
            told = {k: classifier.predict(features[k]) for k in self._tested}
            found[str(draw)] = {
                self.pictures[k].name: overlaps(told[k], truth[k], self._classes.count)
                for k in self._tested
            }
            if draw == 0:
                found[SHOWN] = {
                    self.pictures[k].name: told[k].tolist() for k in self._tested[:_SHOWN]
                }
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Compare the chosen layers with those used before and with the controls."""
        shown = [self.pictures[k] for k in self._tested[:_SHOWN]]
        findings = SegmentationFindings(found, self.ways, self.labelled, self._classes, shown)
        layers = "; ".join(
            f"{way}: {', '.join(own)}"
            for way, own in ((CHOSEN, self.chosen), (BEFORE, self.before))
            if own
        )
        notes = (
            f"{len(self.pictures)} pictures: {self.origin}; {len(self._tested)} judged, the others "
            f"lend what is taught, {self.draws} times anew.",
            f"Layers at time {self.looking.times[0]}, {layers}.",
            *((f"Chosen: {self.whose}.",) if self.whose else ()),
            f"Classes: the background, {', '.join(self._classes.kinds)}.",
        )
        return findings.report(self.name, notes)

    @cached_property
    def _classes(self) -> CellClasses:
        return CellClasses.of(self.pictures, fewest=_FEWEST_OF_A_KIND)

    @cached_property
    def _shuffled(self) -> tuple[int, ...]:
        """Places of all pictures, shuffled: data sets have an order."""
        return tuple(np.random.default_rng(0).permutation(len(self.pictures)).tolist())

    @property
    def _pool(self) -> tuple[int, ...]:
        """Places of the pictures that may be taught."""
        return self._shuffled[: (len(self.pictures) + 1) // 2]

    @property
    def _tested(self) -> tuple[int, ...]:
        return self._shuffled[len(self._pool) :]

    def _drawn(self, count: int) -> Iterator[tuple[int, ...]]:
        """Draw which pictures are taught; more of them begin with the fewer."""
        for draw in range(self.draws):
            order = np.random.default_rng(1 + draw).permutation(len(self._pool))
            yield tuple(self._pool[k] for k in order[:count])

    def _feature(self, way: str, picture: LabelledPicture) -> Tensor:
        time = self.looking.times[0]
        network = self.looking.networks[CONTROL if way == RANDOM else TRAINED]
        features = self.looking.features(network, picture.image, time)
        size: torch.Size = finest(features)
        if way == COLOURS:
            return cell_colours(picture.image, size)
        return stacked_layers(features, self.before if way == BEFORE else self.chosen, size)
