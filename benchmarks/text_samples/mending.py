"""Masks as people paint them to repaint a part of a picture: boxes and blobs, some feathered."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFilter

from seedloupe.geometry import Box, Extent, bounding_box

Mask = NDArray[np.float32]
#: Least and greatest share of each side for masks that have nothing to cover.
_SHARE = (0.25, 0.75)
#: Most pixels a mask reaches beyond the text it covers, on each side.
_BEYOND = 80


def mask_around(rng: np.random.Generator, extent: Extent, quads: Sequence[ArrayLike]) -> Mask:
    """Return a mask over one of the quads and some of what is around it."""
    box = bounding_box(quads[int(rng.integers(len(quads)))])
    left, top, right, bottom = rng.uniform(3, _BEYOND, 4)
    grown = Box(box.x0 - left, box.y0 - top, box.x1 + right, box.y1 + bottom)
    return _draw(rng, extent, grown, covers=True)


def mask_somewhere(rng: np.random.Generator, extent: Extent) -> Mask:
    """Return a mask somewhere."""
    return _draw(rng, extent, _anywhere(rng, extent), covers=False)


def mask_apart(rng: np.random.Generator, extent: Extent, quads: Sequence[ArrayLike]) -> Mask:
    """Return a mask that touches none of the quads; smaller the harder that is."""
    boxes = [bounding_box(quad) for quad in quads]
    for attempt in range(400):
        chosen = _anywhere(rng, extent, shrink=0.99**attempt)
        near = Box(chosen.x0 - 2, chosen.y0 - 2, chosen.x1 + 2, chosen.y1 + 2)
        if all(near.intersection(box).area == 0 for box in boxes):
            return _draw(rng, extent, chosen, covers=False)
    return _draw(rng, extent, Box(0, 0, 4, 4), covers=False)


def _anywhere(rng: np.random.Generator, extent: Extent, shrink: float = 1.0) -> Box:
    width, height = np.array(extent) * rng.uniform(*_SHARE, 2) * shrink
    x, y = rng.uniform(0, extent.width - width), rng.uniform(0, extent.height - height)
    return Box(float(x), float(y), float(x + width), float(y + height))


def _draw(rng: np.random.Generator, extent: Extent, box: Box, *, covers: bool) -> Mask:
    """Draw a box or a blob: around all of ``box`` if it covers it, else within it."""
    picture = Image.new("L", extent)
    draw = ImageDraw.Draw(picture)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    feather = float(rng.uniform(1, 4)) if covers and rng.random() < 0.3 else 0.0
    grow = 3 * feather
    if rng.random() < 0.5:
        draw.rectangle([box.x0 - grow, box.y0 - grow, box.x1 + grow, box.y1 + grow], 255)
    else:
        turns = np.linspace(0, math.tau, 24, endpoint=False)
        # From the square root of two on, a blob holds the corners of its box.
        far = rng.uniform(*((1.45, 1.6) if covers else (0.8, 1.0)), 24)
        outline = np.stack([np.cos(turns), np.sin(turns)], axis=1) * far[:, None]
        outline *= (box.width / 2 + grow, box.height / 2 + grow)
        draw.polygon([(float(a + x), float(b + y)) for a, b in outline], 255)
    if feather:
        picture = picture.filter(ImageFilter.GaussianBlur(feather))
    return np.asarray(np.asarray(picture, np.float32) / 255, np.float32)
