"""Whether a score of the picture as predicted early, or of a draft of few steps, foretells its end.

The noise decides much of a picture, so its score may be foretold before all steps are paid for: by
the prediction of the finished picture that a sampler makes at each step, or by a draft of the same
noise in fewer steps. Both are compared at equal cost: a preview after a tenth of the steps costs as
much as a draft in a tenth of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...errors import InputError
from ...images import to_pil
from ..agreement import rank_correlation
from ..frame.charts import ChartLine, LineChart
from ..frame.intervals import gap_estimate, mean_estimate
from ..frame.painted import Painted, Scorer
from ..frame.report import Claim, Estimate, Holds, PictureRow, Report, Table
from ..frame.run import StudyCells
from ..frame.subject import Painting

SHARES = (0.1, 0.2, 0.4, 0.6)
PREVIEW, DRAFT, SHUFFLED = "preview", "draft", "shuffled seeds"
_SHOWN, _TOLD = 3, 0.5
FEWEST_SEEDS, FEWEST_PROMPTS = 8, 5


@dataclass(frozen=True, eq=False)
class EarlyStudy:
    """Every seed with every prompt, scored at shares of its steps and finished.

    Attributes:
        painted: the finished pictures, whose way of painting names the steps.
        score: how good a picture is for its prompt.
        steps: of a finished picture.
        shares: of the steps, rising.
    """

    painted: Painted
    score: Scorer
    steps: int
    shares: tuple[float, ...] = SHARES
    name: str = "early"

    def __post_init__(self) -> None:
        """Refuse too few seeds to rank and prompts to average over."""
        for field, given, fewest in (
            ("seeds", len(self.painted.seeds), FEWEST_SEEDS),
            ("prompts", len(self.painted.prompts), FEWEST_PROMPTS),
        ):
            if given < fewest:
                raise InputError(field, expected=f"{fewest} or more", got=str(given))

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {"study": self.name, **self.painted.settings, "shares": list(self.shares)}

    def cells(self) -> Sequence[str]:
        """One a prompt."""
        return list(self.painted.prompts)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return scores by seed: finished, as predicted after each share, and of drafts."""
        how, seeds = self.painted.how, self.painted.seeds
        found: dict[str, object] = {"end": self._scores(self.painted.of(cell), cell)}
        seen = [self.painted.subject.previews(cell, seed, how) for seed in seeds]
        for share in self.shares:
            step = self._step(share)
            shown = [self.score(one[step - 1][None], cell)[0].item() for one in seen]
            found[f"{PREVIEW}|{share}"] = shown
            draft = Painting(step, how.sampler, how.guidance)
            pictures = self.painted.subject.paint(cell, seeds, draft)
            found[f"{DRAFT}|{share}"] = self._scores(pictures, cell)
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Rank seeds within each prompt, and compare previews with drafts at equal cost."""
        told = {
            (way, share): mean_estimate(self._correlations(found, f"{way}|{share}"))
            for way in (PREVIEW, DRAFT)
            for share in self.shares
        }
        shuffled = mean_estimate(self._shuffled(found))
        soonest = next((s for s in self.shares if told[PREVIEW, s].value >= _TOLD), None)
        share = self.shares[1]
        preview, draft = (self._correlations(found, f"{w}|{share}") for w in (PREVIEW, DRAFT))
        gap = gap_estimate(preview, draft)
        kept = self._kept(found, f"{PREVIEW}|{share}")
        when = "never within these shares" if soonest is None else f"after {100 * soonest:.0f} %"
        return Report(
            self.name,
            "How soon can a seed's fate with a prompt be told?",
            _CLAIM,
            _holds(told[PREVIEW, share]),
            f"After {100 * share:.0f} % of the steps the prediction's score ranks seeds as the "
            f"finished picture's does with correlation {told[PREVIEW, share]}; a correlation of "
            f"{_TOLD} is reached {when}. Drafts at equal cost: {told[DRAFT, share]}.",
            f"Shuffled seeds correlate by {shuffled}. Previews less drafts: {gap}.",
            {
                f"correlation after {100 * share:.0f} %, preview": told[PREVIEW, share],
                "the same, draft of as many steps": told[DRAFT, share],
                "preview less draft": gap,
                "best quarter by the preview, end score above all seeds, in spreads": kept,
            },
            tables=(_table(told, self.shares),),
            charts=(_chart(told, shuffled, self.shares),),
            rows=(self._row(),),
        )

    def _scores(self, pictures: object, prompt: str) -> list[float]:
        return [float(one) for one in self.score(pictures, prompt)]  # type: ignore[arg-type]

    def _step(self, share: float) -> int:
        return max(1, round(share * self.steps))

    def _correlations(self, found: StudyCells, key: str) -> list[float]:
        return [_correlated(cell[key], cell["end"]) for cell in found.values()]

    def _shuffled(self, found: StudyCells) -> list[float]:
        rng = np.random.default_rng(0)
        key = f"{PREVIEW}|{self.shares[-1]}"
        means = []
        for cell in found.values():
            mixed = [_correlated(rng.permutation(cell[key]), cell["end"]) for _ in range(20)]
            means.append(float(np.mean(mixed)))
        return means

    def _kept(self, found: StudyCells, key: str) -> Estimate:
        gains = []
        for cell in found.values():
            end, early = np.asarray(cell["end"], np.float64), np.asarray(cell[key], np.float64)
            best = np.argsort(-early, kind="stable")[: max(1, len(end) // 4)]
            spread = float(end.std()) or 1.0
            gains.append(float(end[best].mean() - end.mean()) / spread)
        return mean_estimate(gains)

    def _row(self) -> PictureRow:
        prompt, seed = self.painted.prompts[0], self.painted.seeds[0]
        seen = self.painted.subject.previews(prompt, seed, self.painted.how)
        shown = [(to_pil(seen[self._step(s) - 1]), f"{100 * s:.0f} %") for s in self.shares]
        return PictureRow(f"seed {seed}: {prompt}", (*shown, (to_pil(seen[-1]), "finished")))


_CLAIM = Claim(
    "A question of our own, after Progressive Seed Pruning (Guimaraes, Perona) and Flash-BoN",
    "A seed's score can be told early: the prediction after a fifth of the steps ranks the seeds "
    "of a prompt as their finished pictures do.",
    "Seeds are ranked within each prompt; the correlation is Spearman's, the mean over prompts "
    "nobody was taught. The claim is read as: a correlation of 0.5 or more, its interval above.",
)


def _correlated(first: ArrayLike, second: ArrayLike) -> float:
    return rank_correlation(np.asarray(first, np.float64), np.asarray(second, np.float64))


def _holds(told: Estimate) -> Holds:
    if told.low >= _TOLD:
        return Holds.YES
    return Holds.NO if told.high < _TOLD else Holds.UNDECIDED


def _table(told: Mapping[tuple[str, float], Estimate], shares: Sequence[float]) -> Table:
    rows = tuple(
        (f"{100 * share:.0f} %", told[PREVIEW, share], told[DRAFT, share]) for share in shares
    )
    heads = ("Steps taken", "preview", "draft of as many steps")
    return Table("Rank correlation with the finished picture", heads, rows)


def _chart(
    told: Mapping[tuple[str, float], Estimate], shuffled: Estimate, shares: Sequence[float]
) -> LineChart:
    lines = [
        ChartLine(
            way,
            tuple(100 * share for share in shares),
            tuple(told[way, share].value for share in shares),
            tuple(told[way, share].low for share in shares),
            tuple(told[way, share].high for share in shares),
        )
        for way in (PREVIEW, DRAFT)
    ]
    flat = tuple(shuffled.value for _ in shares)
    lines.append(ChartLine(SHUFFLED, tuple(100 * share for share in shares), flat, control=True))
    words = "Spearman's correlation over seeds, mean over prompts; dashed: shuffled seeds."
    return LineChart(
        "How soon it can be told", words, "% of the steps", "correlation", tuple(lines)
    )
