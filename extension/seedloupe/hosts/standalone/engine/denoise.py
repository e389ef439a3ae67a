"""The denoising loop: one for every model, task and sampler, step by step.

It follows diffusers' pipelines number for number (the tests compare with them), except where those
draw: the starting noise is handed in, and an image is encoded to the mean of its latent
distribution, so nothing is drawn before or besides what the seed stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....generation.sampler import Plan, Sampler
from .checkpoint import TRAILING
from .text import Conditioning

if TYPE_CHECKING:
    from torch import Tensor

    from ....noise import NoiseStream
    from .models import Model

#: Opened around each call of the U-Net with the step's index and sigma.
Watch = Callable[[int, float], AbstractContextManager[object]]


#: What of a saved scheduler belongs to the model; the rest is the sampler's business.
_LEVELS = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "prediction_type",
    "rescale_betas_zero_snr",
)


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
        sigma: noise level the U-Net was called at.
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
    streams: Sequence[NoiseStream] | None = None,
    watch: Watch | None = None,
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
    """
    import torch

    from .step_noise import drawing_from

    source = source or InitLatents()
    scheduler, times = _schedule(model, plan, source.strength)
    noise = noise.to(model.device, model.dtype)
    added = added_conditions(model, noise, text)
    latents = _start(scheduler, noise, source, times[:1])
    for index, time in enumerate(times):
        # A context that stayed open over a yield would leak into whoever reads the steps.
        with torch.no_grad():
            entry = scheduler.scale_model_input(_doubled(latents, guided=text.guided), time)
            sigma = _sigma(scheduler, time, index, len(times))
            with watch(index, sigma) if watch else nullcontext():
                out = model.unet(
                    with_mask(model, entry, source),
                    time,
                    encoder_hidden_states=text.tokens,
                    added_cond_kwargs=added,
                    return_dict=False,
                )[0]
            with drawing_from(streams):
                taken = scheduler.step(_guide(out, plan, text), time, latents)
            clean = _clean(scheduler, taken)
            following = times[index + 1 : index + 2]
            latents = _keep(scheduler, taken.prev_sample, noise, source, model, following)
        yield Step(index, len(times), sigma, latents, clean)


def make_scheduler(model: Model, sampler: Sampler, steps: int) -> Any:
    """Return a fresh diffusers scheduler with the model's noise levels and its steps set.

    The steps are spaced as in the web UI's sampler of the same name with the uniform schedule,
    whatever scheduler and spacing the model was saved with. Models of few steps are the exception:
    they are taught the times of one spacing, "trailing" (the web UI's "SGM Uniform"), and paint
    well at no others.
    """
    import diffusers

    saved = model.pipe.scheduler.config
    levels = {name: saved[name] for name in _LEVELS if name in saved}
    if sampler is Sampler.DDIM:
        settings = {
            "clip_sample": False,
            "set_alpha_to_one": model.info.trailing,
            "steps_offset": 1,
        }
        spacing = TRAILING if model.info.trailing else "leading"
        ddim = diffusers.DDIMScheduler(**levels, **settings, timestep_spacing=spacing)
        ddim.set_timesteps(steps, device=model.device)
        return ddim
    if sampler is Sampler.DPMPP_2M:
        solver = diffusers.DPMSolverMultistepScheduler(**levels)
        _space_evenly(solver, steps, model)
        return solver
    ancestral = sampler is Sampler.EULER_A
    name = "EulerAncestralDiscreteScheduler" if ancestral else "EulerDiscreteScheduler"
    # Evenly from the noisiest level to the cleanest; a single step must be the noisiest.
    spacing = "linspace" if steps > 1 and not model.info.trailing else TRAILING
    euler = getattr(diffusers, name)(**levels, timestep_spacing=spacing)
    euler.set_timesteps(steps, device=model.device)
    return euler


def _space_evenly(solver: Any, steps: int, model: Model) -> None:
    """Give the solver the web UI's even times, which mostly lie between two trained ones.

    Its own spacing stops one step short of the cleanest level, and times handed to it are cut to
    whole ones, which alone moves single pixels by up to a quarter of their range.
    """
    import numpy as np
    import torch

    trained = np.asarray((1 - solver.alphas_cumprod) / solver.alphas_cumprod) ** 0.5
    last = len(trained) - 1
    times = np.linspace(last, 0, steps)
    if model.info.trailing:
        times = np.arange(last + 1, 0, -(last + 1) / steps)[:steps] - 1
    solver.set_timesteps(timesteps=times.round().astype(int), device=model.device)
    sigmas = np.exp(np.interp(times, np.arange(len(trained)), np.log(trained)))
    solver.timesteps = torch.from_numpy(times.astype(np.float32)).to(model.device)
    solver.sigmas = torch.from_numpy(np.append(sigmas, 0.0).astype(np.float32))


def _schedule(model: Model, plan: Plan, strength: float) -> tuple[Any, Tensor]:
    scheduler = make_scheduler(model, plan.sampler, plan.steps)
    begin = max(plan.steps - min(int(plan.steps * strength), plan.steps), 0)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    return scheduler, scheduler.timesteps[begin:]


def _start(scheduler: Any, noise: Tensor, source: InitLatents, time: Tensor) -> Tensor:
    if source.from_noise or source.clean is None:
        return noise * scheduler.init_noise_sigma
    return scheduler.add_noise(source.clean.expand_as(noise), noise, time.repeat(len(noise)))


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


def _keep(
    scheduler: Any, latents: Tensor, noise: Tensor, source: InitLatents, model: Model, time: Tensor
) -> Tensor:
    """Put the picture back outside the mask, as noisy as the next step expects it."""
    if model.info.in_channels != 4 or source.mask is None or source.clean is None:
        return latents
    outside = source.clean.expand_as(latents)
    if len(time):
        outside = scheduler.add_noise(outside, noise, time)
    return (1 - source.mask) * outside + source.mask * latents


def _clean(scheduler: Any, taken: Any) -> Tensor:
    """The predicted clean latent; multistep solvers keep it instead of returning it."""
    predicted = getattr(taken, "pred_original_sample", None)
    return scheduler.model_outputs[-1] if predicted is None else predicted


def _sigma(scheduler: Any, time: Tensor, index: int, total: int) -> float:
    if hasattr(scheduler, "sigmas"):
        levels = scheduler.sigmas
        return float(levels[len(levels) - 1 - total + index])
    kept = float(scheduler.alphas_cumprod[int(time)])
    return ((1 - kept) / kept) ** 0.5


def added_conditions(model: Model, noise: Tensor, text: Conditioning) -> dict[str, Tensor] | None:
    """XL's own size conditioning: original size, no crop, target size."""
    import torch

    if text.pooled is None:
        return None
    height, width = (side * model.info.cell for side in noise.shape[-2:])
    ids = torch.tensor([[height, width, 0, 0, height, width]], device=noise.device)
    rows = len(text.tokens)
    return {"text_embeds": text.pooled, "time_ids": ids.to(text.tokens.dtype).repeat(rows, 1)}
