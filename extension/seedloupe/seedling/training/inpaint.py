"""Teach a copy of the U-Net to fill holes: Stable Diffusion 1's nine-channel inpainting.

Its input is the noisy latent, the mask (1 where to paint) and the latent of the picture with
the hole grey, in that order (Rombach et al., 2022, sec. 4.5; the hosts' own layout).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .architecture import LATENT_SCALE
from .critic import images_of
from .optim import MasterMuon
from .pictures import Pictures
from .run import TrainingRun, Until, here
from .unet import LatentSet, alphas_cumprod, denoising_loss
from .variants import INPAINTING, widen_input

if TYPE_CHECKING:
    from .architecture import Autoencoder

CHANNELS = 9
#: Shares of holes that are a thing, painted text, a box; the rest is the whole picture.
THING_RATE, TEXT_RATE, BOX_RATE = 0.4, 0.1, 0.4


@dataclass(frozen=True, eq=False)
class Holes:
    """A hole for each picture.

    Attributes:
        masks: ``(S, 1, h, w)`` bfloat16 on the latent's cells, 1 where to paint.
        latents: ``(S, 4, h, w)`` bfloat16, scaled, of the pictures with their holes grey.
    """

    masks: Tensor
    latents: Tensor


def hole_of(things: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A hole ``(H, W)`` bool for a picture whose :class:`Pictures` mask is ``things``."""
    roll, height = rng.random(), len(things)
    if roll < THING_RATE:
        wanted = 4 if rng.random() < 0.5 and (things & 4).any() else 1
        return _grown((things & wanted) > 0, 4 + int(6 * rng.random()))
    if roll < THING_RATE + TEXT_RATE and (things & 2).any():
        return _grown((things & 2) > 0, 3)
    hole = np.zeros(things.shape, np.bool_)
    if roll < THING_RATE + TEXT_RATE + BOX_RATE:
        size = (height * (0.25 + 0.5 * rng.random(2))).astype(int)
        top, left = (int(rng.random() * (height - s)) for s in size)
        hole[top : top + size[0], left : left + size[1]] = True
        return hole
    return ~hole


@torch.no_grad()
def cut_holes(
    vae: Autoencoder, pictures: Pictures, first: int, stop: int, *, batch: int = 400
) -> Holes:
    """Holes for pictures ``first`` to ``stop`` and the latents of what is left."""
    vae = copy.deepcopy(vae).bfloat16()
    masks, latents = [], []
    for start in range(first, stop, batch):
        rows = np.arange(start, min(stop, start + batch))
        holes = torch.from_numpy(
            np.stack(
                [hole_of(pictures.masks[r], np.random.default_rng((13, int(r)))) for r in rows]
            )
        )[:, None].float()
        holes = here(holes)
        left = (images_of(pictures, rows) * 2 - 1) * (1 - holes)
        latents.append(vae.encode(left.bfloat16()).latent_dist.mean * LATENT_SCALE)
        # The hosts shrink masks so too: the cell's upper left pixel decides.
        masks.append(functional.interpolate(holes, scale_factor=1 / 8).bfloat16())
    return Holes(torch.cat(masks), torch.cat(latents))


def train_inpainting(
    unet: nn.Module,
    data: LatentSet,
    holes: Holes,
    folder: Path,
    *,
    until: Until,
    batch: int,
    lr: float,
    start: nn.Module | None = None,
) -> nn.Module:
    """Train (or resume) the variant from ``unet``, or on from ``start``, which has nine channels.

    Returns its average, float32.
    """
    torch.manual_seed(5)
    begun = start if start is not None else widen_input(copy.deepcopy(unet), CHANNELS)
    student = INPAINTING.freeze(copy.deepcopy(begun)).bfloat16()
    run = TrainingRun("inpaint", student, MasterMuon(student, lr=lr, ema=0.995), until, lr, folder)
    signal = alphas_cumprod()

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        rows = torch.randint(len(holes.masks), (batch,))
        beside = torch.cat([holes.masks[rows], holes.latents[rows]], 1)
        return denoising_loss(student, data, rows, signal, beside=beside)

    run.train(loss)
    begun.load_state_dict(run.optimizer.averaged(student), strict=False)
    return begun.eval()


def _grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    """Everything within a square of ``pixels`` around the mask."""
    wide = torch.from_numpy(mask)[None, None].float()
    wide = functional.max_pool2d(wide, 2 * pixels + 1, stride=1, padding=pixels)
    grown: np.ndarray = wide[0, 0].numpy() > 0
    return grown
