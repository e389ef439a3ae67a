"""What a grid of pictures says about whether choosing seeds is worth anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ...tables import ALIKE_FROM, NEAR_IDENTICAL, SeedEffect
from ..scorers import OutputKind
from .components import FEWEST, VarianceComponents, components
from .measure import NOISE_CONTROL, MeasuredGrid

#: Chance of claiming an effect in any space where there is none.
_ERROR = 0.05
#: A seed's share that nobody would notice.
_HARDLY = 0.05
_LOOKS = f"{OutputKind.FEATURE.value}."


@dataclass(frozen=True)
class SpaceVariance:
    """One space or score.

    Attributes:
        name: its key, e.g. ``feature.style``.
        parts: the shares; None where nothing varies.
        prompts: how many prompts counted; those with a picture that could not be measured do not.
    """

    name: str
    parts: VarianceComponents | None
    prompts: int


@dataclass(frozen=True)
class VarianceReport:
    """How much the seed decides with a model.

    Attributes:
        seeds: how many.
        prompts: how many.
        images: pictures made.
        failed: pictures that were not finite.
        spaces: what was found in each, the seed's share falling.
        control: the same of the starting noise; its seed's share is 1 or something is wrong.
        verdict: whether the seed has an effect whatever the prompt.
        unlike: of the spaces in which it has one, the names.
    """

    seeds: int
    prompts: int
    images: int
    failed: int
    spaces: tuple[SpaceVariance, ...]
    control: SpaceVariance
    verdict: SeedEffect
    unlike: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        alike = {"near_identical": self.near_identical}
        return {**asdict(self), "verdict": self.verdict.value, **alike}

    def lines(self) -> list[str]:
        """Say it for people: a headline, and a row a space."""
        rows = [
            f"{'':24}{'seed':>6}  {'95 %':13}{'prompt':>7}{'neither':>9}{'p':>8}{'shuffled':>10}"
        ]
        for space in (*self.spaces, self.control):
            rows.append(_row(space))
        failed = [f"{self.failed} pictures were not finite"] if self.failed else []
        return [self.headline(), "", *rows, *failed]

    def answer(self) -> str:
        """Say in one sentence, with intervals, whether choosing seeds is worth anything."""
        made = f"{self.images} pictures of {self.seeds} seeds with {self.prompts} prompts"
        told = {space.name: space.parts for space in self.spaces if space.parts is not None}
        if self.verdict is SeedEffect.EFFECT:
            named = ", ".join(_share(name, told[name]) for name in self.unlike)
            scored = any(name.startswith("score.") for name in self.unlike)
            better = (
                "" if scored else "; that some seeds are better was not seen, for no score differs"
            )
            word = f"Hardly: {NEAR_IDENTICAL}" if self.near_identical else "Yes"
            between = "; " if self.near_identical else ": "
            return f"{word}{between}whatever the prompt, the seed decides {named} ({made}){better}."
        first = next(iter(told.items()), None)
        most = f"the most was {_share(*first)}" if first else "nothing could be measured"
        if self.verdict is SeedEffect.NO_EFFECT:
            return f"No: hardly anything is the seed's own; {most} ({made})."
        if first is not None:
            most += ", no more than chance would make it"
        return f"Not known yet: {most} ({made}); more seeds and prompts would tell."

    def headline(self) -> str:
        """Say whether choosing seeds is worth anything, what weighs most first."""
        alike = f"{NEAR_IDENTICAL[:1].upper()}{NEAR_IDENTICAL[1:]}. " if self.near_identical else ""
        return f"{alike}{self._effect()}"

    @property
    def near_identical(self) -> bool:
        """Whether the prompt decides nearly all of what pictures look like, in every space."""
        looks = [space.parts for space in self.spaces if space.name.startswith(_LOOKS)]
        told = [parts for parts in looks if parts is not None]
        return bool(told) and all(parts.prompt_low > ALIKE_FROM for parts in told)

    def _effect(self) -> str:
        made = f"{self.images} pictures of {self.seeds} seeds with {self.prompts} prompts"
        if self.verdict is SeedEffect.EFFECT:
            shares = {space.name: space.parts.seed for space in self.spaces if space.parts}
            named = ", ".join(f"{n.partition('.')[2]} ({shares[n]:.0%})" for n in self.unlike)
            scored = any(name.startswith("score.") for name in self.unlike)
            better = (
                "" if scored else " That some are better was not seen: in no score they differ."
            )
            return f"Seeds differ whatever the prompt, in {named} ({made}).{better}"
        if self.verdict is SeedEffect.NO_EFFECT:
            return (
                f"Hardly anything is the seed's own here: a table would be void ({made}). "
                "Choosing among one prompt's pictures may still help where 'neither' is large."
            )
        return (
            f"No effect of the seed was seen, and none is ruled out ({made}). More seeds and "
            "prompts would tell."
        )


def conclude_variance(grid: MeasuredGrid, rng: np.random.Generator) -> VarianceReport:
    """Part the variance of each space.

    Args:
        grid: what was measured.
        rng: shuffles seeds.
    """
    found = [_space(name, values, rng) for name, values in grid.values.items()]
    control = next(space for space in found if space.name == NOISE_CONTROL)
    spaces = sorted(
        (space for space in found if space is not control),
        key=lambda space: -(space.parts.seed if space.parts else -1),
    )
    told = [(space.name, space.parts) for space in spaces if space.parts is not None]
    unlike = tuple(name for name, parts in told if parts.p * len(told) < _ERROR)
    seeds, prompts = next(iter(grid.values.values())).shape[:2]
    return VarianceReport(
        seeds,
        prompts,
        seeds * prompts,
        grid.failed,
        tuple(spaces),
        control,
        _verdict(spaces, unlike),
        unlike,
    )


def _verdict(spaces: list[SpaceVariance], unlike: tuple[str, ...]) -> SeedEffect:
    if unlike:
        return SeedEffect.EFFECT
    void = [_leaves_nothing(space) for space in spaces]
    return SeedEffect.NO_EFFECT if void and all(void) else SeedEffect.UNDECIDED


def _leaves_nothing(space: SpaceVariance) -> bool:
    if space.parts is None:
        return space.prompts >= FEWEST
    return space.parts.seed_high < _HARDLY or space.parts.prompt_low > ALIKE_FROM


def _space(name: str, values: np.ndarray, rng: np.random.Generator) -> SpaceVariance:
    whole = np.isfinite(values).all((0, 2))
    kept = values[:, whole]
    if min(kept.shape[:2]) < FEWEST:
        return SpaceVariance(name, None, int(whole.sum()))
    return SpaceVariance(name, components(kept, rng), int(whole.sum()))


def _share(name: str, parts: VarianceComponents) -> str:
    """Say how much of a space is the seed's: ``9 % of the look (95 %: 1 to 17 %)``."""
    low, high = f"{100 * parts.seed_low:.0f}", f"{100 * parts.seed_high:.0f} %"
    return f"{100 * parts.seed:.0f} % of {name.partition('.')[2]} (95 %: {low} to {high})"


def _row(space: SpaceVariance) -> str:
    parts = space.parts
    if parts is None:
        why = "nothing varies" if space.prompts >= FEWEST else "too seldom measured"
        return f"{space.name:24}{why}"
    interval = f"{parts.seed_low:.0%} to {parts.seed_high:.0%}"
    return (
        f"{space.name:24}{parts.seed:>6.0%}  {interval:13}{parts.prompt:>7.0%}"
        f"{parts.neither:>9.0%}{parts.p:>8.3f}{parts.shuffled_high:>10.0%}"
    )
