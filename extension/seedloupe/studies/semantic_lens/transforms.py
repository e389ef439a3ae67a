"""Whether an object is found again after its picture was turned, mirrored, scaled or moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from ...errors import InputError
from ...lens import KnownTransform, find_again, known_transforms
from ..frame.layer_scores import LayerScores, score_key
from ..frame.of_pictures import PictureStudy
from ..frame.report import Claim, Estimate, Holds, Report
from ..frame.run import StudyCells
from .paper import OURS, PAPER

CELL = 32
"""Pixels a side of the coarsest cells that shifts and sizes keep to."""


@dataclass(frozen=True, eq=False)
class TransformsStudy(PictureStudy):
    """The object's cells looked for after each known transformation, for every layer."""

    name: str = "transforms"

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return how many of the object's cells are found again, beyond what chance gives."""
        picture = self.picture(cell)
        height, width = picture.image.shape[-2:]
        found: dict[str, object] = {}
        for name, network in self.looking.networks.items():
            for time in self.looking.times:
                before = self.looking.features(network, picture.image, time)
                for change in known_transforms(width, height, cell=CELL):
                    after = self.looking.features(network, change.picture(picture.image), time)
                    for layer in self.looking.layers:
                        score = _again(before[layer], after[layer], picture.largest, change)
                        found[score_key(name, time, layer, change.name)] = score
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Rank the layers, and say which transformation changes the representation most."""
        scores = LayerScores(found, "share found again beyond chance", 0.0)
        by_change = {
            variant: scores.best(variants=(variant,))
            for variant in dict.fromkeys(choice.variant for choice in scores.choices)
        }
        hardest = min(by_change, key=lambda name: by_change[name].value)
        easiest = max(by_change, key=lambda name: by_change[name].value)
        return Report(
            self.name,
            "Is an object found again after its picture was changed?",
            _CLAIM,
            _holds(by_change),
            f"After {_words(easiest)} the best layer finds {by_change[easiest]} of the object's "
            f"cells again beyond chance, after {_words(hardest)} {by_change[hardest]}; a tenth or "
            f"more is missed after {_listed(by_change)}.",
            scores.control_words(),
            {
                **scores.figures(),
                **{f"after {_words(name)}": score for name, score in by_change.items()},
            },
            tables=(scores.table(),),
            charts=(
                scores.by_variant(
                    "By transformation", "Share of the object's cells found again beyond chance."
                ),
                scores.bars("The layers that find objects again best"),
                scores.by_time(),
            ),
            notes=(f"{len(found)} pictures: {self.origin}; of each, the largest object.",),
        )


_CLAIM = Claim(
    PAPER,
    "Rotation, flip, scale, padding, crop and shift change the representation.",
    f"{OURS}each cell of the largest object looks for the cell most like it (cosine) in the "
    "changed picture, noised with the same seed; found again is the share that lands where the "
    "picture took it, less the share chance would give. The claim holds where the best layer, "
    "chosen on other pictures, misses a tenth of the cells or more after every change.",
)


def _again(before: Tensor, after: Tensor, mask: Tensor, change: KnownTransform) -> float | None:
    try:
        found = find_again(before, after, mask=mask, place=change.place, name=change.name)
    except InputError:  # the object covers no cell of so coarse a grid, or leaves the picture
        return None
    return found.landed - found.chance


def _holds(by_change: Mapping[str, Estimate]) -> Holds:
    if all(score.high < 0.9 for score in by_change.values()):
        return Holds.YES
    if any(score.low >= 0.9 for score in by_change.values()):
        return Holds.NO
    return Holds.UNDECIDED


def _listed(by_change: Mapping[str, Estimate]) -> str:
    missed = [_words(name) for name, score in by_change.items() if score.high < 0.9]
    return ", ".join(missed) or "none of them"


def _words(change: str) -> str:
    return {
        "flip": "a flip",
        "rotate": "a quarter turn",
        "shift": "a shift",
        "crop": "a crop",
        "pad": "padding",
        "scale": "scaling",
    }.get(change, change)
