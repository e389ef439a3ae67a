"""Seeds whose truth is known: scores of pictures as numbers, without any picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from seedloupe.mining.racing import Race, RaceDesign, SeedState

Doubles = NDArray[np.float64]


class Law(str, Enum):
    """How pictures of one seed scatter; each has deviation 1."""

    GAUSSIAN = "gaussian"
    HEAVY_TAILS = "heavy tails (t, 3 degrees of freedom)"
    SKEWED = "skewed (exponential)"
    TIES = "ties (rounded to whole deviations)"
    INTERACTION = "prompt x seed interaction (36 % of the variance, by 8 classes)"


@dataclass(frozen=True, eq=False)
class SimulatedSeeds:
    """Scores ``(S, P)`` of all pictures there could be, and which seeds are good ``(S,)``."""

    scores: Doubles
    good: NDArray[np.bool_]


@dataclass(frozen=True)
class RaceResult:
    """What a race found of the truth: pictures a seed, share found, share of false ones."""

    pictures: float
    power: float
    false_share: float
    declared: int


def simulate(
    rng: np.random.Generator,
    law: Law,
    *,
    seeds: int,
    prompts: int,
    effect: float = 0.5,
    share: float = 0.05,
) -> SimulatedSeeds:
    """Plant ``effect`` in a share of the seeds; prompts differ by as much as pictures do."""
    good = np.zeros(seeds, bool)
    good[rng.permutation(seeds)[: round(share * seeds)]] = True
    scores = (
        _scatter(rng, law, (seeds, prompts)) + rng.normal(0, 1, prompts) + effect * good[:, None]
    )
    return SimulatedSeeds(np.round(scores) if law is Law.TIES else scores, good)


def run_race(world: SimulatedSeeds, design: RaceDesign, rng: np.random.Generator) -> RaceResult:
    """Race over simulated scores."""
    seeds, prompts = world.scores.shape
    controls = np.sort(rng.permutation(seeds)[: design.controls])
    race, made = Race(design, seeds=seeds, prompts=prompts, controls=controls), 0
    while (asked := race.ask()) is not None:
        made += len(asked.seeds) * len(asked.prompts)
        race.tell(asked, {"score": world.scores[np.ix_(asked.seeds, np.array(asked.prompts))]})
    declared = np.zeros(seeds, bool)
    declared[race.standing.rows(SeedState.BETTER)] = True
    found, false = int((declared & world.good).sum()), int((declared & ~world.good).sum())
    count = max(int(world.good.sum()), 1)
    return RaceResult(made / seeds, found / count, false / max(found + false, 1), found + false)


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
    return 0.8 * plain + 0.6 * liking[:, classes]
