"""Racing: measure no more of a seed than it takes to tell that it is not among the good ones."""

from .design import (
    FEWEST_PROMPTS,
    FEWEST_SEEDS,
    RaceDesign,
    smallest_pool_gain,
    smallest_seen,
)
from .race import AskedRound, Race, RaceStanding, SeedState
from .residuals import ScoredRound

__all__ = [
    "FEWEST_PROMPTS",
    "FEWEST_SEEDS",
    "AskedRound",
    "Race",
    "RaceDesign",
    "RaceStanding",
    "ScoredRound",
    "SeedState",
    "smallest_pool_gain",
    "smallest_seen",
]
