"""The race itself: which seeds the next prompts are for, and what is known of each.

It knows no pictures, only scores; the same scores give the same decisions, whoever measured them
and in whatever order they arrived, because a round is decided when all of it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from .design import RaceDesign
from .residuals import (
    Doubles,
    Residuals,
    Rows,
    ScoredRound,
    alive_metrics,
    residuals_of,
    sharpening,
)

#: As long as so many seeds are in play, all of them tell how hard a prompt is.
_MANY = 1 / 3
_REACH_95 = 1.96
#: A ratio of steps of deviation ``detect`` jumps over a bound by so many of them (Siegmund, 1985).
_OVERSHOOT = 0.583


class SeedState(str, Enum):
    """What the race knows of a seed."""

    RACING = "racing"
    BETTER = "better"
    DROPPED = "dropped"


@dataclass(frozen=True, eq=False)
class RaceStanding:
    """What is known after a round; rows in the order of the pool.

    Args:
        round: rounds finished.
        prompts: prompts used.
        gain: ``(S,)`` over the mean seed, in deviations between pictures of one seed; NaN where
            no picture was measured.
        reach: ``(S,)`` half the width of its 95 % interval.
        pictures: ``(S,)`` measured.
        states: ``(S,)`` of :class:`SeedState` values.
        ratio: ``(S,)`` log likelihood ratio for the gain looked for, against none.
        peak: ``(S,)`` its highest value so far; ``exp(-peak)`` bounds a p-value.
    """

    round: int
    prompts: int
    gain: Doubles
    reach: Doubles
    pictures: Rows
    states: NDArray[np.str_]
    ratio: Doubles
    peak: Doubles

    def rows(self, state: SeedState) -> Rows:
        """Rows of the seeds in this state."""
        return np.flatnonzero(self.states == state.value)

    def best_first(self) -> Rows:
        """All rows: seeds declared better, those in play, those that left; surest first."""
        order = {SeedState.BETTER.value: 0, SeedState.RACING.value: 1, SeedState.DROPPED.value: 2}
        group = np.array([order[str(state)] for state in self.states])
        return np.lexsort((np.arange(len(group)), -self.ratio, group))


@dataclass(frozen=True, eq=False)
class AskedRound:
    """What is to be measured next: ``seeds`` (rows) with each prompt of ``prompts``."""

    number: int
    seeds: Rows
    prompts: range


class Race:
    """Ask, measure, tell; until nothing is asked.

    Args:
        design: how it is run.
        seeds: how many.
        prompts: how many there are, in the order they are used in.
        controls: rows of the seeds drawn blindly that are measured to the end.

    Raises:
        InputError: fewer seeds than controls, or no prompt.
    """

    def __init__(self, design: RaceDesign, *, seeds: int, prompts: int, controls: Rows) -> None:
        if len(controls) > seeds or seeds < 2:
            raise InputError("seeds", expected=f"{max(2, len(controls))} or more", got=f"{seeds}")
        if prompts < 1:
            raise InputError("prompts", expected="1 or more", got=f"{prompts}")
        self._design, self._prompts = design, prompts
        self._controls = np.zeros(seeds, bool)
        self._controls[controls] = True
        self._asked: list[AskedRound] = []
        self._rounds: list[ScoredRound] = []
        self._metrics: list[str] = []
        nothing = np.zeros(seeds)
        states = np.full(seeds, SeedState.RACING.value, dtype="<U16")
        counts = np.zeros(seeds, np.int64)
        far = np.full(seeds, np.inf)
        gain = np.full(seeds, np.nan)
        self.standing = RaceStanding(0, 0, gain, far, counts, states, nothing, nothing.copy())

    def ask(self) -> AskedRound | None:
        """Return the next round; None when every seed is decided or the prompts are used up."""
        racing = self.standing.states == SeedState.RACING.value
        left = self._prompts - self.standing.prompts
        if not left or not racing.any():
            return None
        seeds = np.flatnonzero(racing | self._controls)
        step = self._design.step(len(seeds)) if self._rounds else self._design.first
        first = self.standing.prompts
        return AskedRound(len(self._rounds), seeds, range(first, first + min(step, left)))

    def tell(self, asked: AskedRound, scores: Mapping[str, Doubles]) -> RaceStanding:
        """Take the scores of a round, for each metric ``(K, Q)``, more is better; NaN is missing.

        Raises:
            InputError: it is not the round that was asked for, or of another shape.
        """
        expected = (len(asked.seeds), len(asked.prompts))
        if asked.number != len(self._rounds) or not scores:
            raise InputError("round", expected=f"{len(self._rounds)}", got=f"{asked.number}")
        for name, values in scores.items():
            if values.shape != expected:
                raise InputError(name, expected=f"{expected} scores", got=f"{values.shape}")
        self._asked.append(asked)
        self._rounds.append(ScoredRound(asked.seeds, self._reference(asked), scores))
        self.standing = self._decide()
        return self.standing

    def _reference(self, asked: AskedRound) -> NDArray[np.bool_]:
        """All in play while they are many; then the controls, who were not chosen by scores."""
        many = len(asked.seeds) >= _MANY * len(self._controls)
        return np.ones(len(asked.seeds), bool) if many else self._controls[asked.seeds]

    def _decide(self) -> RaceStanding:
        before, design = self.standing, self._design
        self._metrics = alive_metrics(self._rounds)
        detect = design.detect * sharpening(self._rounds[0], self._metrics)
        sums = _Sums.over(self._rounds, residuals_of(self._rounds, self._metrics), self._controls)
        count, weight, total = sums.count, sums.weight, sums.total
        ratio, peak = sums.ratios(detect, design.fewest)
        left = before.states == SeedState.DROPPED.value
        jump = np.where(peak > 0, _OVERSHOOT * detect, 0.0)
        better = ~left & passes(np.exp(-peak - jump), design.false_share)
        measured = np.zeros(len(count), bool)
        measured[self._rounds[-1].seeds] = True
        dropped = left | (~better & measured & (ratio < -design.leave))
        stop = self._asked[-1].prompts.stop
        dropped |= ~better & (count * 2 < sums.asked)  # most pictures failed
        states = np.full(len(count), SeedState.RACING.value, before.states.dtype)
        states[better], states[dropped] = SeedState.BETTER.value, SeedState.DROPPED.value
        known = weight > 0
        gain = np.where(known, total / np.where(known, weight, 1), np.nan)
        reach = np.where(known, _REACH_95 / np.sqrt(np.where(known, weight, 1)), np.inf)
        return RaceStanding(len(self._rounds), stop, gain, reach, count, states, ratio, peak)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Residuals added up, round by round.

    Args:
        totals: ``(R, S)`` weighted sums of residuals after each round.
        weights: likewise of weights.
        counts: likewise of pictures.
        asked: ``(S,)`` pictures asked for in all rounds.
    """

    totals: Doubles
    weights: Doubles
    counts: Rows
    asked: Rows

    @classmethod
    def over(
        cls, rounds: list[ScoredRound], residuals: list[Residuals], pool: NDArray[np.bool_]
    ) -> _Sums:
        """Add up for a pool of ``(S,)`` seeds."""
        shape = (len(rounds), len(pool))
        totals, weights, counts = np.zeros(shape), np.zeros(shape), np.zeros(shape, np.int64)
        asked = np.zeros(len(pool), np.int64)
        for row, (turn, found) in enumerate(zip(rounds, residuals, strict=True)):
            known = np.isfinite(found.values)
            totals[row, turn.seeds] = (np.where(known, found.values, 0) / found.inflation).sum(1)
            weights[row, turn.seeds] = (known / found.inflation).sum(1)
            counts[row, turn.seeds] = known.sum(1)
            asked[turn.seeds] += known.shape[1]
        return cls(totals.cumsum(0), weights.cumsum(0), counts.cumsum(0), asked)

    @property
    def total(self) -> Doubles:
        """``(S,)`` weighted sums of residuals."""
        last: Doubles = self.totals[-1]
        return last

    @property
    def weight(self) -> Doubles:
        """``(S,)`` sums of weights."""
        last: Doubles = self.weights[-1]
        return last

    @property
    def count(self) -> Rows:
        """``(S,)`` pictures."""
        last: Rows = self.counts[-1]
        return last

    def ratios(self, detect: float, fewest: int) -> tuple[Doubles, Doubles]:
        """Log likelihood ratio ``(S,)`` for a gain of ``detect``, and its highest value so far.

        The whole course is in today's units, since more prompts tell better how far pictures
        scatter. It counts from ``fewest`` pictures on.
        """
        course = detect * self.totals - detect**2 * self.weights / 2
        peaks = np.where(self.counts >= fewest, course, 0.0).max(0)
        return course[-1], np.maximum(peaks, 0.0)


def passes(p: Doubles, share: float) -> NDArray[np.bool_]:
    """Which p-values ``(S,)`` the procedure of Benjamini and Hochberg (1995) lets pass."""
    ordered = np.sort(p)
    under = np.flatnonzero(ordered <= share * np.arange(1, len(p) + 1) / len(p))
    if not len(under):
        return np.zeros(len(p), bool)
    passed: NDArray[np.bool_] = p <= ordered[under[-1]]
    return passed
