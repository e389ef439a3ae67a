"""Whether more denoising steps change what layers see, even where little noise is added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch.nn.functional import cosine_similarity

from ..frame.charts import ChartLine, LineChart
from ..frame.intervals import mean_estimate
from ..frame.layer_scores import score_key
from ..frame.looking import TRAINED
from ..frame.of_pictures import PictureStudy
from ..frame.report import Claim, Estimate, Holds, Report, Table
from ..frame.run import StudyCells
from .paper import OURS, PAPER

STEPS = (1, 2, 4, 8, 16)
PIXELS = "pixels"


@dataclass(frozen=True, eq=False)
class StepsStudy(PictureStudy):
    """Pictures noised a little and denoised in ever more steps, seen by every layer.

    Attributes:
        strength: how much of a picture is forgotten, in (0, 1].
        steps: numbers of steps, rising.
    """

    name: str = "steps"
    strength: float = 0.1
    steps: tuple[int, ...] = STEPS

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {**super().settings, "strength": self.strength, "steps": list(self.steps)}

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return how far features and pixels move, by number of steps."""
        picture = self.picture(cell)
        subject, time = self.looking.subject, self.looking.times[0]
        before = self.looking.features(subject, picture.image, time)
        found: dict[str, object] = {}
        for steps in self.steps:
            again = subject.repaint(
                picture.image, "", self.looking.seed, strength=self.strength, steps=steps
            )
            after = self.looking.features(subject, again, time)
            for layer in self.looking.layers:
                alike = cosine_similarity(before[layer], after[layer], dim=0)
                found[score_key(TRAINED, steps, layer)] = float(1 - alike.mean())
            change = (picture.image - again).abs().mean()
            found[score_key(TRAINED, steps, PIXELS)] = float(change)
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Compare one step with many."""
        fewest, most = self.steps[0], self.steps[-1]
        moved = {
            layer: (self._moved(found, layer, fewest), self._moved(found, layer, most))
            for layer in (*self.looking.layers, PIXELS)
        }
        grown = [layer for layer in self.looking.layers if moved[layer][1].above(moved[layer][0])]
        shrunk = [layer for layer in self.looking.layers if moved[layer][0].above(moved[layer][1])]
        total = len(self.looking.layers)
        return Report(
            self.name,
            "Do more denoising steps change what layers see?",
            _CLAIM,
            _holds(len(grown), len(shrunk), total),
            f"With {most} steps instead of {fewest}, {len(grown)} of {total} layers move "
            f"farther from what they saw before and {len(shrunk)} less far, beyond their "
            f"intervals (strength {self.strength:g}).",
            f"The pixels themselves move by {moved[PIXELS][0]} with {fewest} and by "
            f"{moved[PIXELS][1]} with {most}: part of what layers see is that the picture changed.",
            {
                f"layers that move farther with {most} steps": len(grown),
                "layers that move less far": len(shrunk),
                "layers": total,
                f"pixels, {most} steps": moved[PIXELS][1],
            },
            tables=(_table(moved, fewest, most),),
            charts=(self._chart(found, moved),),
            notes=(f"{len(found)} pictures: {self.origin}.",),
        )

    def _moved(self, found: StudyCells, layer: str, steps: int) -> Estimate:
        key = score_key(TRAINED, steps, layer)
        return mean_estimate([cell[key] for cell in found.values()])

    def _chart(
        self, found: StudyCells, moved: Mapping[str, tuple[Estimate, Estimate]]
    ) -> LineChart:
        ordered = sorted(self.looking.layers, key=lambda layer: moved[layer][1].value)
        shown = dict.fromkeys([ordered[0], ordered[len(ordered) // 2], ordered[-1], PIXELS])
        lines = []
        for layer in shown:
            estimates = [self._moved(found, layer, steps) for steps in self.steps]
            lines.append(
                ChartLine(
                    layer,
                    tuple(float(torch.log2(torch.tensor(steps))) for steps in self.steps),
                    tuple(one.value for one in estimates),
                    tuple(one.low for one in estimates),
                    tuple(one.high for one in estimates),
                    layer == PIXELS,
                )
            )
        words = (
            "How far the layer that moves least, the middle one and the one that moves most are "
            "from what they saw of the picture as it was: 1 less the cosine, mean over cells. "
            "Pixels: mean difference in [0, 1]."
        )
        return LineChart("By number of steps", words, "log2 of steps", "change", tuple(lines))


_CLAIM = Claim(
    PAPER,
    "More inference steps change the representation, even with tiny noise.",
    f"{OURS}a picture is noised to a tenth and denoised again with DDIM, without a prompt, in one "
    "to sixteen steps; then it is looked at as before. A layer's change is 1 less the cosine "
    "between its cells before and after. The claim holds where half of the layers move farther "
    "with most steps than with one, with intervals that do not overlap.",
)


def _holds(grown: int, shrunk: int, total: int) -> Holds:
    if 2 * grown >= total:
        return Holds.YES
    return Holds.NO if 2 * shrunk >= total or not grown else Holds.UNDECIDED


def _table(moved: Mapping[str, tuple[Estimate, Estimate]], fewest: int, most: int) -> Table:
    rows = tuple((layer, first, last) for layer, (first, last) in moved.items())
    heads = ("Layer", f"change with {fewest}", f"change with {most}")
    return Table("All layers", heads, rows)
