"""How different four pictures are: seeds at random, far apart, far apart and good, and repelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

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
from ..frame.report import Claim, Estimate, PictureRow, Report, Table, whether
from ..frame.run import StudyCells
from .paper import PAPER
from .repulsion import push_apart

SET = 4
RANDOM, FARTHEST, FLOORED = "random", "farthest points", "farthest points among the better half"
REPELLED = "random, pushed apart while sampled"
STRENGTH = 0.3
"""Of the push; ours, for the paper on it has one for each model."""
_RANDOM_SETS, _REPELLED_SETS = 16, 1
_SHOWN = 2
_Cell: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class DiversityStudy:
    """Sets of four seeds, chosen by what they did with some prompts, judged on others.

    Attributes:
        painted: every seed with every prompt; the first half of the prompts chooses.
        spaces: what pictures look like, by name; the first chooses, all judge.
        score: how good they are, for the floor.
        strength: of the push between pictures that are sampled together.
    """

    painted: Painted
    spaces: Mapping[str, Embedder]
    score: Scorer
    strength: float = STRENGTH
    name: str = "diversity"

    def __post_init__(self) -> None:
        """Refuse too few seeds to choose from."""
        for field, given, fewest in (
            ("seeds", len(self.painted.seeds), 2 * SET),
            ("prompts", len(self.painted.prompts), SET),
            ("spaces", len(self.spaces), 1),
        ):
            if given < fewest:
                raise InputError(field, expected=f"{fewest} or more", got=str(given))

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {
            "study": self.name,
            **self.painted.settings,
            "spaces": list(self.spaces),
            "push": self.strength,
        }

    def cells(self) -> Sequence[str]:
        """One a prompt."""
        return list(self.painted.prompts)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return vectors and scores of all seeds, and of sets that were pushed apart."""
        pictures = self.painted.of(cell)
        found: dict[str, object] = {
            "vectors": {name: _vectors(embed, pictures) for name, embed in self.spaces.items()},
            "scores": self.score(pictures, cell).tolist(),
        }
        if cell in self._judging:
            found[REPELLED] = [self._repelled(cell, pictures, chosen) for chosen in self._pushed()]
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Choose sets by the first half of the prompts, judge them on the second."""
        cells = list(found.values())
        half = len(cells) // 2
        sets = self._sets(cells[:half])
        judged = {space: _judged(cells[half:], sets, space) for space in self.spaces}
        gaps = {space: _gaps(values) for space, values in judged.items()}
        quality = _quality(cells[half:], sets)
        chooser, *others = self.spaces
        alike = {name: mean_estimate(values) for name, values in judged[chooser].items()}
        gap, pushed = gaps[chooser][FLOORED], gaps[chooser][REPELLED]
        unseen = "".join(
            f" In {space}, which did not choose: {gaps[space][FLOORED]}." for space in others[:1]
        )
        return Report(
            self.name,
            "Do seeds chosen to be different give more different pictures?",
            _CLAIM,
            whether([_below(gaps[space][FLOORED]) for space in (chooser, *others[:1])]),
            f"On {len(cells) - half} prompts they were not chosen by, four seeds far apart among "
            f"the better half are alike by {alike[FLOORED]} (cosine of {chooser}), random ones by "
            f"{alike[RANDOM]}: a gap of {gap}.{unseen} Random seeds pushed apart while they are "
            f"sampled: a gap of {pushed} in {chooser}.",
            f"{_RANDOM_SETS} random sets of four are the control. Scores: random "
            f"{quality[RANDOM]}, farthest points {quality[FARTHEST]}, those among the better half "
            f"{quality[FLOORED]}, pushed apart {quality[REPELLED]}.",
            {
                f"mean pairwise similarity of {chooser}, random": alike[RANDOM],
                "gap to random, farthest points among the better half": gap,
                "gap to random, pushed apart while sampled": pushed,
                **{
                    f"gap in {space}, which did not choose": gaps[space][FLOORED]
                    for space in others[:1]
                },
                "gap to random, farthest points": gaps[chooser][FARTHEST],
            },
            tables=tuple(
                _table(space, judged[space], gaps[space], quality) for space in self.spaces
            ),
            charts=tuple(
                _bars(space, judged[space], chose=space == chooser) for space in self.spaces
            ),
            rows=tuple(self._rows(sets)),
            notes=(f"Pictures are pushed apart with strength {self.strength:g}.",),
        )

    @property
    def _judging(self) -> Sequence[str]:
        return self.painted.prompts[len(self.painted.prompts) // 2 :]

    def _random(self) -> list[list[int]]:
        rng = np.random.default_rng(0)
        count = len(self.painted.seeds)
        return [rng.choice(count, SET, replace=False).tolist() for _ in range(_RANDOM_SETS)]

    def _pushed(self) -> list[list[int]]:
        """Return the random sets that are also pushed apart."""
        return self._random()[:_REPELLED_SETS]

    def _repel(self, prompt: str, chosen: Sequence[int]) -> Tensor:
        seeds = [self.painted.seeds[place] for place in chosen]
        push = partial(push_apart, strength=self.strength)
        return self.painted.together(prompt, seeds, push, {"push": self.strength})

    def _repelled(self, prompt: str, pictures: Tensor, chosen: Sequence[int]) -> _Cell:
        pushed = self._repel(prompt, chosen)
        return {
            "vectors": {
                name: _vectors(embed, pushed, about=pictures) for name, embed in self.spaces.items()
            },
            "scores": self.score(pushed, prompt).tolist(),
        }

    def _sets(self, cells: Sequence[_Cell]) -> dict[str, list[list[int]]]:
        chooser = next(iter(self.spaces))
        vectors = np.concatenate([np.array(cell["vectors"][chooser]) for cell in cells], axis=1)
        scores = np.array([cell["scores"] for cell in cells], np.float64).mean(0)
        better = np.argsort(-scores, kind="stable")[: max(SET, len(scores) // 2)]
        return {
            RANDOM: self._random(),
            FARTHEST: [_far(vectors, np.arange(len(scores)))],
            FLOORED: [_far(vectors, np.sort(better))],
        }

    def _rows(self, sets: Mapping[str, Sequence[Sequence[int]]]) -> list[PictureRow]:
        rows = []
        for prompt in self.painted.prompts[-_SHOWN:]:
            pictures = self.painted.of(prompt)
            for name, chosen in sets.items():
                rows.append(self._row(f"{name}: {prompt}", pictures[chosen[0]], chosen[0]))
            pushed = self._pushed()[0]
            rows.append(self._row(f"{REPELLED}: {prompt}", self._repel(prompt, pushed), pushed))
        return rows

    def _row(self, name: str, pictures: Tensor, chosen: Sequence[int]) -> PictureRow:
        seeds = [self.painted.seeds[place] for place in chosen]
        shown = [(to_pil(one), f"seed {seed}") for one, seed in zip(pictures, seeds, strict=True)]
        return PictureRow(name, tuple(shown))


_CLAIM = Claim(
    PAPER,
    "Four seeds by farthest-point sampling give more different pictures than four random ones, and "
    "than four that are pushed apart while they are sampled (Particle Guidance).",
    "The paper takes the first seed at random and three by farthest-point sampling in a space of "
    "style or composition, and measures the mean pairwise cosine of 500 or 440 prompts. Here seeds "
    "are chosen by half of the prompts and judged on the other half, vectors taken from the mean "
    "of all seeds with a prompt, in the space that chose and in one that did not. Particle "
    "Guidance is approximated: a kernel between what each step predicts of the four latents "
    "pushes them apart, nothing is differentiated through the network. The claim holds where sets "
    "with a floor of quality are less alike than random ones in both spaces, the intervals of the "
    "gaps below nought.",
)


def _vectors(
    embed: Embedder, pictures: Tensor, *, about: Tensor | None = None
) -> list[list[float]]:
    """Return unit vectors from the mean of all seeds' pictures."""
    seen = embed(pictures).float()
    centre = seen.mean(0) if about is None else embed(about).float().mean(0)
    return [[round(v, 5) for v in row] for row in normalize(seen - centre, dim=1).tolist()]


