"""How much of a repainted part text covers, and how often it is held against the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from ...tables import MetricSpec
from .plugin import RepaintLook
from .protocol import OutputKind, PictureBatch, ScorerOutput

TEXT_IN_MASK = "text_in_mask"
"""The metric of Xu, Zhang and Shi (2024): the mean share of the mask that text covers."""


class RepaintTextScorer:
    """Text in the repainted part, by whoever looks for it.

    The score is the share of the mask that text covers. The tag ``text`` counts pictures that text
    is held against: what the source shows already, or the prompt asks for, is excused.

    Args:
        look: looks at a batch.
    """

    def __init__(self, look: RepaintLook) -> None:
        self._look = look
        seen_by = f"mean share of the mask, seen by {look.name}"
        metric = MetricSpec(TEXT_IN_MASK, "1", higher_is_better=False, reference=seen_by)
        self.outputs: Sequence[ScorerOutput] = (
            ScorerOutput(OutputKind.SCORE, TEXT_IN_MASK, metric=metric),
            ScorerOutput(OutputKind.TAG, "text"),
        )

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Look at each picture within its mask; NaN where it could not be looked at."""
        shares, flagged = self._look(batch)
        return {f"score.{TEXT_IN_MASK}": shares.float(), "tag.text": flagged.float()}
