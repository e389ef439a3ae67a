"""Canonical layer names of a transformer, resolved from its live module tree.

Blocks are numbered in the order they run, single-stream ones after joint ones::

    vit-block3-out, vit-block3-text-out        picture and text tokens after block 3
    vit-block3-q, vit-block3-text-q            queries of joint attention
    vit-block3-self-q, vit-block3-cross-q      where picture and text attend apart, as in PixArt
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import nn

from .layer import Event, Layer, OutputLayout, Taken
from .transformer_family import BlockLayer, BlockList, TransformerKind

_PROMPT = (Event.CROSS_K, Event.CROSS_V)


def transformer_layers(model: nn.Module, kind: TransformerKind) -> tuple[Layer, ...]:
    """List every layer of ``model``, which is of ``kind``, in the order they run."""
    modules = dict(model.named_modules(remove_duplicate=False))
    return tuple(
        layer
        for number, path, blocks in blocks_of(model, kind)
        for layer in _of_block(number, path, blocks, kind, modules)
    )


def transformer_sites(model: nn.Module, kind: TransformerKind, event: Event) -> Iterator[Layer]:
    """Where picture tokens attend to the words, or to each other, one place a block.

    The layer's path is the module around the kernel that computes it.
    """
    taken = _taken_by(kind, BlockLayer(event, ""), None)
    for number, path, blocks in blocks_of(model, kind):
        around = f"{path}.{blocks.attention}" if blocks.attention else path
        name = f"vit-block{number}-{event.value}"
        yield Layer(name, around, event, OutputLayout.TOKENS, "", (), taken, kernel=True)


def blocks_of(model: nn.Module, kind: TransformerKind) -> Iterator[tuple[int, str, BlockList]]:
    """Go through all blocks: number, path, and the list they are of."""
    number = 0
    for blocks in kind.blocks:
        for key, _ in model.get_submodule(blocks.path).named_children():
            yield number, f"{blocks.path}.{key}", blocks
            number += 1


def _of_block(
    number: int,
    path: str,
    blocks: BlockList,
    kind: TransformerKind,
    modules: Mapping[str, nn.Module],
) -> Iterator[Layer]:
    ends = modules.get(f"{path}.{blocks.pre_only}" if blocks.pre_only else path)
    last = any(getattr(ends, flag, False) for flag in ("context_pre_only", "pre_only"))
    for one in blocks.layers:
        below = f"{path}.{one.path}" if one.path else path
        if below not in modules or (last and one.event is Event.TEXT_OUT):
            continue
        text = one.event.value.startswith("text-") or one.event in _PROMPT
        layout = OutputLayout.WORDS if text else OutputLayout.TOKENS
        word = "out" if one.event is Event.BLOCK_OUT else one.event.value
        taken = _taken_by(kind, one, _channels(one, modules, path, below))
        yield Layer(f"vit-block{number}-{word}", below, one.event, layout, "", (), taken)


def _taken_by(kind: TransformerKind, one: BlockLayer, channels: tuple[int, int] | None) -> Taken:
    what = (one.part, one.item, channels)
    return Taken(*what, kind.picture_first, kind.padded, kind.leading)


def _channels(
    one: BlockLayer, modules: Mapping[str, nn.Module], path: str, below: str
) -> tuple[int, int] | None:
    """Where a projection lies in what one linear module gives for all."""
    if not one.share:
        return None
    whole = int(modules[below].out_features)  # type: ignore[arg-type]
    if one.path == "linear1":  # Flux's also gives what its feed-forward part goes on with
        width = int(modules[f"{path}.linear2"].out_features)  # type: ignore[arg-type]
        sizes = {"q": width, "k": width, "v": width}
    elif one.path == "attention.qkv":  # keys and values may have fewer heads
        width = int(modules[f"{path}.attention.out"].in_features)  # type: ignore[arg-type]
        sizes = {"q": width, "k": (whole - width) // 2, "v": (whole - width) // 2}
    elif one.path.endswith("kv_linear"):
        sizes = {"k": whole // 2, "v": whole // 2}
    else:
        sizes = dict.fromkeys("qkv", whole // 3)
    names = list(sizes)
    start = sum(sizes[name] for name in names[: names.index(one.share)])
    return start, start + sizes[one.share]
