"""Which layers to show when nobody chose any.

Each choice follows a published finding (:mod:`~.sources`). The papers disagree in places, so these
are only defaults.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from torch import nn

from . import sources
from .sources import PanelChoice
from .topology import PartKind, TreePart, bare_unet, parts_of
from .transformer_kinds import kind_of
from .transformer_layers import blocks_of

_PANEL_SIZE = 4


def default_panel(unet: nn.Module) -> tuple[str, ...]:
    """Choose two to four layers of ``unet`` that tell most about a picture in the making.

    :func:`panel_choices` says why each is there.

    Raises:
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    return tuple(choice.layer for choice in panel_choices(unet))


def panel_choices(unet: nn.Module) -> tuple[PanelChoice, ...]:
    """Choose as :func:`default_panel` does, each layer with the finding it follows.

    Kinds of network are told apart by their topology:

    - *deep transformers* (SDXL and its prunings): the last self-attention of the encoder, the
      bottleneck, the block three quarters into the first transformer of the decoder, and the first
      cross-attention query one level up.
    - *four levels* (SD 1.x and 2.x): the first cross-attention query at the encoder's coarsest
      attention, the bottleneck, and the cross-attention queries in the middle of the first two
      attending decoder levels.
    - *transformers without a U-Net*: the picture's tokens at four depths.
    - *everything else*, such as small U-Nets with small latents, whose inner levels are too coarse
      to see anything in: the bottleneck, the queries of the two finest attending decoder levels,
      and the keys of the finest self-attention, where locality suppresses noise. Without
      attention: the bottleneck and the decoder's residual blocks. Nobody measured these; each is
      the counterpart of a layer that was.

    Raises:
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    unet = bare_unet(unet)
    if kind := kind_of(unet):
        return tuple(_depths(len(list(blocks_of(unet, kind)))))
    parts = parts_of(unet)
    vits = [part for part in parts if part.kind is PartKind.VIT]
    depth = max((_depth(unet, part) for part in vits), default=0)
    down, up = _by_level(vits, "down"), _by_level(vits, "up")
    if not up:
        chosen = _without_attention(parts)
    elif depth > 1 and down:
        chosen = _deep(unet, parts, down, up)
    elif down and _levels(parts) > 3:
        chosen = _four_levels(parts, down, up)
    else:
        chosen = _other(parts, up)
    return tuple(islice(chosen, _PANEL_SIZE))


def _depths(blocks: int) -> Iterator[PanelChoice]:
    """A quarter, half and three quarters of the way through a transformer, and its last block."""
    chosen = sorted({blocks * part // 4 for part in (1, 2, 3)} | {blocks - 1})
    yield from sources.TRANSFORMER_MIDDLE.because([f"vit-block{one}-out" for one in chosen])


_Levels: TypeAlias = Sequence[Sequence[TreePart]]


def _deep(
    unet: nn.Module, parts: Sequence[TreePart], down: _Levels, up: _Levels
) -> Iterator[PanelChoice]:
    yield from sources.ENCODER_SELF.because([_last_self(unet, down[-1][-1])])
    yield from sources.BOTTLENECK.because(_middle(parts))
    yield from sources.DECODER_BLOCK.because([_late_block(unet, up[0][0])])
    yield from sources.DECODER_QUERY_DEEP.because([_query(vits[0]) for vits in up[1:2]])


def _four_levels(parts: Sequence[TreePart], down: _Levels, up: _Levels) -> Iterator[PanelChoice]:
    yield from sources.ENCODER_QUERY.because([_query(down[-1][0])])
    yield from sources.BOTTLENECK.because(_middle(parts))
    yield from sources.DECODER_QUERY_COARSE.because([_query(_halfway(up[0]))])
    yield from sources.DECODER_QUERY_FINE.because([_query(_halfway(vits)) for vits in up[1:2]])


def _other(parts: Sequence[TreePart], up: _Levels) -> Iterator[PanelChoice]:
    yield from sources.BOTTLENECK.elsewhere().because(_middle(parts))
    coarse, fine = sources.DECODER_QUERY_COARSE, sources.DECODER_QUERY_FINE
    yield from coarse.elsewhere().because([_query(_halfway(vits)) for vits in up[-2:-1]])
    yield from fine.elsewhere().because([_query(_halfway(up[-1]))])
    yield from sources.DECODER_KEYS.elsewhere().because([_keys(up[-1][0])])


def _without_attention(parts: Sequence[TreePart]) -> Iterator[PanelChoice]:
    levels = {p.level: p for p in parts if p.stage == "up" and p.kind is PartKind.RESNET}
    names = [f"up-level{p.level}-repeat{p.repeat}-res-out" for p in list(levels.values())[-3:]]
    yield from sources.BOTTLENECK.elsewhere().because(_middle(parts))
    yield from sources.DECODER_RESIDUAL.elsewhere().because(names)


def _by_level(vits: Sequence[TreePart], stage: str) -> list[list[TreePart]]:
    levels: dict[int, list[TreePart]] = {}
    for part in vits:
        if part.stage == stage:
            levels.setdefault(part.level, []).append(part)
    return list(levels.values())


def _levels(parts: Sequence[TreePart]) -> int:
    return len({part.level for part in parts if part.stage == "down"})


def _depth(unet: nn.Module, vit: TreePart) -> int:
    return len(list(unet.get_submodule(f"{vit.path}.transformer_blocks").children()))


def _halfway(vits: Sequence[TreePart]) -> TreePart:
    return vits[len(vits) // 2]


def _stem(vit: TreePart) -> str:
    return f"{vit.stage}-level{vit.level}-repeat{vit.repeat}-vit"


def _query(vit: TreePart) -> str:
    return f"{_stem(vit)}-block0-cross-q"


def _keys(vit: TreePart) -> str:
    return f"{_stem(vit)}-block0-self-k"


def _last_self(unet: nn.Module, vit: TreePart) -> str:
    return f"{_stem(vit)}-block{_depth(unet, vit) - 1}-self-out"


def _late_block(unet: nn.Module, vit: TreePart) -> str:
    block = min(_depth(unet, vit) * 3 // 4, _depth(unet, vit) - 1)
    return f"{_stem(vit)}-block{block}-out"


def _middle(parts: Sequence[TreePart]) -> list[str]:
    middle = [part for part in parts if part.stage == "mid"]
    if any(part.kind is PartKind.VIT and part.repeat == 0 for part in middle):
        return ["mid-vit-out"]
    return [f"mid-repeat{middle[-1].repeat}-res-out"] if middle else []
