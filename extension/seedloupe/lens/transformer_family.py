"""How a family of transformers is described: its blocks, and where its tokens lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from .layer import Event, TokenPart

_P, _T = TokenPart.PICTURE, TokenPart.TEXT


@dataclass(frozen=True)
class BlockLayer:
    """One layer of every block of a list.

    Args:
        event: what is taken.
        path: the module below the block; empty for the block itself.
        part: which tokens, where the module gives those of picture and text in one sequence.
        item: which member of the tuple that the module gives.
        share: ``q``, ``k`` or ``v`` where one linear module gives all three side by side.
    """

    event: Event
    path: str
    part: TokenPart = TokenPart.ALL
    item: int | None = None
    share: str = ""


@dataclass(frozen=True)
class BlockList:
    """One list of equal blocks.

    Args:
        path: of the list, in the live tree.
        layers: what every block has, in running order; what a block lacks is passed over.
        attention: the module below a block that attends to the words, for word maps.
        width: the module below a block that gives as many channels as the block.
        pre_only: the module below a block that says, by ``context_pre_only`` or ``pre_only``,
            that its text goes no further.
    """

    path: str
    layers: tuple[BlockLayer, ...]
    attention: str
    width: str
    pre_only: str = ""


@dataclass(frozen=True)
class TransformerKind:
    """One family of transformers, in one host.

    Args:
        name: what people call it.
        children: the network's own, by which it is known.
        inner: of its first block, likewise.
        blocks: its lists of blocks, in running order.
        cells: how many cells of the drawn latent a token has a side.
        text: the module whose output tells how many text tokens a sequence has; empty where text
            and picture are never in one sequence.
        picture_first: whether the picture comes first in a sequence of both.
        padded: what the count of picture tokens is brought to a multiple of.
        leading: whether tokens of reference pictures may follow the picture's own.
    """

    name: str
    children: frozenset[str]
    inner: frozenset[str]
    blocks: tuple[BlockList, ...]
    cells: Callable[[nn.Module], int]
    text: str
    picture_first: bool = False
    padded: int = 1
    leading: bool = False

    def fits(self, model: nn.Module) -> bool:
        """Tell whether ``model`` is of this family."""
        if not self.children <= {name for name, _ in model.named_children()}:
            return False
        first = next(iter(model.get_submodule(self.blocks[0].path).children()), None)
        return first is not None and self.inner <= {name for name, _ in first.named_children()}


def layers_at(
    names: str, part: TokenPart = TokenPart.ALL, *, share: bool = False
) -> tuple[BlockLayer, ...]:
    """Read ``event=path`` lines; where ``share``, events that end in a letter share a module."""
    rows = (line.split("=") for line in names.split())
    ends = {"out": Event.BLOCK_OUT}
    return tuple(
        BlockLayer(ends.get(event) or Event(event), path, part, share=event[-1] if share else "")
        for event, path in rows
    )


def both_ends(picture: int, text: int) -> tuple[BlockLayer, ...]:
    """A block that gives a tuple, or one sequence of both."""
    return (
        BlockLayer(Event.BLOCK_OUT, "", _P, picture),
        BlockLayer(Event.TEXT_OUT, "", _T, text),
    )


def joined_streams(names: str, *, share: bool = False) -> tuple[BlockLayer, ...]:
    """The picture's and the text's tokens of modules that are given both."""
    text = " ".join(f"text-{line}" for line in names.split())
    return layers_at(names, _P, share=share) + layers_at(text, _T, share=share)


JOINED_ENDS = (BlockLayer(Event.BLOCK_OUT, "", _P), BlockLayer(Event.TEXT_OUT, "", _T))
