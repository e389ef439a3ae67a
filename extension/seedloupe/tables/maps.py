"""Where every seed of a table stands on a flat picture: for eyes, never for distances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import TableError
from .columns import names_of
from .table import SeedTable

_PLACE = 4
"""Columns a class of ``feature.composition``: centroid x, centroid y, size, depth."""
_PICTURE = "composition"

Points = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SeedMap:
    """A flat picture of one feature space.

    Args:
        space: the space's name.
        points: ``(S, 2)``, float32, x to the right and y down; NaN = this seed has no place.
        how: how it was drawn, in a word or two, e.g. ``t-SNE``; empty where the table is silent.
        in_picture: the points are places in the seeds' own pictures, both axes in [0, 1].
        stored: the table brought the map; otherwise it was derived from the features just now.
    """

    space: str
    points: Points
    how: str
    in_picture: bool
    stored: bool


def map_names(table: SeedTable) -> tuple[str, ...]:
    """Return the spaces a map can be shown of, style and composition first."""
    known = {*names_of(table.tensors, "map"), *table.spaces()}
    first = [name for name in ("style", _PICTURE) if name in known]
    return (*first, *sorted(known.difference(first)))


def seed_map(table: SeedTable, space: str) -> SeedMap:
    """Return the table's map of a space, or one derived from its features.

    For ``composition`` that is the mean place of the objects in the picture; for every other space
    the first two principal components.

    Args:
        table: what to show.
        space: one of :func:`map_names`.

    Raises:
        TableError: the table has neither a map nor features of that name.
    """
    stored = table.tensors.get(f"map.{space}")
    if stored is not None:
        how = next((spec.map for spec in table.spec.spaces if spec.name == space), "")
        return SeedMap(space, stored, how, space == _PICTURE and _within_picture(stored), True)
    if space not in table.spaces():
        known = ", ".join(map_names(table)) or "no space; the table has none"
        raise TableError("map", expected=f"one of {known}", got=repr(space))
    features = table.feature(space).astype(np.float64)
    if space == _PICTURE and features.shape[1] % _PLACE == 0:
        return SeedMap(space, _mean_places(features), "centroid", True, False)
    return SeedMap(space, principal_plane(features), "first two components", False, False)


def principal_plane(points: NDArray[np.float64]) -> Points:
    """Return points on their first two principal components; the same points, the same plane.

    A gap counts as the mean of its column. Each component points to where its largest entry is
    positive, so its sign does not hang on the machine's linear algebra.

    Args:
        points: ``(S, D)``, NaN where something is not known.

    Returns:
        ``(S, 2)``, float32; a component that does not exist is 0, a row without any value NaN.
    """
    known = np.isfinite(points)
    means = np.where(known, points, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    steps = np.where(known, points - means, 0)
    axes = np.linalg.eigh(steps.T @ steps)[1][:, ::-1][:, :2]
    largest = np.abs(axes).argmax(axis=0, keepdims=True)
    axes = axes * np.where(np.take_along_axis(axes, largest, axis=0) < 0, -1, 1)
    plane = np.zeros((len(points), 2), np.float32)
    plane[:, : axes.shape[1]] = steps @ axes
    plane[~known.any(axis=1)] = np.nan
    return plane


def _within_picture(points: Points) -> bool:
    known = points[np.isfinite(points)]
    return bool(((known >= 0) & (known <= 1)).all())


def _mean_places(features: NDArray[np.float64]) -> Points:
    """Return the mean centroid over the classes found: ``(S, 4 * K)`` to ``(S, 2)``."""
    centroids = features.reshape(len(features), -1, _PLACE)[:, :, :2]
    found = np.isfinite(centroids)
    count = found.sum(axis=1)
    total = np.where(found, centroids, 0).sum(axis=1)
    places: Points = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return places
