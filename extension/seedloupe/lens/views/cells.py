"""Positions of a map: which cell a spot of the picture lies in, and what is there.

Every way of looking starts here, so that all of them count and leave out the same positions: those
where a channel is NaN or infinite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from ...errors import InputError, ShapeError
from ...tensors import require_shape
from ..features import FeatureMap

#: One map: ``(C, H, W)``, or ``(B, C, H, W)`` of which one row is looked at.
Features: TypeAlias = FeatureMap | Tensor
#: Variance below this share of the squared mean is what float32 leaves of a constant.
FLOAT32_DUST = 1e-13
#: The share of a cell that has to be covered for the cell to count as inside.
HALF = 0.5


@dataclass(frozen=True)
class Spot:
    """A place in a picture of any size.

    Args:
        x: 0 at the left edge, 1 at the right.
        y: 0 at the top edge, 1 at the bottom.
    """

    x: float
    y: float

    @classmethod
    def of_cell(cls, row: int, column: int, *, height: int, width: int) -> Spot:
        """Return the middle of a cell of a grid."""
        return cls((column + 0.5) / width, (row + 0.5) / height)

    def cell(self, height: int, width: int) -> tuple[int, int]:
        """Return row and column of the cell the spot lies in; the far edges belong to the last.

        Raises:
            InputError: the spot lies outside the picture.
        """
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1):
            got = f"x = {self.x}, y = {self.y}"
            raise InputError("spot", expected="x and y from 0 to 1", got=got)
        return min(int(self.y * height), height - 1), min(int(self.x * width), width - 1)


@dataclass(frozen=True, eq=False)
class Cells:
    """One map as a list of positions, row by row from the top left.

    Args:
        vectors: ``(N, C)``, float64, ``N = H * W``; zero where not finite.
        finite: ``(N,)``, bool.
        height: rows of cells.
        width: columns of cells.
    """

    vectors: Tensor
    finite: Tensor
    height: int
    width: int

    @classmethod
    def of(cls, feature: Features, *, row: int = 0) -> Cells:
        """Take one map apart.

        Args:
            feature: a map, ``(C, H, W)`` or ``(B, C, H, W)``.
            row: which of the ``B`` to look at.

        Raises:
            ShapeError: the tensor is laid out differently, or has no such row.
        """
        values = one_map(feature, row=row)
        channels, height, width = values.shape
        vectors = values.reshape(channels, -1).mT.to("cpu", torch.float64)
        finite = vectors.isfinite().all(dim=1)
        return cls(torch.where(finite[:, None], vectors, 0.0), finite, height, width)

    @property
    def rejected(self) -> int:
        """How many positions hold NaN or infinity."""
        return int((~self.finite).sum())

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return self.vectors.shape[1]

    @property
    def mean(self) -> Tensor:
        """Mean of the finite positions, ``(C,)``, float64; zero where there are none."""
        return self.vectors.sum(dim=0) / max(int(self.finite.sum()), 1)

    @property
    def centred(self) -> Tensor:
        """Vectors less their mean, ``(N, C)``, float64; zero where not finite."""
        return torch.where(self.finite[:, None], self.vectors - self.mean, 0.0)

    @property
    def variance(self) -> float:
        """Mean squared distance from the mean; 0 where only rounding is left of a constant."""
        count = int(self.finite.sum())
        if count < 2:
            return 0.0
        found = float(self.centred.square().sum()) / (count - 1)
        return found if found > FLOAT32_DUST * float(self.mean.square().sum()) else 0.0

    def laid_out(self, values: Tensor) -> Tensor:
        """Lay one value a position ``(N,)`` out as ``(H, W)``."""
        return values.reshape(self.height, self.width)

    def index(self, spot: Spot) -> int:
        """Return which position a spot lies in.

        Raises:
            InputError: the spot lies outside the picture.
        """
        row, column = spot.cell(self.height, self.width)
        return row * self.width + column

    def spot(self, index: int) -> Spot:
        """Return the middle of a position's cell."""
        row, column = divmod(index, self.width)
        return Spot.of_cell(row, column, height=self.height, width=self.width)

    def places(self) -> Tensor:
        """Return column and row of every position, ``(N, 2)``, float64, in cells."""
        rows, columns = torch.meshgrid(
            torch.arange(self.height), torch.arange(self.width), indexing="ij"
        )
        return torch.stack([columns.flatten(), rows.flatten()], dim=1).to(torch.float64)

    def require_like(self, other: Cells) -> None:
        """Check that ``other`` has as many channels.

        Raises:
            ShapeError: it has not, so its features mean something else.
        """
        if other.channels != self.channels:
            raise ShapeError(
                "other",
                expected=f"{self.channels} channels",
                got=str(other.channels),
                advice="Only maps of one layer, or of layers equally wide, can be compared.",
            )


def one_map(feature: Features, *, row: int = 0) -> Tensor:
    """Return one row of a map as ``(C, H, W)``, as it is.

    Raises:
        ShapeError: the tensor is laid out differently, or has no such row.
    """
    values = feature.values if isinstance(feature, FeatureMap) else feature
    if isinstance(values, Tensor) and values.ndim == 3:
        values = values[None]
    require_shape(values, "B C H W", field="feature")
    if not -len(values) <= row < len(values):
        raise ShapeError("feature", expected=f"a row {row}", got=f"{len(values)} rows")
    return values[row]


def coverage(mask: Tensor, *, height: int, width: int) -> Tensor:
    """Return which share of every cell a mask covers.

    Where the sizes do not divide, a pixel that belongs to two cells counts in both.

    Args:
        mask: ``(H, W)`` of any size, bool or in ``[0, 1]``.
        height: rows of cells.
        width: columns of cells.

    Returns:
        ``(height, width)``, float64 in ``[0, 1]``.

    Raises:
        ShapeError: the mask is laid out differently.
    """
    require_shape(mask, "H W", field="mask")
    pixels = mask.to("cpu", torch.float64)[None, None]
    return functional.adaptive_avg_pool2d(pixels, (height, width))[0, 0]


def labels_on_grid(labels: Tensor, *, height: int, width: int) -> Tensor:
    """Give every cell the label that covers most of it, the smallest of those that tie.

    Args:
        labels: ``(H, W)`` of any size, whole numbers or bool; negative ones are not to be judged.
        height: rows of cells.
        width: columns of cells.

    Returns:
        ``(height, width)``, int64.

    Raises:
        ShapeError: the labels are laid out differently.
    """
    require_shape(labels, "H W", field="labels")
    values = labels.to("cpu", torch.int64)
    kinds = sorted(set(values.flatten().tolist()))
    shares = [coverage(values == kind, height=height, width=width) for kind in kinds]
    return torch.tensor(kinds)[torch.stack(shares).argmax(dim=0)]


def spread_out(count: int, most: int, *, seed: int = 0) -> Tensor:
    """Return ``min(count, most)`` of the numbers below ``count``, drawn at random, in order.

    Returns:
        ``(N,)``, int64; the same seed draws the same numbers.
    """
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return order[:most].sort().values
