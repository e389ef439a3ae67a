"""Canonical layer names, resolved from the live module tree.

The names are those of generic-diffusion-feature (Meng et al., NeurIPS 2024), with ``-out`` of the
attentions and ``-ffn-out`` besides. Aliases and globs are accepted wherever a name is::

    up-level1-repeat1-vit-block0-cross-q                        canonical
    up_blocks.1.attentions.1.transformer_blocks.0.attn2.to_q    diffusers
    output_blocks.4.1.transformer_blocks.0.attn2.to_q           A1111, Forge, ComfyUI
    IN07, M00, OUT05                                            the output of a whole block
    vit-block3-out, vit-block3-text-q                           in a transformer without a U-Net
    up-level?-repeat1-vit-out, up-level{0..2}-upsampler-out     globs and ranges
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TypeAlias

from torch import nn

from ..errors import LayerNotFoundError
from .addresses import Address, addresses_of
from .layer import Event, Layer, OutputLayout
from .topology import PartKind, TreeLayout, TreePart, bare_unet, family_of, parts_of
from .transformer_kinds import kind_of
from .transformer_layers import transformer_layers

# (event, last words of the name, path below the part in diffusers, and in the original code)
_Suffix: TypeAlias = tuple[Event, str, str, str]

_WHOLE: Mapping[PartKind, tuple[_Suffix, ...]] = {
    PartKind.CONV_IN: ((Event.AFTER_CONV_IN, "after-conv-in", "", ""),),
    PartKind.RESNET: (
        (Event.RES_INCREMENT, "increment", "conv2", "out_layers.3"),
        (Event.RES_OUT, "out", "", ""),
    ),
    PartKind.VIT: ((Event.VIT_OUT, "out", "", ""),),
    PartKind.DOWNSAMPLER: ((Event.SAMPLER_OUT, "out", "", ""),),
    PartKind.UPSAMPLER: ((Event.SAMPLER_OUT, "out", "", ""),),
    PartKind.CONV_OUT: ((Event.UNET_OUT, "out", "", ""),),
}

# Below one transformer block all hosts agree. The attentions' output is taken at ``to_out.0``:
# ``to_out`` is only a list, and some of A1111's attention kernels call its members themselves.
_BLOCK: Mapping[Event, str] = {
    Event.SELF_Q: "attn1.to_q",
    Event.SELF_K: "attn1.to_k",
    Event.SELF_V: "attn1.to_v",
    Event.SELF_OUT: "attn1.to_out.0",
    Event.CROSS_Q: "attn2.to_q",
    Event.CROSS_K: "attn2.to_k",
    Event.CROSS_V: "attn2.to_v",
    Event.CROSS_OUT: "attn2.to_out.0",
    Event.FFN_INNER: "ff.net.0",
    Event.FFN_OUT: "ff",
    Event.BLOCK_OUT: "",
}
# Linear modules that stay silent once diffusers has fused the projections of an attention.
_FUSED = {"attn1": ("to_q", "to_k", "to_v"), "attn2": ("to_k", "to_v")}


def list_layers(unet: nn.Module) -> tuple[Layer, ...]:
    """List every layer of ``unet`` that can be watched, in the order they run.

    Nothing is computed and no weight is read, so a U-Net on the meta device will do. ``unet`` may
    also be a transformer of a known family (:mod:`~.transformer_kinds`).

    Raises:
        ModelError: ``unet`` is neither.
    """
    unet = bare_unet(unet)
    if kind := kind_of(unet):
        return transformer_layers(unet, kind)
    family = family_of(unet)
    modules = dict(unet.named_modules(remove_duplicate=False))
    parts = parts_of(unet)
    return tuple(
        layer
        for part, address in zip(parts, addresses_of(parts), strict=True)
        for layer in _layers_of(part, address, family, modules)
        if layer.path in modules
    )


def find_layers(unet: nn.Module, patterns: Sequence[str]) -> tuple[Layer, ...]:
    """Look up layers by canonical name, alias, glob or range.

    Args:
        unet: the U-Net to look in.
        patterns: names such as ``mid-vit-out``, ``IN07`` or ``down_blocks.2.attentions.0``; globs
            such as ``up-level1-*-res-out``; ranges such as ``IN{04..08}``. Globs mind case.

    Returns:
        Each layer once, pattern by pattern, and in running order within a pattern.

    Raises:
        LayerNotFoundError: a pattern fits nothing; the message lists near names.
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    return match_layers(list_layers(unet), patterns)


