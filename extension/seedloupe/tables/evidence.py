"""How sure a seed table is of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .codec import Extra, require

#: Where the prompt decides more than this of what pictures differ in, seeds hardly change them.
ALIKE_FROM = 0.95
NEAR_IDENTICAL = (
    "different seeds give near-identical pictures with this model; choosing seeds is worth little"
)
VOID = (
    "the table is void for choosing good seeds: its own test found no effect of the seed with "
    "this model"
)


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
        prompt_share: by feature space, the share of the variance between pictures that is the
            prompt's alone at least: the lower end of its 95 % interval.
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
    prompt_share: Mapping[str, float] = field(default_factory=dict, metadata={"later": True})
    extra: Extra = field(default_factory=dict)

    @property
    def near_identical(self) -> bool:
        """Whether different seeds gave near-identical pictures, in every space looked at."""
        return bool(self.prompt_share) and min(self.prompt_share.values()) > ALIKE_FROM

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be said before seeds are chosen by the table, the weightiest first."""
        alike = (NEAR_IDENTICAL,) if self.near_identical else ()
        return (*alike, *((VOID,) if self.verdict is SeedEffect.NO_EFFECT else ()))
