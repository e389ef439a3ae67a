"""Train the critic with Seedling's text encoder, and the judge, each on pictures of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..critic import TEXT, Critic, Judge
from ..world import Style
from .architecture import Tokenizer, build_text_encoder
from .optim import MasterMuon
from .pictures import Pictures
from .run import Run

#: Captions are cut after this many tokens while training; none of the world is longer.
CAPTION_TOKENS = 40
_GRAYSCALE = list(Style).index(Style.GRAYSCALE)


class Towers(nn.Module):
    """Picture and caption, trained together."""

    def __init__(self, critic: Critic, text: nn.Module) -> None:
        super().__init__()
        self.critic, self.text = critic, text


def tokenise(tokenizer: Tokenizer, captions: list[str], length: int) -> Tensor:
    """Token ids ``(B, length)``, padded with the end token as CLIP's pipelines do."""
    return torch.tensor(
        tokenizer(captions, padding="max_length", max_length=length, truncation=True).input_ids
    )


def train_critic(
    pictures: Pictures, tokenizer: Tokenizer, folder: Path, *, steps: int, batch: int, lr: float
) -> tuple[Critic, nn.Module]:
    """Train both towers and the dense heads; returns averaged critic and text encoder."""
    torch.manual_seed(1)
    towers = Towers(Critic(), build_text_encoder()).bfloat16()
    tokens = tokenise(tokenizer, list(pictures.captions), CAPTION_TOKENS)
    run = Run("critic", towers, MasterMuon(towers, lr=lr, ema=0.99), steps, lr, folder)

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        rows = _rows(draw, len(pictures), batch)
        return critic_loss(towers, pictures, tokens, rows)

    run.train(loss)
    averaged = run.optimizer.averaged(towers)
    averaged["critic.words.weight"] = averaged["text.text_projection.weight"]
    final = Towers(Critic(), build_text_encoder())
    final.load_state_dict(averaged)
    return final.critic.eval(), final.text.eval()


def critic_loss(
    towers: Towers, pictures: Pictures, tokens: Tensor, rows: np.ndarray
) -> tuple[Tensor, dict[str, float]]:
    """Contrastive, segmentation and depth losses of the pictures in ``rows``."""
    critic = towers.critic
    reading = critic(roughen(images_of(pictures, rows)).bfloat16())
    words = functional.normalize(towers.text(input_ids=tokens[rows]).text_embeds, dim=-1)
    logits = (reading.embedding @ words.T).float() * critic.scale.float().exp()
    # Pictures that share a caption are each other's match too.
    same = (tokens[rows][:, None] == tokens[rows][None]).all(-1).float()
    target = same / same.sum(1, keepdim=True)
    match = 0.5 * (
        functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    )
    planes = torch.from_numpy(planes_of(pictures, rows))
    segment = functional.cross_entropy(reading.planes.float(), planes)
    truth = torch.from_numpy(pictures.depths[rows, 2::4, 2::4]).float() / 255
    depth = (reading.depth.float() - truth).abs().mean()
    right = same.gather(1, logits.argmax(1)[:, None]).mean()
    figures = {"match": match, "retrieval": right, "segment": segment, "depth": depth}
    return match + segment + depth, {name: float(value.detach()) for name, value in figures.items()}


def train_judge(pictures: Pictures, folder: Path, *, steps: int, batch: int, lr: float) -> Judge:
    """Train the judge; colour is not asked of grayscale pictures."""
    torch.manual_seed(2)
    judge = Judge()
    run = Run("judge", judge, MasterMuon(judge, lr=lr, ema=0.99), steps, lr, folder)
    labels = torch.from_numpy(pictures.labels)

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        rows = _rows(draw, len(pictures), batch)
        kind, colour = judge(roughen(images_of(pictures, rows)))
        truth, coloured = labels[rows], labels[rows, 2] != _GRAYSCALE
        kinds = functional.cross_entropy(kind, truth[:, 0])
        colours = functional.cross_entropy(colour[coloured], truth[coloured, 1])
        return kinds + colours, {
            "kind": float((kind.argmax(1) == truth[:, 0]).float().mean()),
            "colour": float((colour.argmax(1) == truth[:, 1])[coloured].float().mean()),
        }

    run.train(loss)
    final = Judge()
    final.load_state_dict(run.optimizer.averaged(judge))
    return final.eval()


def images_of(pictures: Pictures, rows: np.ndarray) -> Tensor:
    """Pictures ``rows`` as ``(B, 3, H, W)`` float32 in [0, 1]."""
    return torch.from_numpy(pictures.images[rows]).permute(0, 3, 1, 2).float() / 255


def planes_of(pictures: Pictures, rows: np.ndarray) -> np.ndarray:
    """What every fourth pixel shows, ``(B, H / 4, W / 4)`` int64: background, a kind, text."""
    masks = pictures.masks[rows, 2::4, 2::4]
    kinds = pictures.labels[rows, 0][:, None, None] + 1
    planes: np.ndarray = np.where(masks & 2, TEXT, np.where(masks & 1, kinds, 0))
    return planes.astype(np.int64)


def roughen(images: Tensor) -> Tensor:
    """Blur, noise and uneven light, so that generated pictures are not strangers.

    ``(B, 3, H, W)`` in [0, 1] to the same; half of the batch is left as it is.
    """
    kept = len(images) // 2
    rough = images[kept:]
    size = rough.shape[-2:]
    factor = float(torch.empty(()).uniform_(0.3, 0.9))
    rough = functional.interpolate(rough, scale_factor=factor, mode="area")
    rough = functional.interpolate(rough, size, mode="bilinear")
    grain = torch.randn(len(rough), 3, size[0] // 4, size[1] // 4) * 0.06
    rough = rough + functional.interpolate(grain, size, mode="bilinear")
    light = 1 + 0.1 * torch.randn(len(rough), 1, 1, 1)
    return torch.cat([images[:kept], (rough * light).clamp(0, 1)])


def _rows(draw: int, count: int, batch: int) -> np.ndarray:
    return np.sort(np.random.default_rng((12, draw)).integers(0, count, batch))
