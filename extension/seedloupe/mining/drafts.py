"""Drafts: pictures of few steps that say which seeds are worth full ones, where they can say it.

A draft takes a share of a full picture's time. Where drafts rank pictures as full ones do with a
correlation ``r``, a gain shows in them as about ``r`` times itself and takes ``1 / r**2`` as many
pictures to see; so drafts pay where ``r`` is more than the root of that share. A pilot of both
measures ``r`` before anybody races, and nothing is claimed of a seed but what full pictures show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .instruments import Generator
from .racing.residuals import Doubles, ScoredRound, residuals_of
from .scores import places
from .student import t_quantile

PILOT = 32
"""Seeds whose pictures of the first prompts are made both ways."""
FULL_PROMPTS = 16
"""Prompts that seeds chosen by drafts are measured with in full, beside the held-out ones."""

_SURE = 0.975
_LARGEST_Z = 8.0
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Drafts:
    """What makes drafts.

    Args:
        generator: makes them, from the noise that full pictures are made from.
        steps: of a draft.
        full_steps: of a full picture.

    Raises:
        InputError: a draft would take no fewer steps.
    """

    generator: Generator
    steps: int
    full_steps: int

    def __post_init__(self) -> None:
        """Refuse drafts that are none."""
        if not 1 <= self.steps < self.full_steps:
            expected = f"fewer steps than the {self.full_steps} of a full picture, 1 or more"
            raise InputError("drafts", expected=expected, got=f"{self.steps}")

    @property
    def needed(self) -> float:
        """The rank correlation above which drafts pay."""
        return math.sqrt(self.steps / self.full_steps)


@dataclass(frozen=True)
class DraftAgreement:
    """How far drafts rank pictures as full ones do.

    Attributes:
        steps: of a draft.
        full_steps: of a full picture.
        correlation: Spearman's, of pictures of the same seed and prompt, prompts' means taken out.
        low: lower end of its 95 % interval, a jackknife over seeds.
        high: upper end.
        seeds: of the pilot.
        pictures: pairs behind it.
        needed: above which drafts pay.
    """

    steps: int
    full_steps: int
    correlation: float
    low: float
    high: float
    seeds: int
    pictures: int
    needed: float

    @property
    def pays(self) -> bool:
        """Whether even the lower end is enough."""
        return self.low > self.needed

    def require(self) -> None:
        """Go on only where drafts pay.

        Raises:
            InputError: they may not; it says by how much, and what to do instead.
        """
        if not self.pays:
            raise InputError(
                "drafts",
                expected=f"ranks that agree with those of {self.full_steps} steps by more than "
                f"{self.needed:.2f}",
                got=str(self),
                advice="Mine without drafts, or with drafts of more steps, into another table.",
            )

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"rank correlation {self.correlation:.2f} (95 % interval {self.low:.2f} to "
            f"{self.high:.2f}; {self.pictures} pictures of {self.seeds} seeds)"
        )

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values for the table's evidence."""
        return {
            "steps": self.steps,
            "full_steps": self.full_steps,
            "rank_correlation": round(self.correlation, 4),
            "rank_correlation_95": [round(self.low, 4), round(self.high, 4)],
            "needed": round(self.needed, 4),
            "pilot_seeds": self.seeds,
            "pilot_pictures": self.pictures,
        }


def draft_agreement(
    drafts: Drafts, drafted: dict[str, Doubles], full: dict[str, Doubles]
) -> DraftAgreement:
    """Compare both ways of making the same pictures.

    Args:
        drafts: how many steps they take.
        drafted: for each metric raced on ``(S, P)``, more is better, NaN where unknown.
        full: the same pictures in full.
    """
    one, other = _objective(drafted), _objective(full)
    known = np.isfinite(one) & np.isfinite(other)
    correlation = _rank_correlation(one[known], other[known])
    low, high = _interval(one, other, known, correlation)
    return DraftAgreement(
        drafts.steps,
        drafts.full_steps,
        correlation,
        low,
        high,
        int(known.any(1).sum()),
        int(known.sum()),
        drafts.needed,
    )


def _objective(scores: dict[str, Doubles]) -> Doubles:
    """Return what a race would add up, ``(S, P)``; NaN where pictures of a prompt do not differ."""
    first = next(iter(scores.values()))
    scores = {name: values for name, values in scores.items() if _differs(values)}
    if not scores:
        return np.full_like(first, np.nan)
    seeds = len(first)
    turn = ScoredRound(np.arange(seeds), np.ones(seeds, bool), scores)
    return residuals_of([turn])[0].values


def _differs(scores: Doubles) -> bool:
    """Whether some prompt's pictures differ by more than rounding."""
    spread = np.nanmax(scores, 0, initial=-np.inf) - np.nanmin(scores, 0, initial=np.inf)
    return bool((spread > _ROUNDING * np.nanmax(np.abs(scores), initial=1e-30)).any())


def _rank_correlation(one: Doubles, other: Doubles) -> float:
    """Spearman's; 0 where there are too few values, or all are alike."""
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    ranks = places(one.astype(np.float32)), places(other.astype(np.float32))
    return float(np.corrcoef(*ranks)[0, 1])


def _interval(
    one: Doubles, other: Doubles, known: np.ndarray, all_of_it: float
) -> tuple[float, float]:
    """Leave out each seed in turn, on the scale on which a correlation's error is even."""
    rows = np.flatnonzero(known.any(1))
    if len(rows) < 4:
        return -1.0, 1.0
    left = []
    for row in rows:
        kept = known.copy()
        kept[row] = False
        left.append(_z(_rank_correlation(one[kept], other[kept])))
    error = math.sqrt((len(rows) - 1) * float(np.var(left)))
    reach = t_quantile(_SURE, len(rows) - 1) * error
    middle = _z(all_of_it)
    return math.tanh(middle - reach), math.tanh(middle + reach)


def _z(correlation: float) -> float:
    inside = min(max(correlation, -1.0), 1.0)
    return (
        _LARGEST_Z * inside
        if abs(inside) == 1
        else max(-_LARGEST_Z, min(math.atanh(inside), _LARGEST_Z))
    )
