"""What can be told from a picture's pixels, without any weights.

Each function gives a strength, so that one threshold can be held against another. They look at
cells of a few pixels, since noise and JPEG blocks must not pass for colour or detail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ...errors import InputError
from ...tables import MetricSpec
from ...tensors import require_shape
from ..appearance import appearance_features, palette
from .plugin import ScorerCost, ScorerNeeds, ScorerSources, TextShare, require_ready
from .protocol import OutputKind, PictureBatch, ScorerOutput
from .repaint_text import RepaintTextScorer

#: Strengths from which a picture has a tag.
GRAY, BORDER, SKY, BROKEN = -0.03, 0.06, 1.0, 1.0
#: Shares of the shorter side that borders are looked for at.
_BORDERS = (0.02, 0.03, 0.045, 0.06, 0.08, 0.1, 0.125)
_CELLS = 96
_FLAT, _NOISY = 0.02, 0.5
_LOOK, _COLOUR = 116, 27


def grayness(images: Tensor) -> Tensor:
    """Mean spread between a pixel's channels, negated: ``(B, 3, H, W)`` to ``(B,)``."""
    cells = _cells(images)
    return -(cells.amax(1) - cells.amin(1)).mean((1, 2))


def border_strength(images: Tensor) -> Tensor:
    """How plain and how sharply set off the plainest ring around a picture is, ``(B,)``.

    The median step across the ring's inner edge, of four sides the smallest, less twice how much
    the ring varies; of several widths the largest.
    """
    height, width = images.shape[-2:]
    widths = {max(1, round(share * min(height, width))) for share in _BORDERS}
    fitting = [ring for ring in sorted(widths) if 4 * ring < min(height, width)]
    if not fitting:
        return torch.zeros(len(images))
    return torch.stack([_ring_strength(images, ring) for ring in fitting]).amax(0)


def sky_strength(images: Tensor) -> Tensor:
    """How much smoother the top third is than the rest, as a logarithm to base e, ``(B,)``."""
    cells = _cells(images)
    height, width = cells.shape[-2:]
    if height < 6 or width < 6:
        return torch.zeros(len(images))
    detail = _detail(cells)
    third = height // 3
    top, rest = detail[:, :third].mean((1, 2)), detail[:, third:].mean((1, 2))
    floor = 0.002
    return ((rest + floor) / (top + floor)).log()


def brokenness(images: Tensor) -> Tensor:
    """How empty, or how much like noise alone a picture is; 1 and more is broken, ``(B,)``."""
    cells = _cells(images)
    spread = (
        cells.flatten(2).std(-1).mean(1) if cells[0, 0].numel() > 1 else torch.zeros(len(images))
    )
    empty = _FLAT / (spread + 1e-4)
    if min(images.shape[-2:]) < 3:
        return empty
    gray = images.mean(1)
    steps = 0.5 * (gray.diff(dim=1).square().mean((1, 2)) + gray.diff(dim=2).square().mean((1, 2)))
    noisy = steps / (2 * gray.flatten(1).var(1) + 1e-6)
    return torch.maximum(empty, noisy / _NOISY)


