"""Seeds whose truth is known: scores as numbers, raced by the code that races pictures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from seedloupe.mining import MiningPlan, RaceDesign
from seedloupe.mining.objective import PictureObjective
from seedloupe.mining.race_field import RaceField
from seedloupe.mining.scores import TableMetric
from seedloupe.noise import NoiseSource
from seedloupe.tables import MetricSpec, ModelSpec, SamplingSpec, SeedEffect, Task

Doubles = NDArray[np.float64]
METRIC = TableMetric(MetricSpec("score", "1", True), "score.score")


class Law(str, Enum):
    """How pictures of one seed scatter; each has deviation 1."""

    GAUSSIAN = "gaussian"
    HEAVY_TAILS = "heavy tails (t, 3 degrees of freedom)"
    SKEWED = "skewed (exponential)"
    TIES = "ties (rounded to whole deviations)"
    INTERACTION = "prompt x seed interaction (36 % of the variance, by 8 classes)"


class UnseenLaw(str, Enum):
    """Other ways to scatter, which no setting of the race was chosen on."""

    LAPLACE = "double exponential"
    CONTAMINATED = "one picture in ten scatters three times as far"
    DOWNWARDS = "skewed downwards (minus log-normal, 0.6)"
    SHARES = "shares from 0 to 1, most near the ends (Beta 0.5, 0.5)"
    UNEVEN = "prompts scatter unevenly (log-normal factor, 0.5)"
    FEW_GOOD = "gaussian, one seed in fifty good"


@dataclass(frozen=True, eq=False)
class SimulatedSeeds:
    """Scores ``(S, P)`` of all pictures there could be, and which seeds are good ``(S,)``."""

    scores: Doubles
    good: NDArray[np.bool_]


@dataclass(frozen=True)
class RaceResult:
    """What a race found of the truth.

    Attributes:
        pictures: a seed, those of the held-out prompts included.
        power: share of the good seeds declared better.
        false_share: share of false ones among those declared better.
        declared: how many were.
        verdict: of the held-out prompts.
        gain: on them, with its interval.
    """

    pictures: float
    power: float
    false_share: float
    declared: int
    verdict: SeedEffect
    gain: tuple[float, float, float] | None


def simulate(
    rng: np.random.Generator,
    law: Law,
    *,
    seeds: int,
    prompts: int,
    effect: float = 0.5,
    share: float = 0.05,
) -> SimulatedSeeds:
    """Plant ``effect`` in a share of the seeds; prompts differ by as much as pictures do.

    The effect is in deviations between pictures of one seed; rounding makes those larger.
    """
    if law is Law.TIES:
        effect *= (1 + 1 / 12) ** 0.5
    good = np.zeros(seeds, bool)
    good[rng.permutation(seeds)[: round(share * seeds)]] = True
    scattered = _scatter(rng, law, (seeds, prompts)) + rng.normal(0, 1, prompts)
    scores = scattered + effect * good[:, None]
    return SimulatedSeeds(np.round(scores) if law is Law.TIES else scores, good)


def simulate_unseen(
    rng: np.random.Generator,
    law: UnseenLaw,
    *,
    seeds: int,
    prompts: int,
    effect: float = 0.5,
    share: float = 0.05,
) -> SimulatedSeeds:
    """Plant ``effect`` in a share of the seeds, as :func:`simulate` does."""
    if law is UnseenLaw.FEW_GOOD:
        share *= 0.4
    good = np.zeros(seeds, bool)
    good[rng.permutation(seeds)[: round(share * seeds)]] = True
    scattered = _scatter_unseen(rng, law, (seeds, prompts)) + rng.normal(0, 1, prompts)
    return SimulatedSeeds(scattered + effect * good[:, None], good)


def run_race(
    world: SimulatedSeeds, design: RaceDesign, *, held_out: int = 8, confirm: int | None = None
) -> RaceResult:
    """Race over simulated scores; the last ``held_out`` prompts confirm."""
    seeds, prompts = world.scores.shape
    plan = _plan(seeds, prompts - held_out, held_out, confirm or max(6, seeds // 10), world)
    field = RaceField(plan, design)
    objective = PictureObjective([METRIC], [])
    made = 0
    while (asked := field.race.ask()) is not None:
        part = world.scores[np.ix_(asked.seeds, np.array(asked.prompts))]
        measures = {
            int(seed): {METRIC.key: row} for seed, row in zip(asked.seeds, part, strict=True)
        }
        field.tell(asked, measures, objective)
        made += part.size
    checked = field.checked()
    confirmed = {seed: {METRIC.key: world.scores[seed, -held_out:]} for seed in checked}
    outcome = field.outcome(objective, confirmed)
    declared = np.isin(np.arange(seeds), outcome.better)
    found, false = int((declared & world.good).sum()), int((declared & ~world.good).sum())
    return RaceResult(
        (made + len(checked) * held_out) / seeds,
        found / max(int(world.good.sum()), 1),
        false / max(found + false, 1),
        found + false,
        outcome.verdict,
        outcome.gain,
    )


def _plan(seeds: int, mined: int, held_out: int, confirm: int, world: SimulatedSeeds) -> MiningPlan:
    # the blind draws follow the plan alone, so each world gets a plan of its own
    name = f"{world.scores[0, 0]:.12f}"
    return MiningPlan(
        seeds=tuple(range(seeds)),
        prompts=tuple(f"{name} {index}" for index in range(mined)),
        confirm_prompts=tuple(f"{name} held out {index}" for index in range(held_out)),
        confirm=confirm,
        shape=(4, 8, 8),
        noise=NoiseSource(),
        model=ModelSpec("simulated", "simulated", None, 4, "epsilon"),
        sampling=SamplingSpec(Task.TXT2IMG, steps=1),
    )


def _scatter(rng: np.random.Generator, law: Law, shape: tuple[int, int]) -> Doubles:
    if law is Law.HEAVY_TAILS:
        return rng.standard_t(3, shape) / 3**0.5
    if law is Law.SKEWED:
        return rng.exponential(size=shape) - 1
    plain = rng.standard_normal(shape)
    if law is not Law.INTERACTION:
        return plain
    classes = rng.integers(0, 8, shape[1])
    liking = rng.normal(0, 1, (shape[0], 8))
    liking = (liking - liking.mean(1, keepdims=True)) / (7 / 8) ** 0.5
    mixed: Doubles = 0.8 * plain + 0.6 * liking[:, classes]
    return mixed


def _scatter_unseen(rng: np.random.Generator, law: UnseenLaw, shape: tuple[int, int]) -> Doubles:
    if law is UnseenLaw.LAPLACE:
        return rng.laplace(0, 0.5**0.5, shape)
    plain = rng.standard_normal(shape)
    if law is UnseenLaw.CONTAMINATED:
        wide: Doubles = plain * np.where(rng.random(shape) < 0.1, 3, 1) / 1.8**0.5
        return wide
    if law is UnseenLaw.DOWNWARDS:
        grown = np.exp(0.36)
        skewed: Doubles = (grown**0.5 - np.exp(0.6 * plain)) / (grown * (grown - 1)) ** 0.5
        return skewed
    if law is UnseenLaw.SHARES:
        return (rng.beta(0.5, 0.5, shape) - 0.5) * 8**0.5
    if law is UnseenLaw.UNEVEN:
        factors = np.exp(rng.normal(0, 0.5, shape[1]))
        uneven: Doubles = plain * factors / (factors**2).mean() ** 0.5
        return uneven
    return plain
