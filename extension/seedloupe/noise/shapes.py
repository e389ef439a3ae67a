"""Shapes of latents as programs draw them: ``(C, H, W)``, or ``(C, F, H, W)`` with frames.

A seed's noise is one stream of numbers cut into a shape, so it is known by the shape at the draw.
What a model does to it afterwards, such as packing cells into tokens, changes no number, and a
frame axis of one entry does not move any: ``(16, 1, 60, 104)`` and ``(16, 60, 104)`` are one draw.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import NoiseError
from .stream import require_size

_EXPECTED = "three positive whole numbers (C, H, W), or four with frames (C, F, H, W)"
_TOKEN_AXES = 2
_PACKED_WIDTHS = (64, 128)
"""Values of one packed token: 2 by 2 cells of 16 channels, or one cell of Flux.2's 128."""
_FEWEST_WITH_FRAMES = 4
"""Channels of a latent with frames, at least: fewer are the pictures of a batch."""


def require_drawn_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """Return ``shape`` as a tuple, if it is the shape of one latent as a program draws it.

    Args:
        shape: ``(C, H, W)`` or ``(C, F, H, W)``, in latent cells.

    Raises:
        NoiseError: ``shape`` has other axes, a size below 1, more than 2**28 values, or is that of
            packed tokens, ``(N, D)`` or ``(1, N, D)``, or of a batch of up to three.
    """
    sizes = tuple(shape)
    if _is_packed(sizes):
        raise NoiseError(
            "shape",
            expected=f"{_EXPECTED}, as drawn and not as packed tokens",
            got=f"{sizes}",
            advice="Name the shape before cells are packed, such as (16, 128, 128) for 1024x1024.",
        )
    if len(sizes) not in (3, 4) or not all(type(size) is int and size > 0 for size in sizes):
        raise NoiseError("shape", expected=_EXPECTED, got=f"{sizes}")
    if len(sizes) == 4 and sizes[0] < _FEWEST_WITH_FRAMES:
        raise NoiseError(
            "shape",
            expected=f"{_EXPECTED}, of at least {_FEWEST_WITH_FRAMES} channels",
            got=f"{sizes}",
            advice="Leave out the axis of a batch: the shape is that of one picture.",
        )
    return require_size(sizes)


def drawn_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the shape by which a draw is known: a frame axis of one entry is left out.

    Args:
        shape: ``(C, H, W)`` or ``(C, F, H, W)``, in latent cells.

    Raises:
        NoiseError: as :func:`require_drawn_shape`.
    """
    sizes = require_drawn_shape(shape)
    if len(sizes) == 4 and sizes[1] == 1:
        return sizes[0], *sizes[2:]
    return sizes


def _is_packed(sizes: tuple[int, ...]) -> bool:
    """Tell the shapes of packed tokens; no known latent has one channel and is that narrow."""
    if len(sizes) == _TOKEN_AXES:
        return True
    return len(sizes) == 3 and sizes[0] == 1 and sizes[2] in _PACKED_WIDTHS and sizes[1] > sizes[2]
