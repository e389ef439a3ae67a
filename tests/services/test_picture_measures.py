"""The scorers of mining as studies ask them: a number a picture, more is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining.scorers import OutputKind, PictureBatch, ScorerOutput
from seedloupe.mining.scorers.pixels import PixelScorer
from seedloupe.services.picture_measures import COLOURFULNESS, colourful, picture_measures
from seedloupe.tables import MetricSpec

DARKNESS = MetricSpec("brightness", "1", higher_is_better=False, reference="mean of the pixels")


class Bright:
    """Holds brightness against a picture, and says where its only thing stands."""

    def __init__(self, unknown: bool = False) -> None:
        self._unknown = unknown
        self.outputs: Sequence[ScorerOutput] = (
            ScorerOutput(OutputKind.SCORE, "brightness", metric=DARKNESS),
            ScorerOutput(OutputKind.FEATURE, "style", 3),
            ScorerOutput(OutputKind.PLACE, "composition", 4, classes=("boat",)),
        )

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        bright = batch.images.mean((1, 2, 3))
        if self._unknown:
            bright = bright * float("nan")
        return {
            "score.brightness": bright,
            "feature.style": batch.images.mean((2, 3)),
            "place.composition": torch.full((len(batch), 4), 0.25),
        }


def pictures() -> Tensor:
    return torch.rand(5, 3, 24, 40, generator=torch.Generator().manual_seed(0))


def test_what_mining_measures_is_what_studies_ask_and_less_may_be_better() -> None:
    found = picture_measures({"bright": Bright(), "appearance": PixelScorer(scored=False)})
    assert list(found.scorers) == ["brightness", COLOURFULNESS]
    shown = pictures()
    scores = found.scorers["brightness"](shown, "a boat")
    assert torch.allclose(scores, -shown.mean((1, 2, 3)))
    assert list(found.spaces) == ["style", "look", "colour"]
    assert torch.equal(found.spaces["style"](shown), shown.mean((2, 3)))
    assert found.classes == ("boat",)
    assert found.places is not None
    assert found.places(shown).shape == (5, 4)
    assert found.told.startswith("brightness (mean of the pixels; negated); colourfulness")


def test_without_weights_colourfulness_stands_alone_and_is_said_to_be_no_quality() -> None:
    found = picture_measures({"appearance": PixelScorer(scored=True)})
    assert list(found.scorers) == [COLOURFULNESS]
    assert "no question of quality" in found.told
    grey, vivid = torch.full((1, 3, 8, 12), 0.5), torch.rand(1, 3, 8, 12)
    assert colourful(grey, "") < colourful(vivid, "")


def test_whoever_asks_for_scorers_gets_those_and_no_others() -> None:
    found = picture_measures({"appearance": PixelScorer(scored=True)}, asked=True)
    assert list(found.scorers) == ["unblemished"]
    with pytest.raises(InputError, match="a number for each picture"):
        picture_measures({"appearance": PixelScorer(scored=False)}, asked=True)


def test_a_picture_that_cannot_be_judged_is_no_zero() -> None:
    found = picture_measures({"bright": Bright(unknown=True)})
    with pytest.raises(InputError, match="none for 5 of 5 pictures of 'a boat'"):
        found.scorers["brightness"](pictures(), "a boat")
