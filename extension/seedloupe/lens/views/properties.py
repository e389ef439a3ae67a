"""Three properties of a layer as numbers: noise, granularity and locality.

Meng et al. ("Not All Diffusion Model Activations Have Been Evaluated as Discriminative Features",
NeurIPS 2024) name them and judge them by eye: activations near the U-Net's ends are noisy, grain
changes within one resolution, and some features tell mostly where a cell is. The numbers are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import InputError
from .cells import FLOAT32_DUST, Cells, Features, spread_out
from .massive import find_massive
from .similarity import Measure, pairwise

#: Cells whose pairs locality looks at; more change the third digit.
_PAIRED = 1024


@dataclass(frozen=True)
class LayerProperties:
    """What kind of features one map holds.

    Args:
        noise: share of the variance that neighbouring cells do not share, in ``[0, 1]``; see
            :func:`noise_score`.
        patch: granularity, the side of the patches the map seems made of, in cells, from 1 on; see
            :func:`patch_size`.
        patch_share: the same as a share of the shorter side, in ``(0, 1]``, to compare layers.
        locality: share of the variance of likeness that distance explains, in ``[0, 1]``; see
            :func:`locality`.
        rejected: how many cells are NaN or infinite.
        massive: channels that are far larger than all others in every cell; see
            :func:`~.massive.find_massive`. Told only where channels are the layer's own.
        massive_share: share of all squared magnitude that they hold, in ``[0, 1]``.
    """

    noise: float
    patch: float
    patch_share: float
    locality: float
    rejected: int
    massive: int = 0
    massive_share: float = 0.0


def layer_properties(feature: Features, *, row: int = 0) -> LayerProperties:
    """Describe one map.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``, at least 3 cells both ways.
        row: which row of ``feature``.

    Raises:
        ShapeError: the tensor is laid out differently.
        InputError: there are too few cells, or too few finite ones side by side.
    """
    cells = _require_grid(Cells.of(feature, row=row))
    patch = _patch_size(cells)
    share = patch / min(cells.height, cells.width)
    found = find_massive(feature, row=row)
    massive = (len(found.channels), found.share)
    return LayerProperties(_noise(cells), patch, share, _locality(cells), cells.rejected, *massive)


def noise_score(feature: Features, *, row: int = 0) -> float:
    """Return the share of a map's variance that is noise from cell to cell, in ``[0, 1]``.

    Half the mean squared difference of cells ``h`` apart, the semivariance, starts at 0 and rises
    with ``h`` where features are smooth, with its square, and where they are flat between edges, in
    proportion: so one cell apart it is at most half of what it is two cells apart. Noise that is
    independent in every cell adds its variance at every distance. What the line through both
    distances leaves at distance 0, the nugget of geostatistics (Matheron, 1963), is therefore the
    noise that no smooth or edged content explains: 0 for content, 1 for white noise.

    One map alone cannot tell noise from content as fine as its cells, which on a coarse grid is
    most of it, nor see noise that a convolution has smeared over neighbours. Where the same picture
    can be looked at under a second noise, believe :func:`noise_between`.

    Raises:
        ShapeError: the tensor is laid out differently.
        InputError: there are too few cells, or too few finite ones side by side.
    """
    return _noise(_require_grid(Cells.of(feature, row=row)))


def noise_between(features: Sequence[Features], *, row: int = 0) -> float:
    """Return the share of variance that several views of one picture do not share, ``[0, 1]``.

    The views are the same picture under different noises, or neighbouring steps of one run. Within
    and between variances are those of a one-way analysis of variance over cells (1 less the
    intraclass correlation), so 0 means equal maps and 1 maps that share nothing, however smooth.

    Args:
        features: at least two maps of one layer and size.
        row: which row of each.

    Raises:
        ShapeError: a tensor is laid out differently, or the maps differ in shape.
        InputError: there are fewer than two, or no cell is finite in all of them.
    """
    views = [Cells.of(feature, row=row) for feature in features]
    if len(views) < 2 or len({(v.height, v.width, v.channels) for v in views}) > 1:
        got = ", ".join(f"{v.channels}x{v.height}x{v.width}" for v in views) or "none"
        raise InputError("features", expected="two or more maps of one shape", got=got)
    finite = torch.stack([view.finite for view in views]).all(dim=0)
    if int(finite.sum()) < 2:
        raise InputError("features", expected="cells finite in all maps", got="fewer than two")
    stack = torch.stack([view.vectors[finite] for view in views])
    return _unshared(stack)


def patch_size(feature: Features, *, row: int = 0) -> float:
    """Return how large the patches are that a map seems made of, in cells.

    Without the noise (see :func:`noise_score`), a mosaic of flat squares of side ``p`` reaches half
    its variance between cells ``p / 2`` apart. The answer is twice the distance at which the
    semivariance does, between the distances by straight lines: 1 for white noise, ``p`` for such a
    mosaic, the shorter side where half is never reached.

    Raises:
        ShapeError: the tensor is laid out differently.
        InputError: there are too few cells, or too few finite ones side by side.
    """
    return _patch_size(_require_grid(Cells.of(feature, row=row)))


def locality(feature: Features, *, row: int = 0) -> float:
    """Return how much of cells' likeness their distance alone explains, in ``[0, 1]``.

    The variance of the centred cosine over all pairs of cells is split by distance, in bins one
    cell wide (correlation ratio, corrected for the number of bins): 1 where only the distance
    matters, as for a position code, 0 where it does not matter. At most 1,024 cells are paired,
    drawn at random with a fixed seed.

    Raises:
        ShapeError: the tensor is laid out differently.
        InputError: there are too few cells, or too few finite ones side by side.
    """
    return _locality(_require_grid(Cells.of(feature, row=row)))


def semivariance(cells: Cells, distance: int) -> float:
    """Return half the mean squared difference of cells ``distance`` apart; NaN without such cells.

    Pairs lie along rows and columns; those with a cell that is not finite are left out.
    """
    grid = cells.vectors.reshape(cells.height, cells.width, -1)
    finite = cells.laid_out(cells.finite)
    total, pairs = 0.0, 0
    for axis in (0, 1):
        count = grid.shape[axis] - distance
        if count > 0:
            step = grid.narrow(axis, distance, count) - grid.narrow(axis, 0, count)
            both = finite.narrow(axis, distance, count) & finite.narrow(axis, 0, count)
            total += float((step.square().sum(dim=-1) * both).sum()) / 2
            pairs += int(both.sum())
    return total / pairs if pairs else float("nan")


def _require_grid(cells: Cells) -> Cells:
    if min(cells.height, cells.width) < 3:
        got = f"{cells.width}x{cells.height}"
        raise InputError("feature", expected="at least 3x3 cells", got=got)
    near, far = semivariance(cells, 1), semivariance(cells, 2)
    if near != near or far != far:
        raise InputError("feature", expected="finite cells side by side", got="none")
    return cells


def _nugget(cells: Cells) -> float:
    return min(max(0.0, 2 * semivariance(cells, 1) - semivariance(cells, 2)), cells.variance)


def _noise(cells: Cells) -> float:
    variance = cells.variance
    return _nugget(cells) / variance if variance > 0 else 0.0


def _patch_size(cells: Cells) -> float:
    side, nugget = min(cells.height, cells.width), _nugget(cells)
    rest = cells.variance - nugget
    if cells.variance == 0:
        return float(side)
    if rest <= 1e-9 * cells.variance:
        return 1.0
    before = 0.0
    for distance in range(1, side // 2 + 1):
        here = (semivariance(cells, distance) - nugget) / rest
        if here >= 0.5:
            at = distance - 1 + (0.5 - before) / (here - before)
            return min(max(1.0, 2 * at), float(side))
        before = max(before, here) if here == here else before
    return float(side)


def _locality(cells: Cells) -> float:
    if cells.variance == 0:
        return 0.0
    kept = cells.finite.nonzero().flatten()
    kept = kept[spread_out(len(kept), _PAIRED)]
    vectors = cells.centred[kept]
    alike = pairwise(vectors, vectors, measure=Measure.CENTRED_COSINE)
    apart = torch.cdist(cells.places()[kept], cells.places()[kept])
    upper = torch.ones_like(alike, dtype=torch.bool).triu(1)
    return _explained(alike[upper], apart[upper].round().to(torch.int64))


def _explained(values: Tensor, bins: Tensor) -> float:
    """Return the share of variance between bins, less what as many bins explain by chance."""
    counts = bins.bincount().to(torch.float64)
    sums = torch.zeros_like(counts).index_add_(0, bins, values)
    used, count = int((counts > 0).sum()), len(values)
    means = sums / counts.clamp(min=1)
    within = float((values - means[bins]).square().sum())
    total = float((values - values.mean()).square().sum())
    if total <= FLOAT32_DUST * count or count <= used:
        return 0.0
    return min(1.0, max(0.0, 1 - within / (count - used) * (count - 1) / total))


def _unshared(stack: Tensor) -> float:
    views, count, _ = stack.shape
    means = stack.mean(dim=0)
    within = float((stack - means).square().sum()) / (count * (views - 1))
    between = views * float((means - means.mean(dim=0)).square().sum()) / (count - 1)
    shared = max(0.0, (between - within) / views)
    return within / (within + shared) if within > 0 else 0.0
