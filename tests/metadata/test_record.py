"""Our own entry names its noise to the last bit, or is refused by name."""

from __future__ import annotations

import math

import pytest
import torch

from seedloupe.errors import ImageError
from seedloupe.metadata import FoundHost, FoundLevel, draw_found, noise_in_record
from seedloupe.noise import NoiseResize, NoiseSource, ResizeWay, initial_noise, resized_noise

from .told import RECORD, SHAPE


def test_our_own_record_names_its_noise_to_the_last_bit_of_the_seed() -> None:
    found = noise_in_record(RECORD)
    assert (found.host, found.level) == (FoundHost.SEEDLOUPE, FoundLevel.EXACT)
    source = NoiseSource.parse("cuda:256")
    assert torch.equal(draw_found(found), initial_noise(2**64 - 1, SHAPE, source=source))
    assert found.to_json()["seeds"] == ["18446744073709551615"]


def test_carried_noise_is_found_and_drawn() -> None:
    entry = {"way": "stretch", "from": [40, 72], "shape": [4, 9, 5]}
    found = noise_in_record({**RECORD, "noise": "cpu", "carried": entry})
    carried = NoiseResize(ResizeWay.STRETCH, (4, 9, 5))
    assert found.carried == carried
    assert torch.equal(draw_found(found), resized_noise(2**64 - 1, SHAPE, carried))
    assert found.to_json()["carried"] == {"way": "stretch", "shape": [4, 9, 5]}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"format": "other"}, "seedloupe.format"),
        ({"version": "2"}, "seedloupe.format"),
        ({"seed": None}, "seedloupe.seed"),
        ({"seed": 1.5}, "seedloupe.seed"),
        ({"seed": str(2**64)}, "seedloupe.seed"),
        ({"noise": "gpu"}, "seedloupe.noise"),
        ({"noise": None}, "seedloupe.noise"),
        ({"noise": "cuda:0"}, "seedloupe.noise"),
        ({"size": None}, "seedloupe.size"),
        ({"size": [64]}, "seedloupe.size"),
        ({"size": [64, 0]}, "seedloupe.size"),
        ({"size": [10**12, 10**12]}, "seedloupe.size"),
        ({"strength": math.inf}, "seedloupe.strength"),
        ({"strength": []}, "seedloupe.strength"),
        ({"carried": 5}, "seedloupe.carried"),
        ({"carried": {"way": "fold", "shape": [4, 6, 6]}}, "seedloupe.carried"),
        ({"carried": {"way": "middle", "shape": [4, 6]}}, "seedloupe.carried"),
        ({"carried": {"way": "middle", "shape": [16, 6, 6]}}, "seedloupe.carried"),
        ({"carried": {"way": "stretch", "shape": [4, 6, 10**6]}}, "seedloupe.carried"),
        ({"carried": {"way": [], "shape": [4, 6, 6]}}, "seedloupe.carried"),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_name(changed: dict, field: str) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_record({**RECORD, **changed})
    assert caught.value.field == field


def test_a_picture_made_from_another_says_that_it_is_needed() -> None:
    found = noise_in_record({**RECORD, "task": "img2img", "strength": 0.6})
    assert (found.task, found.strength) == ("img2img", 0.6)
    assert any("added to another picture" in note for note in found.notes)
    assert noise_in_record(RECORD).notes == ()
