"""Which prompt each chunk of Forge's calls belongs to, counted over the calls of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import ShapeError
from .rows import RowKind, RowLabel, RowPlan


class ChunkCursor:
    """Names the chunks of one evaluation of Forge, over as many calls as its memory takes.

    Forge puts the positives of a picture in reverse, the last one first, and cuts that order into
    calls (backend/sampling/sampling_function.py, ``calc_cond_uncond_batch``). What is computed
    beyond all of them serves some other guidance (SAG, PAG) and counts as perturbed.

    Args:
        weights: of the positives, in the order the user wrote them.
    """

    def __init__(self, weights: Sequence[float]) -> None:
        self._weights = tuple(weights)
        self._left = len(self._weights)
        self._negatives = 0

    def take(self, cond_or_uncond: Sequence[int], rows: int) -> RowPlan:
        """Return what the rows of the next call are.

        Args:
            cond_or_uncond: what each chunk is, as Forge says it: 0 a positive, 1 a negative.
            rows: of the call.

        Raises:
            ShapeError: a chunk is neither, or chunks cannot be of one size.
        """
        images, rest = divmod(rows, max(len(cond_or_uncond), 1))
        if rest or not cond_or_uncond or not set(cond_or_uncond) <= {0, 1}:
            expected = f"chunks of 0 and 1 that share {rows} rows"
            raise ShapeError("cond_or_uncond", expected=expected, got=str(list(cond_or_uncond)))
        labels = [self._label(kind) for kind in cond_or_uncond]
        return RowPlan(tuple(replace(one, image=i) for one in labels for i in range(images)))

    def _label(self, kind: int) -> RowLabel:
        if kind:
            self._negatives += 1
            return RowLabel(RowKind.UNCOND, prompt=self._negatives - 1)
        self._left -= 1
        if self._left < 0:
            return RowLabel(RowKind.PERTURBED, prompt=-1 - self._left)
        return RowLabel(RowKind.COND, prompt=self._left, weight=self._weights[self._left])
