"""Which layers to show when nobody chose any.

Each choice follows a published finding. The papers disagree in places, so these are only defaults.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from .topology import Kind, Part, bare_unet, parts_of

_PANEL_SIZE = 4


def default_panel(unet: nn.Module) -> tuple[str, ...]:
    """Choose two to four layers of ``unet`` that tell most about a picture in the making.

    Three kinds of U-Net are told apart by their topology:

    - *deep transformers* (SDXL and its prunings): the last self-attention of the encoder, which
      separates objects best without training (DiffCut, NeurIPS 2024); the bottleneck, for coarse
      meaning (Revelio, ICCV 2025); the block three quarters into the first transformer of the
      decoder and the first cross-attention query one level up (generic-diffusion-feature, NeurIPS
      2024).
    - *four levels* (SD 1.x and 2.x): the first cross-attention query at the encoder's coarsest
      attention, an inference from Bonechi et al. (Neurocomputing 2024); the bottleneck; the
      cross-attention queries in the middle of the first two attending decoder levels
      (generic-diffusion-feature).
    - *everything else*, such as small U-Nets with small latents, whose inner levels are too coarse
      to see anything in: the bottleneck, the queries of the two finest attending decoder levels,
      and the keys of the finest self-attention, where locality suppresses noise. Without
      attention: the bottleneck and the decoder's residual blocks.

    Raises:
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    unet = bare_unet(unet)
    parts = parts_of(unet)
    vits = [part for part in parts if part.kind is Kind.VIT]
    depth = max((_depth(unet, part) for part in vits), default=0)
    down, up = _by_level(vits, "down"), _by_level(vits, "up")
    if not up:
        names = _without_attention(parts)
    elif depth > 1 and down:
        names = [_last_self(unet, down[-1][-1]), *_middle(parts), *_deep_decoder(unet, up)]
    elif down and _levels(parts) > 3:
        names = [_query(down[-1][0]), *_middle(parts), *(_query(_halfway(v)) for v in up[:2])]
    else:
        names = [*_middle(parts), *(_query(_halfway(v)) for v in up[-2:]), _keys(up[-1][0])]
    return tuple(names[:_PANEL_SIZE])


def _by_level(vits: Sequence[Part], stage: str) -> list[list[Part]]:
    levels: dict[int, list[Part]] = {}
    for part in vits:
        if part.stage == stage:
            levels.setdefault(part.level, []).append(part)
    return list(levels.values())


def _levels(parts: Sequence[Part]) -> int:
    return len({part.level for part in parts if part.stage == "down"})


def _depth(unet: nn.Module, vit: Part) -> int:
    return len(list(unet.get_submodule(f"{vit.path}.transformer_blocks").children()))


def _halfway(vits: Sequence[Part]) -> Part:
    return vits[len(vits) // 2]


def _stem(vit: Part) -> str:
    return f"{vit.stage}-level{vit.level}-repeat{vit.repeat}-vit"


def _query(vit: Part) -> str:
    return f"{_stem(vit)}-block0-cross-q"


def _keys(vit: Part) -> str:
    return f"{_stem(vit)}-block0-self-k"


def _last_self(unet: nn.Module, vit: Part) -> str:
    return f"{_stem(vit)}-block{_depth(unet, vit) - 1}-self-out"


def _deep_decoder(unet: nn.Module, up: Sequence[Sequence[Part]]) -> list[str]:
    first = up[0][0]
    block = min(_depth(unet, first) * 3 // 4, _depth(unet, first) - 1)
    return [f"{_stem(first)}-block{block}-out", *(_query(vits[0]) for vits in up[1:2])]


def _middle(parts: Sequence[Part]) -> list[str]:
    middle = [part for part in parts if part.stage == "mid"]
    if any(part.kind is Kind.VIT and part.repeat == 0 for part in middle):
        return ["mid-vit-out"]
    return [f"mid-repeat{middle[-1].repeat}-res-out"] if middle else []


def _without_attention(parts: Sequence[Part]) -> list[str]:
    levels = {p.level: p for p in parts if p.stage == "up" and p.kind is Kind.RESNET}
    return [
        *_middle(parts),
        *(f"up-level{p.level}-repeat{p.repeat}-res-out" for p in list(levels.values())[-3:]),
    ]
