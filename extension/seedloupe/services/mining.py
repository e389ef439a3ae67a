"""What mining needs from this host: prompts, a plan, a generator, and instruments that fit."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..generation.request import Request, check_request
from ..generation.table_use import model_spec, sampling_spec
from ..hosts.standalone.cli.console import duration
from ..hosts.standalone.engine.checkpoint import Family
from ..hosts.standalone.engine.sampling import Sampler, sample_batch
from ..mining import FEWEST_CONFIRMED, MiningPlan
from ..noise import NoiseSource, canonical_seed, initial_noise

if TYPE_CHECKING:
    from torch import Tensor

    from ..hosts.standalone.engine.models import Model
    from ..mining import Generator, Instrument

#: Prompts a model's own set has, and the share of given ones kept to confirm.
_OWN_MINED, _OWN_HELD_OUT, _HELD_OUT_SHARE = 16, 8, 3
_CONFIRM_SHARE = 10
_MOST_PROMPTS = 10_000
#: Numbers a picture leaves in the journal, in bytes, beside its share of a thumbnail.
_BYTES_A_PICTURE = 4 * 2048


@dataclass(frozen=True)
class MiningEstimate:
    """What a run would take; ``seconds`` comes from timing one batch."""

    images: int
    seeds: int
    prompts: int
    held_out: int
    confirmed: int
    seconds: float
    bytes: int

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {**vars(self)}

    def lines(self) -> list[str]:
        """Say it for people."""
        few = too_few_confirmed(self.confirmed)
        return [
            f"{self.images} pictures: {self.seeds} seeds with {self.prompts} prompts, "
            f"the best {self.confirmed} confirmed with {self.held_out} more",
            *([few] if few else []),
            f"about {duration(self.seconds)} on this machine",
            f"about {self.bytes / 2**20:.0f} MiB of disk for the journal",
        ]


def too_few_confirmed(confirmed: int) -> str:
    """Say that so few seeds cannot settle whether seeds matter; empty where they may."""
    if confirmed >= FEWEST_CONFIRMED:
        return ""
    return (
        f"confirming {confirmed} of the best seeds is too few to say whether the choice of seed "
        f"matters; it takes --confirm {FEWEST_CONFIRMED} or more, and twice as many seeds"
    )


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
    args: argparse.Namespace, model: Model, given: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prompts to mine with and, apart from them, those to confirm with.

    Raises:
        InputError: there are none for this model, or none would be left to mine with.
    """
    if given is not None:
        held_out = args.held_out or max(1, len(given) // _HELD_OUT_SHARE)
        if held_out >= len(given):
            expected = f"fewer than the {len(given)} prompts given"
            raise InputError("held-out", expected=expected, got=str(held_out))
        return given[:-held_out], given[-held_out:]
    if model.family is not Family.SEEDLING:
        raise InputError(
            "prompts",
            expected="a file with one prompt a line",
            got="nothing",
            advice="Only Seedling comes with prompts of its own; name a file with --prompts.",
        )
    from ..seedling.prompts import CONFIRM, MINING, prompts

    return prompts(_OWN_MINED, MINING), prompts(args.held_out or _OWN_HELD_OUT, CONFIRM)


def mining_plan_for(
    args: argparse.Namespace,
    model: Model,
    mined: tuple[str, ...],
    held_out: tuple[str, ...],
) -> MiningPlan:
    """Settle a run.

    Raises:
        InputError: or one of its kinds: a setting cannot be used.
    """
    source = NoiseSource.parse(args.noise)
    given = range(1024) if args.seeds is None else args.seeds
    seeds = tuple(sorted({canonical_seed(seed, source) for seed in given}))
    width, height = args.size or (None, None)
    usual = model.usual
    request = Request(
        "",
        seeds,
        width=width,
        height=height,
        steps=usual.steps if args.steps is None else args.steps,
        guidance=usual.guidance if args.guidance is None else args.guidance,
        sampler=Sampler(args.sampler),
        noise=source,
    )
    check_request(request, model)
    shape = model.latent_shape(*request.size(model))
    initial_noise(seeds[0], shape, source=source)  # noise nobody can draw is refused here
    return MiningPlan(
        seeds=seeds,
        prompts=mined,
        confirm_prompts=held_out,
        confirm=args.confirm or max(FEWEST_CONFIRMED, len(seeds) // _CONFIRM_SHARE),
        shape=shape,
        noise=source,
        model=model_spec(model),
        sampling=replace(sampling_spec(request, model), extra={"dtype": dtype_name(model)}),
        batch=args.batch,
    )


def dtype_name(model: Model) -> str:
    """Return what the model computes in, e.g. ``bfloat16``."""
    return str(model.dtype).removeprefix("torch.")


def generator_for(plan: MiningPlan, model: Model) -> Generator:
    """Return what makes pictures from a prompt and noise, as the plan says."""
    made = plan.sampling

    def generate(prompt: str, noise: Tensor) -> Tensor:
        return sample_batch(
            model,
            [prompt],
            noise,
            steps=made.steps or 1,
            guidance=made.guidance or 0.0,
            sampler=Sampler(made.sampler),
        )

    return generate


def estimate_mining(plan: MiningPlan, model: Model) -> MiningEstimate:
    """Time one batch and multiply."""
    import torch

    batch = min(plan.batch, len(plan.seeds))
    noise = torch.stack([initial_noise(seed, plan.shape) for seed in plan.seeds[:batch]])
    begun = time.perf_counter()
    generator_for(plan, model)(plan.prompts[0], noise)
    each = (time.perf_counter() - begun) / batch
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
    wanted: Sequence[str] | None, model: Model, plan: MiningPlan
) -> tuple[Instrument, ...]:
    """Return the instruments asked for, or all that fit the model.

    Raises:
        InputError: one is unknown, or fits only Seedling.
    """
    fitting = {"appearance": _appearance, "critic": _critic}
    if model.family is not Family.SEEDLING:
        del fitting["critic"]
    chosen = tuple(reversed(fitting)) if wanted is None else tuple(dict.fromkeys(wanted))
    for name in chosen:
        if name not in fitting:
            raise InputError(
                "scorers", expected=f"some of {', '.join(fitting)} for {model.name}", got=repr(name)
            )
    alone = chosen == ("appearance",)
    return tuple(fitting[name](model, plan, alone) for name in chosen)


def _appearance(model: Model, plan: MiningPlan, alone: bool) -> Instrument:
    from ..mining import Appearance

    return Appearance(scored=alone)


def _critic(model: Model, plan: MiningPlan, alone: bool) -> Instrument:
    from ..seedling import weights_folder
    from ..seedling.critic import load_critic
    from ..seedling.instrument import CriticInstrument

    weights = weights_folder()
    if not (weights / "critic.safetensors").is_file():
        raise InputError("scorers", expected="the critic's weights", got=f"none in {weights}")
    critic = load_critic(weights)
    return CriticInstrument(critic, pooled_caption(model), prompts=len(plan.prompts))


def pooled_caption(model: Model) -> Callable[[str], Tensor]:
    """Return what turns a prompt into the text encoder's pooled output ``(D,)``."""
    import torch

    @torch.no_grad()
    def pooled(prompt: str) -> Tensor:
        tokenizer = model.pipe.tokenizer
        ids = tokenizer(
            prompt,
            padding="max_length",
            max_length=tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        output = model.pipe.text_encoder(ids.to(model.device))
        return output.pooler_output[0].float().cpu()

    return pooled
