"""Train the critic with Seedling's text encoder, and the judge, each on pictures of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from ..critic import TEXT, Critic, Judge, JudgeLogits
from ..world import Style
from .architecture import Tokenizer, build_text_encoder
from .optim import MasterMuon
from .pictures import Pictures
from .run import TrainingRun, Until, here
from .start import copy_fitting, start_text

#: Captions are cut after this many tokens while training; none of the world is longer.
CAPTION_TOKENS = 40
_GRAYSCALE = list(Style).index(Style.GRAYSCALE)
#: Each relation as the second thing has it to the first, in the order of :class:`Relation`.
_SEEN_BACK = torch.tensor([1, 0, 3, 2, 5])


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
    pictures: Pictures,
    tokenizer: Tokenizer,
    folder: Path,
    *,
    until: Until,
    batch: int,
    lr: float,
    start: Path | None = None,
) -> tuple[Critic, nn.Module]:
    """Train both towers and the dense heads; returns averaged critic and text encoder.

    ``start`` is a folder of weights to begin from where shapes fit.
    """
    torch.manual_seed(1)
    towers = Towers(Critic(), build_text_encoder())
    if start:
        start_text(towers.text, start)
        copy_fitting(towers.critic, load_file(start / "critic.safetensors"))
    towers = towers.bfloat16()
    tokens = tokenise(tokenizer, list(pictures.captions), CAPTION_TOKENS)
    run = TrainingRun("critic", towers, MasterMuon(towers, lr=lr, ema=0.99), until, lr, folder)

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
    planes = here(torch.from_numpy(planes_of(pictures, rows)))
    segment = functional.cross_entropy(reading.planes.float(), planes)
    truth = here(torch.from_numpy(pictures.depths[rows, 2::4, 2::4])).float() / 255
    depth = (reading.depth.float() - truth).abs().mean()
    right = same.gather(1, logits.argmax(1)[:, None]).mean()
    figures = {"match": match, "retrieval": right, "segment": segment, "depth": depth}
    return match + segment + depth, {name: float(value.detach()) for name, value in figures.items()}


def train_judge(
    pictures: Pictures,
    folder: Path,
    *,
    until: Until,
    batch: int,
    lr: float,
    start: Path | None = None,
) -> Judge:
    """Train the judge; ``start`` is a folder of weights to begin from where shapes fit."""
    torch.manual_seed(2)
    judge = Judge()
    if start:
        copy_fitting(judge, load_file(start / "judge.safetensors"))
    run = TrainingRun("judge", judge, MasterMuon(judge, lr=lr, ema=0.99), until, lr, folder)

    def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
        rows = _rows(draw, len(pictures), batch)
        labels = here(torch.from_numpy(pictures.labels[rows]))
        return judge_loss(judge(roughen(images_of(pictures, rows))), labels)

    run.train(loss)
    final = Judge()
    final.load_state_dict(run.optimizer.averaged(judge))
    return final.eval()


def judge_loss(verdict: JudgeLogits, labels: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Presence of kinds, colours of those present, relations of both things of a pair.

    ``labels`` ``(B, 6)`` as :class:`Pictures` keeps them; colour is not asked of grayscale.
    """
    paired = labels[:, 3] >= 0
    present = functional.one_hot(labels[:, 0], verdict.kinds.shape[1])
    present[paired] += functional.one_hot(labels[paired, 3], verdict.kinds.shape[1])
    kinds = functional.binary_cross_entropy_with_logits(verdict.kinds.float(), present.float())
    coloured = labels[:, 2] != _GRAYSCALE
    both = coloured & paired
    asked = [(coloured, labels[:, 0], labels[:, 1]), (both, labels[:, 3], labels[:, 4])]
    said = torch.cat([verdict.colours[rows, kind[rows]] for rows, kind, _ in asked])
    truth = torch.cat([colour[rows] for rows, _, colour in asked])
    colours = functional.cross_entropy(said.float(), truth)
    sides = [labels[paired, 0], labels[paired, 3]]
    placed = torch.cat([verdict.relations[paired, kind] for kind in sides])
    relation = labels[paired, 5]
    relations = functional.cross_entropy(
        placed.float(), torch.cat([relation, here(_SEEN_BACK)[relation]])
    )
    right = verdict.kinds.argmax(1) == labels[:, 0]
    right |= paired & (verdict.kinds.argmax(1) == labels[:, 3])
    return 10 * kinds + colours + relations.nan_to_num(), {
        "kind": float(right.float().mean()),
        "colour": float((said.argmax(1) == truth).float().mean()),
        "relation": float((placed[: len(relation)].argmax(1) == relation).float().mean()),
    }


def images_of(pictures: Pictures, rows: np.ndarray) -> Tensor:
    """Pictures ``rows`` as ``(B, 3, H, W)`` float32 in [0, 1]."""
    return here(torch.from_numpy(pictures.images[rows])).permute(0, 3, 1, 2).float() / 255


def planes_of(pictures: Pictures, rows: np.ndarray) -> np.ndarray:
    """What every fourth pixel shows, ``(B, H / 4, W / 4)`` int64: background, a kind, text."""
    masks = pictures.masks[rows, 2::4, 2::4]
    kinds = pictures.labels[rows][:, None, None] + 1
    things = np.where(masks & 4, kinds[..., 3], np.where(masks & 1, kinds[..., 0], 0))
    planes: np.ndarray = np.where(masks & 2, TEXT, things)
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
