"""What an inpainting study comes to, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from ...artifacts.repaints import InpaintTask
from ...tables import SeedEffect
from ..agreement import TaskAgreement, across, task_agreement
from ..statistics import (
    Floats,
    HeldOut,
    Rates,
    Repeat,
    SeedSpread,
    held_out,
    ordered_by_luck,
    rates,
    repeat,
    seed_spread,
)
from .echo import Echo, echo_of
from .measure import Measured

LEVEL = 0.05
"""Share of studies of seeds that are all alike that may still find a difference."""

FEWEST_WITH_TEXT = 20
"""Pictures with text below which nothing is said about which seeds paint it."""

_CHOSEN_SHARE, _FEWEST_ROWS = 10, 4


@dataclass(frozen=True, eq=False)
class TaskFindings:
    """What was found about one task.

    Attributes:
        task: which.
        rates: of each seed.
        pictures: how many were made.
        flagged: in how many text was held against the picture.
        share: mean share of the mask covered by text.
        spread: how far seeds differ.
        repeat: whether they differ the same way elsewhere; None with one pair.
        best: what the seeds with least text do elsewhere; None with too few pairs or seeds.
        worst: likewise of those with most.
        luck: between which bounds seeds in order of their means would lie if they were alike.
        verdict: whether the choice of seed was seen to matter.
        why: what the verdict rests on.
    """

    task: InpaintTask
    rates: Rates
    pictures: int
    flagged: int
    share: float
    spread: SeedSpread
    repeat: Repeat | None
    best: HeldOut | None
    worst: HeldOut | None
    luck: tuple[Floats, Floats]
    verdict: SeedEffect
    why: str


@dataclass(frozen=True, eq=False)
class LookerFindings:
    """What was found by what one looker saw.

    Attributes:
        looker: its name.
        tasks: by task.
        same: whether the tasks find the same seeds bad on the same pairs; None with one task.
        apart: the same with one task on half of the pairs and the other on the rest.
        echo: whether the text repeats the prompt; None where no words were read.
        verdict: of all tasks together.
    """

    looker: str
    tasks: Mapping[InpaintTask, TaskFindings]
    same: TaskAgreement | None
    apart: TaskAgreement | None
    echo: Echo | None
    verdict: SeedEffect


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found, by each looker; the first one is the one that counts."""

    measured: Measured
    lookers: tuple[LookerFindings, ...]

    @property
    def main(self) -> LookerFindings:
        """What the verdict rests on."""
        return self.lookers[0]

    def to_json(self) -> dict[str, object]:
        """Return JSON types."""
        seeds = self.measured.plan.seeds
        return {
            "verdict": self.main.verdict.value,
            "looker": self.main.looker,
            "level": LEVEL,
            "lookers": {found.looker: _looker_json(found, seeds) for found in self.lookers},
        }


def conclude(measured: Measured, *, shuffle_seed: int = 0) -> Findings:
    """Work out what was found.

    Args:
        measured: a whole run.
        shuffle_seed: seed of the shuffles; the same gives the same numbers.
    """
    return Findings(
        measured, tuple(_by_looker(measured, name, shuffle_seed) for name in measured.lookers)
    )


def together(verdicts: list[SeedEffect]) -> SeedEffect:
    """Return the verdict of several tasks: an effect in one is one, and none needs none in all."""
    if SeedEffect.EFFECT in verdicts:
        return SeedEffect.EFFECT
    undecided = SeedEffect.UNDECIDED in verdicts
    return SeedEffect.UNDECIDED if undecided else SeedEffect.NO_EFFECT


def _by_looker(measured: Measured, looker: str, shuffle_seed: int) -> LookerFindings:
    rng = np.random.default_rng(shuffle_seed)
    plan = measured.plan
    found = {task: _by_task(measured, task, looker, rng) for task in plan.tasks}
    same = apart = None
    if len(plan.tasks) == 2 and len(plan.seeds) > 2:
        first, second = (measured.shares(task, looker) for task in plan.tasks)
        same = task_agreement(first.mean(0), second.mean(0), rng)
        apart = task_agreement(*across(first, second, rng), rng) if len(first) > 1 else None
    prompts = [task.prompt(pair) for task in plan.tasks for pair in plan.pairs]
    echo = echo_of(measured.texts(looker), prompts, rng)
    verdict = together([one.verdict for one in found.values()])
    return LookerFindings(looker, found, same, apart, echo, verdict)


