"""What mining needs from any host: prompts, a plan, an estimate, and instruments that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import InputError
from ..generation.model_info import Family, ModelInfo
from ..generation.request import Request
from ..generation.table_use import model_spec, sampling_spec
from ..mining import (
    FEWEST_CONFIRMED,
    MiningPlan,
    RaceDesign,
    draft_run_pictures,
    race_pictures,
    smallest_pool_gain,
    smallest_seen,
)
from ..mining.drafts import PILOT
from ..mining.racing import FEWEST_PROMPTS, FEWEST_SEEDS
from ..noise import canonical_seed, initial_noise
from .estimate import DraftEstimate, MiningEstimate, memory_used, seconds_each
from .prompt_files import PromptSplit, read_prompts, split_prompts
from .scorers import ScorerWish, open_scorers, scorers_of, with_weights

if TYPE_CHECKING:
    from torch import Tensor

    from ..mining import Drafts, Generator
    from ..mining.scorers import Scorer, ScorerPlugin, ScorerSources
    from ..registry import Registry

__all__ = [
    "PromptSplit",
    "estimate_mining",
    "instruments_for",
    "mining_plan_for",
    "prompts_for",
    "race_for",
    "read_prompts",
]

#: Prompts a model's own set has where all pictures are made, and where seeds race; the share of
#: given ones kept to confirm.
_OWN_MINED, _OWN_HELD_OUT, _HELD_OUT_SHARE = 16, 8, 3
_OWN_RACED = 120
_CONFIRM_SHARE = 10
#: Numbers a picture leaves in the journal, in bytes, beside its share of a thumbnail.
_BYTES_A_PICTURE = 4 * 2048


def prompts_for(
    model: ModelInfo,
    given: tuple[str, ...] | None,
    held_out: int | None,
    *,
    raced: bool = False,
    split: PromptSplit = PromptSplit.HASH,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prompts to mine with and, apart from them, those to confirm with.

    Args:
        model: whose own prompts are taken where none are given.
        given: prompts to split; None where nobody named any.
        held_out: how many to confirm with; None takes a third.
        raced: take as many of the model's own as a race may need.
        split: how given ones are split.

    Raises:
        InputError: there are none for this model, or none would be left to mine with.
    """
    if given is not None:
        kept = held_out or max(1, len(given) // _HELD_OUT_SHARE)
        if kept >= len(given):
            expected = f"fewer than the {len(given)} prompts given"
            raise InputError("held-out", expected=expected, got=str(kept))
        return split_prompts(given, kept, split)
    if model.family is not Family.SEEDLING:
        raise InputError(
            "prompts",
            expected="a file with one prompt a line",
            got="nothing",
            advice="Only Seedling comes with prompts of its own; name a file with --prompts.",
        )
    from ..seedling.prompts import CONFIRM, MINING, prompts

    count = max(_OWN_RACED, _OWN_MINED) if raced else _OWN_MINED
    return prompts(count, MINING), prompts(held_out or _OWN_HELD_OUT, CONFIRM)


def race_for(
    plan: MiningPlan,
    wanted: bool | None,
    *,
    detect: float | None = None,
    objective: tuple[str, ...] = (),
) -> RaceDesign | None:
    """Return how to race over the seeds of a plan; None where all pictures are to be made.

    Args:
        plan: what is run.
        wanted: True to race, False to make all pictures, None for whichever fits.
        detect: the smallest gain worth finding, in sd; None takes what the prompts can show.
        objective: metrics to race on; empty for all.

    Raises:
        InputError: a race was asked for with too few seeds or prompts, or for a gain of nothing.
    """
    if wanted is False:
        return None
    if len(plan.seeds) < FEWEST_SEEDS or len(plan.prompts) < FEWEST_PROMPTS:
        if wanted or detect is not None or objective:
            raise InputError(
                "race",
                expected=f"{FEWEST_SEEDS} or more seeds and {FEWEST_PROMPTS} or more prompts",
                got=f"{len(plan.seeds)} and {len(plan.prompts)}",
                advice="With so few there is nothing to save; make all with --exhaustive.",
            )
        return None
    return RaceDesign.reaching(len(plan.prompts), detect=detect, objective=objective)


def mining_plan_for(
    request: Request,
    mined: tuple[str, ...],
    held_out: tuple[str, ...],
    *,
    dtype: str,
    confirm: int | None = None,
    batch: int = 32,
) -> MiningPlan:
    """Settle a run.

    Args:
        request: model, seeds, noise, size and how steps are taken; its prompt is not used.
        mined: prompts to score seeds with.
        held_out: prompts to confirm the best with.
        dtype: what the model computes in, e.g. ``bfloat16``.
        confirm: how many of the best to confirm; None takes a tenth.
        batch: pictures at once.

    Raises:
        InputError: or one of its kinds: nobody can draw such noise.
    """
    seeds = tuple(sorted({canonical_seed(seed, request.noise) for seed in request.seeds}))
    initial_noise(seeds[0], request.shape, source=request.noise)
    return MiningPlan(
        seeds=seeds,
        prompts=mined,
        confirm_prompts=held_out,
        confirm=confirm or max(FEWEST_CONFIRMED, len(seeds) // _CONFIRM_SHARE),
        shape=request.shape,
        noise=request.noise,
        model=model_spec(request.model),
        sampling=replace(sampling_spec(request), extra={"dtype": dtype}),
        batch=batch,
    )


def estimate_mining(
    plan: MiningPlan,
    generator: Generator,
    *,
    race: RaceDesign | None = None,
    drafts: Drafts | None = None,
    machines: int = 1,
    rate: float | None = None,
    tell: Callable[[int], object] = lambda _: None,
) -> MiningEstimate:
    """Time a few pictures, or take what a device is said to make, and multiply.

    Args:
        plan: what would be run.
        generator: what draws.
        race: how it would be raced; None where all pictures would be made.
        drafts: what makes the drafts that would race; None where full pictures would.
        machines: devices like this one that share the work.
        rate: pictures a second of a device that is not at hand; None times this one.
        tell: is told how many pictures have been drawn, each time some have.
    """
    each = _timed(plan, generator, tell) if rate is None else 1 / rate
    images = race_pictures(plan, race, drafts=drafts is not None)
    drafted = None
    if drafts is not None and race is not None:
        share = drafts.steps / drafts.full_steps
        draft = _timed(plan, drafts.generator, tell) if rate is None else each * share
        drafted = _drafted(plan, race, drafts, draft)
    seconds = each * images
    if drafted is not None:
        seconds = each * drafted.full_images + drafted.seconds_each * drafted.images
    held_out = len(plan.confirm_prompts)
    pool = smallest_pool_gain(plan.confirmed, plan.confirmed, held_out) if plan.confirmed else None
    return MiningEstimate(
        images=images,
        most=plan.images,
        seeds=len(plan.seeds),
        prompts=len(plan.prompts),
        held_out=held_out,
        confirmed=plan.confirmed,
        seconds=seconds,
        seconds_most=each * plan.images,
        seconds_each=each,
        machines=machines,
        bytes=images * _BYTES_A_PICTURE + len(plan.seeds) * 4 * 3 * 48 * 48,
        memory=memory_used() if rate is None else None,
        detect=None if race is None else race.detect,
        smallest_single=smallest_seen(len(plan.prompts)),
        smallest_pool=pool,
        measured=rate is None,
        drafts=drafted,
    )


def _timed(plan: MiningPlan, generator: Generator, tell: Callable[[int], object]) -> float:
    """Return how many seconds a picture takes."""
    import torch

    def draw(count: int) -> None:
        seeds = plan.seeds[:count]
        noise = torch.stack([initial_noise(seed, plan.shape, source=plan.noise) for seed in seeds])
        generator(plan.prompts[0], noise, seeds)

    return seconds_each(draw, min(plan.batch, len(plan.seeds)), tell=tell)


def _drafted(plan: MiningPlan, race: RaceDesign, drafts: Drafts, seconds: float) -> DraftEstimate:
    full = draft_run_pictures(plan, race)
    return DraftEstimate(
        steps=drafts.steps,
        full_steps=drafts.full_steps,
        images=race_pictures(plan, race, drafts=True) - full,
        full_images=full,
        seconds_each=seconds,
        needed=drafts.needed,
        pilot=min(PILOT, len(plan.seeds)) * min(race.first, len(plan.prompts)),
    )


def instruments_for(
    wanted: Sequence[str] | None,
    model: ModelInfo,
    *,
    prompts: int,
    pooled: Callable[[str], Tensor],
    registry: Registry[ScorerPlugin] | None = None,
    sources: ScorerSources | None = None,
    tell: Callable[[str], object] = lambda line: None,
) -> dict[str, Scorer]:
    """Return the scorers asked for, or all that fit the model, by name.

    Args:
        wanted: ``NAME``, or ``NAME=FOLDER`` for one with weights; None takes those that need
            nothing more than is here.
        model: whose pictures are measured.
        prompts: how many there are to mine with.
        pooled: turns a prompt into the model's pooled text embedding ``(D,)``.
        registry: the scorers for any model; None takes those that come along.
        sources: what the run offers them; None offers nothing.
        tell: is told one line for each scorer that cannot be opened.

    Raises:
        UnknownNameError: there is no such scorer for this model.
        InputError: none could be opened.
    """
    from ..mining.scorers import ScorerSources, builtin_scorers

    wishes = None if wanted is None else [ScorerWish.parse(text) for text in wanted]
    known = builtin_scorers() if registry is None else registry
    return open_scorers(
        wishes,
        scorers_of(known, model, pooled=pooled, prompts=prompts),
        with_weights(sources or ScorerSources(), wishes or (), None),
        tell=tell,
    )
