"""Whether an object looks the same to a layer while it moves through the frames of a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import InputError
from ...lens import find_matches
from ...lens.views.cells import Cells, labels_on_grid
from ..frame.charts import ChartLine, LineChart
from ..frame.intervals import mean_estimate
from ..frame.layer_scores import LayerScores, score_key
from ..frame.looking import CONTROL, TRAINED, Looking
from ..frame.report import Claim, Estimate, Holds, Report
from ..frame.run import StudyCells
from ..labelled import MovingPictures
from .paper import OURS, PAPER

SAME_PLACE = "same place"


@dataclass(frozen=True, eq=False)
class VideoStudy:
    """The object's cells of the first frame looked for in all later ones, for every layer.

    Attributes:
        looking: the model, its control, layers and times.
        scenes: frames with the outlines of the same objects.
        origin: where they come from, in words.
    """

    looking: Looking
    scenes: tuple[MovingPictures, ...]
    origin: str
    name: str = "video"

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        shown = {scene.name: len(scene.frames) for scene in self.scenes}
        return self.looking.settings_of(self.name, self.origin, scenes=shown)

    def cells(self) -> Sequence[str]:
        """One a scene."""
        return [scene.name for scene in self.scenes]

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return by frame how many of the object's cells find the object, beyond chance."""
        scene = next(one for one in self.scenes if one.name == cell)
        first = scene.frames[0]
        number = int(first.objects[first.largest].max()) if first.largest.any() else 1
        found: dict[str, object] = {}
        for name, network in self.looking.networks.items():
            for time in self.looking.times:
                looked = [self.looking.features(network, f.image, time) for f in scene.frames]
                for layer in self.looking.layers:
                    for later in range(1, len(scene.frames)):
                        score = share_followed(
                            looked[0][layer],
                            looked[later][layer],
                            first.objects == number,
                            scene.frames[later].objects == number,
                        )
                        found[score_key(name, time, layer, str(later))] = score
        for later in range(1, len(scene.frames)):
            still = _still(first.objects == number, scene.frames[later].objects == number)
            found[f"{SAME_PLACE}|{later}"] = still
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Rank the layers, and follow the best of them over the frames."""
        scores = LayerScores(found, "share that finds the object beyond chance", 0.0)
        frames = sorted({int(choice.variant) for choice in scores.choices})
        near = scores.best(variants=(str(frames[0]),))
        far = scores.best(variants=(str(frames[-1]),))
        still = _same_place(found, frames[-1])
        best = scores.ranked()[0].choice
        return Report(
            self.name,
            "Does an object stay itself while it moves?",
            _CLAIM,
            _holds(near, far, still) if _apart(scores) else Holds.UNDECIDED,
            f"In the next frame {near} of the object's cells find the object beyond chance, "
            f"{frames[-1]} frames later {far}; cells that stay where they are: {still}.",
            scores.control_words(),
            {**scores.figures(), "next frame": near, f"after {frames[-1]} frames": far},
            tables=(scores.table(),),
            charts=(
                _chart(scores, found, frames),
                scores.bars("The layers that follow objects best"),
            ),
            notes=(
                f"{len(found)} scenes: {self.origin}.",
                f"The chart follows {best.layer} at time {best.time}.",
            ),
        )


_CLAIM = Claim(
    PAPER,
    "Objects stay consistent over the frames of a video while their configuration changes little.",
    f"{OURS}each cell of the first frame's largest object looks for the cell most like it "
    "(cosine) in a later frame; the share that lands on the same object counts, less the share of "
    "the frame the object covers. The claim holds where more cells find it than cells that stay "
    "where they are would hit, in the last frame, and by more than with random weights.",
)


def share_followed(first: Tensor, later: Tensor, before: Tensor, after: Tensor) -> float | None:
    """Return the share of an object's cells whose best match lies on it, beyond chance.

    Args:
        first: ``(C, H, W)``, features of one frame.
        later: likewise, of another.
        before: mask of the object in the first, of any size.
        after: mask in the other.

    Returns:
        from below 0 to 1; None where the object covers no cell of either.
    """
    asked, looked = Cells.of(first), Cells.of(later)
    inside = _inside(before, asked)
    there = _inside(after, looked)
    if not inside.any() or not there.any():
        return None
    spots = [asked.spot(place) for place in inside.nonzero().flatten().tolist()]
    try:
        matches = find_matches(first, later, spots=spots)
    except InputError:  # cells that are not finite
        return None
    hits = [bool(there[looked.index(match.target)]) for match in matches]
    return sum(hits) / len(hits) - float(there.float().mean())


def _inside(mask: Tensor, cells: Cells) -> Tensor:
    return labels_on_grid(mask.long(), height=cells.height, width=cells.width).flatten() == 1


def _still(before: Tensor, after: Tensor) -> float | None:
    """Return what cells that stay where they are would hit, beyond chance."""
    if before.shape != after.shape or not before.any():
        return None
    return float(after[before].float().mean() - after.float().mean())


def _same_place(found: StudyCells, frame: int) -> Estimate:
    values = [cell.get(f"{SAME_PLACE}|{frame}") for cell in found.values()]
    known = torch.tensor([value for value in values if value is not None])
    return mean_estimate(known.numpy()) if len(known) else Estimate(float("nan"))


def _holds(near: Estimate, far: Estimate, still: Estimate) -> Holds:
    if far.above(still) and near.low > 0:
        return Holds.YES
    return Holds.NO if still.above(far) else Holds.UNDECIDED


def _apart(scores: LayerScores) -> bool:
    """Whether training has a part in it: a network of random weights follows colours, too."""
    return not scores.has_control or scores.against_control()[2] is Holds.YES


def _chart(scores: LayerScores, found: StudyCells, frames: Sequence[int]) -> LineChart:
    best = scores.ranked()[0].choice
    lines = []
    for network in (TRAINED, CONTROL):
        if network == CONTROL and not scores.has_control:
            continue
        estimates = [
            scores.estimate(type(best)(best.time, best.layer, str(frame)), network)
            for frame in frames
        ]
        lines.append(_line(network, frames, estimates, control=network == CONTROL))
    lines.append(_line(SAME_PLACE, frames, [_same_place(found, frame) for frame in frames]))
    words = "Share of the first frame's object cells whose best match lies on the object."
    return LineChart("Over the frames", words, "frames later", "beyond chance", tuple(lines), 0.0)


def _line(
    name: str, frames: Sequence[int], estimates: Sequence[Estimate], *, control: bool = False
) -> ChartLine:
    return ChartLine(
        name,
        tuple(map(float, frames)),
        tuple(one.value for one in estimates),
        tuple(one.low for one in estimates),
        tuple(one.high for one in estimates),
        control,
    )
