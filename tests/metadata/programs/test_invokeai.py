"""InvokeAI's record tells its generator; the size its noise was drawn at is to be said."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from seedloupe.metadata import (
    Answers,
    FoundHost,
    FoundLevel,
    FoundNoise,
    Missing,
    draw_found,
    noise_in_picture,
    settled,
)
from seedloupe.noise import initial_noise

RECORD = {
    "generation_mode": "txt2img",
    "positive_prompt": "a cat",
    "seed": 42,
    "rand_device": "cpu",
    "width": 64,
    "height": 48,
    "app_version": "5.6.0",
}


def found(**more: Any) -> FoundNoise:
    return noise_in_picture({"invokeai_metadata": json.dumps({**RECORD, **more})})


def test_drawn_on_the_cpu_at_a_size_its_owner_says() -> None:
    told = found()
    assert (told.host, told.program) == (FoundHost.INVOKEAI, "InvokeAI 5.6.0")
    assert (told.level, told.missing) == (FoundLevel.DEPENDS, (Missing.SIZE,))
    assert "(64x48)" in told.verdict
    noise = draw_found(settled(told, Answers(size=(64, 48))))
    assert torch.equal(noise, initial_noise(42, (4, 6, 8)))


def test_a_cards_own_generator_is_asked_for() -> None:
    told = found(rand_device="cuda", generation_mode="sdxl_img2img")
    assert told.missing == (Missing.SOURCE, Missing.SIZE)
    assert told.task == "img2img"


@pytest.mark.parametrize(
    "more",
    [
        {"generation_mode": "flux_txt2img"},
        {"rand_device": "mps"},
        {"hrf_enabled": True},
        {"seed": None},
    ],
)
def test_what_is_not_known_is_unknown_by_its_name(more: dict[str, object]) -> None:
    told = found(**more)
    assert told.level is FoundLevel.UNKNOWN
    assert "InvokeAI 5.6.0" in told.verdict