def _by_task(
    measured: Measured, task: InpaintTask, looker: str, rng: np.random.Generator
) -> TaskFindings:
    shares, flagged = measured.shares(task, looker), measured.flagged(task, looker)
    rows, seeds = shares.shape
    count = max(1, seeds // _CHOSEN_SHARE)
    enough = rows >= _FEWEST_ROWS and seeds > count
    differ = seed_spread(shares, rng)
    best, worst = (
        held_out(shares, count, rng, worst=bad) if enough else None for bad in (False, True)
    )
    level = LEVEL / len(measured.plan.tasks)
    verdict, why = judge_effect(differ, best, worst, int((shares > 0).sum()), level=level)
    return TaskFindings(
        task,
        rates(shares, flagged),
        int(shares.size),
        int(flagged.sum()),
        float(shares.mean()),
        differ,
        repeat(shares, rng) if rows > 1 else None,
        best,
        worst,
        ordered_by_luck(shares, rng),
        verdict,
        why,
    )


def judge_effect(
    differ: SeedSpread, best: HeldOut | None, worst: HeldOut | None, with_text: int, *, level: float
) -> tuple[SeedEffect, str]:
    """Say whether the choice of seed was seen to matter, and by what.

    An effect needs two things: seeds differ more than shuffled ones, and seeds chosen by half of
    the pairs stand out on the other half. Of seeds that are all alike one in ``1 / level`` studies
    passes the first.

    Args:
        differ: how far seeds differ.
        best: what the best do on other pairs.
        worst: what the worst do there.
        with_text: pictures in which some of the mask is covered by text.
        level: of each test; less where several tasks are tested.
    """
    if best is None or worst is None:
        return SeedEffect.UNDECIDED, "too few pairs or seeds to check a choice on other pairs"
    if with_text < FEWEST_WITH_TEXT:
        seen = f"text was seen in {with_text} pictures"
        return SeedEffect.UNDECIDED, f"{seen}, and it takes {FEWEST_WITH_TEXT} to tell seeds apart"
    if differ.p >= level:
        return SeedEffect.NO_EFFECT, "seeds differ no more than shuffled ones do"
    # Two choices are checked, so each has half of the level to pass.
    if min(best.p, worst.p) < level / 2:
        return SeedEffect.EFFECT, "seeds differ, and chosen ones stand out on other pairs as well"
    return SeedEffect.UNDECIDED, "seeds differ, but chosen ones do not stand out on other pairs"


def _looker_json(found: LookerFindings, seeds: tuple[int, ...]) -> dict[str, object]:
    return {
        "verdict": found.verdict.value,
        "tasks": {task.value: _task_json(one, seeds) for task, one in found.tasks.items()},
        "agreement_same_pairs": found.same.to_json() if found.same else None,
        "agreement_other_pairs": found.apart.to_json() if found.apart else None,
        "prompt_echo": found.echo.to_json() if found.echo else None,
    }


def _task_json(found: TaskFindings, seeds: tuple[int, ...]) -> dict[str, object]:
    known = found.rates
    columns = {
        "text_in_mask": known.mean,
        "text_in_mask_se": known.error,
        "flagged_rate": known.rate,
        "flagged_low": known.low,
        "flagged_high": known.high,
    }
    return {
        "verdict": found.verdict.value,
        "why": found.why,
        "pictures": found.pictures,
        "flagged": found.flagged,
        "text_in_mask": found.share,
        "spread": asdict(found.spread),
        "split_half": asdict(found.repeat) if found.repeat else None,
        "best_elsewhere": _held_json(found.best),
        "worst_elsewhere": _held_json(found.worst),
        "seeds": [
            {"seed": str(seed), **{name: _number(values[row]) for name, values in columns.items()}}
            for row, seed in enumerate(seeds)
        ],
    }


def _held_json(found: HeldOut | None) -> dict[str, object] | None:
    """Drop which columns were chosen; a reader has no use for places in a list."""
    if found is None:
        return None
    return {name: value for name, value in asdict(found).items() if name != "chosen_by"}


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None
