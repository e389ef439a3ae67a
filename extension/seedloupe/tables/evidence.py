"""How sure a seed table is of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .codec import Extra, require


class SeedEffect(str, Enum):
    """Whether the choice of seed was shown to matter."""

    EFFECT = "effect"
    NO_EFFECT = "no_effect"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Correlation:
    """How far two metrics agree on seeds, in [-1, 1]."""

    first: str
    second: str
    value: float
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class HeldOutGain:
    """What the chosen seeds gain over all seeds on prompts they were not chosen by.

    ``low`` and ``high`` bound the 95 % interval.
    """

    metric: str
    mean: float
    low: float
    high: float
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it begins."""
        require(self.low <= self.high, "high", f"at least low, {self.low}", self.high)


@dataclass(frozen=True)
class Evidence:
    """How sure the table is of itself; ``None`` where something was not measured.

    Args:
        rule: how the best seeds were chosen, in words.
        verdict: whether seeds were shown to matter.
        pool: seeds compared.
        top: how many seeds count as best by one metric.
        overlap: seeds that are best by every metric.
        chance_overlap: how many that would be if the metrics knew nothing of each other.
        chance_sd: its standard deviation.
        hypergeometric_p: how often chance alone gives ``overlap`` or more.
        split_half: reliability of each metric, from two halves of the prompts.
        correlations: how far the metrics agree.
        held_out_gain: what is left of the gain on other prompts.
    """

    rule: str
    verdict: SeedEffect
    pool: int | None = None
    top: int | None = None
    overlap: int | None = None
    chance_overlap: float | None = None
    chance_sd: float | None = None
    hypergeometric_p: float | None = None
    split_half: Mapping[str, float] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] = ()
    held_out_gain: tuple[HeldOutGain, ...] = ()
    extra: Extra = field(default_factory=dict)
