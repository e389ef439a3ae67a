"""A race over the seeds of a plan: between rows and seeds, scores and measures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .blocks import SeedBlock, cut
from .journal import Measures
from .objective import PictureObjective
from .plan import FEWEST_CONFIRMED, MiningPlan
from .race_outcome import RaceOutcome, held_out_gain
from .racing import AskedRound, Race, RaceDesign, ScoredRound, SeedState
from .scores import BySeed, others_than


class RaceField:
    """What a race has measured so far, by seed.

    Args:
        plan: seeds and prompts.
        design: how to race.
        phase: what its blocks are called in the journal.
    """

    def __init__(self, plan: MiningPlan, design: RaceDesign, *, phase: str = "race") -> None:
        self._plan, self._design, self._phase = plan, design, phase
        count = min(design.controls, len(plan.seeds))
        rng = np.random.default_rng(int(plan.fingerprint[8:16], 16))
        rows = np.sort(rng.permutation(len(plan.seeds))[:count])
        self._controls = tuple(plan.seeds[row] for row in rows)
        self._parts: dict[int, list[Measures]] = {seed: [] for seed in plan.seeds}
        self._first: ScoredRound | None = None
        self._made = 0
        self.race = Race(
            design, seeds=len(plan.seeds), prompts=len(plan.prompts), controls=rows.astype(np.int64)
        )

    def blocks(self, asked: AskedRound) -> tuple[SeedBlock, ...]:
        """What a round measures, in blocks of one batch."""
        prompts = self._plan.prompts[asked.prompts.start : asked.prompts.stop]
        size = self._plan.batch if asked.number == 0 else self._plan.batch // len(prompts)
        return cut(
            f"{self._phase}-{asked.number:05d}",
            [self._plan.seeds[row] for row in asked.seeds],
            prompts,
            size=max(1, size),
            thumbnails=asked.number == 0,
        )

    def tell(
        self, asked: AskedRound, found: Mapping[int, Measures], objective: PictureObjective
    ) -> None:
        """Take a finished round."""
        scores = objective.scores(list(found.values()))
        if self._first is None:
            everybody = np.ones(len(asked.seeds), bool)
            self._first = ScoredRound(asked.seeds, everybody, scores)
        self.race.tell(asked, scores)
        self._made += len(asked.seeds) * len(asked.prompts)
        for seed, measures in found.items():
            self._parts[seed].append(measures)

    @property
    def mined(self) -> dict[int, Measures]:
        """All measures of each seed, in the order of prompts."""
        return {seed: _side_by_side(parts) for seed, parts in self._parts.items()}

    def finalists(self) -> tuple[int, ...]:
        """Seeds declared better, best first, at most as many as the plan confirms; at least six."""
        better = len(self.race.standing.rows(SeedState.BETTER))
        fewest = min(FEWEST_CONFIRMED, len(self._plan.seeds) // 2)
        count = min(max(better, fewest), max(self._plan.confirm, 1))
        order = self.race.standing.best_first()
        return tuple(self._plan.seeds[row] for row in order[:count])

    def checked(self) -> tuple[int, ...]:
        """The finalists and as many others drawn blindly, in rising order."""
        finalists = self.finalists()
        count = max(len(finalists), min(self._design.controls, self._plan.confirm))
        return tuple(sorted({*finalists, *others_than(self._plan, set(finalists), count)}))

    def outcome(
        self,
        objective: PictureObjective,
        confirmed: BySeed,
        *,
        spreads_of: ScoredRound | None = None,
    ) -> RaceOutcome:
        """How the race ended, and what the held-out prompts say.

        Args:
            objective: what scores pictures.
            confirmed: measures on held-out prompts.
            spreads_of: scores by which a gain is put into units; None takes the first round's.
        """
        first = spreads_of or self._first
        standing, seeds = self.race.standing, self._plan.seeds
        order = standing.best_first()
        better = {int(row) for row in standing.rows(SeedState.BETTER)}
        finalists = self.finalists()
        checked = sorted(confirmed)
        chosen = np.isin(np.array(checked, np.uint64), np.array(finalists, np.uint64))
        gain = None
        if checked and first is not None:
            scores = objective.scores([confirmed[seed] for seed in checked])
            gain = held_out_gain(scores, chosen, first)
        good = int(chosen.sum())
        sides = (good, len(checked) - good, len(self._plan.confirm_prompts) if checked else 0)
        return RaceOutcome(
            design=self._design,
            finalists=finalists,
            better=tuple(seeds[row] for row in order.tolist() if row in better),
            controls=self._controls,
            rounds=standing.round,
            prompts=standing.prompts,
            offered=len(self._plan.prompts),
            made=self._made,
            objective=objective.words,
            gain=gain,
            confirmed=sides,
        )


def _side_by_side(parts: list[Measures]) -> Measures:
    """Rounds of one seed; NaN where a scorer had been lost by then."""
    keys = dict.fromkeys(key for part in parts for key in part)
    whole = {}
    for key in keys:
        if key == "thumbnail":
            whole[key] = parts[0][key]
            continue
        known = next(part[key] for part in parts if key in part)
        columns = []
        for part in parts:
            count = len(next(values for name, values in part.items() if name != "thumbnail"))
            missing = np.full((count, *known.shape[1:]), np.nan, np.float32)
            columns.append(part.get(key, missing))
        whole[key] = np.concatenate(columns)
    return whole
