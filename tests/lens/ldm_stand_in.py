"""A stand-in laid out as the U-Net of the original code, which A1111 and ComfyUI keep.

It computes what diffusers' U-Net computes, so the same weights must give the same features.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

# The same U-Nets in the terms of the original code: transformer depth per level, and the middle's.
LDM_SMALL = {
    "width": 32,
    "multiples": (1, 1, 2),
    "depths": (1, 2, 0),
    "middle_depth": 2,
    "context": 16,
    "heads": 4,
    "groups": 8,
}
LDM_SD15 = {"multiples": (1, 2, 4, 4), "depths": (1, 1, 1, 0), "middle_depth": 1, "context": 768}
LDM_SDXL = {
    "multiples": (1, 2, 4),
    "depths": (0, 2, 10),
    "middle_depth": 10,
    "context": 2048,
    "linear": True,
    "labels": 2816,
}


class ResBlock(nn.Module):
    def __init__(self, width: int, out: int, time: int, groups: int) -> None:
        super().__init__()
        self.in_layers = nn.Sequential(
            nn.GroupNorm(groups, width), nn.SiLU(), nn.Conv2d(width, out, 3, padding=1)
        )
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(time, out))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(groups, out), nn.SiLU(), nn.Dropout(0), nn.Conv2d(out, out, 3, padding=1)
        )
        self.skip_connection = nn.Identity() if width == out else nn.Conv2d(width, out, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        inner = self.in_layers(x) + self.emb_layers(time)[:, :, None, None]
        return self.skip_connection(x) + self.out_layers(inner)


class CrossAttention(nn.Module):
    def __init__(self, width: int, context: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.Sequential(nn.Linear(width, width), nn.Dropout(0))

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        context = x if context is None else context
        q, k, v = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for part in (self.to_q(x), self.to_k(context), self.to_v(context))
        )
        heads = torch.softmax(q @ k.mT * q.shape[-1] ** -0.5, dim=-1) @ v
        mixed = heads.transpose(1, 2).flatten(2)
        for layer in self.to_out:  # as some of A1111's attention kernels do
            mixed = layer(mixed)
        return mixed


class GEGLU(nn.Module):
    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, out * 2)

    def forward(self, x: Tensor) -> Tensor:
        x, gate = self.proj(x).chunk(2, dim=-1)
        return x * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            GEGLU(width, width * 4), nn.Dropout(0), nn.Linear(width * 4, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class BasicTransformerBlock(nn.Module):
    def __init__(self, width: int, context: int, heads: int) -> None:
        super().__init__()
        self.attn1 = CrossAttention(width, width, heads)
        self.ff = FeedForward(width)
        self.attn2 = CrossAttention(width, context, heads)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        x = self.attn1(self.norm1(x)) + x
        x = self.attn2(self.norm2(x), context) + x
        return self.ff(self.norm3(x)) + x


class SpatialTransformer(nn.Module):
    def __init__(self, width: int, depth: int, config: Config) -> None:
        super().__init__()
        project = (lambda: nn.Linear(width, width)) if config.linear else None
        self.linear = config.linear
        self.norm = nn.GroupNorm(config.groups, width, eps=1e-6)
        self.proj_in = project() if project else nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList(
            BasicTransformerBlock(width, config.context, config.heads) for _ in range(depth)
        )
        self.proj_out = project() if project else nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        tokens = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        for block in self.transformer_blocks:
            tokens = block(tokens, context)
        return self.proj_out(tokens.transpose(1, 2).unflatten(2, x.shape[2:])) + x


class Downsample(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.op = nn.Conv2d(width, width, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class TimestepEmbedSequential(nn.Sequential):
    def forward(self, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
        for layer in self:
            if isinstance(layer, ResBlock):
                x = layer(x, time)
            else:
                x = layer(x, context) if isinstance(layer, SpatialTransformer) else layer(x)
        return x


@dataclass(frozen=True)
class Config:
    multiples: tuple[int, ...]
    depths: tuple[int, ...]
    middle_depth: int
    context: int
    width: int = 320
    heads: int = 8
    groups: int = 32
    linear: bool = False
    labels: int = 0


class LdmUNet(nn.Module):
    """Laid out as ``ldm.modules.diffusionmodules.openaimodel.UNetModel`` is."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.config = c = Config(**settings)
        time, width = c.width * 4, c.width
        self.time_embed = nn.Sequential(nn.Linear(width, time), nn.SiLU(), nn.Linear(time, time))
        if c.labels:
            labels = nn.Sequential(nn.Linear(c.labels, time), nn.SiLU(), nn.Linear(time, time))
            self.label_emb = nn.Sequential(labels)

        def block(out: int, depth: int, *more: nn.Module) -> TimestepEmbedSequential:
            vits = [SpatialTransformer(out, depth, c)] if depth else []
            res = ResBlock(width, out, time, c.groups)
            return TimestepEmbedSequential(res, *vits, *more)

        blocks = [TimestepEmbedSequential(nn.Conv2d(4, width, 3, padding=1))]
        skips = [width]
        for level, (multiple, depth) in enumerate(zip(c.multiples, c.depths, strict=True)):
            for _ in range(2):
                blocks.append(block(c.width * multiple, depth))
                width = c.width * multiple
                skips.append(width)
            if level < len(c.multiples) - 1:
                blocks.append(TimestepEmbedSequential(Downsample(width)))
                skips.append(width)
        self.input_blocks = nn.ModuleList(blocks)
        middle = block(width, c.middle_depth, ResBlock(width, width, time, c.groups))
        self.middle_block = middle
        blocks = []
        for level in reversed(range(len(c.multiples))):
            for repeat in range(3):
                out = c.width * c.multiples[level]
                more = [Upsample(out)] if level and repeat == 2 else []
                width += skips.pop()
                blocks.append(block(out, c.depths[level], *more))
                width = out
        self.output_blocks = nn.ModuleList(blocks)
        out = nn.Conv2d(width, 4, 3, padding=1)
        self.out = nn.Sequential(nn.GroupNorm(c.groups, width), nn.SiLU(), out)

    def forward(self, x: Tensor, timesteps: Tensor, context: Tensor) -> Tensor:
        half = self.config.width // 2
        speeds = torch.exp(-math.log(10000) * torch.arange(half) / half)
        angles = timesteps[:, None].float() * speeds
        time = self.time_embed(torch.cat([angles.cos(), angles.sin()], dim=-1))
        skips = []
        for block in self.input_blocks:
            x = block(x, time, context)
            skips.append(x)
        x = self.middle_block(x, time, context)
        for block in self.output_blocks:
            x = block(torch.cat([x, skips.pop()], dim=1), time, context)
        return self.out(x)


