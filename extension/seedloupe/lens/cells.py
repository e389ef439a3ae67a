"""From what a module gave to features on a grid of cells."""

from __future__ import annotations

from torch import Tensor

from ..errors import ShapeError
from .calls import Grid
from .layer import Layer, OutputLayout, TokenPart
from .token_grid import sequence_parts


def tensor_of(output: object) -> Tensor:
    """Return the features from what a module gave, which some wrap in a tuple or a record.

    Raises:
        ShapeError: there is no tensor.
    """
    if isinstance(output, (tuple, list)) and output:
        output = output[0]
    output = getattr(output, "sample", output)
    if not isinstance(output, Tensor):
        raise ShapeError("output", expected="a tensor", got=type(output).__name__)
    return output


def taken_of(layer: Layer, output: object, grid: Grid) -> Tensor:
    """Return the layer's share of what its module gave, without copying.

    Raises:
        ShapeError: there is no tensor, or picture and text cannot be told apart in it.
    """
    taken, apart = layer.taken, layer.taken.part is TokenPart.ALL
    if taken.item is not None and isinstance(output, (tuple, list)):
        output, apart = output[taken.item], True
    tokens = tensor_of(output)
    if taken.channels is not None:
        tokens = tokens[..., slice(*taken.channels)]
    if apart:
        cells = grid.height * grid.width
        trims = taken.leading and layer.layout is OutputLayout.TOKENS and tokens.ndim == 3
        return tokens[:, :cells] if trims and tokens.shape[1] > cells > 0 else tokens
    picture, text = sequence_parts(taken, grid, tokens.shape[1])
    return tokens[:, picture if taken.part is TokenPart.PICTURE else text]


def cells_of(layer: Layer, output: Tensor, grid: Grid) -> Tensor:
    """Lay ``output`` out as ``(B, C, H, W)`` without copying; never guesses ``H`` and ``W``.

    Args:
        layer: where it comes from.
        output: ``(B, C, H, W)`` or ``(B, N, C)``, as the layer's layout says.
        grid: what went into the module around it.

    Raises:
        ShapeError: something joins tokens, or multiplies or splits rows, on the way.
    """
    rows, height, width = grid[:3]
    axes = 4 if layer.layout is OutputLayout.GRID else 3
    if output.ndim != axes or output.shape[0] != rows:
        raise ShapeError(
            layer.name,
            expected=f"{axes} axes and {rows} rows, as the U-Net was given",
            got=f"shape {tuple(output.shape)}",
            advice="Something multiplies or splits rows here, such as HyperTile.",
        )
    if layer.layout is OutputLayout.GRID:
        return output
    if layer.layout is OutputLayout.WORDS:
        return output.transpose(1, 2).unsqueeze(2)
    if output.shape[1] != height * width:
        raise ShapeError(
            layer.name,
            expected=f"{height} * {width} = {height * width} tokens",
            got=str(output.shape[1]),
            advice="Something joins tokens here, such as token merging.",
        )
    return output.transpose(1, 2).reshape(rows, -1, height, width)
