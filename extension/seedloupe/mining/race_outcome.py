"""What a race found, and whether held-out pictures bear it out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..tables import SeedEffect
from .drafts import DraftAgreement
from .plan import FEWEST_CONFIRMED
from .racing import RaceDesign, smallest_pool_gain, smallest_seen
from .racing.residuals import Doubles, ScoredRound, residuals_of
from .welch import welch_interval

#: Share of intervals that may miss the truth.
_ERROR = 0.05


@dataclass(frozen=True)
class RaceOutcome:
    """How the race ended.

    Args:
        design: how it was run.
        finalists: seeds confirmed on held-out prompts: those declared better, best first, and where
            these are few the next best.
        better: seeds declared better than the mean seed.
        controls: seeds drawn blindly and measured to the end.
        rounds: how many there were.
        prompts: how many were used of those to mine with.
        offered: how many there were.
        made: pictures made in the rounds.
        objective: what was raced on, in words.
        gain: of the finalists over others on held-out prompts, in sd, with its 95 % interval; None
            where nothing was confirmed.
        confirmed: seeds a side and prompts behind it.
        drafts: how far drafts agreed with full pictures, where they were raced instead of these;
            ``made`` counts drafts then.
        pool: how many seeds raced; 0 where the table has all of them.
    """

    design: RaceDesign
    finalists: tuple[int, ...]
    better: tuple[int, ...]
    controls: tuple[int, ...]
    rounds: int
    prompts: int
    offered: int
    made: int
    objective: str
    gain: tuple[float, float, float] | None = None
    confirmed: tuple[int, int, int] = field(default=(0, 0, 0))
    drafts: DraftAgreement | None = None
    pool: int = 0

    @property
    def rule(self) -> str:
        """How the best seeds were chosen, in words."""
        drafts = f" of drafts of {self.drafts.steps} steps" if self.drafts else ""
        return (
            f"race{drafts} on {self.objective}: declared better by a sequential likelihood ratio "
            f"for a gain of {self.design.detect:g} sd over the mean seed, false discovery rate "
            f"{self.design.false_share:g}; then the next best"
        )

    @property
    def verdict(self) -> SeedEffect:
        """An effect has its interval above nought; none has it below the gain looked for.

        Anything else, and fewer than six seeds a side, is undecided; so is a race of drafts that
        found nothing, as full pictures might have.
        """
        if self.gain is None or min(self.confirmed[:2]) < FEWEST_CONFIRMED:
            return SeedEffect.UNDECIDED
        _, low, high = self.gain
        if low > 0:
            return SeedEffect.EFFECT
        nothing = not self.better and high < self.design.detect and self.drafts is None
        return SeedEffect.NO_EFFECT if nothing else SeedEffect.UNDECIDED

    def to_json(self) -> dict[str, object]:
        """Plain JSON values for the table's evidence, seeds as decimal strings."""
        good, others, held_out = self.confirmed
        return {
            "detect_sd": self.design.detect,
            "false_discovery_rate": self.design.false_share,
            "leave": self.design.leave,
            "objective": self.objective,
            "better": [str(seed) for seed in self.better],
            "finalists": [str(seed) for seed in self.finalists],
            "controls": [str(seed) for seed in self.controls],
            "rounds": self.rounds,
            "prompts_used": self.prompts,
            "prompts_offered": self.offered,
            "pictures": self.made,
            "smallest_single_sd": round(smallest_seen(self.offered), 3),
            "smallest_pool_sd": round(smallest_pool_gain(good, others, held_out), 3)
            if min(self.confirmed)
            else None,
            "held_out_gain_sd": None if self.gain is None else [round(g, 4) for g in self.gain],
            "confirmed": [good, others, held_out],
            **({"drafts": self.drafts.to_json(), "pool": self.pool} if self.drafts else {}),
        }


def held_out_gain(
    scores: dict[str, Doubles], finalist: NDArray[np.bool_], spreads_of: ScoredRound
) -> tuple[float, float, float] | None:
    """The gain of finalists over others in deviations between pictures of one seed.

    Args:
        scores: for each metric ``(K, Q)`` on held-out prompts, more is better.
        finalist: ``(K,)`` which rows are the finalists'.
        spreads_of: the first round, by which scores are put into units.

    Returns:
        mean, lower and upper bound of the 95 % interval (Welch's over seeds); None with fewer than
        two seeds a side.
    """
    turn = ScoredRound(np.arange(len(finalist)), ~finalist, scores)
    values = residuals_of([spreads_of, turn])[1].values
    # A control is centred on the other controls, which takes nothing from the difference of means.
    means = np.array([row[np.isfinite(row)].mean() for row in values if np.isfinite(row).any()])
    known = np.array([bool(np.isfinite(row).any()) for row in values])
    sides = means[finalist[known]], means[~finalist[known]]
    if min(map(len, sides)) < 2:
        return None
    low, high = welch_interval(sides[0].astype(np.float32), sides[1].astype(np.float32), _ERROR)
    return float(sides[0].mean() - sides[1].mean()), low, high
