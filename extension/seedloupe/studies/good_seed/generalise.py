"""Whether seeds that are good with some prompts are good with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...chance import chance_overlap
from ...errors import InputError
from ..frame.charts import ChartLine, LineChart
from ..frame.painted import Painted, Scorer
from ..frame.report import Claim, Estimate, Holds, Report, Table
from ..frame.run import StudyCells
from ..statistics import Floats, held_out, repeat, seed_spread
from .paper import PAPER

_TOP_SHARE = 4
FEWEST_PROMPTS, FEWEST_SEEDS = 4, 8


@dataclass(frozen=True, eq=False)
class GeneraliseStudy:
    """Every seed with every prompt, scored; halves of the prompts order the seeds.

    Attributes:
        painted: the pictures.
        scorers: by name; the first is the one the verdict rests on.
    """

    painted: Painted
    scorers: Mapping[str, Scorer]
    name: str = "generalise"

    def __post_init__(self) -> None:
        """Refuse too few prompts or seeds for halves."""
        for field, given, fewest in (
            ("prompts", len(self.painted.prompts), FEWEST_PROMPTS),
            ("seeds", len(self.painted.seeds), FEWEST_SEEDS),
        ):
            if given < fewest:
                raise InputError(field, expected=f"{fewest} or more", got=str(given))

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {"study": self.name, **self.painted.settings, "scorers": list(self.scorers)}

    def cells(self) -> Sequence[str]:
        """One a prompt."""
        return list(self.painted.prompts)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return the scores of all seeds."""
        pictures = self.painted.of(cell)
        return {name: score(pictures, cell).tolist() for name, score in self.scorers.items()}

    def conclude(self, found: StudyCells) -> Report:
        """Correlate halves of the prompts, and judge the best seeds on prompts left out."""
        rng = np.random.default_rng(0)
        rows, charts, verdicts = [], [], []
        for name in self.scorers:
            grid = np.array([cell[name] for cell in found.values()], np.float64)
            judged = _judge(grid, rng)
            rows.append(judged.row(name))
            charts.append(_chart(name, grid))
            verdicts.append(judged)
        first = verdicts[0]
        top = max(1, len(self.painted.seeds) // _TOP_SHARE)
        main = next(iter(self.scorers))
        return Report(
            self.name,
            "Are seeds that are good with some prompts good with others?",
            _CLAIM,
            first.holds,
            f"By {main}, two halves of {len(found)} prompts order {len(self.painted.seeds)} seeds "
            f"with correlation {first.correlation:.2f} (p {first.p:.2g}); the best {top} by one "
            f"half are {first.gain} better on the other half, in spreads of one picture.",
            f"Shuffled seeds correlate by {first.shuffled:.2f}; the best {top} of both halves have "
            f"{first.common} seeds in common where chance gives {first.expected:.1f}.",
            {
                "correlation of halves": first.correlation,
                "held-out gain of the best quarter, in spreads": first.gain,
                "variance of the seeds' means over shuffled": first.ratio,
                "chance of as much": first.p,
            },
            tables=(Table("By every scorer", _HEADS, tuple(rows)),),
            charts=tuple(charts),
        )


_HEADS = (
    "Scorer",
    "correlation of halves",
    "p",
    "variance over shuffled",
    "p of it",
    "held-out gain",
    "common best quarter",
    "by chance",
)
_CLAIM = Claim(
    PAPER,
    "Seeds rank alike on two disjoint sets of prompts.",
    "The paper compares FID over two sets of 10,000 captions and HPS v2 over two sets of 1,000. "
    "Here each scorer orders the seeds by their mean over each half of the prompts, over many "
    "halvings; shuffling the seeds within each prompt is the control. The claim holds where the "
    "correlation has p below 0.05 and the best quarter gains on prompts it was not chosen by.",
)


@dataclass(frozen=True)
class _Judged:
    correlation: float
    p: float
    shuffled: float
    ratio: float
    ratio_p: float
    gain: Estimate
    common: int
    expected: float

    @property
    def holds(self) -> Holds:
        if self.p < 0.05 and self.gain.low > 0:
            return Holds.YES
        return Holds.NO if self.gain.high < 0.1 else Holds.UNDECIDED

    def row(self, name: str) -> tuple[str | float | Estimate, ...]:
        return (
            name,
            self.correlation,
            self.p,
            self.ratio,
            self.ratio_p,
            self.gain,
            f"{self.common}",
            self.expected,
        )


def _judge(grid: Floats, rng: np.random.Generator) -> _Judged:
    spread = float(grid.std(1).mean()) or 1.0
    top = max(1, grid.shape[1] // _TOP_SHARE)
    seeds, halves = seed_spread(grid, rng), repeat(grid, rng)
    best = held_out(-grid, top, rng, worst=False)
    gain = Estimate(-best.gap / spread, -best.high / spread, -best.low / spread)
    common = len(set(best.chosen_by[0]) & set(best.chosen_by[1]))
    chance = chance_overlap(grid.shape[1], [top, top], common)
    return _Judged(
        halves.correlation,
        halves.p,
        halves.shuffled,
        seeds.ratio,
        seeds.p,
        gain,
        common,
        chance.expected,
    )


def _chart(name: str, grid: Floats) -> LineChart:
    order: NDArray[np.int64] = np.argsort(grid[::2].mean(0))
    places = tuple(map(float, range(1, grid.shape[1] + 1)))
    one, other = grid[::2].mean(0)[order], grid[1::2].mean(0)[order]
    words = "Seeds in the order of one half of the prompts; were seeds alike, the other is flat."
    lines = (
        ChartLine("prompts that order them", places, tuple(map(float, one))),
        ChartLine("the other prompts", places, tuple(map(float, _smoothed(other)))),
    )
    return LineChart(f"By {name}", words, "seeds, worst to best", name, lines)


def _smoothed(values: Floats) -> Floats:
    width = max(1, len(values) // 8)
    padded = np.pad(values, width // 2, mode="edge")
    smooth: Floats = np.convolve(padded, np.ones(width) / width, "same")
    return smooth[width // 2 : width // 2 + len(values)]
