"""Several pictures of one repaint, checked together: which are kept, and where text stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError
from .coverage import cover
from .report import ArtifactReport, Verdict

_ORDER = (Verdict.CLEAN, Verdict.FLAGGED, Verdict.NOT_CHECKED)


@dataclass(frozen=True, eq=False)
class PictureSet:
    """What was found in each of several pictures.

    Attributes:
        reports: one a picture, in their order.
    """

    reports: tuple[ArtifactReport, ...]

    @property
    def kept(self) -> tuple[int, ...]:
        """Which are not flagged; those nobody could look at are among them, for none is lost."""
        return self._with(Verdict.CLEAN, Verdict.NOT_CHECKED)

    @property
    def rejected(self) -> tuple[int, ...]:
        """Which are flagged."""
        return self._with(Verdict.FLAGGED)

    @property
    def line(self) -> str:
        """The outcome in one line; of a single picture, its own message."""
        if len(self.reports) == 1:
            return self.reports[0].message
        counts = ", ".join(
            f"{len(indices)} {verdict.label}"
            for verdict in _ORDER
            if (indices := self._with(verdict))
        )
        return f"{len(self.reports)} pictures: {counts}."

    @property
    def text(self) -> str:
        """One line a picture, below the outcome of all."""
        if len(self.reports) == 1:
            return self.line
        numbered = enumerate(self.reports, start=1)
        return "\n".join(
            (self.line, *(f"Picture {place}: {report.message}" for place, report in numbered))
        )

    @property
    def read_by(self) -> str:
        """Who looked, in a sentence; empty where nobody did."""
        looked = (report for report in self.reports if report.verdict is not Verdict.NOT_CHECKED)
        names = (f"{one.reader} {one.reader_version}".strip() for one in looked)
        known = tuple(dict.fromkeys(filter(None, names)))
        return f"Read by {' and '.join(known)}." if known else ""

    def _with(self, *verdicts: Verdict) -> tuple[int, ...]:
        return tuple(
            index for index, report in enumerate(self.reports) if report.verdict in verdicts
        )


def text_mask(report: ArtifactReport) -> Tensor:
    """Return where the flagged text of a picture stands.

    Args:
        report: of a picture whose size it knows.

    Returns:
        ``(H, W)`` float32: the share of each pixel that text covers, 0 to 1.

    Raises:
        InputError: the report does not say how large its picture is.
    """
    if report.size is None:
        raise InputError("report", expected="one that knows its picture's size", got="none")
    mask = np.zeros((report.size.height, report.size.width), np.float32)
    patch = (
        cover([flag.region.quad for flag in report.flags], report.size) if report.flags else None
    )
    if patch is not None:
        height, width = patch.shares.shape
        mask[patch.top : patch.top + height, patch.left : patch.left + width] = patch.shares
    return torch.from_numpy(mask)
