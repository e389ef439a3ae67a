"""How well a feature tells where its cell lies, and features without that.

No position shows in colours does not mean none is there: Meng et al. (NeurIPS 2024) see hardly any
outside self-attention, Loos and Linhardt (2025) decode it linearly from most blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import torch
from torch import Tensor

from ...errors import InputError
from ..features import FeatureMap
from .cells import Cells, Features, one_map

#: Blocks of cells along each side of a single map, each with one of as many folds.
_BLOCKS = 4
#: Finite cells that have to be left to fit to, whatever is left out.
_FEWEST = 8
#: Strengths of ridge regression, as shares of the mean squared singular value.
_RIDGES = tuple(10.0**power for power in range(-6, 4))


@dataclass(frozen=True)
class PositionProbe:
    """What a linear readout of position finds.

    Args:
        score: share of the variance of position along the direction best told, in ``[0, 1]``, on
            cells the readout was not fitted to (cross-validated R²).
        x: the same for the column alone.
        y: the same for the row alone.
        far: the score for a whole quarter of the map told by the others; equals ``score`` for
            several maps.
        pictures: how many maps went in. Smooth content of a single one tells position, too: a cell
            is between its neighbours. That is why ``far`` is there, which content finer than a
            quarter of the map does not pass. With several maps each is told by what was learnt from
            the others, so that only what pictures share counts.
    """

    score: float
    x: float
    y: float
    far: float
    pictures: int


def probe_position(features: Features | Sequence[Features]) -> PositionProbe:
    """Read position off features by ridge regression, cross-validated.

    Of several maps each is left out once. A single map is cut into 4x4 blocks of cells; a fold is
    one block of each row and column of blocks, so that few cells are told by their neighbours. The
    ridge is chosen by leave-one-out error on the cells fitted to.

    Args:
        features: ``(C, H, W)``, all rows of ``(B, C, H, W)``, or several maps of one layer.

    Raises:
        ShapeError: a tensor is laid out differently, or the maps differ in channels.
        InputError: there are too few finite cells or fewer than 4x4 cells a map.
    """
    maps = _all_maps(features)
    vectors, places, folds = (torch.cat(part) for part in zip(*_parts(maps), strict=True))
    around = places - places.mean(dim=0)
    spread = around.mT @ around
    if float(torch.linalg.eigvalsh(spread)[0]) < 1e-6:
        raise _too_few()
    missed = _missed(vectors, places, folds)
    x, y = (max(0.0, 1 - float(missed[i, i] / spread[i, i])) for i in (0, 1))
    score = far = max(0.0, 1 - _least_share(missed, spread))
    if len(maps) == 1:
        columns, rows = (places * 2).to(torch.int64).unbind(dim=1)
        far = max(0.0, 1 - _least_share(_missed(vectors, places, 2 * rows + columns), spread))
    return PositionProbe(score, x, y, far, len(maps))


@overload
def without_position(features: FeatureMap) -> FeatureMap: ...


@overload
def without_position(features: Tensor) -> Tensor: ...


def without_position(features: Features) -> Features:
    """Take off what is linear in column and row, channel by channel; the mean stays.

    All rows of a batch are fitted together, so with several pictures only what they share goes.
    With one, a gradient of its content goes, too.

    Args:
        features: ``(C, H, W)`` or ``(B, C, H, W)``.

    Returns:
        The same layout, float32; NaN where not finite.

    Raises:
        ShapeError: the tensor is laid out differently.
        InputError: there are too few finite cells.
    """
    values = features.values if isinstance(features, FeatureMap) else features
    maps = _all_maps(values)
    vectors, places = torch.cat([m.vectors for m in maps]), torch.cat([_places(m) for m in maps])
    finite = torch.cat([m.finite for m in maps])
    if int(finite.sum()) < 4:
        raise InputError("features", expected="four finite cells", got=str(int(finite.sum())))
    around = places - places[finite].mean(dim=0)
    known = torch.where(finite[:, None], vectors - vectors[finite].mean(dim=0), 0.0)
    slopes = torch.linalg.lstsq(around[finite], known[finite], driver="gelsd").solution
    left = torch.where(finite[:, None], vectors - around @ slopes, torch.nan)
    batch = left.reshape(len(maps), maps[0].height, maps[0].width, -1).movedim(-1, 1)
    rest = batch.to(torch.float32).reshape(values.shape)
    return replace(features, values=rest) if isinstance(features, FeatureMap) else rest


def _all_maps(features: Features | Sequence[Features]) -> list[Cells]:
    if isinstance(features, FeatureMap | Tensor):
        values = features.values if isinstance(features, FeatureMap) else features
        one_map(values)
        return [Cells.of(values, row=row) for row in range(len(values) if values.ndim == 4 else 1)]
    maps = [cells for feature in features for cells in _all_maps(feature)]
    if not maps:
        raise InputError("features", expected="at least one map", got="none")
    for cells in maps[1:]:
        maps[0].require_like(cells)
    return maps


def _parts(maps: Sequence[Cells]) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Return vectors, places and folds of the finite cells of each map."""
    parts = []
    for number, cells in enumerate(maps):
        if min(cells.height, cells.width) < _BLOCKS:
            got = f"{cells.width}x{cells.height}"
            raise InputError("features", expected=f"at least {_BLOCKS}x{_BLOCKS} cells", got=got)
        columns, rows = (_places(cells) * _BLOCKS).to(torch.int64).unbind(dim=1)
        folds = (rows + columns) % _BLOCKS if len(maps) == 1 else torch.full_like(rows, number)
        keep = cells.finite
        parts.append((cells.vectors[keep], _places(cells)[keep], folds[keep]))
    if sum(len(vectors) for vectors, _, _ in parts) < _BLOCKS * _BLOCKS:
        raise InputError("features", expected="16 finite cells", got="fewer")
    return parts


