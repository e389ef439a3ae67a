"""Repainting a part of a large picture: soft edges, the part the model sees, and the way back.

A model paints at its own size. So a part is cut out of the picture around the mask, repainted, and
put back where it was; of everything the softened mask does not reach, not one bit changes.

Coordinates and the softened mask are those of AUTOMATIC1111 ("Only masked", ``modules/masking.py``
and ``processing.py`` of 1.10), which other programs follow, so that a part means the same pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import conv2d, interpolate

from .errors import InputError, MaskError
from .geometry import Extent
from .images import in_8_bits
from .tensors import require_shape

#: Least of a mask's softest edge that 8 bits can hold; less is outside.
_LEAST = 1 / 510


class InpaintArea(NamedTuple):
    """A part of a picture in whole pixels; ``x1`` and ``y1`` are the first ones outside."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def size(self) -> Extent:
        """Its width and height."""
        return Extent(self.x1 - self.x0, self.y1 - self.y0)

    def of(self, image: Tensor) -> Tensor:
        """Return this part of a picture or mask ``(..., H, W)``, in memory it shares with it."""
        return image[..., self.y0 : self.y1, self.x0 : self.x1]


def soften_mask(mask: Tensor, radius: float) -> Tensor:
    """Blur the edges of a mask, as the web UI's "Mask blur" does.

    A Gaussian of which ``radius`` is the standard deviation, cut off behind 2.5 of them; the mask
    goes on beyond the borders of the picture as in a mirror, so that no border is a soft edge.

    Args:
        mask: ``(H, W)``, 1 where a picture is repainted.
        radius: in pixels; 0 leaves the mask as it is.

    Returns:
        ``(H, W)`` float32 in ``[0, 1]``, multiples of 1/255.

    Raises:
        ShapeError: ``mask`` is laid out differently.
        InputError: ``radius`` is negative or no finite number.
    """
    require_shape(mask, "H W", field="mask")
    if not 0 <= radius < float("inf"):
        raise InputError("radius", expected="0 or more pixels", got=str(radius))
    hard = (mask.detach().to("cpu", torch.float32).clamp(0, 1) * 255).round() / 255
    inside = masked_box(hard)
    if not radius or inside is None:
        return hard
    # Beyond twice the kernel's reach there is nothing but zeros, however large the picture.
    window = _padded(inside, 2 * _reach(radius), Extent(mask.shape[1], mask.shape[0]))
    soft = _blurred(_blurred(window.of(hard), radius).mT, radius).mT
    whole = torch.zeros_like(hard)
    window.of(whole).copy_(soft)
    return whole


