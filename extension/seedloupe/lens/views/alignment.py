"""Colours of one layer or run turned to match another's, for the eye that compares them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ...errors import InputError
from .cells import Features, one_map
from .pca import PcaBasis


def turned_to_match(
    basis: PcaBasis,
    feature: Features,
    *,
    like: PcaBasis,
    reference: Features,
    row: int = 0,
    reference_row: int = 0,
) -> PcaBasis:
    """Turn a basis so that one map's colours come closest to another map's, cell by cell.

    Unlike :meth:`PcaBasis.turned_like` this needs no common channels, only that both maps show the
    same picture, or pictures alike: another layer, or another run from the same seed. The finer map
    is averaged to the coarser one's cells. The turn is the orthogonal Procrustes solution
    (Schönemann, 1966) between positions along the components; what the three components hold
    together stays the same.

    Args:
        basis: to be turned.
        feature: ``(C, H, W)`` or ``(B, C, H, W)``, a map of its layer.
        like: the basis whose colours stay.
        reference: a map of its layer.
        row: which row of ``feature``.
        reference_row: which row of ``reference``.

    Raises:
        ShapeError: a map has other channels than its basis.
        InputError: fewer than three cells are finite in both.
    """
    mine, theirs = _along(basis, feature, row), _along(like, reference, reference_row)
    size = min(mine.shape[1], theirs.shape[1]), min(mine.shape[2], theirs.shape[2])
    first, second = _vectors(mine, size), _vectors(theirs, size)
    finite = first.isfinite().all(dim=1) & second.isfinite().all(dim=1)
    if int(finite.sum()) < 3:
        got = str(int(finite.sum()))
        raise InputError("reference", expected="three cells finite in both maps", got=got)
    first, second = first[finite], second[finite]
    left, _, right = torch.linalg.svd(second.mT @ first)
    return basis.turned(left @ right)


def _along(basis: PcaBasis, feature: Features, row: int) -> Tensor:
    """Return positions along the components ``(3, H, W)``, float64, in the features' own units."""
    return basis.project(one_map(feature, row=row)[None]) * basis.spread[:, None, None]


def _vectors(projected: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.adaptive_avg_pool2d(projected, size).flatten(1).mT
