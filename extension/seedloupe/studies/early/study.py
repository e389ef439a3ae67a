"""Whether what shows of a picture early, or a draft of few steps, foretells its score.

The noise decides much of a picture, so its score may be foretold before all steps are paid for: by
the prediction of the finished picture that a sampler makes at each step, by what layers hold then,
or by a draft of the same noise in fewer steps. They are compared at equal cost: a preview after a
tenth of the steps costs as much as a draft in a tenth of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...errors import InputError
from ...images import to_pil
from ..agreement import rank_correlation
from ..frame.charts import ChartLine, LineChart
from ..frame.intervals import gap_estimate, mean_estimate
from ..frame.painted import Painted, Scorer
from ..frame.report import Claim, Estimate, Holds, PictureRow, Report, Table
from ..frame.run import StudyCells
from ..frame.subject import Painting
from .probe import Floats, guesses, sketch

SHARES = (0.1, 0.2, 0.4)
PREVIEW, DRAFT, PROBE, SHUFFLED = "preview", "draft", "probe", "shuffled seeds"
_TAUGHT_SHUFFLED = "probe taught shuffled seeds"
_TOLD = 0.5
FEWEST_SEEDS, FEWEST_PROMPTS = 8, 5


@dataclass(frozen=True, eq=False)
class EarlyStudy:
    """Every seed with every prompt, scored at shares of its steps and finished.

    Attributes:
        painted: the finished pictures, whose way of painting names the steps.
        score: how good a picture is for its prompt.
        steps: of a finished picture.
        shares: of the steps, rising.
        layers: what a probe is taught on; none teaches none.
    """

    painted: Painted
    score: Scorer
    steps: int
    shares: tuple[float, ...] = SHARES
    layers: tuple[str, ...] = ()
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
        return {
            "study": self.name,
            **self.painted.settings,
            "shares": list(self.shares),
            "probe": list(self.layers),
        }

    def cells(self) -> Sequence[str]:
        """One a prompt."""
        return list(self.painted.prompts)

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return by seed: the scores, those early on, and what layers hold there."""
        how, seeds = self.painted.how, self.painted.seeds
        found: dict[str, object] = {"end": self._scores(self.painted.of(cell), cell)}
        steps = tuple(self._step(share) for share in self.shares)
        seen = self.painted.subject.glimpses(
            cell, seeds, how, steps=sorted(set(steps)), layers=self.layers
        )
        after = {glimpse.step: glimpse for glimpse in seen}
        for share, step in zip(self.shares, steps, strict=True):
            found[f"{PREVIEW}|{share}"] = self._scores(after[step].pictures, cell)
            found[f"{PROBE}|{share}"] = sketch(dict(after[step].features), self.layers)
            drafts = replace(self.painted, how=Painting(step, how.sampler, how.guidance))
            found[f"{DRAFT}|{share}"] = self._scores(drafts.of(cell), cell)
        return found

    def conclude(self, found: StudyCells) -> Report:
        """Rank seeds within each prompt, and compare the ways of telling at equal cost."""
        each = {
            (way, share): self._correlations(found, way, share)
            for way in self.ways
            for share in self.shares
        }
        told = {key: mean_estimate(values) for key, values in each.items()}
        share = self.shares[min(1, len(self.shares) - 1)]
        soonest = next((s for s in self.shares if told[PREVIEW, s].value >= _TOLD), None)
        when = "never within these shares" if soonest is None else f"after {100 * soonest:.0f} %"
        gaps = {
            f"{way} less draft, after {100 * s:.0f} %": gap_estimate(each[way, s], each[DRAFT, s])
            for way in self.ways
            for s in self.shares
            if way != DRAFT
        }
        controls = self._controls(found)
        best = max(self.ways, key=lambda way: told[way, share].value)
        after = f"After {100 * share:.0f} % of the steps"
        return Report(
            self.name,
            "How soon can a seed's fate with a prompt be told?",
            _CLAIM,
            _holds(told[PREVIEW, share]),
            f"{after} the prediction's score ranks seeds as the finished picture's does with "
            f"correlation {told[PREVIEW, share]}; a correlation of {_TOLD} is reached {when}. "
            f"Drafts at equal cost: {told[DRAFT, share]}"
            + (f"; a probe on layers: {told[PROBE, share]}" if self.layers else "")
            + f". Best at equal cost: the {best}.",
            " ".join(f"{name.capitalize()} correlate by {one}." for name, one in controls.items())
            + " "
            + " ".join(f"{name.capitalize()}: {gap}." for name, gap in gaps.items()),
            {
                **{
                    f"correlation after {100 * s:.0f} %, {way}": told[way, s]
                    for way in self.ways
                    for s in self.shares
                },
                **gaps,
                **{
                    f"best quarter by {way}, above all seeds, in spreads": self._kept(
                        found, way, share
                    )
                    for way in self.ways
                },
                **controls,
            },
            tables=(_table(told, self.ways, self.shares),),
            charts=(_chart(told, controls[SHUFFLED], self.ways, self.shares),),
            rows=(self._row(),),
            notes=self._notes(),
        )

    @property
    def ways(self) -> tuple[str, ...]:
        """What a fate is told by."""
        return (PREVIEW, DRAFT, PROBE) if self.layers else (PREVIEW, DRAFT)

    def _scores(self, pictures: object, prompt: str) -> list[float]:
        return [float(one) for one in self.score(pictures, prompt)]  # type: ignore[arg-type]

    def _step(self, share: float) -> int:
        return max(1, round(share * self.steps))

    def _told(self, found: StudyCells, way: str, share: float) -> list[Floats]:
        """Return for each prompt what one way says of its seeds ``(S,)``."""
        given = [np.asarray(cell[f"{way}|{share}"], np.float64) for cell in found.values()]
        return guesses(given, _ends(found)) if way == PROBE else given

    def _correlations(self, found: StudyCells, way: str, share: float) -> list[float]:
        told = self._told(found, way, share)
        return [rank_correlation(one, end) for one, end in zip(told, _ends(found), strict=True)]

    def _controls(self, found: StudyCells) -> dict[str, Estimate]:
        """Return what seeds paired at random correlate by, and a probe taught nothing."""
        rng, share = np.random.default_rng(0), self.shares[-1]
        ends = _ends(found)
        means = []
        for told, end in zip(self._told(found, PREVIEW, share), ends, strict=True):
            mixed = [rank_correlation(rng.permutation(told), end) for _ in range(20)]
            means.append(float(np.mean(mixed)))
        controls = {SHUFFLED: mean_estimate(means)}
        if self.layers:
            given = [np.asarray(cell[f"{PROBE}|{share}"], np.float64) for cell in found.values()]
            taught = [guesses(given, ends, rng=rng) for _ in range(5)]
            mean = [
                float(np.mean([rank_correlation(one[place], end) for one in taught]))
                for place, end in enumerate(ends)
            ]
            controls[_TAUGHT_SHUFFLED] = mean_estimate(mean)
        return controls

    def _kept(self, found: StudyCells, way: str, share: float) -> Estimate:
        gains = []
        for early, end in zip(self._told(found, way, share), _ends(found), strict=True):
            best = np.argsort(-early, kind="stable")[: max(1, len(end) // 4)]
            spread = float(end.std()) or 1.0
            gains.append(float(end[best].mean() - end.mean()) / spread)
        return mean_estimate(gains)

    def _notes(self) -> tuple[str, ...]:
        steps = ", ".join(str(self._step(share)) for share in self.shares)
        said = (
            f"Of {self.steps} steps {steps} are taken; a draft takes as many in all, so that both "
            "cost as many calls of the network, and each is decoded and scored once.",
        )
        if not self.layers:
            return said
        return (
            *said,
            f"The probe is a ridge regression on {', '.join(self.layers)}, pooled to 2 × 2 cells; "
            "seeds are guessed by one taught on other prompts and other seeds alone. It needs no "
            "decoding, and finished pictures to be taught on.",
        )

    def _row(self) -> PictureRow:
        prompt, seed = self.painted.prompts[0], self.painted.seeds[0]
        steps = sorted({*(self._step(share) for share in self.shares), self.steps})
        seen = self.painted.subject.glimpses(prompt, [seed], self.painted.how, steps=steps)
        shown = [
            (to_pil(one.pictures[0]), "finished" if one.step == self.steps else f"step {one.step}")
            for one in seen
        ]
        return PictureRow(f"seed {seed}: {prompt}", tuple(shown))


_CLAIM = Claim(
    "A question of our own, after Progressive Seed Pruning (Guimaraes, Perona) and Flash-BoN",
    "A seed's score can be told early: the prediction after a fifth of the steps ranks the seeds "
    "of a prompt as their finished pictures do.",
    "Seeds are ranked within each prompt; the correlation is Spearman's, the mean over prompts "
    "nobody was taught. The claim is read as: a correlation of 0.5 or more, its interval above.",
)


def _ends(found: StudyCells) -> list[Floats]:
    return [np.asarray(cell["end"], np.float64) for cell in found.values()]


def _holds(told: Estimate) -> Holds:
    if told.low >= _TOLD:
        return Holds.YES
    return Holds.NO if told.high < _TOLD else Holds.UNDECIDED


def _table(
    told: Mapping[tuple[str, float], Estimate], ways: Sequence[str], shares: Sequence[float]
) -> Table:
    rows: list[tuple[str | float | Estimate, ...]] = [
        (f"{100 * s:.0f} %", *(told[way, s] for way in ways)) for s in shares
    ]
    named = {DRAFT: "draft of as many steps", PROBE: "probe on layers"}
    heads = ("Steps taken", *(named.get(way, way) for way in ways))
    return Table("Rank correlation with the finished picture", heads, tuple(rows))


def _chart(
    told: Mapping[tuple[str, float], Estimate],
    shuffled: Estimate,
    ways: Sequence[str],
    shares: Sequence[float],
) -> LineChart:
    percent = tuple(100 * share for share in shares)
    lines = [
        ChartLine(
            way,
            percent,
            tuple(told[way, share].value for share in shares),
            tuple(told[way, share].low for share in shares),
            tuple(told[way, share].high for share in shares),
        )
        for way in ways
    ]
    flat = tuple(shuffled.value for _ in shares)
    lines.append(ChartLine(SHUFFLED, percent, flat, control=True))
    words = "Spearman's correlation over seeds, mean over prompts; dashed: shuffled seeds."
    return LineChart(
        "How soon it can be told", words, "% of the steps", "correlation", tuple(lines)
    )