def masked_box(mask: Tensor) -> InpaintArea | None:
    """Return the smallest part that holds all of a mask ``(H, W)``; None where it is empty."""
    marked = require_shape(mask, "H W", field="mask") > _LEAST
    rows, columns = marked.any(1).nonzero().flatten(), marked.any(0).nonzero().flatten()
    if not len(rows):
        return None
    return InpaintArea(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def area_around(mask: Tensor, size: tuple[int, int], *, padding: int = 32) -> InpaintArea:
    """Return the part of a picture to repaint when only what is masked counts.

    The box around the mask, wider by ``padding`` on all sides, then stretched to the shape of
    ``size`` as far as the picture goes: pixel for pixel the web UI's "Only masked".

    Args:
        mask: ``(H, W)``, softened.
        size: width and height the model paints at.
        padding: surroundings the model is shown, in pixels of the picture.

    Raises:
        ShapeError: ``mask`` is laid out differently.
        MaskError: nothing is masked.
        InputError: ``padding`` is negative.
    """
    box, extent = _required_box(mask), Extent(mask.shape[1], mask.shape[0])
    if padding < 0:
        raise InputError("padding", expected="0 or more pixels", got=str(padding))
    return _in_shape(_padded(box, padding, extent), size, extent)


def largest_area(mask: Tensor, size: tuple[int, int]) -> InpaintArea:
    """Return as much of a picture as the model's shape holds, around the middle of the mask.

    A mask longer than that widens it, up to the whole picture.

    Args:
        mask: ``(H, W)``, softened.
        size: width and height the model paints at.

    Raises:
        ShapeError: ``mask`` is laid out differently.
        MaskError: nothing is masked.
    """
    box, extent = _required_box(mask), Extent(mask.shape[1], mask.shape[0])
    width, height = size
    share = min(extent.width / width, extent.height / height)
    wide, high = round(width * share), round(height * share)
    if box.size.width > wide or box.size.height > high:
        return _in_shape(box, size, extent)
    left = _placed(box.x0, box.x1, wide, extent.width)
    top = _placed(box.y0, box.y1, high, extent.height)
    return InpaintArea(left, top, left + wide, top + high)


def cut_out(image: Tensor, area: InpaintArea, size: tuple[int, int]) -> Tensor:
    """Return a part of a picture at the size a model paints at.

    A part of another shape keeps its own; beside it the pixels of its edges go on.

    Args:
        image: ``(C, H, W)`` in ``[0, 1]``.
        area: which part.
        size: width and height of what comes back.

    Returns:
        ``(C, height, width)`` float32.

    Raises:
        ShapeError: ``image`` is laid out differently.
    """
    part = area.of(require_shape(image, "C H W", field="image")).to(torch.float32)
    place = _place(area, size)
    scaled = _resized(part, place.size)
    width, height = size
    columns = (torch.arange(width) - place.x0).clamp(0, place.size.width - 1)
    rows = (torch.arange(height) - place.y0).clamp(0, place.size.height - 1)
    return scaled[:, rows][:, :, columns]


def paste_back(original: Tensor, repainted: Tensor, mask: Tensor, area: InpaintArea) -> Tensor:
    """Put a repainted part back into its picture, through a soft mask.

    Args:
        original: ``(3, H, W)`` in ``[0, 1]``, the picture at full size, from 8 bits.
        repainted: ``(3, h, w)`` in ``[0, 1]``, what a model made of :func:`cut_out`.
        mask: ``(H, W)``, softened; how much of the repainted part shows.
        area: the part that was cut out.

    Returns:
        ``(3, H, W)`` float32 in 8 bits; where ``mask`` is 0 or the part does not reach, the very
        numbers of ``original``.

    Raises:
        ShapeError: a tensor is laid out differently, or the mask has another size.
    """
    require_shape(original, "3 H W", field="original")
    require_shape(repainted, "3 H W", field="repainted")
    if tuple(mask.shape) != tuple(original.shape[1:]):
        expected = f"{tuple(original.shape[1:])}, as the picture has"
        raise MaskError("mask", expected=expected, got=str(tuple(mask.shape)))
    place = _place(area, (repainted.shape[2], repainted.shape[1]))
    part = _resized(place.of(repainted.to("cpu", torch.float32)), area.size)
    shows, before = area.of(mask).to("cpu", torch.float32), area.of(original)
    mixed = in_8_bits(before + shows * (part - before))
    whole = original.detach().to("cpu", torch.float32).clone()
    area.of(whole).copy_(torch.where(shows > _LEAST, mixed, before))
    return whole


def in_picture(
    points: NDArray[np.float32], area: InpaintArea, size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return where points of what a model was shown lie in the picture it was cut out of.

    Args:
        points: ``(N, 2)`` as ``x, y`` in pixels of :func:`cut_out`.
        area: the part that was cut out.
        size: width and height it was shown at.

    Returns:
        ``(N, 2)`` in pixels of the picture.
    """
    place = _place(area, size)
    scale = np.array(area.size, float) / np.array(place.size, float)
    within = np.asarray(points, float) - (place.x0, place.y0)
    placed: NDArray[np.float64] = within * scale + (area.x0, area.y0)
    return placed


def _required_box(mask: Tensor) -> InpaintArea:
    box = masked_box(mask)
    if box is None:
        raise MaskError("mask", expected="a masked part", got="none")
    return box


def _reach(radius: float) -> int:
    return int(2.5 * radius + 0.5)


def _blurred(mask: Tensor, radius: float) -> Tensor:
    """Blur along the last axis, rounded to 8 bits as the web UI does after each."""
    reach = _reach(radius)
    along = torch.arange(-reach, reach + 1, dtype=torch.float64)
    kernel = torch.exp(-(along**2) / (2 * radius**2))
    # In numpy, which mirrors as often as it takes: a small picture is shorter than the kernel.
    wide = np.pad(mask.numpy(), ((0, 0), (reach, reach)), mode="reflect")
    weights = (kernel / kernel.sum()).to(torch.float32)[None, None, None]
    found = conv2d(torch.from_numpy(wide)[None, None], weights)[0, 0]
    return (found * 255).round() / 255


def _padded(box: InpaintArea, padding: int, extent: Extent) -> InpaintArea:
    x0, y0 = max(box.x0 - padding, 0), max(box.y0 - padding, 0)
    return InpaintArea(
        x0, y0, min(box.x1 + padding, extent.width), min(box.y1 + padding, extent.height)
    )


def _in_shape(box: InpaintArea, size: tuple[int, int], extent: Extent) -> InpaintArea:
    """Stretch a box to a shape as far as the picture goes (``masking.expand_crop_region``)."""
    shape = size[0] / size[1]
    wide, high = box.size
    if wide / high > shape:
        y0, y1 = _stretched(box.y0, box.y1, int(wide / shape - high), extent.height)
        return box._replace(y0=y0, y1=y1)
    x0, x1 = _stretched(box.x0, box.x1, int(high * shape - wide), extent.width)
    return box._replace(x0=x0, x1=x1)


def _stretched(start: int, end: int, more: int, limit: int) -> tuple[int, int]:
    start, end = start - more // 2, end + more - more // 2
    if end >= limit:
        start, end = start - (end - limit), limit
    if start < 0:
        start, end = 0, end - start
    return start, min(end, limit)


def _placed(start: int, end: int, length: int, limit: int) -> int:
    """Where something of a length begins that has a stretch in its middle, within a picture."""
    return min(max((start + end - length) // 2, 0), limit - length)


def _place(area: InpaintArea, size: tuple[int, int]) -> InpaintArea:
    """Where a part lies within what a model is shown of it: in the middle, as large as it can."""
    (width, height), (wide, high) = size, area.size
    share = min(width / wide, height / high)
    across, down = (max(1, round(side * share)) for side in (wide, high))
    # A part that misses the shape by less than a pixel, as whole pixels do, fills it.
    across, down = (
        full if abs(full - side) <= 1 else side for full, side in ((width, across), (height, down))
    )
    left, top = (width - across) // 2, (height - down) // 2
    return InpaintArea(left, top, left + across, top + down)


def _resized(image: Tensor, size: Extent) -> Tensor:
    if image.shape[-2:] == (size.height, size.width):
        return image
    to = (size.height, size.width)
    return interpolate(image[None], to, mode="bicubic", antialias=True)[0].clamp(0, 1)
