"""The denoising loop: one for every model, task and sampler, step by step.

It follows diffusers' pipelines number for number (the tests compare with them), except where those
draw: the starting noise is handed in, and an image is encoded to the mean of its latent
distribution, so nothing is drawn before or besides what the seed stands for. DPM++ samplers start
from noise as strong as A1111's (:mod:`~.schedulers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....generation.sampler import Plan
from .schedules import SolverCall, StepSchedule
from .step_noise import Draws, StepNoise
from .text import Conditioning

if TYPE_CHECKING:
    from torch import Tensor

    from .models import Model

#: Opened around each call of the U-Net with the step's index, the call's sigma, and which of the
#: step's calls it is.
Watch = Callable[[int, float, int], AbstractContextManager[object]]


#: Is given the predicted clean latents ``(B, C, H, W)`` and the noise level of a call; returns what
#: to add to them.
Push = Callable[["Tensor", float], "Tensor"]


@dataclass(frozen=True, eq=False)
class InitLatents:
    """The picture a run starts from, as latents.

    Attributes:
        clean: ``(1, C, H, W)`` scaled latents of the picture; None starts from noise alone.
        mask: ``(1, 1, H, W)``, 1 where latents are repainted; None repaints all.
        masked: ``(1, C, H, W)`` latents of the picture without the masked part, for 9 channels.
        strength: share of the steps that are run.
    """

    clean: Tensor | None = None
    mask: Tensor | None = None
    masked: Tensor | None = None
    strength: float = 1.0

    @property
    def from_noise(self) -> bool:
        """Whether the picture leaves no trace in the starting latent (as diffusers decides)."""
        return self.clean is None or (self.mask is not None and self.strength == 1.0)


@dataclass(frozen=True, eq=False)
class Step:
    """One step just taken.

    Attributes:
        index: counted from 0.
        total: how many steps this run takes.
        sigma: noise level the U-Net was called at first.
        latents: ``(B, C, H, W)`` after the step.
        clean: ``(B, C, H, W)``, the denoised latent as predicted at this step.
    """

    index: int
    total: int
    sigma: float
    latents: Tensor
    clean: Tensor


def denoise(
    model: Model,
    noise: Tensor,
    text: Conditioning,
    plan: Plan,
    *,
    source: InitLatents | None = None,
    streams: Sequence[Draws] | None = None,
    watch: Watch | None = None,
    push: Push | None = None,
) -> Iterator[Step]:
    """Take the steps one at a time.

    Args:
        model: whose U-Net is called; nothing of it is changed.
        noise: ``(B, C, H, W)`` float32 of unit deviation, on any device.
        text: for exactly ``B`` pictures.
        plan: sampler, steps, guidance.
        source: the picture to start from, one for the whole batch.
        streams: one for each picture, for samplers that draw.
        watch: opened around every call of the U-Net.
        push: moves what each call predicts, the pictures of the batch together.
    """
    import torch

    source = source or InitLatents()
    schedule = StepSchedule.of(model, plan, _first_step(plan, source.strength))
    scheduler, calls = schedule.scheduler, schedule.calls
    noise = noise.to(model.device, model.dtype)
    added = added_conditions(model, noise, text)
    latents = _start(scheduler, noise, source, calls[0])
    drawn = StepNoise(streams, plan.sampler)
    level = calls[0].sigma
    for call in calls:
        if call.number == 0:
            level = call.sigma
        # A context that stayed open over a yield would leak into whoever reads the steps.
        with torch.no_grad():
            entry = scheduler.scale_model_input(_doubled(latents, guided=text.guided), call.time)
            with watch(call.step, call.sigma, call.number) if watch else nullcontext():
                out = model.unet(
                    with_mask(model, entry, source),
                    call.time,
                    encoder_hidden_states=text.tokens,
                    added_cond_kwargs=added,
                    return_dict=False,
                )[0]
            predicted = _guide(out, plan, text)
            if push is not None:
                predicted = _pushed(predicted, entry[: len(latents)], call.sigma, model, push)
            with drawn.at(call):
                taken = scheduler.step(predicted, call.time, latents)
            clean = _clean(scheduler, taken)
            latents = _keep(scheduler, taken.prev_sample, noise, source, model, call)
        if call.ends_step:
            yield Step(call.step, schedule.steps, level, latents, clean)


def _first_step(plan: Plan, strength: float) -> int:
    """Return the step a run begins with: a later one where little of a picture is forgotten."""
    return max(plan.steps - min(int(plan.steps * strength), plan.steps), 0)


def _start(scheduler: Any, noise: Tensor, source: InitLatents, call: SolverCall) -> Tensor:
    if source.from_noise or source.clean is None:
        return noise * scheduler.init_noise_sigma
    times = call.time[None].repeat(len(noise))
    return scheduler.add_noise(source.clean.expand_as(noise), noise, times)


def _doubled(latents: Tensor, *, guided: bool) -> Tensor:
    return latents.repeat(2, 1, 1, 1) if guided else latents


def with_mask(model: Model, entry: Tensor, source: InitLatents) -> Tensor:
    """Append mask and masked picture for a U-Net trained to read them."""
    import torch

    if model.info.in_channels == 4 or source.mask is None or source.masked is None:
        return entry
    size = (len(entry), -1, -1, -1)
    return torch.cat([entry, source.mask.expand(size), source.masked.expand(size)], dim=1)


def _guide(out: Tensor, plan: Plan, text: Conditioning) -> Tensor:
    if not text.guided:
        return out
    unconditional, prompted = out.chunk(2)
    return unconditional + plan.guidance * (prompted - unconditional)


def _pushed(predicted: Tensor, entry: Tensor, sigma: float, model: Model, push: Push) -> Tensor:
    """Move the clean latents that a prediction stands for.

    The U-Net is given ``a x + s n`` of unit variance, and predicts the noise ``n`` or, for
    ``v_prediction``, ``a n - s x``.
    """
    a = (1 + sigma**2) ** -0.5
    s = sigma * a
    if model.info.prediction == "v_prediction":
        return predicted - push(a * entry - s * predicted, sigma) / s
    return predicted - push((entry - s * predicted) / a, sigma) * (a / s)


def _keep(
    scheduler: Any,
    latents: Tensor,
    noise: Tensor,
    source: InitLatents,
    model: Model,
    call: SolverCall,
) -> Tensor:
    """Put the picture back outside the mask, as noisy as the next step expects it."""
    if model.info.in_channels != 4 or source.mask is None or source.clean is None:
        return latents
    outside = source.clean.expand_as(latents)
    if call.following is not None:
        outside = call.following.onto(scheduler, outside, noise)
    return (1 - source.mask) * outside + source.mask * latents


def _clean(scheduler: Any, taken: Any) -> Tensor:
    """The predicted clean latent; solvers keep it instead of returning it."""
    for name in ("pred_original_sample", "denoised"):  # LCM has a name of its own
        predicted = getattr(taken, name, None)
        if predicted is not None:
            return predicted
    return scheduler.model_outputs[-1]


def added_conditions(model: Model, noise: Tensor, text: Conditioning) -> dict[str, Tensor] | None:
    """XL's own size conditioning: original size, no crop, target size."""
    import torch

    if text.pooled is None:
        return None
    height, width = (side * model.info.cell for side in noise.shape[-2:])
    ids = torch.tensor([[height, width, 0, 0, height, width]], device=noise.device)
    rows = len(text.tokens)
    return {"text_embeds": text.pooled, "time_ids": ids.to(text.tokens.dtype).repeat(rows, 1)}
