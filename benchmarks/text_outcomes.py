"""Checks a drawn picture at every level, and keeps what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from text_samples.samples import Sample

from seedloupe.artifacts import Availability, Level, OcrReader, TextRegion, flag_text_artifacts
from seedloupe.artifacts.coverage import cover
from seedloupe.artifacts.view import around, whole_view
from seedloupe.geometry import Extent
from seedloupe.images import from_pil

#: Text of at least this size is the headline.
SIZE = 16


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one sample: found and flagged by level, and what the reader saw on the mask.

    Attributes:
        found: levels at which the text was found.
        flagged: levels at which the picture was flagged.
        regions: what lies on the mask by half at least, counted or not.
        seconds: CPU seconds of the reader.
    """

    sample: Sample
    found: frozenset[Level]
    flagged: frozenset[Level]
    regions: tuple[TextRegion, ...]
    seconds: float


class Once:
    """A reader that looks once, and gives the same answer ever after."""

    def __init__(self, reader: OcrReader) -> None:
        self.reader, self.name = reader, reader.name
        self.answer: tuple[TextRegion, ...] | None = None
        self.seconds = 0.0
        if hasattr(reader, "side_limit"):
            self.side_limit = reader.side_limit

    def available(self) -> Availability:
        """As the reader says."""
        return self.reader.available()

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        """Ask the reader the first time."""
        if self.answer is None:
            start = time.process_time()
            self.answer = tuple(self.reader.read(image))
            self.seconds = time.process_time() - start
        return self.answer


def outcome(reader: OcrReader, sample: Sample) -> Outcome:
    """Check a sample at every level, looking once."""
    image, once, found, flagged = from_pil(sample.picture), Once(reader), set(), set()
    mask = torch.from_numpy(sample.mask)
    for level in Level:
        report = flag_text_artifacts(image, mask, once, level=level)
        quads = [flag.region.quad for flag in report.flags]
        flagged |= {level} if quads else set()
        found |= {level} if sample.kind.holds_text and covers(quads, sample) else set()
    limit = getattr(reader, "side_limit", None)
    weights = sample.mask.astype(np.float64)
    view = whole_view(sample.extent) if limit is None else around(weights, limit)
    placed = [view.place(region) for region in once.answer or ()]
    inside = tuple(region for region in placed if lies_in(region, weights, sample.extent))
    return Outcome(sample, frozenset(found), frozenset(flagged), inside, once.seconds)


def covers(quads: Sequence[Any], sample: Sample) -> bool:
    """Whether the quads cover half the ink of a line that lies in the mask."""
    ink = (sample.glyphs * (sample.mask > 0.5)).astype(np.float64)
    found = cover(quads, sample.extent)
    under = np.zeros(ink.shape)
    height, width = found.shares.shape
    under[found.top : found.top + height, found.left : found.left + width] = found.shares
    for line in sample.lines:
        patch = cover([line.quad], sample.extent)
        there, all_of_it = patch.weigh(ink), patch.weigh(sample.glyphs.astype(np.float64))
        if there > 0.9 * all_of_it and patch.weigh(ink * under) >= 0.5 * there:
            return True
    return False


def lies_in(region: TextRegion, weights: np.ndarray, extent: Extent) -> bool:
    """Whether half of a region lies in the mask."""
    patch = cover([region.quad], extent)
    return patch.area > 0 and patch.weigh(weights) >= 0.5 * patch.area
