"""Simple and complex scenes, each taught and judged apart, with few labelled pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from ...errors import InputError
from ..labelled import LabelledPicture
from .pixel_classifier import CellClasses, finest, picture_iou, stacked_layers, teach_pixels

SIMPLE, COMPLEX = "simple", "complex"
SCENES = (SIMPLE, COMPLEX)
FEWEST_OF_A_SCENE = 8
_FEWEST_OF_A_KIND = 4


@dataclass(frozen=True, eq=False)
class SceneJudge:
    """Teaches a classifier for each kind of scene and judges it on the pictures it was not taught.

    Attributes:
        pictures: of simple scenes, with one thing, and of complex ones, with several.

    Raises:
        InputError: there are too few of either kind: nothing is to be tuned on one alone.
    """

    pictures: tuple[LabelledPicture, ...]

    def __post_init__(self) -> None:
        """Refuse pictures of one kind of scene alone, and things nobody can be taught."""
        for scene in SCENES:
            count = len(self._places(scene))
            if count < FEWEST_OF_A_SCENE:
                expected = f"{FEWEST_OF_A_SCENE} pictures or more of {scene} scenes"
                raise InputError("pictures", expected=expected, got=str(count))
        CellClasses.of(self.pictures, fewest=_FEWEST_OF_A_KIND)

    @cached_property
    def classes(self) -> CellClasses:
        """What cells are told by."""
        return CellClasses.of(self.pictures, fewest=_FEWEST_OF_A_KIND)

    def judged(self, scene: str | None = None) -> tuple[str, ...]:
        """Return the names of the pictures nobody is taught, simple scenes first."""
        return tuple(
            self.pictures[k].name
            for kind in (SCENES if scene is None else (scene,))
            for k in self._judged(kind)
        )

    @cached_property
    def halves(self) -> Mapping[str, frozenset[str]]:
        """Two halves of the judged pictures, each with as many of both kinds, and all of them."""
        names = self.judged()
        return {
            "first": frozenset(names[0::2]),
            "second": frozenset(names[1::2]),
            "all": frozenset(names),
        }

    def judge(
        self, seen: Sequence[Mapping[str, Tensor]], layers: Sequence[str]
    ) -> dict[str, float | None]:
        """Return the mean IoU of each judged picture; None where it shows none of the classes.

        Args:
            seen: features ``(C, H, W)`` of all pictures.
            layers: looked at side by side, on the cells of the finest of all.
        """
        found: dict[str, float | None] = {}
        for scene in SCENES:
            places = self._places(scene)
            features = [stacked_layers(seen[k], layers, finest(seen[k])) for k in places]
            truth = [
                self.classes.cells(self.pictures[k], feature.shape[-2:])
                for k, feature in zip(places, features, strict=True)
            ]
            judged = len(self._judged(scene))
            classifier = teach_pixels(features[judged:], truth[judged:])
            for k, feature, true in zip(places[:judged], features, truth, strict=False):
                score = picture_iou(classifier.predict(feature), true, self.classes.count)
                found[self.pictures[k].name] = score
        return found

    def balanced(self, scores: Mapping[str, float | None]) -> float:
        """Return the mean of both kinds' means; of one where the other is not among ``scores``."""
        means = []
        for scene in SCENES:
            known = [scores[p] for p in self.judged(scene) if scores.get(p) is not None]
            if known:
                means.append(float(np.mean(np.array(known, np.float64))))
        return float(np.mean(means)) if means else float("-inf")

    def _places(self, scene: str) -> tuple[int, ...]:
        """Return where pictures of a kind of scene are, shuffled: data sets have an order."""
        wanted = scene == COMPLEX
        own = [k for k, one in enumerate(self.pictures) if one.complex is wanted]
        return tuple(np.random.default_rng(0).permutation(own).tolist())

    def _judged(self, scene: str) -> tuple[int, ...]:
        """Return where the pictures nobody is taught are: the first half, shuffled."""
        places = self._places(scene)
        return places[: len(places) // 2]
