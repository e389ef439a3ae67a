"""The parts of a U-Net in the order they run, read from the live module tree.

Two shapes are known: the one of diffusers (``down_blocks``, ``mid_block``, ``up_blocks``) and the
one of the original code, which AUTOMATIC1111, Forge and ComfyUI keep (``input_blocks``,
``middle_block``, ``output_blocks``). Modules are told apart by the children they have, never by
their class, because every host has classes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from torch import nn

from ..errors import ModelError


class PartKind(str, Enum):
    """What a part does."""

    CONV_IN = "conv_in"
    RESNET = "resnet"
    VIT = "vit"
    DOWNSAMPLER = "downsampler"
    UPSAMPLER = "upsampler"
    CONV_OUT = "conv_out"


class TreeLayout(str, Enum):
    """How a module tree is laid out."""

    DIFFUSERS = "diffusers"
    LDM = "ldm"


@dataclass(frozen=True)
class TreePart:
    """One module that layer names hang on.

    Args:
        kind: what it does.
        stage: ``down``, ``mid`` or ``up``; empty for the first and the last convolution.
        level: which block of its stage, from 0 in the order they run.
        repeat: which residual block of its level it is, or follows.
        path: where it stands in the live tree.
    """

    kind: PartKind
    stage: str
    level: int
    repeat: int
    path: str


def bare_unet(unet: nn.Module) -> nn.Module:
    """Return the module behind the wrapper that ``torch.compile`` puts around it."""
    original = getattr(unet, "_orig_mod", unet)
    return original if isinstance(original, nn.Module) else unet


def is_compiled(unet: nn.Module) -> bool:
    """Tell whether ``torch.compile`` has been at ``unet`` or at a part of it.

    Hooks that come after the first compiled call never run, and nothing says so.
    """
    return any(
        getattr(module, "_compiled_call_impl", None) is not None or hasattr(module, "_orig_mod")
        for module in unet.modules()
    )


def family_of(unet: nn.Module) -> TreeLayout:
    """Tell which of the two shapes ``unet`` has.

    Raises:
        ModelError: neither; transformers such as Flux or SD3 have no such parts.
    """
    children = dict(unet.named_children())
    if {"conv_in", "down_blocks", "up_blocks"} <= children.keys():
        return TreeLayout.DIFFUSERS
    if {"input_blocks", "output_blocks"} <= children.keys():
        return TreeLayout.LDM
    raise ModelError(
        "unet",
        expected="a U-Net with down_blocks or input_blocks",
        got=f"{type(unet).__name__} with {', '.join(children) or 'no children'}",
        advice=(
            "Hand in the network itself: a U-Net, or a transformer of Stable Diffusion 3, Flux, "
            "PixArt, Z-Image or Qwen-Image, whose layers list_layers names. No other can be looked "
            "into."
        ),
    )


def parts_of(unet: nn.Module) -> tuple[TreePart, ...]:
    """List the parts of ``unet`` in the order they run.

    Raises:
        ModelError: ``unet`` has neither of the two shapes.
    """
    walk = _walk_diffusers if family_of(unet) is TreeLayout.DIFFUSERS else _walk_ldm
    return tuple(walk(unet))


def _walk_diffusers(unet: nn.Module) -> Iterator[TreePart]:
    yield TreePart(PartKind.CONV_IN, "", 0, 0, "conv_in")
    for stage, level, path in _diffusers_blocks(unet):
        yield from _diffusers_block(unet.get_submodule(path), stage, level, path)
    yield TreePart(PartKind.CONV_OUT, "", 0, 0, "conv_out")


def _diffusers_blocks(unet: nn.Module) -> Iterator[tuple[str, int, str]]:
    for level, _ in enumerate(_named_children(unet, "down_blocks")):
        yield "down", level, f"down_blocks.{level}"
    if isinstance(getattr(unet, "mid_block", None), nn.Module):
        yield "mid", 0, "mid_block"
    for level, _ in enumerate(_named_children(unet, "up_blocks")):
        yield "up", level, f"up_blocks.{level}"


def _diffusers_block(block: nn.Module, stage: str, level: int, path: str) -> Iterator[TreePart]:
    resnets = dict(_named_children(block, "resnets"))
    vits = {key: vit for key, vit in _named_children(block, "attentions") if _is_vit(vit)}
    for key in sorted({*resnets, *vits}, key=int):
        if key in resnets:
            yield TreePart(PartKind.RESNET, stage, level, int(key), f"{path}.resnets.{key}")
        if key in vits:
            yield TreePart(PartKind.VIT, stage, level, int(key), f"{path}.attentions.{key}")
    for kind in (PartKind.DOWNSAMPLER, PartKind.UPSAMPLER):
        for key, _ in _named_children(block, f"{kind.value}s"):
            yield TreePart(kind, stage, level, 0, f"{path}.{kind.value}s.{key}")


def _walk_ldm(unet: nn.Module) -> Iterator[TreePart]:
    first, *rest = _ldm_modules(unet, "input_blocks")
    yield TreePart(PartKind.CONV_IN, "", 0, 0, first[0])
    yield from _ldm_stage("down", rest)
    middle = _named_children(unet, "middle_block")
    yield from _ldm_stage("mid", ((f"middle_block.{key}", module) for key, module in middle))
    yield from _ldm_stage("up", _ldm_modules(unet, "output_blocks"))
    for key, _ in _named_children(unet, "out")[-1:]:
        yield TreePart(PartKind.CONV_OUT, "", 0, 0, f"out.{key}")


def _ldm_modules(unet: nn.Module, blocks: str) -> Iterator[tuple[str, nn.Module]]:
    for number, block in _named_children(unet, blocks):
        for key, module in block.named_children():
            yield f"{blocks}.{number}.{key}", module


def _ldm_stage(stage: str, modules: Iterable[tuple[str, nn.Module]]) -> Iterator[TreePart]:
    level, repeat = 0, -1
    for path, module in modules:
        kind = _ldm_kind(stage, module)
        if kind is PartKind.RESNET:
            repeat += 1
        if kind in (PartKind.RESNET, PartKind.VIT):
            yield TreePart(kind, stage, level, repeat, path)
        elif kind is not None:
            yield TreePart(kind, stage, level, 0, path)
            level, repeat = level + 1, -1


def _ldm_kind(stage: str, module: nn.Module) -> PartKind | None:
    children = dict(module.named_children())
    if _is_vit(module):
        return PartKind.VIT
    if {"in_layers", "out_layers"} <= children.keys():
        changes_size = bool(getattr(module, "updown", False))
        return _sampler(stage) if changes_size else PartKind.RESNET
    return _sampler(stage) if children.keys() == {"op"} or children.keys() == {"conv"} else None


def _sampler(stage: str) -> PartKind:
    return PartKind.UPSAMPLER if stage == "up" else PartKind.DOWNSAMPLER


def _is_vit(module: nn.Module) -> bool:
    return isinstance(getattr(module, "transformer_blocks", None), nn.ModuleList)


def _named_children(module: nn.Module, name: str) -> list[tuple[str, nn.Module]]:
    child = getattr(module, name, None)
    return list(child.named_children()) if isinstance(child, nn.Module) else []
