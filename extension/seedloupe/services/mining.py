"""What mining needs from any host: prompts, a plan, an estimate, and instruments that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..generation.model_info import Family, ModelInfo
from ..generation.request import Request
from ..generation.table_use import model_spec, sampling_spec
from ..mining import FEWEST_CONFIRMED, Appearance, MiningPlan
from ..noise import canonical_seed, initial_noise
from .estimate import MiningEstimate, seconds_each

if TYPE_CHECKING:
    from torch import Tensor

    from ..mining import Generator, Instrument

#: Prompts a model's own set has, and the share of given ones kept to confirm.
_OWN_MINED, _OWN_HELD_OUT, _HELD_OUT_SHARE = 16, 8, 3
_CONFIRM_SHARE = 10
_MOST_PROMPTS = 10_000
#: Numbers a picture leaves in the journal, in bytes, beside its share of a thumbnail.
_BYTES_A_PICTURE = 4 * 2048


def read_prompts(path: Path) -> tuple[str, ...]:
    """Read prompts, one a line; empty lines are skipped.

    Raises:
        InputError: the file cannot be read, or holds none, too many, or one twice.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("prompts", expected="a text file in UTF-8", got=f"{path}") from error
    found = tuple(line.strip() for line in lines if line.strip())
    if not 2 <= len(found) <= _MOST_PROMPTS or len(set(found)) != len(found):
        raise InputError(
            "prompts",
            expected=f"2 to {_MOST_PROMPTS} different prompts, one a line",
            got=f"{len(found)} lines with {len(set(found))} different ones in {path}",
        )
    return found


def prompts_for(
    model: ModelInfo, given: tuple[str, ...] | None, held_out: int | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prompts to mine with and, apart from them, those to confirm with.

    Args:
        model: whose own prompts are taken where none are given.
        given: prompts to split; None where nobody named any.
        held_out: how many to confirm with; None takes a third.

    Raises:
        InputError: there are none for this model, or none would be left to mine with.
    """
    if given is not None:
        kept = held_out or max(1, len(given) // _HELD_OUT_SHARE)
        if kept >= len(given):
            expected = f"fewer than the {len(given)} prompts given"
            raise InputError("held-out", expected=expected, got=str(kept))
        return given[:-kept], given[-kept:]
    if model.family is not Family.SEEDLING:
        raise InputError(
            "prompts",
            expected="a file with one prompt a line",
            got="nothing",
            advice="Only Seedling comes with prompts of its own; name a file with --prompts.",
        )
    from ..seedling.prompts import CONFIRM, MINING, prompts

    return prompts(_OWN_MINED, MINING), prompts(held_out or _OWN_HELD_OUT, CONFIRM)


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
    plan: MiningPlan, generator: Generator, *, tell: Callable[[int], object] = lambda _: None
) -> MiningEstimate:
    """Time a few pictures and multiply.

    Args:
        plan: what would be run.
        generator: what draws.
        tell: is told how many pictures have been drawn, each time some have.
    """
    import torch

    def draw(count: int) -> None:
        seeds = plan.seeds[:count]
        noise = torch.stack([initial_noise(seed, plan.shape) for seed in seeds])
        generator(plan.prompts[0], noise, seeds)

    each = seconds_each(draw, min(plan.batch, len(plan.seeds)), tell=tell)
    return MiningEstimate(
        images=plan.images,
        seeds=len(plan.seeds),
        prompts=len(plan.prompts),
        held_out=len(plan.confirm_prompts),
        confirmed=plan.confirmed,
        seconds=each * plan.images,
        bytes=plan.images * _BYTES_A_PICTURE + len(plan.seeds) * 4 * 3 * 48 * 48,
    )


def instruments_for(
    wanted: Sequence[str] | None,
    model: ModelInfo,
    *,
    prompts: int,
    pooled: Callable[[str], Tensor],
) -> tuple[Instrument, ...]:
    """Return the instruments asked for, or all that fit the model.

    Args:
        wanted: by name; None takes all.
        model: whose pictures are measured.
        prompts: how many there are to mine with.
        pooled: turns a prompt into the model's pooled text embedding ``(D,)``.

    Raises:
        InputError: one is unknown, or fits only Seedling.
    """
    own = model.family is Family.SEEDLING
    known = ("critic", "appearance") if own else ("appearance",)
    chosen = known if wanted is None else tuple(dict.fromkeys(wanted))
    for name in chosen:
        if name not in known:
            expected = f"some of {', '.join(reversed(known))} for {model.name}"
            raise InputError("scorers", expected=expected, got=repr(name))
    alone = chosen == ("appearance",)
    return tuple(
        _critic(pooled, prompts) if name == "critic" else Appearance(scored=alone)
        for name in chosen
    )


def _critic(pooled: Callable[[str], Tensor], prompts: int) -> Instrument:
    from ..seedling import weights_folder
    from ..seedling.critic import load_critic
    from ..seedling.instrument import CriticInstrument

    weights = weights_folder()
    if not (weights / "critic.safetensors").is_file():
        raise InputError("scorers", expected="the critic's weights", got=f"none in {weights}")
    return CriticInstrument(load_critic(weights), pooled, prompts=prompts)
