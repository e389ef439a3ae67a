"""How a race is run, and what it can see; settled before the first picture.

Each seed is tested against the mean seed of the pool by Wald's sequential likelihood ratio for a
gain of ``detect``: below a lower bound a seed leaves, and one whose highest ratio passes the
Benjamini-Hochberg line is declared better. The ratio of a seed that is no better than the mean is
a supermartingale, so that one over its highest value is a p-value whenever one looks (Ville, 1939;
Wald, 1945; Benjamini and Hochberg, 1995), here sharpened by the mean jump over a bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from ...errors import InputError

FEWEST_SEEDS, FEWEST_PROMPTS = 32, 8
"""Below so many seeds or prompts there is nothing to save, and all pictures are made."""

#: Share of good seeds the stated effects are for, that of the acceptance runs.
_GOOD, _POWER = 0.05, 0.8
#: Pictures a seed, times the squared effect, that a race needs to see four of five good seeds.
_LONGEST = 30.0
#: The same that a race needs on average over all seeds, measured by benchmarks/mining_racing.py.
_MEAN_COST = 4.3
_SMALLEST, _LARGEST = 0.2, 2.0


@dataclass(frozen=True)
class RaceDesign:
    """What a race looks for and how sure it has to be.

    Args:
        detect: the smallest gain over the mean seed worth finding, in standard deviations between
            pictures of one seed.
        false_share: false discovery rate of the seeds declared better.
        leave: a seed leaves when its log likelihood ratio falls below minus this.
        first: prompts all seeds are measured with before any may leave.
        fewest: pictures before a seed may be declared better.
        controls: seeds drawn blindly that are measured to the end, to tell hard prompts from bad
            seeds, and for the held-out prompts to compare with.
        objective: metrics to race on, which count alike; empty for all there are.

    Raises:
        InputError: something above does not hold; the field is named.
    """

    detect: float = 0.5
    false_share: float = 0.1
    leave: float = 1.7
    first: int = 4
    fewest: int = 6
    controls: int = 8
    objective: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field, value, fits, expected in (
            ("detect", self.detect, 0 < self.detect < math.inf, "more than 0"),
            ("false_share", self.false_share, 0 < self.false_share < 1, "between 0 and 1"),
            ("leave", self.leave, 0 < self.leave < math.inf, "more than 0"),
            ("first", self.first, self.first >= 2, "2 or more"),
            ("fewest", self.fewest, self.fewest >= 2, "2 or more"),
            ("controls", self.controls, self.controls >= 2, "2 or more"),
        ):
            if not fits:
                raise InputError(field, expected=expected, got=f"{value}")

    @classmethod
    def reaching(
        cls, prompts: int, *, detect: float | None = None, objective: tuple[str, ...] = ()
    ) -> RaceDesign:
        """Return the design for what so many prompts a seed can show, or for ``detect``.

        Raises:
            InputError: ``detect`` is not more than 0.
        """
        if detect is None:
            detect = min(max(math.sqrt(_LONGEST / prompts), _SMALLEST), _LARGEST)
        return cls(detect=round(detect, 3), objective=objective)

    def step(self, in_play: int) -> int:
        """Return how many prompts the next round takes: one while there are many seeds."""
        return 1 if in_play >= 64 else 2 if in_play >= 24 else 4

    def pictures(self, seeds: int, prompts: int) -> int:
        """Return about how many pictures the rounds take where few seeds are better."""
        each = min(_MEAN_COST / self.detect**2 + self.first / 4, prompts)
        return min(round(seeds * each) + self.controls * (prompts - round(each)), seeds * prompts)


def smallest_seen(prompts: int, *, false_share: float = 0.1) -> float:
    """Return the gain of single seeds, in sd, below which no design of so many prompts sees them.

    Of seeds of which one in twenty has the gain, four of five are found with that share of false
    ones among them: ``(z(1 - a) + z(0.8)) / sqrt(n)``, 0.5 for 47 prompts. ``a`` is the chance of a
    seed without gain that gives that share.
    """
    alpha = _POWER * _GOOD * false_share / (1 - false_share) / (1 - _GOOD)
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha) + normal.inv_cdf(_POWER)) / math.sqrt(prompts)


def smallest_pool_gain(good: int, others: int, held_out: int) -> float:
    """Return the mean gain of confirmed seeds, in sd, that is seen in four of five cases.

    Two sides of ``good`` and ``others`` seeds with ``held_out`` pictures each, 95 % interval:
    about 700 pictures a side show 0.15.
    """
    normal = NormalDist()
    width = normal.inv_cdf(0.975) + normal.inv_cdf(_POWER)
    return width * math.sqrt((1 / good + 1 / others) / held_out)