def match_layers(layers: Sequence[Layer], patterns: Sequence[str]) -> tuple[Layer, ...]:
    """Look up in a list of layers, as :func:`find_layers` does in a U-Net's.

    Raises:
        LayerNotFoundError: a pattern fits nothing; the message lists near names.
    """
    patterns = (patterns,) if isinstance(patterns, str) else patterns
    single = [one for pattern in patterns for one in _spread_range(pattern)]
    found = {layer.name: layer for pattern in single for layer in _fitting(layers, pattern)}
    return tuple(found.values())


def _layers_of(
    part: TreePart, address: Address, family: TreeLayout, modules: Mapping[str, nn.Module]
) -> Iterator[Layer]:
    blocks = modules.get(f"{part.path}.transformer_blocks") if part.kind is PartKind.VIT else None
    for number, block in blocks.named_children() if blocks is not None else ():
        yield from _block_layers(part, address, int(number), block)
    for event, word, in_diffusers, in_ldm in _WHOLE[part.kind]:
        live = in_diffusers if family is TreeLayout.DIFFUSERS else in_ldm
        aliases = [_below(address.diffusers, in_diffusers), _below(address.ldm, in_ldm)]
        if not in_ldm:
            aliases += address.blocks
        name, path = f"{address.stem}-{word}", _below(part.path, live)
        yield Layer(name, path, event, OutputLayout.GRID, "", _without(path, aliases))


def _block_layers(
    part: TreePart, address: Address, number: int, block: nn.Module
) -> Iterator[Layer]:
    inside = f"transformer_blocks.{number}"
    for event, suffix in _BLOCK.items():
        if _is_silent(block, suffix):
            continue
        word = "out" if event is Event.BLOCK_OUT else event.value
        below = _below(inside, suffix)
        path = f"{part.path}.{below}"
        aliases = _without(path, [f"{address.diffusers}.{below}", f"{address.ldm}.{below}"])
        name, layout = f"{address.stem}-block{number}-{word}", _layout(block, suffix)
        yield Layer(name, path, event, layout, part.path, aliases)


def _is_silent(block: nn.Module, suffix: str) -> bool:
    attention, _, linear = suffix.partition(".")
    fused = getattr(getattr(block, attention, None), "fused_projections", False)
    return bool(fused) and linear in _FUSED[attention]


def _layout(block: nn.Module, suffix: str) -> OutputLayout:
    attention, _, linear = suffix.partition(".")
    # Some U-Nets, such as the x4 upscaler's, give the prompt to the first attention as well.
    reads_prompt = attention == "attn2" or any(
        getattr(block, flag, False) for flag in ("only_cross_attention", "disable_self_attn")
    )
    return (
        OutputLayout.WORDS if linear in ("to_k", "to_v") and reads_prompt else OutputLayout.TOKENS
    )


def _below(path: str, suffix: str) -> str:
    return f"{path}.{suffix}" if suffix else path


def _without(path: str, aliases: Sequence[str]) -> tuple[str, ...]:
    return tuple(alias for alias in dict.fromkeys(aliases) if alias != path)


def _spread_range(pattern: str) -> list[str]:
    """Write ``IN{04..06}`` out as ``IN04``, ``IN05``, ``IN06``, with as many digits."""
    match = re.search(r"\{(\d+)\.\.(\d+)\}", pattern)
    if match is None:
        return [pattern]
    first, last = match.groups()
    numbers = [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
    head, tail = pattern[: match.start()], pattern[match.end() :]
    return [one for number in numbers for one in _spread_range(f"{head}{number}{tail}")]


def _fitting(layers: Sequence[Layer], pattern: str) -> list[Layer]:
    names = {layer: (layer.name, layer.path, *layer.aliases) for layer in layers}
    exact = [layer for layer in layers if pattern.lower() in map(str.lower, names[layer])]
    if exact:
        return exact[:1]
    fitting = [layer for layer in layers if any(fnmatchcase(n, pattern) for n in names[layer])]
    return fitting or _refuse(pattern, names)


def _refuse(pattern: str, names: Mapping[Layer, Sequence[str]]) -> list[Layer]:
    known = [name for several in names.values() for name in several]
    near = get_close_matches(pattern, known, n=3, cutoff=0.5)
    raise LayerNotFoundError(
        "layer",
        expected=f"one of the {len(names)} layers of this U-Net, by name, alias or glob",
        got=repr(pattern),
        advice=f"Near: {', '.join(near)}." if near else "list_layers names them all.",
    )
