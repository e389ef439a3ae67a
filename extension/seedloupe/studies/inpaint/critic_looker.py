"""Seedling's own critic as one that looks for text."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ...artifacts.repaints import Pair, Seen
from ...artifacts.repaints.look import DIGITS, Box
from ...seedling.critic import TEXT, Critic
from ...seedling.instrument import TEXT_SHARE


class CriticLooker:
    """Seedling's critic, which learnt from the world where its painted words stand.

    Seedling's letters are small and mostly scrawls, which a reader of words passes over. The critic
    reads no words: it says of each patch of 4 by 4 pixels whether it belongs to painted text with
    its plate.
    """

    name = "critic"
    reads_words = False

    def __init__(self, critic: Critic) -> None:
        self._critic = critic

    @property
    def settings(self) -> dict[str, object]:
        """Above which share of the picture text counts, as in mined tables."""
        return {"text_share": TEXT_SHARE}

    @torch.no_grad()
    def look(self, picture: Tensor, pair: Pair, prompt: str) -> Seen:
        """Look for painted text in the mask; what the source shows there is not new."""
        now, before = self._text(torch.stack([picture, pair.picture]), pair)
        new = now * (1 - before)
        area = float(pair.mask.sum())
        share, fresh = float(now.sum()) / area, float(new.sum()) / area
        flagged = float(new.mean()) > TEXT_SHARE
        return Seen(
            round(share, DIGITS),
            round(fresh, DIGITS),
            flagged,
            boxes=(_bounds(new),) if flagged else (),
        )

    def _text(self, pictures: Tensor, pair: Pair) -> Tensor:
        """Where each picture shows text inside the mask: ``(B, H, W)`` of 0 and 1."""
        found = (self._critic(pictures).planes.argmax(1, keepdim=True) == TEXT).float()
        return functional.interpolate(found, tuple(pair.mask.shape))[:, 0] * pair.mask


def _bounds(where: Tensor) -> Box:
    rows, columns = where.nonzero(as_tuple=True)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
