"""Measures any picture without weights: gray, framed, sky-heavy, its colours and its look.

The tags are the ones the seed paper names (Xu et al., 2024, sec. 4.2): some seeds give
grayscale pictures, pictures with borders, or a large band of sky, whatever the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ..tables import MetricSpec
from ..tensors import require_shape
from .instruments import Floats

#: Mean spread between a pixel's channels below which a picture counts as gray.
GRAY_CHROMA = 0.03
#: A frame is a ring this share of the side wide, ...
FRAME_SHARE = 0.03
#: ... of one colour up to this deviation, ...
FRAME_DEVIATION = 0.04
#: ... that differs by at least this much from the ring of equal width beyond its edge.
FRAME_STEP = 0.12
#: The top band counts as sky when it is this much smoother than the bottom band.
SKY_RATIO = 0.35


class Appearance:
    """Tags and a look; with ``scored`` also the one score that needs no weights."""

    references: Mapping[str, Floats] = {}
    classes: Mapping[str, tuple[str, ...]] = {}

    def __init__(self, *, scored: bool = False) -> None:
        self._scored = scored

    @property
    def metrics(self) -> Sequence[MetricSpec]:
        """``unblemished``: the share of pictures neither gray nor framed, when asked for."""
        if not self._scored:
            return ()
        return (MetricSpec("unblemished", "1", True, "share neither gray nor framed"),)

    def measure(self, images: Tensor, prompt: str) -> Mapping[str, Tensor]:
        """Measure images ``(B, 3, H, W)`` in [0, 1]; the prompt does not matter.

        Raises:
            ShapeError: ``images`` is laid out differently.
        """
        require_shape(images, "B 3 H W", field="images")
        gray, framed = is_gray(images), has_frame(images)
        measures = {
            "tag.gray": gray.float(),
            "tag.border": framed.float(),
            "tag.sky": has_sky_band(images).float(),
            "feature.look": appearance_features(images),
            "feature.colour": palette(images),
        }
        if self._scored:
            measures["score.unblemished"] = (~(gray | framed)).float()
        return measures


def is_gray(images: Tensor) -> Tensor:
    """Whether there is hardly any colour: ``(B, 3, H, W)`` to ``(B,)`` bool."""
    return (images.amax(1) - images.amin(1)).mean((1, 2)) < GRAY_CHROMA


def has_frame(images: Tensor) -> Tensor:
    """Whether a plain ring runs around the picture: ``(B, 3, H, W)`` to ``(B,)`` bool."""
    side = min(images.shape[-2:])
    width = max(1, round(side * FRAME_SHARE))
    if side < 8 * width:
        return torch.zeros(len(images), dtype=torch.bool)
    outer = _ring(images, 0, width)
    plain = outer.std(-1).amax(1) < FRAME_DEVIATION
    steps = [
        (outer.mean(-1) - _ring(images, start, width).mean(-1)).abs().amax(1)
        for start in range(width, max(width + 1, side // 8), width)
    ]
    return plain & (torch.stack(steps).amax(0) > FRAME_STEP)


def has_sky_band(images: Tensor) -> Tensor:
    """Whether the top third is much smoother than the rest: ``(B, 3, H, W)`` to ``(B,)`` bool."""
    third = max(1, images.shape[-2] // 3)
    if images.shape[-1] < 2 or images.shape[-2] < 2:
        return torch.zeros(len(images), dtype=torch.bool)
    across = images.diff(dim=-1).abs().mean((1, 3))
    top, rest = across[:, :third].mean(1), across[:, third:].mean(1)
    return (top < SKY_RATIO * rest) & (rest > 1e-3)


def appearance_features(images: Tensor) -> Tensor:
    """Where colours stand and which way edges run, ``(B, 3, H, W)`` to ``(B, 116)``.

    Mean colours of a 6 x 6 grid and the strengths of edges in a 2 x 2 grid, each of
    them in [0, 1]: a style space for models no critic was trained for.
    """
    colours = functional.adaptive_avg_pool2d(images, 6).flatten(1)
    gray = images.mean(1, keepdim=True)
    across = functional.pad(gray.diff(dim=-1).abs(), (0, 1))
    down = functional.pad(gray.diff(dim=-2).abs(), (0, 0, 0, 1))
    edges = [functional.adaptive_avg_pool2d(x, 2).flatten(1) * 4 for x in (across, down)]
    return torch.cat([colours, *edges], 1)


def palette(images: Tensor) -> Tensor:
    """Which colours there are and how much of each, wherever they stand.

    ``(B, 3, H, W)`` in [0, 1] to ``(B, 27)``: the square roots of the shares of 3 x 3 x 3 colours,
    a pixel between them counting for its neighbours in proportion. Distances are Hellinger's.
    """
    level = images.clamp(0, 1) * 2
    weights = [(1 - (level - centre).abs()).clamp(min=0).flatten(2) for centre in range(3)]
    stacked = torch.stack(weights, 2)  # (B, channel, level, pixels)
    shares = torch.einsum("bip,bjp,bkp->bijk", *stacked.unbind(1)) / stacked.shape[-1]
    return shares.flatten(1).clamp(min=0).sqrt()


def _ring(images: Tensor, start: int, width: int) -> Tensor:
    """Pixels of the ring ``width`` wide that begins ``start`` inside, ``(B, 3, N)``."""
    inner = images[..., start : images.shape[-2] - start, start : images.shape[-1] - start]
    height, across = inner.shape[-2:]
    parts = (
        inner[..., :width, :],
        inner[..., height - width :, :],
        inner[..., width : height - width, :width],
        inner[..., width : height - width, across - width :],
    )
    return torch.cat([part.flatten(2) for part in parts], 2)
