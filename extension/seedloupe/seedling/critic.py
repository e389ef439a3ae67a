"""Seedling's critic: how well a picture fits a caption, and what stands where in it.

One small convolutional trunk with three readings: an embedding that shares its space
with captions (a CLIP, Radford et al., 2021), a segmentation by kind of object with
painted text as a kind of its own, and depth. The judge is another, smaller network,
trained on other pictures, so that what the critic chose is not judged by the critic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from ..tensors import require_shape
from .world import Colour, ObjectKind, Relation

#: Width of the space pictures and captions share.
EMBEDDING = 64
#: Planes of the segmentation: background, each kind in order, painted text.
BACKGROUND, TEXT = 0, len(ObjectKind) + 1
PLANES = len(ObjectKind) + 2
_WIDTHS = (48, 96, 128, 192)
_GRAM_CHANNELS = 24
Network = TypeVar("Network", bound=nn.Module)


class Block(nn.Module):
    """A residual pair of 3x3 convolutions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` to the same."""
        inner: Tensor = self.second(functional.silu(self.first(functional.silu(self.norm(x)))))
        return x + inner


class Trunk(nn.Module):
    """Four stages, each half the size of the one before; pictures are halved first."""

    def __init__(self, widths: tuple[int, ...] = _WIDTHS) -> None:
        super().__init__()
        inputs = (3, *widths[:-1])
        self.down = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in zip(inputs, widths, strict=True)
        )
        self.blocks = nn.ModuleList(
            nn.Identity() if i == 0 else Block(width) for i, width in enumerate(widths)
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        """``(B, 3, H, W)`` in [0, 1] to stages ``(B, C, H / 2^k, W / 2^k)``, k = 2 to 5."""
        x, stages = functional.avg_pool2d(images, 2) * 2 - 1, []
        for down, block in zip(self.down, self.blocks, strict=True):
            x = block(functional.silu(down(x)))
            stages.append(x)
        return stages


@dataclass(frozen=True, eq=False)
class CriticReading:
    """What the critic sees in ``B`` pictures.

    Attributes:
        embedding: ``(B, 64)``, unit length, comparable with caption embeddings.
        planes: ``(B, P, H / 4, W / 4)`` logits: background, kinds in order, text.
        depth: ``(B, H / 4, W / 4)`` in [0, 1], 1 farthest.
        style: ``(B, D)`` flattened Gram matrices of two stages (Gatys et al., 2016).
    """

    embedding: Tensor
    planes: Tensor
    depth: Tensor
    style: Tensor


class Critic(nn.Module):
    """Reads pictures of any size that is a multiple of 32."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.embed = nn.Linear(2 * _WIDTHS[3], EMBEDDING, bias=False)
        self.up = nn.ModuleList(
            nn.Conv2d(a + b, b, 3, padding=1)
            for a, b in zip(_WIDTHS[:0:-1], _WIDTHS[-2::-1], strict=True)
        )
        self.planes = nn.Conv2d(_WIDTHS[0], PLANES + 1, 3, padding=1)
        self.scale = nn.Parameter(torch.tensor(2.3))
        #: From the text encoder's pooled output to the shared space.
        self.words = nn.Linear(EMBEDDING, EMBEDDING, bias=False)

    def forward(self, images: Tensor) -> CriticReading:
        """Read images ``(B, 3, H, W)`` in [0, 1].

        Raises:
            ShapeError: ``images`` is laid out differently.
        """
        stages = self.trunk(require_shape(images, "B 3 H W"))
        x = stages[-1]
        for convolution, skip in zip(self.up, stages[-2::-1], strict=True):
            x = functional.interpolate(x, skip.shape[-2:])
            x = functional.silu(convolution(torch.cat([x, skip], 1)))
        out = self.planes(x)
        return CriticReading(
            embedding=self.embedding(stages[-1]),
            planes=out[:, :PLANES],
            depth=out[:, PLANES].sigmoid(),
            style=torch.cat([gram(stage[:, :_GRAM_CHANNELS]) for stage in stages[:2]], 1),
        )

    def embedding(self, last: Tensor) -> Tensor:
        """Pool the last stage ``(B, C, H, W)`` into unit vectors ``(B, 64)``."""
        pooled = torch.cat([last.mean((2, 3)), last.amax((2, 3))], 1)
        return functional.normalize(self.embed(pooled), dim=-1)


@dataclass(frozen=True, eq=False)
class JudgeLogits:
    """What the judge says of ``B`` pictures, as logits.

    Attributes:
        kinds: ``(B, kinds)``, whether a thing of each kind is there; each on its own.
        colours: ``(B, kinds, colours)``, the colour of that thing.
        relations: ``(B, kinds, relations + 1)``, where that thing is, seen from the other one;
            the last is that it carries it.
    """

    kinds: Tensor
    colours: Tensor
    relations: Tensor

    @property
    def kind(self) -> Tensor:
        """The likeliest kind of each picture, ``(B,)``."""
        return self.kinds.argmax(1)

    @property
    def colour(self) -> Tensor:
        """The colour of the likeliest thing, ``(B,)``."""
        return self.colour_of(self.kind)

    def colour_of(self, kind: Tensor) -> Tensor:
        """The colour of the thing of ``kind`` ``(B,)`` in each picture."""
        return self.colours[torch.arange(len(kind)), kind].argmax(1)

    def relation_of(self, kind: Tensor) -> Tensor:
        """Where the thing of ``kind`` ``(B,)`` is, seen from the other; 5 if it carries it."""
        return self.relations[torch.arange(len(kind)), kind].argmax(1)

    @property
    def pair(self) -> Tensor:
        """The two likeliest kinds of each picture, ``(B, 2)``, in no order."""
        return self.kinds.topk(2, 1).indices


class Judge(nn.Module):
    """Names kinds, colours and relations of things; the independent classifier.

    Evidence for each kind is laid out on a grid; its colour is read where its evidence is,
    so that a colour belongs to a thing and not to the picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk((32, 64, 96, 128))
        self.mix = nn.Conv2d(96 + 128, 128, 3, padding=1)
        self.kind = nn.Conv2d(128, len(ObjectKind), 1)
        self.colour = nn.Conv2d(128, len(Colour), 1)
        self.narrow = nn.Conv2d(128, 32, 1)
        self.meet = nn.Linear(128 + 2 + 32 * 16, 96)
        self.relation = nn.Linear(96, len(Relation) + 1)

    def forward(self, images: Tensor) -> JudgeLogits:
        """Judge images ``(B, 3, H, W)`` in [0, 1]."""
        stages = self.trunk(images)
        grown = functional.interpolate(stages[-1], stages[-2].shape[-2:])
        cells = functional.silu(self.mix(torch.cat([stages[-2], grown], 1)))
        evidence = self.kind(cells).flatten(2)
        where = evidence.softmax(-1)
        flat = torch.cat([cells, self.colour(cells), _coordinates(cells)], 1).flatten(2)
        found = where @ flat.transpose(1, 2)
        features, colours, places = found.split([128, len(Colour), 2], -1)
        whole = functional.adaptive_avg_pool2d(self.narrow(cells), 4).flatten(1)
        whole = whole[:, None].expand(-1, len(ObjectKind), -1)
        met = functional.silu(self.meet(torch.cat([features, places, whole], -1)))
        return JudgeLogits((where * evidence).sum(-1), colours, self.relation(met))


def _coordinates(cells: Tensor) -> Tensor:
    """Column and row of every cell in [-1, 1], ``(B, 2, h, w)``."""
    height, width = cells.shape[-2:]
    rows = torch.linspace(-1, 1, height, dtype=cells.dtype, device=cells.device)
    columns = torch.linspace(-1, 1, width, dtype=cells.dtype, device=cells.device)
    grid = torch.stack([columns.expand(height, width), rows[:, None].expand(height, width)])
    return grid.expand(len(cells), -1, -1, -1)


def gram(stage: Tensor) -> Tensor:
    """Upper triangle of the channels' Gram matrix, ``(B, C, H, W)`` to ``(B, C (C + 1) / 2)``."""
    flat = stage.flatten(2)
    matrix = flat @ flat.transpose(1, 2) / flat.shape[-1]
    rows, columns = torch.triu_indices(*matrix.shape[1:])
    return matrix[:, rows, columns]


def load_critic(weights: Path) -> Critic:
    """The trained critic, ready to read."""
    return _load(Critic(), weights / "critic.safetensors")


def load_judge(weights: Path) -> Judge:
    """The trained judge, ready to name."""
    return _load(Judge(), weights / "judge.safetensors")


def _load(network: Network, path: Path) -> Network:
    network.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    return network.eval().requires_grad_(False)
