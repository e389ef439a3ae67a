"""Which layers keep objects apart, at which noise, by which distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate, normalize

from ...errors import InputError
from ...lens import Measure, judge_segmentation, measure_separability, segment
from ..frame.layer_scores import LayerScores, score_key
from ..frame.looking import encoder_at_sixteen
from ..frame.of_pictures import PictureStudy
from ..frame.report import Claim, Holds, Report
from ..frame.run import StudyCells
from .paper import OURS, PAPER

MEASURES = (
    Measure.COSINE,
    Measure.CENTRED_COSINE,
    Measure.L2,
    Measure.L1,
    Measure.RELATIVE_NORM,
)
COMBINED = "three layers together"
"""The last layers on three grids side by side, each of unit length."""
CLUSTERS = "clusters"
_MOST_CELLS = 256
_COMBINED = 3


@dataclass(frozen=True, eq=False)
class LayersStudy(PictureStudy):
    """Pairs of cells within an object against pairs across its edge, for every layer."""

    name: str = "layers"

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return the AUC by network, time, layer and distance, and how clusters meet outlines."""
        picture = self.picture(cell)
        found: dict[str, object] = {}
        for network, time, features in self.looking.look(picture.image):
            finest = max((one.shape[-2:] for one in features.values()), key=lambda g: g[0] * g[1])
            together = {**features, COMBINED: _combined(features, finest)}
            for layer, feature in together.items():
                spread = interpolate(feature[None], finest)[0]
                for variant, score in _scores(spread, picture.objects).items():
                    found[score_key(network, time, layer, variant)] = score
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Rank the layers by AUC, and by what their clusters reach."""
        aucs = LayerScores(_only(found, clusters=False), "AUC", 0.5)
        ious = LayerScores(_only(found, clusters=True), "IoU of clusters")
        ranked = aucs.ranked()
        best = ranked[0]
        layers = [one.choice.layer for one in ranked]
        pointed = encoder_at_sixteen(self.looking.layers)
        place = layers.index(pointed) + 1 if pointed in layers else None
        sentence = (
            f"{best.choice.layer} keeps objects apart best: of pairs within an object "
            f"{100 * best.score.value:.0f} % are more alike than pairs across its edge, at time "
            f"{best.choice.time} by {best.choice.variant}"
        )
        if place is not None:
            sentence += f"; {pointed}, the first at 16 × 16 in SD 1, is {place} of {len(layers)}"
        return Report(
            self.name,
            "Which layers keep objects apart?",
            _CLAIM,
            _holds(place, len(layers)),
            f"{sentence}.",
            aucs.control_words(),
            {**aucs.figures(), "place of the first encoder layer at 16 × 16": place or "—"},
            tables=(aucs.table(), ious.table()),
            charts=(
                aucs.bars("The layers that keep objects apart best"),
                aucs.by_time(),
                aucs.by_variant("By distance", "AUC, each layer at the time it is best at."),
                ious.bars("Clusters against outlines"),
            ),
            notes=(
                f"{len(found)} pictures: {self.origin}.",
                "All maps are judged on the cells of the finest one, coarser ones repeated.",
            ),
        )


_CLAIM = Claim(
    PAPER,
    "The first encoder layer at 16 × 16 keeps semantics well.",
    f"{OURS}every picture is noised once to each time and passed through the denoiser with an "
    "empty prompt; a layer's AUC is how often a pair of cells within one object is more alike "
    "than a pair across its edge, the mean over pictures. Which layer is meant by the first at "
    "16 × 16 is inferred. “Well” is read as: among the best third of layers.",
)


def _scores(feature: Tensor, objects: Tensor) -> dict[str, float | None]:
    try:
        aucs = measure_separability(
            feature, objects, measures=MEASURES, resamples=0, most=_MOST_CELLS
        )
    except InputError:  # an object too small for two cells
        return {}
    found: dict[str, float | None] = {one.measure.value: _finite(one.auc) for one in aucs}
    segmented = segment(feature, clusters=max(2, int(objects.max()) + 1))
    found[CLUSTERS] = _finite(judge_segmentation(segmented, objects).mean_iou)
    return found


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def _combined(features: Mapping[str, Tensor], size: torch.Size) -> Tensor:
    """Put the last layers on three grids side by side on one of them."""
    by_grid = {feature.shape[-2:]: feature for feature in features.values()}
    chosen = list(by_grid.values())[-_COMBINED:]
    return torch.cat([normalize(interpolate(one[None], size)[0], dim=0) for one in chosen])


def _only(found: StudyCells, *, clusters: bool) -> StudyCells:
    return {
        name: {key: score for key, score in cell.items() if key.endswith(CLUSTERS) is clusters}
        for name, cell in found.items()
    }


def _holds(place: int | None, layers: int) -> Holds:
    if place is None:
        return Holds.UNDECIDED
    return Holds.YES if place <= layers / 3 else Holds.NO
