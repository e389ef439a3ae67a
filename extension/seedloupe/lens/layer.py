"""What a layer is: its name, its module, and how its features lie in what the module gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Event(str, Enum):
    """What is taken from a part; the value is the last word of the canonical name."""

    AFTER_CONV_IN = "after-conv-in"
    UNET_OUT = "out"
    RES_INCREMENT = "increment"
    RES_OUT = "res-out"
    SELF_Q = "self-q"
    SELF_K = "self-k"
    SELF_V = "self-v"
    SELF_OUT = "self-out"
    CROSS_Q = "cross-q"
    CROSS_K = "cross-k"
    CROSS_V = "cross-v"
    CROSS_OUT = "cross-out"
    FFN_INNER = "ffn-inner"
    FFN_OUT = "ffn-out"
    BLOCK_OUT = "block-out"
    VIT_OUT = "vit-out"
    SAMPLER_OUT = "sampler-out"
    JOINT_Q = "q"
    """Of picture tokens, where picture and text attend to both; below, of text tokens."""
    JOINT_K = "k"
    JOINT_V = "v"
    JOINT_OUT = "attn-out"
    TEXT_Q = "text-q"
    TEXT_K = "text-k"
    TEXT_V = "text-v"
    TEXT_ATTN_OUT = "text-attn-out"
    TEXT_FFN_INNER = "text-ffn-inner"
    TEXT_FFN_OUT = "text-ffn-out"
    TEXT_OUT = "text-out"
    SELF_MAP = "self-map"
    """No module gives the probabilities of attention; :class:`AttentionProbe` computes them."""
    CROSS_MAP = "cross-map"


class OutputLayout(str, Enum):
    """How a layer's output lies in memory."""

    GRID = "grid"
    """``(B, C, H, W)``."""
    TOKENS = "tokens"
    """``(B, N, C)`` with ``N = H * W`` of the transformer around it."""
    WORDS = "words"
    """``(B, T, C)``, one row a token of the prompt."""


class TokenPart(str, Enum):
    """Which tokens of a sequence are meant."""

    ALL = "all"
    PICTURE = "picture"
    TEXT = "text"


@dataclass(frozen=True)
class Taken:
    """Which part of a module's output is the layer's; all of it, unless said otherwise.

    Args:
        part: which tokens, where the output holds those of picture and text in one sequence.
        item: which member of a tuple; a tensor in its place is a sequence of both.
        channels: first and last but one, where the output holds several projections side by side.
        picture_first: whether the picture comes first where both are in one sequence.
        padded: what the count of picture tokens is brought to a multiple of.
        leading: whether tokens of reference pictures may follow the picture's own.
    """

    part: TokenPart = TokenPart.ALL
    item: int | None = None
    channels: tuple[int, int] | None = None
    picture_first: bool = False
    padded: int = 1
    leading: bool = False


@dataclass(frozen=True)
class Layer:
    """One place in a network where features can be taken.

    Args:
        name: the canonical name.
        path: the module whose output it is, in the live tree.
        event: what is taken.
        layout: how the output lies in memory.
        around: path of the transformer whose input says ``H`` and ``W``; empty for grids.
        aliases: other names accepted for it.
        taken: which part of the module's output it is.
        kernel: whether its attention is seen at the kernel, not at the projections.
    """

    name: str
    path: str
    event: Event
    layout: OutputLayout
    around: str
    aliases: tuple[str, ...]
    taken: Taken = Taken()
    kernel: bool = False
