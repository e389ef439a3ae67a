"""Where seeds stand on the picture of a space: for eyes, not for distances."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from .instruments import Floats

#: Beyond this many seeds t-SNE takes hours, below this few it has nothing to arrange.
MOST_ARRANGED, LEAST_ARRANGED = 20_000, 16
#: Neighbours each seed is arranged by, at most.
_PERPLEXITY = 30
_PLACE = 4
_MAP = np.float32


def flat_map(points: Floats) -> tuple[Floats, str]:
    """Spread seeds over the plane so that neighbours in the space are neighbours there.

    t-SNE from the first two components, as Xu, Zhang and Shi draw their style groups (2024,
    sec. 4.2), where scikit-learn is installed; else those two components themselves.

    Args:
        points: ``(S, D)`` of a projected space, largest component first.

    Returns:
        ``(S, 2)`` and how it was made.
    """
    plane = np.zeros((len(points), 2), _MAP)
    plane[:, : min(2, points.shape[1])] = points[:, :2]
    arranged = LEAST_ARRANGED <= len(points) <= MOST_ARRANGED and points.shape[1] > 2
    if not arranged or find_spec("sklearn") is None or not np.ptp(plane, axis=0).all():
        return plane, "first two components"
    from sklearn.manifold import TSNE

    start = plane / plane[:, 0].std() * 1e-4
    neighbours = min(_PERPLEXITY, len(points) // 4)
    drawing = TSNE(perplexity=neighbours, init=start, learning_rate="auto", random_state=0)
    drawn: NDArray[np.float32] = drawing.fit_transform(points).astype(_MAP)
    return drawn, "t-SNE"


def centroid_map(places: Floats) -> tuple[Floats, str]:
    """Put each seed where its objects stand on average, in picture coordinates.

    Args:
        places: ``(S, 4 * K)``: for each class centroid x, centroid y, size, depth; NaN where it
            was never found.

    Returns:
        ``(S, 2)`` in [0, 1], NaN for seeds with no object at all, and how it was made.
    """
    corners = places.reshape(len(places), -1, _PLACE)[:, :, :2].astype(np.float64)
    found = np.isfinite(corners)
    count = found.sum(1)
    total = np.where(found, corners, 0).sum(1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean.clip(0, 1).astype(_MAP), "centroid"
