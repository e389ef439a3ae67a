from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining.scorers import PictureBatch, RepaintTextScorer, ScorerPanel, ScorerSources
from seedloupe.mining.scorers.pixels import TextPlugin


class WhiteLook:
    """Takes white pixels in the mask for text; what the source shows already is excused."""

    name = "white"

    def __call__(self, batch: PictureBatch) -> tuple[Tensor, Tensor]:
        assert batch.masks is not None
        assert batch.sources is not None
        white = batch.images.mean(1).eq(1) * batch.masks
        new = white * batch.sources.mean(1).ne(1)
        unseen = torch.tensor([float("nan") if p == "?" else 0.0 for p in batch.prompts])
        return (
            white.sum((1, 2)) / batch.masks.sum((1, 2)) + unseen,
            new.any(2).any(1).float() + unseen,
        )


def repaints() -> PictureBatch:
    """Text outside the mask, inside it, inside it but old, and one nobody could look at."""
    images, sources = torch.zeros(4, 3, 8, 10), torch.zeros(4, 3, 8, 10)
    images[0, :, :2] = 1.0
    images[1:, :, 6:] = 1.0
    sources[2, :, 6:] = 1.0
    masks = torch.zeros(4, 8, 10)
    masks[:, 4:] = 1
    return PictureBatch(images, ("a", "a", "a", "?"), (0, 1, 2, 3), masks=masks, sources=sources)


def test_text_in_the_mask_is_scored_and_what_was_there_before_is_not_held_against_it() -> None:
    scorer = TextPlugin().open(ScorerSources(masks=True, repaint_look=WhiteLook()))
    found = ScorerPanel({"text": scorer}).measure(repaints())
    assert found["score.text_in_mask"].tolist()[:3] == [0, 0.5, 0.5]
    assert found["tag.text"].tolist()[:3] == [0, 1, 0]
    assert bool(found["score.text_in_mask"][3].isnan())
    assert bool(found["tag.text"][3].isnan())


def test_less_text_is_better_and_who_looks_is_named() -> None:
    (output, _) = RepaintTextScorer(WhiteLook()).outputs
    assert output.metric is not None
    assert not output.metric.higher_is_better
    assert output.metric.reference == "mean share of the mask, seen by white"


def test_without_anybody_who_looks_it_is_not_opened() -> None:
    with pytest.raises(InputError, match="no reader of text"):
        TextPlugin().open(ScorerSources(masks=True))
