"""Train the VAE on scenes at half size, four times cheaper, then at full size."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .architecture import LATENT_SCALE, build_vae
from .optim import MasterMuon
from .pictures import Pictures
from .run import TrainingRun, Until, here

if TYPE_CHECKING:
    from .architecture import Autoencoder

#: Deviation of the noise put on latents while training, instead of a KL term.
LATENT_NOISE = 0.1
#: Deviation of the noise on scaled latents while the decoder goes on alone.
DECODER_NOISE = 0.05
#: How much more a pixel of the object or of painted text counts.
FOREGROUND_WEIGHT = 2.0
#: Log variance written into the posterior: encoding is deterministic for all purposes.
LOG_VARIANCE = -20.0


def train_vae(
    pictures: Pictures,
    folder: Path,
    *,
    until: Until,
    batch: int,
    lr: float,
    full_from: float = 1.0,
    start: Autoencoder | None = None,
) -> Autoencoder:
    """Train (or resume) on half-size scenes; returns the averaged VAE with standard latents.

    From share ``full_from`` of the run on, scenes are at full size and a quarter as many, for
    half-size letters do not teach full-size ones. ``start`` is a VAE with standard latents to
    begin from instead of from nothing.
    """
    torch.manual_seed(0)
    vae = (shrink_latents(start) if start else build_vae()).bfloat16()
    run = TrainingRun("vae", vae, MasterMuon(vae, lr=lr, ema=0.995), until, lr, folder)

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        full = run.share >= full_from
        image, weight = batch_of(pictures, draw, max(1, batch // 4) if full else batch, full=full)
        return reconstruction_loss(vae, image, weight)

    run.train(loss)
    final = build_vae()
    final.load_state_dict(run.optimizer.averaged(vae))
    return normalise_latents(final.eval(), pictures)


def train_decoder(
    vae: Autoencoder, pictures: Pictures, folder: Path, *, until: Until, batch: int, lr: float
) -> Autoencoder:
    """Go on with the decoder alone at full size; latents stay what they are.

    So the U-Net can learn on latents while the decoder is still getting better.
    """
    frozen = copy.deepcopy(vae).requires_grad_(False).bfloat16()
    for part in (frozen.decoder, frozen.post_quant_conv):
        part.requires_grad_(True)
    run = TrainingRun("decoder", frozen, MasterMuon(frozen, lr=lr, ema=0.99), until, lr, folder)

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        image, weight = batch_of(pictures, draw, batch, full=True)
        with torch.no_grad():
            latent = frozen.encode(image).latent_dist.mean * LATENT_SCALE
        latent = (latent + DECODER_NOISE * torch.randn_like(latent)) / LATENT_SCALE
        return picture_loss(frozen.decode(latent).sample, image, weight)

    run.train(loss)
    final = copy.deepcopy(vae)
    final.load_state_dict(run.optimizer.averaged(frozen), strict=False)
    return final.eval()


def batch_of(pictures: Pictures, draw: int, batch: int, *, full: bool) -> tuple[Tensor, Tensor]:
    """Images ``(B, 3, H, W)`` in [-1, 1] and pixel weights ``(B, 1, H, W)``, bfloat16."""
    rows = np.random.default_rng((11, draw)).integers(0, len(pictures), batch)
    rows = np.sort(rows)
    image = here(torch.from_numpy(pictures.images[rows])).permute(0, 3, 1, 2).float()
    mask = here(torch.from_numpy(pictures.masks[rows] > 0)).float()[:, None]
    image, weight = image / 127.5 - 1, 1 + FOREGROUND_WEIGHT * mask
    if not full:
        image, weight = (functional.avg_pool2d(x, 2) for x in (image, weight))
    return image.bfloat16(), weight.bfloat16()


def reconstruction_loss(
    vae: Autoencoder, image: Tensor, weight: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Loss of a round trip with noise on the latent, and a weak pull of latents to zero."""
    mean = vae.encode(image).latent_dist.mean
    out = vae.decode(mean + LATENT_NOISE * torch.randn_like(mean)).sample
    value, figures = picture_loss(out, image, weight)
    prior = 1e-3 * mean.float().square().mean()
    return value + prior, figures | {"latent": float(mean.detach().float().std())}


def picture_loss(out: Tensor, image: Tensor, weight: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Weighted L1 of pixels, a little L2, and L1 of the pixels' differences."""
    error = (out - image).float()
    pixel = (weight * error.abs()).mean() + 0.5 * error.square().mean()
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return pixel + 0.5 * edges, {"l1": float(error.detach().abs().mean())}


@torch.no_grad()
def normalise_latents(vae: Autoencoder, pictures: Pictures, count: int = 256) -> Autoencoder:
    """Fold an affine map into the 1x1 convolutions so that latents come out standard.

    After it ``encode(x).mean * LATENT_SCALE`` has mean 0 and deviation 1 in each channel,
    which is what the hosts' fixed scale expects, and pictures decode exactly as before.
    """
    latents = torch.cat(
        [
            vae.encode(batch_of(pictures, 10**9 + i, 16, full=True)[0].float()).latent_dist.mean
            for i in range(max(1, min(count, len(pictures)) // 16))
        ]
    )
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3)) * LATENT_SCALE
    weight, bias = (vae.post_quant_conv.get_parameter(name) for name in ("weight", "bias"))
    bias.add_(weight[:, :, 0, 0] @ mean)
    weight.mul_(deviation[None, :, None, None])
    channels = len(mean)
    weight, bias = (vae.quant_conv.get_parameter(name) for name in ("weight", "bias"))
    weight[:channels] /= deviation[:, None, None, None]
    bias[:channels] = (bias[:channels] - mean) / deviation
    weight[channels:] = 0
    bias[channels:] = LOG_VARIANCE
    return vae


@torch.no_grad()
def shrink_latents(vae: Autoencoder) -> Autoencoder:
    """Fold the hosts' fixed scale away: latents of deviation 1 / 0.18215 become about 1.

    The noise put on latents while training is meant for those; pictures decode as before.
    """
    for name in ("weight", "bias"):
        vae.quant_conv.get_parameter(name)[: len(vae.quant_conv.weight) // 2] *= LATENT_SCALE
    vae.post_quant_conv.weight /= LATENT_SCALE
    return vae
