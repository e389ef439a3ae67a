"""Whether a point of a thing is found on another thing of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import interpolate

from ...images import to_pil
from ...lens import Spot, find_matches, pck
from ..frame.intervals import mean_estimate
from ..frame.layer_scores import LayerScores, score_key
from ..frame.looking import Looking
from ..frame.report import Claim, Estimate, Holds, PictureRow, Report, Table
from ..frame.run import StudyCells
from ..labelled import KeypointPair
from .paper import PAPER

IMAGE, BOX = "of the picture", "of the box"
COLOUR = "colours of the cells"
ALPHA = 0.1
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class CorrespondenceStudy:
    """Each known point of one picture looked for in another, for every layer.

    Attributes:
        looking: the model, its control, layers and times.
        pairs: of pictures with points that mean the same.
        origin: where they come from, in words.
    """

    looking: Looking
    pairs: tuple[KeypointPair, ...]
    origin: str
    name: str = "correspondence"

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        shown = [pair.name for pair in self.pairs]
        return self.looking.settings_of(self.name, self.origin, pairs=shown)

    def cells(self) -> Sequence[str]:
        """One a pair."""
        return [pair.name for pair in self.pairs]

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return PCK@0.1 of picture and box by network, time and layer; of colours, of staying."""
        pair = next(one for one in self.pairs if one.name == cell)
        found: dict[str, object] = {}
        for name, network in self.looking.networks.items():
            for time in self.looking.times:
                here = self.looking.features(network, pair.source, time)
                there = self.looking.features(network, pair.target, time)
                for layer in self.looking.layers:
                    shares = share_matched(here[layer], there[layer], pair)
                    for variant, share in zip((IMAGE, BOX), shares, strict=True):
                        found[score_key(name, time, layer, variant)] = share
        size = max((one.shape[-2:] for one in here.values()), key=lambda grid: grid[0] * grid[1])
        colours = [
            interpolate(one[None], size, mode="area")[0] for one in (pair.source, pair.target)
        ]
        found[COLOUR] = share_matched(colours[0], colours[1], pair)[0]
        found["same place"] = _share(pair, [Spot(*at) for at in pair.points[:, 0].tolist()])[0]
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Rank the layers by PCK of the picture."""
        scores = LayerScores(_variant(found, IMAGE), "PCK@0.1 of the picture")
        boxed = LayerScores(_variant(found, BOX), "PCK@0.1 of the box")
        trained, _, apart = scores.against_control()
        colours = mean_estimate([cell[COLOUR] for cell in found.values()])
        still = mean_estimate([cell["same place"] for cell in found.values()])
        best = scores.ranked()[0].choice
        holds = apart
        if apart is Holds.YES and not trained.above(colours):
            holds = Holds.UNDECIDED
        return Report(
            self.name,
            "Is a point of a thing found on another thing of its kind?",
            _CLAIM,
            holds,
            f"The best layer finds {_percent(trained)} of the points within a tenth of the "
            f"picture, on pairs it was not chosen by ({best.layer} at time {best.time} over all); "
            f"within a tenth of the box {_percent(boxed.best())}.",
            f"{scores.control_words()} The mean colours of the same cells find "
            f"{_percent(colours)}, points that stay in place {_percent(still)}.",
            {
                **scores.figures(),
                "PCK@0.1 of the box": boxed.best(),
                "colours of the cells": colours,
                "points that stay in place": still,
            },
            tables=(scores.table(), _published()),
            charts=(scores.bars("The layers that find points best"), scores.by_time()),
            rows=tuple(
                PictureRow(
                    f"{pair.kind}, {len(pair.points)} points",
                    ((to_pil(pair.source), "from"), (to_pil(pair.target), "to")),
                )
                for pair in self.pairs[:_SHOWN]
            ),
            notes=(f"{len(found)} pairs: {self.origin}.",),
        )


_CLAIM = Claim(
    PAPER,
    "Features of a trained denoiser find semantic correspondences: PCK@0.1 of the picture 75 to "
    "84 % on SPair-71k.",
    "The paper trains one convolution on frozen features. Here nothing is trained: each point "
    "looks for the cell most like its own (cosine), at one noise a picture, so the figures cannot "
    "be compared with the paper's. The claim is read as: better than random weights and than the "
    "colours of the same cells, intervals apart.",
)


def share_matched(source: Tensor, target: Tensor, pair: KeypointPair) -> tuple[float, float]:
    """Return the share of points found within a tenth of the picture, and of the box.

    Args:
        source: features ``(C, H, W)`` of the first picture.
        target: likewise, of the second.
        pair: whose points are looked for.
    """
    spots = [Spot(x, y) for x, y in pair.points[:, 0].tolist()]
    matches = find_matches(source, target, spots=spots)
    return _share(pair, [match.target for match in matches])


def _share(pair: KeypointPair, found: Sequence[Spot]) -> tuple[float, float]:
    true = [Spot(x, y) for x, y in pair.points[:, 1].tolist()]
    height, width = pair.target.shape[-2:]
    left, top, right, bottom = pair.box
    side = max((right - left) * width, (bottom - top) * height)
    whole = pck(found, true, size=(width, height), alpha=ALPHA).share
    return whole, pck(found, true, size=(width, height), alpha=ALPHA, reference=side).share


def _variant(found: StudyCells, variant: str) -> StudyCells:
    return {
        name: {key: score for key, score in cell.items() if key.endswith(f"|{variant}")}
        for name, cell in found.items()
    }


def _percent(share: Estimate) -> str:
    if not share.bounded:
        return f"{100 * share.value:.0f} %"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})"


def _published() -> Table:
    rows = (
        ("SD 1.5, layers used before", 75.14, 66.73),
        ("SD 1.5, chosen layers", 77.78, 69.83),
        ("SDXL, chosen layers", 81.72, 75.18),
        ("SDXL and others, chosen layers", 83.90, 76.86),
    )
    heads = ("SPair-71k, as published", "PCK@0.1 of the picture", "of the box")
    return Table("What the paper reports", heads, rows, "With one trained convolution; in %.")
