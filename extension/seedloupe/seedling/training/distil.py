"""Teach a copy of the U-Net to make in four steps, unguided, what takes many guided ones.

The student learns the jumps of one fixed grid of times: from a noisy latent at one time of
the grid the teacher goes to the next in small deterministic steps, guided (Song et al., 2021;
Meng et al., 2023), and the student is to get there in one (Salimans and Ho, 2022). It still
predicts noise, so every host samples it as any other model: four steps, guidance 1, times
spaced from the end ("trailing").
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from .optim import MasterMuon
from .run import TrainingRun, Until
from .unet import TRAIN_STEPS, LatentSet, alphas_cumprod
from .variants import FAST

#: Steps of the student, small steps of the teacher for each, and the teacher's guidance.
STEPS, SMALL, GUIDANCE = 4, 4, 3.0
#: From noisy latents ``(B, 4, h, w)`` and times ``(B,)`` to the noise in them.
Denoiser = Callable[[Tensor, Tensor], Tensor]


def grid() -> Tensor:
    """Times of the student's steps, the noisiest first: 999, 749, 499, 249."""
    return torch.arange(TRAIN_STEPS, 0, -TRAIN_STEPS // STEPS) - 1


def amounts(signal: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """How much picture and how much noise is in latents at ``times`` ``(B,)``; -1 is clean."""
    share = torch.where(times < 0, torch.ones(()), signal[times.clamp(min=0)])
    share = share[:, None, None, None]
    return share.sqrt(), (1 - share).sqrt()


def deterministic_step(
    noisy: Tensor, noise: Tensor, signal: Tensor, start: Tensor, stop: Tensor
) -> Tensor:
    """From time ``start`` to ``stop`` as if ``noise`` were what is in ``noisy`` (DDIM, eta 0)."""
    much, little = amounts(signal, start)
    clean = (noisy - little * noise) / much
    much, little = amounts(signal, stop)
    return much * clean + little * noise


def small_steps(
    teacher: Denoiser, noisy: Tensor, signal: Tensor, start: Tensor, stop: Tensor
) -> Tensor:
    """From ``start`` to ``stop`` in the teacher's small steps."""
    at = start
    for k in range(1, SMALL + 1):
        after = start + torch.div((stop - start) * k, SMALL, rounding_mode="floor")
        noisy = deterministic_step(noisy, teacher(noisy, at), signal, at, after)
        at = after
    return noisy


def noise_of_jump(
    noisy: Tensor, landed: Tensor, signal: Tensor, start: Tensor, stop: Tensor
) -> Tensor:
    """The noise whose one step from ``noisy`` at ``start`` lands on ``landed`` at ``stop``."""
    much, little = amounts(signal, start)
    much_after, little_after = amounts(signal, stop)
    ratio = much_after / much
    return (landed - ratio * noisy) / (little_after - ratio * little)


def train_fast(
    unet: nn.Module, data: LatentSet, folder: Path, *, until: Until, batch: int, lr: float
) -> nn.Module:
    """Train (or resume) the variant from ``unet``; returns its average, float32."""
    torch.manual_seed(6)
    teacher = copy.deepcopy(unet).requires_grad_(False).bfloat16()
    student = FAST.freeze(copy.deepcopy(unet)).bfloat16()
    run = TrainingRun("fast", student, MasterMuon(student, lr=lr, ema=0.99), until, lr, folder)
    signal = alphas_cumprod()

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        rows = torch.randint(len(data.latents), (batch,))
        return jump_loss(teacher, student, data, rows, signal)

    run.train(loss)
    final = copy.deepcopy(unet)
    final.load_state_dict(run.optimizer.averaged(student), strict=False)
    return final.eval()


def jump_loss(
    teacher: nn.Module, student: nn.Module, data: LatentSet, rows: Tensor, signal: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Squared error of the student's noise for jumps from random times of the grid."""
    clean, context = data.latents[rows].float(), data.contexts[data.captions[rows]]
    start = grid()[torch.randint(STEPS, (len(rows),))]
    stop = (start - TRAIN_STEPS // STEPS).clamp(min=-1)
    much, little = amounts(signal, start)
    noisy = much * clean + little * torch.randn_like(clean)
    with torch.no_grad():
        landed = small_steps(guided(teacher, context, data.contexts[0]), noisy, signal, start, stop)
        target = noise_of_jump(noisy, landed, signal, start, stop)
    said = student(noisy.to(context.dtype), start, context).sample.float()
    error = (said - target).square().mean()
    return error, {"jump": float(error.detach())}


def guided(unet: nn.Module, context: Tensor, empty: Tensor) -> Denoiser:
    """The teacher with classifier-free guidance towards ``context`` ``(B, N, D)``."""
    both = torch.cat([empty[None].expand_as(context), context])

    def denoise(noisy: Tensor, times: Tensor) -> Tensor:
        doubled = torch.cat([noisy, noisy]).to(both.dtype)
        said: Tensor = unet(doubled, torch.cat([times, times]), both).sample.float()
        away, toward = said.chunk(2)
        return away + GUIDANCE * (toward - away)

    return denoise
