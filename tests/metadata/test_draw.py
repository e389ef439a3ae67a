"""What is missing is asked for, what contradicts the picture is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from seedloupe.errors import NoiseError
from seedloupe.metadata import (
    FoundHost,
    FoundLevel,
    FoundNoise,
    draw_found,
    noise_in_parameters,
    noise_in_picture,
)
from seedloupe.noise import CPU_NOISE, NV_NOISE, comfyui_noise, initial_noise

from ..seed_tables import random_states
from .told import PARAMETERS, PROMPT, RECORD, SHAPE, texts

WEBUI = FoundNoise(FoundHost.WEBUI, FoundLevel.DEPENDS, "No RNG key.", (7,), None, SHAPE)
BATCH = FoundNoise(
    FoundHost.COMFYUI, FoundLevel.DEPENDS, "One of 3.", (7,), CPU_NOISE, SHAPE, batch=3
)


def test_a_source_that_contradicts_the_picture_is_refused() -> None:
    found = noise_in_parameters(PARAMETERS)
    with pytest.raises(NoiseError, match="source: expected nv, as the picture says, got cpu"):
        draw_found(found, source=CPU_NOISE)
    assert draw_found(found, source=NV_NOISE).shape == SHAPE


def test_a_source_that_nobody_named_is_asked_for() -> None:
    with pytest.raises(NoiseError, match=r"source: expected cpu, nv .* got none\. No RNG key\."):
        draw_found(WEBUI)
    for source in (CPU_NOISE, NV_NOISE):
        assert torch.equal(draw_found(WEBUI, source=source), initial_noise(7, SHAPE, source=source))


@pytest.mark.parametrize("index", [None, -1, 3])
def test_a_place_outside_a_batch_is_refused(index: int | None) -> None:
    with pytest.raises(NoiseError, match="index: expected 0 to 2, the picture's place"):
        draw_found(BATCH, index=index)


def test_a_picture_of_a_batch_is_cut_out_of_the_stream() -> None:
    stream = comfyui_noise(7, SHAPE, batch=3)
    for index in range(3):
        assert torch.equal(draw_found(BATCH, index=index), stream[index])
    alike = replace(BATCH, batch_index=(1, 1, 1))
    assert torch.equal(draw_found(alike), comfyui_noise(7, SHAPE, batch_index=[1])[0])


@pytest.mark.parametrize(
    "changed",
    [{"level": FoundLevel.UNKNOWN}, {"shape": None}, {"seeds": ()}, {"seeds": (7, 8)}],
)
def test_a_picture_that_does_not_tell_its_noise_is_not_drawn(changed: dict) -> None:
    with pytest.raises(NoiseError, match="picture: expected one that tells its noise, got No RNG"):
        draw_found(replace(WEBUI, **changed), source=CPU_NOISE)


def test_reading_and_drawing_touch_no_global_generator() -> None:
    before = random_states()
    for said in (texts(parameters=PARAMETERS), texts(prompt=PROMPT), texts(seedloupe=RECORD)):
        draw_found(noise_in_picture(said))
    assert random_states() == before
