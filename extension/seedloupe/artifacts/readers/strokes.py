"""Letter shapes without any weights: even strokes of like height in a row, with OpenCV.

After Epshtein, Ofek and Wexler (2010), "Detecting Text in Natural Scenes with Stroke Width
Transform": the strokes of a letter are about equally wide, and letters of a line are alike. Stroke
widths are read off the distance to the edge rather than along rays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...errors import ReaderError
from ...images import to_pil
from ..region import Availability, TextRegion
from .letters import Letters, join
from .packages import missing_packages, package_version, surroundings_kept

#: Sides of the neighbourhoods whose mean a letter stands out from, in pixels, and by how much.
_AROUND, _CONTRAST = (15, 31, 61), 14
_LEVELS = (32, 64, 96, 128, 160, 192, 224)
_LEAST_HEIGHT = 6


class StrokeReader:
    """Sees letter shapes with OpenCV, and cannot read: a fallback that needs no weights.

    Every region's ``text`` is empty and its ``confidence`` 0; ``detection`` says how much a row of
    shapes looks like a line of letters, on the scale the levels know from RapidOCR. It is fit for
    drawing attention to garbled or clear lines of three letters and more, not for judging single
    ones. Nothing stays in memory, and several threads may use one reader at once.
    """

    name = "strokes"
    side_limit = 1024
    reads = False

    @property
    def version(self) -> str:
        """OpenCV's version, and what this reader is not."""
        here = package_version("opencv-python-headless") or package_version("opencv-python")
        return f"OpenCV {here}, letter shapes only" if here else "letter shapes only"

    def available(self) -> Availability:
        """Tell whether OpenCV is here."""
        if missing_packages("cv2"):
            advice = "pip install opencv-python-headless"
            return Availability(False, f"OpenCV not installed ({advice})")
        return Availability(True, "a fallback that sees rows of letter shapes and cannot read them")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find rows of letter shapes in ``image``, ``(3, H, W)`` in ``[0, 1]``.

        Raises:
            ReaderError: OpenCV is not installed.
        """
        here = self.available()
        if not here.ok:
            raise ReaderError(f"{self.name} cannot be used: {here.reason}")
        with surroundings_kept():
            import cv2

        gray = cv2.cvtColor(np.asarray(to_pil(image)), cv2.COLOR_RGB2GRAY)
        found: list[TextRegion] = []
        if min(gray.shape) < _LEAST_HEIGHT:
            return ()
        slope = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        for mask in _masks(cv2, gray):
            for line in join(_letters(cv2, mask, gray, slope)):
                corners = cv2.boxPoints(cv2.minAreaRect(line.points))
                found.append(
                    TextRegion(corners.astype(np.float32), "", 0.0, _sureness(line.likeness))
                )
        return _best(cv2, found)

    def unload(self) -> None:
        """Do nothing: nothing is kept."""


def _masks(cv2: Any, gray: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:  # noqa: ANN401
    """Go through what may be ink: darker or lighter than around, or than a level."""
    for side in _AROUND:
        mean = cv2.blur(gray, (side, side), borderType=cv2.BORDER_REFLECT_101)
        yield (cv2.subtract(mean, gray) > _CONTRAST).astype(np.uint8)
        yield (cv2.subtract(gray, mean) > _CONTRAST).astype(np.uint8)
    for level in _LEVELS:
        yield (gray < level).astype(np.uint8)
        yield (gray >= level).astype(np.uint8)


def _letters(
    cv2: Any,  # noqa: ANN401 - OpenCV has few types
    mask: NDArray[np.uint8],
    gray: NDArray[np.uint8],
    slope: NDArray[np.uint8],
) -> Letters:
    """Return the connected shapes of a mask that may be letters."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    # The middle of a stroke is as far from its edges as it gets nearby.
    ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-3)
    which, half = labels[ridge], depth[ridge].astype(np.float64)
    size = np.bincount(which, minlength=count).clip(1)
    mean = np.bincount(which, half, count) / size
    spread = np.sqrt((np.bincount(which, half**2, count) / size - mean**2).clip(0))
    edge = (mask > 0) & (depth <= 1.0)
    edges = np.bincount(labels[edge], minlength=count).clip(1)
    sharp = np.bincount(labels[edge], slope[edge].astype(np.float64), count) / edges
    tone = np.bincount(labels.ravel(), gray.ravel().astype(np.float64), count) / stats[:, 4].clip(1)
    return Letters.of(stats[:, :5], stroke=2 * mean - 1, spread=2 * spread, sharp=sharp, tone=tone)


def _sureness(likeness: float) -> float:
    """Bring a likeness, 0.5 to 1, to the scale of the levels.

    Those take 0.6 and 0.5 for letter shapes; lines of as many false alarms are likely by 0.8 and
    0.75 here, on the tuning half of the drawn pictures.
    """
    return max(0.0, min(1.0, 2 * likeness - 1))


def _best(cv2: Any, found: list[TextRegion]) -> tuple[TextRegion, ...]:  # noqa: ANN401
    """Keep the likeliest of those that lie on one another."""
    kept: list[TextRegion] = []
    for region in sorted(found, key=lambda one: -(one.detection or 0)):
        if all(_shared(cv2, region, other) < 0.4 for other in kept):
            kept.append(region)
    return tuple(kept)


def _shared(cv2: Any, one: TextRegion, other: TextRegion) -> float:  # noqa: ANN401
    """Share of the smaller quad under the other."""
    area, _ = cv2.intersectConvexConvex(one.quad.copy(), other.quad.copy())
    smaller = min(cv2.contourArea(one.quad.copy()), cv2.contourArea(other.quad.copy()))
    return float(area / max(smaller, 1e-6))