_IN_RESBLOCK = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_OUTSIDE = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}


def ldm_key(key: str, unet: LdmUNet) -> str:
    """Rename one weight of diffusers by the rule for regular U-Nets with two residual blocks."""
    for ours, theirs in _OUTSIDE.items():
        if key.startswith(ours):
            return theirs + key.removeprefix(ours)
    stage, *rest = key.split(".")
    if stage == "mid_block":
        kind, number, *rest = rest
        block = f"middle_block.{1 if kind == 'attentions' else 2 * int(number)}"
    else:
        level, kind, number, *rest = rest
        block = _ldm_place(stage, int(level), kind, int(number), unet)
    if kind == "resnets":
        rest[0] = _IN_RESBLOCK[rest[0]]
    if kind == "downsamplers":
        rest[0] = "op"
    return ".".join([block, *rest])


def _ldm_place(stage: str, level: int, kind: str, number: int, unet: LdmUNet) -> str:
    if stage == "down_blocks":
        number = 2 if kind == "downsamplers" else number
        return f"input_blocks.{1 + 3 * level + number}.{int(kind == 'attentions')}"
    has_vit = bool(unet.config.depths[::-1][level])
    if kind == "upsamplers":
        return f"output_blocks.{3 * level + 2}.{1 + has_vit}"
    return f"output_blocks.{3 * level + number}.{int(kind == 'attentions')}"
