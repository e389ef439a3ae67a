"""What every host calls a part of a U-Net, computed from the order of the parts alone.

The same part is ``down_blocks.2.attentions.0`` in diffusers, ``input_blocks.7.1`` in the original
code and ``IN07`` in the jargon of the web UIs. None of this reads the module tree, so the names of
one host can be used on the U-Net of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .topology import PartKind, TreePart

_WEB_NAMES = {"input_blocks": "IN", "output_blocks": "OUT"}


@dataclass(frozen=True)
class Address:
    """The paths of one part.

    Args:
        stem: the part's share of the canonical names, e.g. ``down-level2-repeat0-res``.
        diffusers: its path in diffusers.
        ldm: its path in the original code.
        blocks: whole blocks that end with this part, so that their output is its output.
    """

    stem: str
    diffusers: str
    ldm: str
    blocks: tuple[str, ...]


def addresses_of(parts: Sequence[TreePart]) -> tuple[Address, ...]:
    """Give each of ``parts``, which must be all of them in order, its address."""
    diffusers = [_diffusers_path(part) for part in parts]
    ldm = _ldm_paths(parts)
    ends = {_block_of(path): i for paths in (diffusers, ldm) for i, path in enumerate(paths)}
    return tuple(
        Address(_stem(part), diffusers[i], ldm[i], _ended_by(i, ends))
        for i, part in enumerate(parts)
    )


def _stem(part: TreePart) -> str:
    if part.kind in (PartKind.CONV_IN, PartKind.CONV_OUT):
        return "unet"
    place = "mid" if part.stage == "mid" else f"{part.stage}-level{part.level}"
    if part.kind is PartKind.RESNET:
        return f"{place}-repeat{part.repeat}-res"
    if part.kind is PartKind.VIT:
        first_in_the_middle = part.stage == "mid" and part.repeat == 0
        return "mid-vit" if first_in_the_middle else f"{place}-repeat{part.repeat}-vit"
    return f"{place}-{part.kind.value}"


def _diffusers_path(part: TreePart) -> str:
    if part.kind in (PartKind.CONV_IN, PartKind.CONV_OUT):
        return str(part.kind.value)
    block = "mid_block" if part.stage == "mid" else f"{part.stage}_blocks.{part.level}"
    plural = "attentions" if part.kind is PartKind.VIT else f"{part.kind.value}s"
    return f"{block}.{plural}.{part.repeat}"


def _ldm_paths(parts: Iterable[TreePart]) -> list[str]:
    """Count blocks and children as the original code nests them.

    Each residual block and each downsampler opens a block of its own; a transformer and an
    upsampler join the block before them; the middle is one block.
    """
    opened = Counter({"down": 1})  # block 0 holds the first convolution
    children: Counter[str] = Counter()
    paths: list[str] = []
    for part in parts:
        opened[part.stage] += part.kind in (PartKind.RESNET, PartKind.DOWNSAMPLER)
        block = _ldm_block(part, opened[part.stage] - 1)
        paths.append("out.2" if block == "out" else f"{block}.{children[block]}")
        children[block] += 1
    return paths


def _ldm_block(part: TreePart, number: int) -> str:
    if part.kind is PartKind.CONV_IN:
        return "input_blocks.0"
    if part.kind is PartKind.CONV_OUT:
        return "out"
    stages = {"down": f"input_blocks.{number}", "up": f"output_blocks.{number}"}
    return stages.get(part.stage, "middle_block")


def _block_of(path: str) -> str:
    in_diffusers = path.startswith(("down_blocks", "mid_block", "up_blocks"))
    return path.rsplit(".", 2 if in_diffusers else 1)[0]


def _ended_by(number: int, ends: dict[str, int]) -> tuple[str, ...]:
    """Name the blocks whose last part is ``number``; the outermost convolutions are no blocks."""
    last = [block for block, end in ends.items() if end == number]
    blocks = [block for block in last if block not in ("conv_in", "conv_out", "out")]
    return (*blocks, *(name for block in blocks if (name := _web_name(block))))


def _web_name(block: str) -> str:
    if block == "middle_block":
        return "M00"
    kind, _, number = block.partition(".")
    return f"{_WEB_NAMES[kind]}{int(number):02d}" if kind in _WEB_NAMES else ""
