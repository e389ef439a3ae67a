"""How different four pictures are: seeds at random, far apart, far apart and good, and repelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from ...errors import InputError
from ...images import to_pil
from ...picking.distances import Cloud, farthest_points
from ..frame.charts import BarChart, ChartBar
from ..frame.intervals import gap_estimate, mean_estimate
from ..frame.painted import Embedder, Painted, Scorer
from ..frame.report import Claim, Estimate, Holds, PictureRow, Report, Table
from ..frame.run import StudyCells
from .paper import PAPER

SET = 4
RANDOM, FARTHEST, FLOORED = "random", "farthest points", "farthest points among the better half"
_RANDOM_SETS = 16
_SHOWN = 2


@dataclass(frozen=True, eq=False)
class DiversityStudy:
    """Sets of four seeds, chosen by what they did with some prompts, judged on others.

    Attributes:
        painted: every seed with every prompt; the first half of the prompts chooses.
        embed: what pictures look like; the same space chooses and judges.
        score: how good they are, for the floor.
    """

    painted: Painted
    embed: Embedder
    score: Scorer
    name: str = "diversity"

    def __post_init__(self) -> None:
        """Refuse too few seeds to choose from."""
        if len(self.painted.seeds) < 2 * SET:
            got = str(len(self.painted.seeds))
            raise InputError("seeds", expected=f"{2 * SET} or more", got=got)
        if len(self.painted.prompts) < SET:
            got = str(len(self.painted.prompts))
            raise InputError("prompts", expected=f"{SET} or more", got=got)

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {"study": self.name, **self.painted.settings}

    def cells(self) -> Sequence[str]:
        """One a prompt."""
        return list(self.painted.prompts)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return vectors and scores of all seeds."""
        pictures = self.painted.of(cell)
        raw = self.embed(pictures).float()
        vectors = normalize(raw - raw.mean(0), dim=1)
        return {
            "vectors": [[round(v, 5) for v in row] for row in vectors.tolist()],
            "scores": self.score(pictures, cell).tolist(),
        }

    def conclude(self, found: StudyCells) -> Report:
        """Choose sets by the first half of the prompts, judge them on the second."""
        cells = list(found.values())
        half = len(cells) // 2
        sets = self._sets(cells[:half])
        judged = {
            name: np.array([_alike(cell, chosen) for cell in cells[half:]])
            for name, chosen in sets.items()
        }
        alike = {name: mean_estimate(values) for name, values in judged.items()}
        gaps = {
            name: gap_estimate(values, judged[RANDOM])
            for name, values in judged.items()
            if name != RANDOM
        }
        quality = {
            name: mean_estimate([_quality(cell, chosen) for cell in cells[half:]])
            for name, chosen in sets.items()
        }
        gap = gaps[FLOORED]
        return Report(
            self.name,
            "Do seeds chosen to be different give more different pictures?",
            _CLAIM,
            _holds(gap),
            f"On {len(cells) - half} prompts they were not chosen by, four seeds far apart among "
            f"the better half are alike by {alike[FLOORED]} (cosine), random ones by "
            f"{alike[RANDOM]}: a gap of {gap}.",
            f"{_RANDOM_SETS} random sets of four are the control; without the floor the set "
            f"scores {quality[FARTHEST]}, random ones {quality[RANDOM]}.",
            {
                "mean pairwise similarity, random": alike[RANDOM],
                "farthest points": alike[FARTHEST],
                "farthest points among the better half": alike[FLOORED],
                "gap to random": gap,
            },
            tables=(_table(alike, gaps, quality),),
            charts=(_bars(alike),),
            rows=tuple(self._rows(sets)),
        )

    def _sets(self, cells: Sequence[Mapping[str, object]]) -> dict[str, list[list[int]]]:
        vectors = np.concatenate([np.array(cell["vectors"]) for cell in cells], axis=1)
        scores = np.array([cell["scores"] for cell in cells], np.float64).mean(0)
        rng = np.random.default_rng(0)
        every = np.arange(len(scores))
        better = np.argsort(-scores, kind="stable")[: max(SET, len(scores) // 2)]
        return {
            RANDOM: [
                rng.choice(len(scores), SET, replace=False).tolist() for _ in range(_RANDOM_SETS)
            ],
            FARTHEST: [_far(vectors, every)],
            FLOORED: [_far(vectors, np.sort(better))],
        }

    def _rows(self, sets: Mapping[str, Sequence[Sequence[int]]]) -> list[PictureRow]:
        rows = []
        for prompt in self.painted.prompts[-_SHOWN:]:
            pictures = self.painted.of(prompt)
            for name, chosen in sets.items():
                seeds = [self.painted.seeds[place] for place in chosen[0]]
                shown = [
                    (to_pil(pictures[place]), f"seed {seed}")
                    for place, seed in zip(chosen[0], seeds, strict=True)
                ]
                rows.append(PictureRow(f"{name}: {prompt}", tuple(shown)))
        return rows


_CLAIM = Claim(
    PAPER,
    "Four seeds by farthest-point sampling give more different pictures than four random ones.",
    "The paper takes the first seed at random and three by farthest-point sampling in a space of "
    "style or composition, and measures the mean pairwise cosine of 500 or 440 prompts. Here seeds "
    "are chosen by half of the prompts and judged on the other half, in one space. The claim "
    "holds where sets with a floor of quality are less alike than random ones, the interval of "
    "the gap below nought.",
)


def _far(vectors: NDArray[np.float64], rows: NDArray[np.int64]) -> list[int]:
    """Take the row nearest the middle first, then the farthest from all before it."""
    points = vectors[rows].astype(np.float32)
    start = int(np.linalg.norm(points - points.mean(0), axis=1).argmin())
    chosen, _ = farthest_points(Cloud.of(points), start, SET)
    return [int(rows[place]) for place in chosen]


def _alike(cell: Mapping[str, object], sets: Sequence[Sequence[int]]) -> float:
    """Return the mean pairwise cosine within sets, over all of them."""
    vectors = torch.tensor(cell["vectors"], dtype=torch.float64)
    return float(np.mean([_pairwise(vectors[list(chosen)]) for chosen in sets]))


def _pairwise(vectors: Tensor) -> float:
    alike = vectors @ vectors.mT
    upper = torch.ones_like(alike, dtype=torch.bool).triu(1)
    return float(alike[upper].mean())


def _quality(cell: Mapping[str, object], sets: Sequence[Sequence[int]]) -> float:
    scores = np.array(cell["scores"], np.float64)
    return float(np.mean([scores[list(chosen)].mean() for chosen in sets]))


def _holds(gap: Estimate) -> Holds:
    if gap.bounded and gap.high < 0:
        return Holds.YES
    return Holds.NO if gap.bounded and gap.low > 0 else Holds.UNDECIDED


def _table(
    alike: Mapping[str, Estimate], gaps: Mapping[str, Estimate], quality: Mapping[str, Estimate]
) -> Table:
    rows = tuple((name, alike[name], gaps.get(name, "—"), quality[name]) for name in alike)
    heads = ("Four seeds", "mean pairwise similarity", "gap to random", "score")
    return Table("Ways to choose", heads, rows, "Less alike is more diverse.")


def _bars(alike: Mapping[str, Estimate]) -> BarChart:
    bars = tuple(
        ChartBar(name, one.value, one.low, one.high, control=name == RANDOM)
        for name, one in alike.items()
    )
    words = "Mean pairwise cosine of four pictures of one prompt; less is more diverse."
    return BarChart("How alike four pictures are", words, "cosine", bars)