def _far(vectors: NDArray[np.float64], rows: NDArray[np.int64]) -> list[int]:
    """Take the row nearest the middle first, then the farthest from all before it."""
    points = vectors[rows].astype(np.float32)
    start = int(np.linalg.norm(points - points.mean(0), axis=1).argmin())
    chosen, _ = farthest_points(Cloud.of(points), start, SET)
    return [int(rows[place]) for place in chosen]


def _judged(
    cells: Sequence[_Cell], sets: Mapping[str, Sequence[Sequence[int]]], space: str
) -> dict[str, NDArray[np.float64]]:
    """Return for each way to choose the mean pairwise cosine within its sets, one a prompt."""
    found: dict[str, list[float]] = {name: [] for name in (*sets, REPELLED)}
    for cell in cells:
        vectors = torch.tensor(cell["vectors"][space], dtype=torch.float64)
        for name, chosen in sets.items():
            found[name].append(float(np.mean([_pairwise(vectors[list(s)]) for s in chosen])))
        pushed = [torch.tensor(one["vectors"][space]).double() for one in cell[REPELLED]]
        found[REPELLED].append(float(np.mean([_pairwise(one) for one in pushed])))
    return {name: np.array(values) for name, values in found.items()}


def _pairwise(vectors: Tensor) -> float:
    alike = vectors @ vectors.mT
    upper = torch.ones_like(alike, dtype=torch.bool).triu(1)
    return float(alike[upper].mean())


