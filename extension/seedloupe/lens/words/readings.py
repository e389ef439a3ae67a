"""What is kept of attention: the columns of words, or the rows of a few cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from ...errors import InputError, ShapeError
from .parts import Parts
from .sites import CROSS, SELF
from .softmax import repeats, shares


class AttentionReading(Protocol):
    """What to keep of attention."""

    @property
    def kind(self) -> str:
        """``"cross"`` or ``"self"``."""
        ...

    @property
    def columns(self) -> tuple[int, ...]:
        """What the ``T`` maps of a reading stand for, as numbers."""
        ...

    def read(self, parts: Parts) -> Tensor:
        """Return ``(B, K, T, H, W)``, float32; ``K`` is 1 where heads are averaged."""
        ...


@dataclass(frozen=True)
class WordColumns:
    """For each cell, which share of its attention goes to chosen tokens of the prompt.

    Args:
        columns: which tokens, counted over all chunks of the prompt.
        length: how many columns the prompt has, if the caller knows. ComfyUI repeats a short prompt
            until it is as long as another; the shares of all copies of a token are then summed.
        per_head: keep heads apart.
    """

    columns: tuple[int, ...]
    length: int | None = None
    per_head: bool = False

    @property
    def kind(self) -> str:
        """Attention to the prompt."""
        return CROSS

    def read(self, parts: Parts) -> Tensor:
        """Return ``(B, K, T, H, W)``.

        Raises:
            InputError: the model was given a shorter prompt.
        """
        if parts.words is not None:
            return self._read_joint(parts, parts.words)
        keys = parts.keys
        if self.length and repeats(keys, self.length):
            keys = keys[:, : self.length]
        beyond = max(self.columns, default=-1)
        if beyond >= keys.shape[1]:
            expected = f"0 to {keys.shape[1] - 1}, as the U-Net was given so many tokens"
            raise InputError("columns", expected=expected, got=str(beyond))
        found = shares(parts.queries, keys, parts.heads, self.columns, per_head=self.per_head)
        return found.reshape(*found.shape[:3], parts.grid.height, parts.grid.width)

    def _read_joint(self, parts: Parts, words: slice) -> Tensor:
        """The same among the keys of picture and text; copies of a repeated prompt are summed."""
        count = words.stop - words.start
        beyond = max(self.columns, default=-1)
        if beyond >= count:
            expected = f"0 to {count - 1}, as the model was given so many tokens"
            raise InputError("columns", expected=expected, got=str(beyond))
        length = self.length or count
        again = length < count and repeats(parts.keys[:, words], length)
        copies = range(words.start, words.stop if again else words.start + 1, length)
        columns = [start + column for start in copies for column in self.columns]
        found = shares(
            parts.queries, parts.keys, parts.heads, columns, per_head=self.per_head, bias=parts.bias
        )
        found = found.reshape(*found.shape[:2], len(copies), len(self.columns), -1).sum(2)
        return found.reshape(*found.shape[:3], parts.grid.height, parts.grid.width)


@dataclass(frozen=True)
class CellRows:
    """For a few cells, which share of their attention goes to each cell of the picture.

    Self-attention of a whole picture has a map for each cell and is never kept; that of a spot
    somebody points at is small.

    Args:
        spots: points ``(x, y)`` in ``[0, 1]``, from the left and from the top.
        per_head: keep heads apart.
    """

    spots: tuple[tuple[float, float], ...]
    per_head: bool = False

    @property
    def kind(self) -> str:
        """Attention of the picture to itself."""
        return SELF

    @property
    def columns(self) -> tuple[int, ...]:
        """The spots, counted."""
        return tuple(range(len(self.spots)))

    def read(self, parts: Parts) -> Tensor:
        """Return ``(B, K, T, H, W)``, a map for each spot.

        Each sums to 1, and to less where the spot attends to the words as well.

        Raises:
            ShapeError: keys were merged, so that cells cannot be told apart.
        """
        height, width = parts.grid.height, parts.grid.width
        own = parts.cells or slice(0, parts.keys.shape[1])
        if own.stop - own.start != height * width:
            raise ShapeError(
                "keys",
                expected=f"{height} * {width} = {height * width} tokens",
                got=str(parts.keys.shape[1]),
                advice="Something joins tokens here, such as token merging.",
            )
        cells = [cell_at(spot, height, width) for spot in self.spots]
        numbers = [row * width + column for row, column in cells]
        every = range(own.start, own.stop)
        chosen = parts.queries[:, numbers]
        found = shares(
            chosen, parts.keys, parts.heads, every, per_head=self.per_head, bias=parts.bias
        )
        return found.mT.reshape(*found.shape[:2], len(numbers), height, width)


def cell_at(spot: Sequence[float], height: int, width: int) -> tuple[int, int]:
    """Return the row and column of the cell under a point ``(x, y)`` in ``[0, 1]``.

    Raises:
        InputError: the point lies outside the picture.
    """
    x, y = spot
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise InputError("spot", expected="x and y from 0 to 1", got=f"({x}, {y})")
    return min(int(y * height), height - 1), min(int(x * width), width - 1)