class PixelScorer:
    """Tags, a look and colours of each picture; and what share has no blemish.

    Args:
        scored: whether ``unblemished`` is a score; else it is left to other scorers what is good.
    """

    def __init__(self, *, scored: bool = False) -> None:
        self._scored = scored
        unblemished = MetricSpec(
            "unblemished", "2", higher_is_better=True, reference="neither gray, framed nor broken"
        )
        tags = [ScorerOutput(OutputKind.TAG, name) for name in ("gray", "border", "sky", "broken")]
        self.outputs: Sequence[ScorerOutput] = (
            *(
                [ScorerOutput(OutputKind.SCORE, "unblemished", metric=unblemished)]
                if scored
                else []
            ),
            *tags,
            ScorerOutput(OutputKind.FEATURE, "look", _LOOK),
            ScorerOutput(OutputKind.FEATURE, "colour", _COLOUR),
        )

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Measure images ``(B, 3, H, W)`` in [0, 1]; prompts do not matter."""
        images = require_shape(batch.images, "B 3 H W", field="images").float().cpu()
        gray, border = grayness(images) > GRAY, border_strength(images) > BORDER
        broken = brokenness(images) >= BROKEN
        measures = {
            "tag.gray": gray.float(),
            "tag.border": border.float(),
            "tag.sky": (sky_strength(images) > SKY).float(),
            "tag.broken": broken.float(),
            "feature.look": appearance_features(images),
            "feature.colour": palette(images),
        }
        if self._scored:
            measures["score.unblemished"] = (~(gray | border | broken)).float()
        return measures


class PixelPlugin:
    """Tags and looks that need no weights."""

    summary = "tags gray, border, sky and broken, the look and the colours, from pixels alone"
    needs = ScorerNeeds()
    cost = ScorerCost.PIXELS

    def open(self, sources: ScorerSources) -> PixelScorer:
        """Return the scorer; where it is alone, it also scores."""
        return PixelScorer(scored=sources.alone)


class TextTagScorer:
    """How often text stands in pictures, and how much of each, by whatever reads text.

    Args:
        text_share: images ``(B, 3, H, W)`` and masks ``(B, H, W)`` to ``(B,)``.
        above: share of the picture from which it counts.
    """

    def __init__(self, text_share: TextShare, *, above: float = 0.01) -> None:
        self._text_share, self._above = text_share, above
        metric = MetricSpec(
            "text_share", "1", higher_is_better=False, reference="share of the picture"
        )
        self.outputs: Sequence[ScorerOutput] = (
            ScorerOutput(OutputKind.SCORE, "text_share", metric=metric),
            ScorerOutput(OutputKind.TAG, "text"),
        )

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Read all of each picture; NaN where it could not be read."""
        everywhere = torch.ones(len(batch), *batch.images.shape[-2:])
        share = self._text_share(batch.images, everywhere).float()
        unread = share.isnan()
        tag = torch.where(unread, share, (share > self._above).float())
        return {self.outputs[0].key: share, "tag.text": tag}


class TextPlugin:
    """The tag ``text``, by a reader."""

    summary = "share of the picture, or of its repainted part, that text covers; the tag text"
    needs = ScorerNeeds(reader=True)
    cost = ScorerCost.LARGE

    def open(self, sources: ScorerSources) -> TextTagScorer | RepaintTextScorer:
        """Return the scorer: of repainted pictures by the rules for those, else of all of each."""
        require_ready("text", self.needs, sources)
        if sources.repaint_look is not None:
            return RepaintTextScorer(sources.repaint_look)
        if sources.text_share is None:
            raise InputError("scorer text", expected="a reader", got="none")
        return TextTagScorer(sources.text_share)


def _cells(images: Tensor) -> Tensor:
    """Average over cells so that the longer side has about 96 of them, at least 3 pixels a cell."""
    longer = max(images.shape[-2:])
    cell = max(3, round(longer / _CELLS))
    if min(images.shape[-2:]) < 2 * cell:
        return images
    return functional.avg_pool2d(images, cell, ceil_mode=True, count_include_pad=False)


def _detail(cells: Tensor) -> Tensor:
    """Mean step to the right and down, ``(B, C, H, W)`` to ``(B, H - 1, W - 1)``."""
    across = cells.diff(dim=-1).abs().mean(1)[:, :-1]
    down = cells.diff(dim=-2).abs().mean(1)[:, :, :-1]
    detail: Tensor = across + down
    return detail


def _ring_strength(images: Tensor, ring: int) -> Tensor:
    """Return the strength of one width, ``(B,)``."""
    height, width = images.shape[-2:]
    outer = [
        images[..., :ring, :].mean(-2),
        images[..., height - ring :, :].mean(-2),
        images[..., :, :ring].mean(-1),
        images[..., :, width - ring :].mean(-1),
    ]
    inner = [
        images[..., ring : 2 * ring, :].mean(-2),
        images[..., height - 2 * ring : height - ring, :].mean(-2),
        images[..., :, ring : 2 * ring].mean(-1),
        images[..., :, width - 2 * ring : width - ring].mean(-1),
    ]
    steps = []
    for edge, beside in zip(outer, inner, strict=True):
        kept = slice(ring, edge.shape[-1] - ring)
        steps.append((edge - beside)[..., kept].abs().amax(1).median(-1).values)
    varies = torch.cat(outer, -1).std(-1).mean(1)
    return torch.stack(steps).amin(0) - 2 * varies