def _gaps(judged: Mapping[str, NDArray[np.float64]]) -> dict[str, Estimate]:
    """Compare each way with random sets; what was pushed apart, too, is of random seeds."""
    return {
        name: gap_estimate(values, judged[RANDOM])
        for name, values in judged.items()
        if name != RANDOM
    }


def _quality(
    cells: Sequence[_Cell], sets: Mapping[str, Sequence[Sequence[int]]]
) -> dict[str, Estimate]:
    scores = [np.array(cell["scores"], np.float64) for cell in cells]
    found = {
        name: mean_estimate([np.mean([one[list(s)].mean() for s in chosen]) for one in scores])
        for name, chosen in sets.items()
    }
    pushed = [np.mean([one["scores"] for one in cell[REPELLED]]) for cell in cells]
    return {**found, REPELLED: mean_estimate(pushed)}


def _below(gap: Estimate) -> bool | None:
    if not gap.bounded:
        return None
    return True if gap.high < 0 else (False if gap.low > 0 else None)


def _table(
    space: str,
    judged: Mapping[str, NDArray[np.float64]],
    gaps: Mapping[str, Estimate],
    quality: Mapping[str, Estimate],
) -> Table:
    rows = tuple(
        (name, mean_estimate(values), gaps.get(name, "—"), quality[name])
        for name, values in judged.items()
    )
    heads = ("Four seeds", "mean pairwise similarity", "gap to random", "score")
    return Table(f"Ways to choose, by {space}", heads, rows, "Less alike is more diverse.")


def _bars(space: str, judged: Mapping[str, NDArray[np.float64]], *, chose: bool) -> BarChart:
    known = {name: mean_estimate(values) for name, values in judged.items()}
    bars = tuple(
        ChartBar(name, one.value, one.low, one.high, control=name == RANDOM)
        for name, one in known.items()
    )
    words = (
        f"Mean pairwise cosine of four pictures of one prompt by {space}, which "
        f"{'chose the seeds' if chose else 'did not choose the seeds'}; less is more diverse."
    )
    return BarChart(f"How alike four pictures are, by {space}", words, "cosine", bars)
