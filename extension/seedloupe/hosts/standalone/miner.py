"""Mining with a diffusers pipeline: the generator, the instruments and the plan for a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError
from ...mining import Appearance, Instrument, MiningPlan
from ...noise import NoiseSource, canonical_seed
from ...tables import ModelSpec, SamplingSpec, Task
from .denoise import Sampler
from .sampling import sample_batch

if TYPE_CHECKING:
    from torch import Tensor

    from .models import Model

#: Prompts a model is mined with, and confirmed with, when the user brings none.
PROMPT_COUNT = 16


@dataclass(frozen=True)
class MiningSettings:
    """What the user decides; the rest follows from the model.

    Attributes:
        seeds: any seeds; repeated and colliding ones count once.
        prompts: mining prompts; half of them confirm when ``confirm_prompts`` is empty.
        confirm_prompts: prompts for the held-out gain.
        confirm: how many best seeds, and as many others, are confirmed.
        width: in pixels; 0 takes the model's own size.
        height: in pixels; 0 takes the model's own size.
    """

    seeds: tuple[int, ...]
    prompts: tuple[str, ...] = ()
    confirm_prompts: tuple[str, ...] = ()
    confirm: int = 48
    steps: int = 8
    guidance: float = 4.0
    sampler: Sampler = Sampler.DPMPP_2M
    width: int = 0
    height: int = 0
    batch: int = 32


class PipelineGenerator:
    """Pictures of a batch of noises with everything else fixed."""

    def __init__(self, model: Model, settings: MiningSettings) -> None:
        self._model, self._settings = model, settings

    def __call__(self, prompt: str, noise: Tensor) -> Tensor:
        """Noise ``(B, C, H, W)`` to images ``(B, 3, H, W)`` in [0, 1]."""
        settings = self._settings
        return sample_batch(
            self._model,
            [prompt],
            noise,
            steps=settings.steps,
            guidance=settings.guidance,
            sampler=settings.sampler,
        )


def plan_for(model: Model, settings: MiningSettings) -> MiningPlan:
    """Decide everything a mining run will do.

    Raises:
        InputError: a sampler that draws noise at each step, or what :class:`MiningPlan` refuses.
    """
    if settings.sampler.draws:
        raise InputError(
            "sampler",
            expected="one that draws no noise after the start",
            got=settings.sampler.value,
            advice="With Euler a the start is only part of what a seed decides.",
        )
    noise = NoiseSource()
    prompts, confirm_prompts = _prompts(model, settings)
    native = model.native_size
    size = settings.width or native[0], settings.height or native[1]
    return MiningPlan(
        seeds=tuple(sorted({canonical_seed(seed, noise) for seed in settings.seeds})),
        prompts=prompts,
        confirm_prompts=confirm_prompts,
        confirm=settings.confirm,
        shape=model.latent_shape(*size),
        noise=noise,
        model=ModelSpec(
            family=str(model.family.value),
            name=model.name,
            sha256=model.sha256,
            in_channels=model.in_channels,
            prediction=model.prediction,
        ),
        sampling=SamplingSpec(
            Task.TXT2IMG,
            sampler=settings.sampler.value,
            steps=settings.steps,
            guidance=settings.guidance,
            size=size,
            extra={"dtype": str(model.dtype).removeprefix("torch.")},
        ),
        batch=settings.batch,
    )


def instruments_for(model: Model, plan: MiningPlan) -> Sequence[Instrument]:
    """What measures this model's pictures.

    Seedling has a critic that knows its world. Any other model gets what needs no
    weights: tags, a look to tell seeds apart by, and the share without blemish.
    """
    if model.name != "seedling":
        return (Appearance(scored=True),)
    import torch

    from ...seedling import weights_folder
    from ...seedling.critic import load_critic
    from ...seedling.instrument import CriticInstrument

    @torch.no_grad()
    def pooled(prompt: str) -> Tensor:
        tokens = model.pipe.tokenizer(
            prompt, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
        )
        out = model.pipe.text_encoder(tokens.input_ids.to(model.device))
        return out.pooler_output[0].float().cpu()

    critic = load_critic(weights_folder())
    return CriticInstrument(critic, pooled, prompts=len(plan.prompts)), Appearance()


def read_prompts(path: Path) -> tuple[str, ...]:
    """Prompts of a text file, one a line; empty lines and repeats are left out.

    Raises:
        InputError: the file cannot be read as UTF-8, or holds no prompt.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("prompts", expected="a UTF-8 text file", got=f"{path}") from error
    prompts = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not prompts:
        raise InputError("prompts", expected="one prompt a line", got=f"none in {path.name}")
    return prompts


def _prompts(model: Model, settings: MiningSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if settings.confirm_prompts:
        return settings.prompts, settings.confirm_prompts
    if settings.prompts:
        # Alternate prompts, so that a file sorted by subject does not split by subject.
        several = len(settings.prompts) > 1
        return settings.prompts[::2], settings.prompts[1::2] if several else ()
    if model.name == "seedling":
        from ...seedling.prompts import CONFIRM, MINING, prompts

        return prompts(PROMPT_COUNT, MINING), prompts(PROMPT_COUNT, CONFIRM)
    raise InputError(
        "prompts",
        expected="a file with one prompt a line",
        got="none",
        advice="Write 32 or more prompts of the kind you use; every second one confirms.",
    )
