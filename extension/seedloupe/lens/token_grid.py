"""Rows and columns of a transformer's tokens, and where in a sequence they lie; never guessed."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from ..errors import ShapeError
from .calls import Grid
from .layer import Taken
from .transformer_family import TransformerKind


def grid_of_call(
    kind: TransformerKind,
    model: nn.Module,
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
) -> Grid | None:
    """Read rows and token grid off the arguments of a call of ``model``; None where none tells.

    Latents are told by their axes, ``(B, C, H, W)`` or ``(B, C, 1, H, W)``, also in a list of one
    a row; packed ones by what diffusers' pipelines hand in beside them: the ids of Flux's tokens,
    the sizes of Qwen-Image's pictures.
    """
    packed = _packed_grid(args, kwargs)
    if packed is not None:
        return packed
    for value in (*args, *kwargs.values()):
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], Tensor):
            if value[0].ndim == 4 and value[0].shape[1] == 1:
                return _of_cells(kind, model, len(value), value[0])
        elif isinstance(value, Tensor) and _is_latent(value):
            return _of_cells(kind, model, value.shape[0], value)
    return None


def sequence_parts(taken: Taken, grid: Grid, length: int) -> tuple[slice, slice]:
    """Say where picture and text tokens lie in a sequence of both.

    Raises:
        ShapeError: the sequence is shorter than both, or nobody saw how many text tokens it has.
    """
    cells = grid.height * grid.width
    padded = -(-cells // taken.padded) * taken.padded
    if taken.picture_first:
        picture, text = slice(0, cells), slice(padded, padded + grid.words)
    else:
        picture, text = slice(grid.words, grid.words + cells), slice(0, grid.words)
    if not grid.words or not cells or max(picture.stop, text.stop) > length:
        raise ShapeError(
            "tokens",
            expected=f"{grid.height} * {grid.width} picture and {grid.words} text tokens",
            got=f"a sequence of {length}",
            advice="The call did not tell the picture's size, or something joins tokens here.",
        )
    return picture, text


def _is_latent(value: Tensor) -> bool:
    return value.ndim == 4 or (value.ndim == 5 and value.shape[2] == 1)


def _of_cells(kind: TransformerKind, model: nn.Module, rows: int, latent: Tensor) -> Grid:
    side = kind.cells(model)
    height, width = (-(-int(cells) // side) for cells in latent.shape[-2:])
    return Grid(rows, height, width)


def _packed_grid(args: tuple[object, ...], kwargs: Mapping[str, object]) -> Grid | None:
    first = kwargs.get("hidden_states", args[0] if args else None)
    if not isinstance(first, Tensor) or first.ndim != 3:
        return None
    ids, sizes = kwargs.get("img_ids"), kwargs.get("img_shapes")
    if isinstance(ids, Tensor):
        places = ids[0] if ids.ndim == 3 else ids
        own = places[places[:, 0] == places[0, 0]]
        extent = own[:, 1:3].amax(0) - own[:, 1:3].amin(0) + 1
        height, width = (int(side) for side in extent)
        return Grid(first.shape[0], height, width)
    if isinstance(sizes, (list, tuple)) and sizes:
        size = sizes[0]
        while isinstance(size, (list, tuple)) and size and isinstance(size[0], (list, tuple)):
            size = size[0]
        if isinstance(size, (list, tuple)) and len(size) == 3:
            return Grid(first.shape[0], int(size[1]), int(size[2]))
    return None
