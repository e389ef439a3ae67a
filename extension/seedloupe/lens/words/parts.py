"""What was seen of one attention, put together and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from ...errors import ModelError, ShapeError
from ..calls import Grid
from .sites import Heads


@dataclass(frozen=True, eq=False)
class Parts:
    """The projections of one attention in one call.

    Args:
        queries: ``(B, N, C)``.
        keys: ``(B, T, C)``.
        values: ``(B, T, C)``, or None where nobody saw them.
        heads: how ``C`` is split.
        grid: the cells ``N`` stands for.
        words: which of the ``T`` keys are text tokens; None where all are of one sort.
        cells: which are the picture's, likewise.
        bias: ``(B, T)`` float32, added to the logits of each key; None adds nothing.
    """

    queries: Tensor
    keys: Tensor
    values: Tensor | None
    heads: Heads
    grid: Grid
    words: slice | None = None
    cells: slice | None = None
    bias: Tensor | None = None

    def of_rows(self, rows: slice | list[int]) -> Parts:
        """Return the same for some rows of the batch."""
        queries = self.queries[rows]
        values = None if self.values is None else self.values[rows]
        grid = Grid(queries.shape[0], self.grid.height, self.grid.width)
        bias = None if self.bias is None else self.bias[rows]
        where = (self.words, self.cells, bias)
        return Parts(queries, self.keys[rows], values, self.heads, grid, *where)


def gather(
    name: str, attention: nn.Module, found: Mapping[str, Tensor], grid: Grid | None
) -> Parts:
    """Put together what was seen of one attention; never guesses.

    Args:
        name: canonical name, for messages.
        attention: says how many heads it has.
        found: projections by their letters, ``(B, N, C)`` and ``(B, T, C)``.
        grid: what went into the transformer around.

    Raises:
        ModelError: projections passed by unseen, or the number of heads is not known.
        ShapeError: rows or cells are not those of the transformer around.
    """
    if "q" not in found or "k" not in found or grid is None:
        raise ModelError(
            name,
            expected="an attention that calls to_q and to_k",
            got="one that did not",
            advice="Something replaces or fuses its projections.",
        )
    queries, keys = found["q"], found["k"]
    _check_rows(name, queries, keys, grid)
    if queries.shape[1] != grid.height * grid.width:
        raise ShapeError(
            name,
            expected=f"{grid.height} * {grid.width} = {grid.height * grid.width} tokens",
            got=str(queries.shape[1]),
            advice="Something joins tokens here, such as token merging.",
        )
    return Parts(queries, keys, found.get("v"), Heads.of(attention), grid)


def _check_rows(name: str, queries: Tensor, keys: Tensor, grid: Grid) -> None:
    if queries.ndim == keys.ndim == 3 and queries.shape[0] == keys.shape[0] == grid.rows:
        return
    raise ShapeError(
        name,
        expected=f"3 axes and {grid.rows} rows, as the U-Net was given",
        got=f"shapes {tuple(queries.shape)} and {tuple(keys.shape)}",
        advice="Something multiplies or splits rows here, such as HyperTile or regional prompts.",
    )
