"""Taking a seed's noise to another size.

At another size a seed stands for other noise: the numbers run on row by row, so with rows of
another length every number stands elsewhere. There are two ways of taking the noise along:

- ``middle`` is the web UI's "seed resize" (its ``modules/rng.py``): the old noise in the middle of
  noise the same seed draws at the new size. Both are drawn from the seed's beginning, so the frame
  begins with the very numbers that stand in the middle: each value is normal, but some are there
  twice (:func:`repeated_share`).
- ``stretch`` keeps the layout. The orthonormal cosine transform of white noise is white noise, and
  coefficient ``(k, l)`` swings ``k / 2`` times down and ``l / 2`` times across the whole picture,
  whatever the grid. So the old noise's coefficients are taken where both grids have them, and the
  rest from noise that the same generator draws next, which has no number in common with the old.
  What comes back is exactly white: every value standard normal, independent of all others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import NoiseError
from .source import CPU_NOISE, NoiseSource
from .stream import NoiseStream, require_latent_size

if TYPE_CHECKING:
    from torch import Tensor

Size = tuple[int, int, int]
Values = TypeVar("Values", "Tensor", NDArray[Any])

_LONGEST_SIDE = 2048
"""The longest side whose cosine matrix is built: 2048 cells are 32 MiB, and 16384 pixels."""


class ResizeWay(str, Enum):
    """How noise is taken to another size."""

    MIDDLE = "middle"
    """The old noise as it is, in the middle of new; cut where the new size is smaller."""
    STRETCH = "stretch"
    """The old noise's waves, as many over the picture as before; finer ones are new."""


@dataclass(frozen=True)
class NoiseResize:
    """Where noise is carried from.

    Args:
        way: how.
        shape: ``(C, H, W)`` the seed's noise is drawn at, in latent cells.

    Raises:
        NoiseError: ``shape`` is no latent size.
    """

    way: ResizeWay
    shape: Size

    def __post_init__(self) -> None:
        """Refuse sizes nobody can draw."""
        require_latent_size(self.shape)

    def changes(self, shape: Sequence[int]) -> bool:
        """Tell whether noise of ``shape`` is any other than the seed's own."""
        return self.shape != tuple(shape)

    def onto(self, shape: Size) -> Size:
        """Return ``shape`` if noise can be carried there.

        Raises:
            NoiseError: it is no latent size, has other channels, or is too large to be stretched.
        """
        size = require_latent_size(shape)
        if size[0] != self.shape[0]:
            raise NoiseError(
                "shape", expected=f"{self.shape[0]} channels, as the noise has", got=f"{size}"
            )
        longest = max(*size[1:], *self.shape[1:])
        if self.way is ResizeWay.STRETCH and longest > _LONGEST_SIDE:
            raise NoiseError(
                "shape",
                expected=f"sides of at most {_LONGEST_SIDE} cells to stretch",
                got=f"{longest}",
            )
        return size


def resized_noise(
    seed: int, shape: Size, carried: NoiseResize, *, source: NoiseSource = CPU_NOISE
) -> Tensor:
    """Draw a seed's noise at one size and take it to another.

    Args:
        seed: any non-negative 64-bit integer.
        shape: ``(C, H, W)`` wanted, in latent cells.
        carried: the way, and the size the noise is drawn at; if that is ``shape``, what comes back
            is the seed's own noise, unchanged.
        source: which generator draws.

    Returns:
        ``(C, H, W)``, float32, CPU, unit variance.

    Raises:
        SeedError: ``seed`` names no noise.
        NoiseError: ``shape`` is no latent size, has other channels than ``carried``, or is too
            large to be stretched.
    """
    import torch

    size = carried.onto(shape)
    stream = NoiseStream(seed, source)
    old = stream.draw(carried.shape)
    if not carried.changes(size):
        return old
    if carried.way is ResizeWay.MIDDLE:
        return put_in_middle(old, NoiseStream(seed, source).draw(size))
    return torch.from_numpy(_stretched(old.numpy(), stream.draw(size).numpy()))


def resized_stream(
    seed: int, shape: Size, carried: NoiseResize, *, source: NoiseSource = CPU_NOISE
) -> NoiseStream:
    """Return the generator as it is after :func:`resized_noise`, for the noise of later steps.

    Raises:
        SeedError: ``seed`` names no noise.
        NoiseError: ``shape`` is no latent size, or has other channels than ``carried``.
    """
    size = carried.onto(shape)
    stream = NoiseStream(seed, source)
    if carried.way is ResizeWay.STRETCH and carried.changes(size):
        stream.skip(carried.shape, 1)
    stream.skip(size, 1)
    return stream


def put_in_middle(old: Values, new: Values) -> Values:
    """Put ``old`` into the middle of ``new``, as the web UI does; ``new`` is written over.

    Where ``old`` is larger its middle is taken. Where a side differs by an odd number, the spare
    line of ``new`` is the last; a side that shrinks by an odd number keeps that line of ``new``.

    Args:
        old: ``(C, h, w)``.
        new: ``(C, H, W)``.

    Returns:
        ``new``.
    """
    rows, old_rows = _middle(old.shape[1], new.shape[1])
    columns, old_columns = _middle(old.shape[2], new.shape[2])
    new[:, rows, columns] = old[:, old_rows, old_columns]
    return new


def repeated_share(shape: Size, old: Size) -> float:
    """Return the share of ``middle``'s values that are also found elsewhere in it, in [0, 1).

    The frame's values are those the seed draws at the new size; the first of them, as many as the
    old noise has, are the old noise's own. Each such value of the frame whose twin is not cut away
    counts once. Exact for Philox and for sizes of whole blocks of 16 on the CPU.

    Raises:
        NoiseError: a size is no latent size.
    """
    size, drawn = require_latent_size(shape), require_latent_size(old)
    new_at = np.arange(math.prod(size)).reshape(size)
    put = put_in_middle(np.arange(math.prod(drawn)).reshape(drawn), np.full(size, -1))
    twins = np.isin(new_at[put < 0], put[put >= 0])
    return float(twins.sum() / new_at.size)


def cosine_matrix(side: int) -> NDArray[np.float64]:
    """Return the orthonormal DCT-II of a line: ``(side, side)``, frequencies down the rows.

    Its product with its own transpose is one, so it turns independent standard normals into
    independent standard normals, and its transpose turns them back.
    """
    place = np.arange(side) + 0.5
    angles = np.pi / side * np.arange(side)[:, None] * place
    waves: NDArray[np.float64] = np.cos(angles) * np.sqrt(2 / side)
    waves[0] /= np.sqrt(2)
    return waves


def _stretched(old: NDArray[np.float32], new: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give ``new`` the waves of ``old`` as far as both grids have them."""
    waves = _waves(new)
    rows, columns = np.minimum(old.shape[1:], new.shape[1:])
    waves[:, :rows, :columns] = _waves(old)[:, :rows, :columns]
    down, across = map(cosine_matrix, new.shape[1:])
    return np.ascontiguousarray(down.T @ waves @ across, dtype=np.float32)


def _waves(noise: NDArray[np.float32]) -> NDArray[np.float64]:
    down, across = map(cosine_matrix, noise.shape[1:])
    waves: NDArray[np.float64] = down @ noise.astype(np.float64) @ across.T
    return waves


def _middle(old: int, new: int) -> tuple[slice, slice]:
    """Return the lines of ``new`` that are written over, and the lines of ``old`` put there."""
    gap = (new - old) // 2
    count = old if gap >= 0 else old + 2 * gap
    to, at = max(gap, 0), max(-gap, 0)
    return slice(to, to + count), slice(at, at + count)
