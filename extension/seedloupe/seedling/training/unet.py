"""Train the U-Net on latents of the world: noise prediction with min-SNR weights.

Schedule and target are Stable Diffusion 1's, so that every host samples it unchanged:
betas scaled linear 0.00085 to 0.012 over 1,000 steps, epsilon prediction. The loss
weight is min(SNR, 5) / SNR (Hang et al., 2023).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from .architecture import LATENT_SCALE, Tokenizer, build_unet
from .critic import images_of, tokenise
from .optim import MasterMuon
from .pictures import Pictures
from .run import TrainingRun, Until

if TYPE_CHECKING:
    from .architecture import Autoencoder

#: Share of captions replaced by the empty one, for classifier-free guidance.
EMPTY_RATE = 0.1
#: Signal-to-noise ratio above which a step's loss is no longer weighted down less.
SNR_LIMIT = 5.0
TRAIN_STEPS = 1000


@dataclass(frozen=True, eq=False)
class LatentSet:
    """What the U-Net learns from.

    Attributes:
        latents: ``(S, 4, h, w)`` bfloat16, already scaled.
        captions: ``(S,)`` int64, row of ``contexts`` that belongs to each latent.
        contexts: ``(captions, 77, D)`` bfloat16; row 0 is the empty caption.
    """

    latents: Tensor
    captions: Tensor
    contexts: Tensor


def alphas_cumprod() -> Tensor:
    """Stable Diffusion 1's schedule, ``(1000,)`` float32: share of signal power left."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, TRAIN_STEPS) ** 2
    return (1 - betas).cumprod(0)


@torch.no_grad()
def encode_scenes(
    vae: Autoencoder, pictures: Pictures, first: int, stop: int, *, batch: int = 400
) -> Tensor:
    """Scaled latents ``(N, 4, h, w)`` bfloat16 of pictures ``first`` to ``stop``."""
    vae = copy.deepcopy(vae).bfloat16()
    parts = []
    for start in range(first, stop, batch):
        rows = np.arange(start, min(stop, start + batch))
        image = (images_of(pictures, rows) * 2 - 1).bfloat16()
        parts.append(vae.encode(image).latent_dist.mean * LATENT_SCALE)
    return torch.cat(parts)


@torch.no_grad()
def encode_captions(
    encoder: nn.Module, tokenizer: Tokenizer, captions: Sequence[str], *, batch: int = 64
) -> tuple[Tensor, Tensor]:
    """Rows into the distinct captions, and those captions' contexts, the empty one first."""
    distinct = ["", *sorted(set(captions))]
    row = {caption: index for index, caption in enumerate(distinct)}
    tokens = tokenise(tokenizer, distinct, 77)
    parts = [
        encoder(input_ids=chunk).last_hidden_state.bfloat16()
        for chunk in torch.split(tokens, batch)
    ]
    return torch.tensor([row[caption] for caption in captions]), torch.cat(parts)


def train_unet(
    data: LatentSet,
    folder: Path,
    *,
    until: Until,
    batch: int,
    lr: float,
    start: nn.Module | None = None,
) -> nn.Module:
    """Train (or resume), maybe from ``start``, and return the averaged U-Net, float32."""
    torch.manual_seed(3)
    unet = (start or build_unet()).bfloat16()
    run = TrainingRun("unet", unet, MasterMuon(unet, lr=lr, ema=0.998), until, lr, folder)
    signal = alphas_cumprod()

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        rows = torch.randint(len(data.latents), (batch,))
        return denoising_loss(unet, data, rows, signal)

    run.train(loss)
    final = build_unet()
    final.load_state_dict(run.optimizer.averaged(unet))
    return final.eval()


def denoising_loss(
    unet: nn.Module,
    data: LatentSet,
    rows: Tensor,
    signal: Tensor,
    *,
    beside: Tensor | None = None,
) -> tuple[Tensor, dict[str, float]]:
    """Weighted squared error of the predicted noise at random steps.

    ``beside`` ``(B, C, h, w)`` goes into the U-Net as further channels.
    """
    clean = data.latents[rows].float()
    captions = data.captions[rows].clone()
    captions[torch.rand(len(rows)) < EMPTY_RATE] = 0
    steps = torch.randint(TRAIN_STEPS, (len(rows),))
    share = signal[steps][:, None, None, None]
    noise = torch.randn_like(clean)
    noisy = share.sqrt() * clean + (1 - share).sqrt() * noise
    context = data.contexts[captions]
    given = noisy.to(context.dtype)
    if beside is not None:
        given = torch.cat([given, beside.to(given.dtype)], 1)
    predicted = unet(given, steps, context).sample.float()
    error = (predicted - noise).square().mean((1, 2, 3))
    ratio = (share / (1 - share)).flatten()
    weighted = (error * (ratio.clamp(max=SNR_LIMIT) / ratio)).mean()
    return weighted, {"loss": float(weighted.detach()), "mse": float(error.detach().mean())}