def _places(cells: Cells) -> Tensor:
    """Return ``(N, 2)`` middles of cells in the picture, 0 to 1."""
    return (cells.places() + 0.5) / torch.tensor([cells.width, cells.height])


def _missed(vectors: Tensor, places: Tensor, folds: Tensor) -> Tensor:
    """Return squares and products of the errors ``(2, 2)``, each fold told by the others."""
    missed = torch.zeros(2, 2, dtype=torch.float64)
    for fold in sorted(set(folds.tolist())):
        told, fitted = folds == fold, folds != fold
        if int(fitted.sum()) < _FEWEST:
            raise _too_few()
        error = places[told] - _predicted(vectors[fitted], places[fitted], vectors[told])
        missed = missed + error.mT @ error
    return missed


def _too_few() -> InputError:
    return InputError("features", expected="finite cells all over the map", got="too few")


def _predicted(vectors: Tensor, places: Tensor, others: Tensor) -> Tensor:
    """Tell the places of ``others`` by ridge regression on ``vectors`` and their ``places``."""
    mean, middle = vectors.mean(dim=0), places.mean(dim=0)
    left, sizes, right = torch.linalg.svd(vectors - mean, full_matrices=False)
    squares = sizes.square()
    if float(squares.sum()) == 0:
        return middle.expand(len(others), 2)
    projected = left.mT @ (places - middle)
    losses = []
    for ridge in _RIDGES:
        shrink = squares / (squares + ridge * squares.mean())
        leverage = left.square() @ shrink + 1 / len(left)
        error = places - middle - left @ (shrink[:, None] * projected)
        losses.append(float((error / (1 - leverage).clamp(min=1e-6)[:, None]).square().sum()))
    ridge = _RIDGES[losses.index(min(losses))] * squares.mean()
    weights: Tensor = right.mT @ ((sizes / (squares + ridge))[:, None] * projected)
    return middle + (others - mean) @ weights


def _least_share(missed: Tensor, spread: Tensor) -> float:
    """Return the smallest share of variance missed along any direction of the plane."""
    root = torch.linalg.cholesky(spread)
    half = torch.linalg.solve_triangular(root, missed, upper=False)
    share = torch.linalg.solve_triangular(root, half.mT, upper=False)
    return float(torch.linalg.eigvalsh((share + share.mT) / 2)[0])
