"""What the owner knows fills what a picture leaves open, and overrules nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from seedloupe.errors import NoiseError
from seedloupe.metadata import (
    Answers,
    FoundHost,
    FoundLevel,
    FoundNoise,
    Missing,
    NoiseCandidate,
    draw_found,
    is_drawable,
    settled,
)
from seedloupe.noise import CPU_NOISE, NV_NOISE, initial_noise

SHAPE = (4, 6, 8)
OPEN = FoundNoise(
    FoundHost.WEBUI,
    FoundLevel.DEPENDS,
    "Open.",
    (7,),
    missing=(Missing.SOURCE, Missing.SIZE),
)
KNOWN = replace(
    OPEN, source=CPU_NOISE, shape=SHAPE, channels_assumed=True, missing=(), level=FoundLevel.EXACT
)


@pytest.mark.parametrize(
    "answers",
    [Answers(source=NV_NOISE, shape=SHAPE), Answers(source=NV_NOISE, size=(64, 48))],
)
def test_answers_settle_what_is_missing(answers: Answers) -> None:
    told = settled(OPEN, answers)
    assert (told.missing, told.level) == ((), FoundLevel.DEPENDS)
    assert torch.equal(draw_found(told), initial_noise(7, SHAPE, source=NV_NOISE))
    assert not is_drawable(OPEN)
    assert is_drawable(told)


def test_half_an_answer_leaves_the_other_half_open() -> None:
    told = settled(OPEN, Answers(source=NV_NOISE))
    assert told.missing == (Missing.SIZE,)
    assert not is_drawable(told)


def test_a_size_assumes_channels_and_a_shape_does_not() -> None:
    assert settled(OPEN, Answers(size=(64, 48))).channels_assumed
    assert not settled(OPEN, Answers(size=(64, 48), channels=16)).channels_assumed
    assert not settled(OPEN, Answers(shape=(16, 6, 8))).channels_assumed


def test_channels_that_were_assumed_can_be_said() -> None:
    assert "for a 4-channel model" in KNOWN.sentence
    for answers in (Answers(channels=16), Answers(shape=(16, 6, 8))):
        told = settled(KNOWN, answers)
        assert (told.shape, told.channels_assumed) == ((16, 6, 8), False)
        assert "channel" not in told.sentence


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (Answers(source=NV_NOISE), "source"),
        (Answers(shape=(4, 6, 9)), "shape"),
        (Answers(size=(64, 56)), "size"),
        (Answers(channels=0), "channels"),
        (Answers(index=1), "index"),
        (Answers(index=-1), "index"),
    ],
)
def test_answers_that_contradict_the_picture_are_refused(answers: Answers, field: str) -> None:
    with pytest.raises(NoiseError) as caught:
        settled(KNOWN, answers)
    assert caught.value.field == field


def test_known_channels_are_not_overruled() -> None:
    known = replace(KNOWN, channels_assumed=False)
    for answers in (Answers(channels=16), Answers(shape=(16, 6, 8))):
        with pytest.raises(NoiseError, match="as the picture says"):
            settled(known, answers)


@pytest.mark.parametrize("answers", [Answers(size=(7, 64)), Answers(shape=(4, 0, 8))])
def test_sizes_that_no_noise_has_are_refused(answers: Answers) -> None:
    with pytest.raises(NoiseError):
        settled(OPEN, answers)


def test_no_answer_settles_what_is_unknown() -> None:
    unknown = replace(OPEN, level=FoundLevel.UNKNOWN, missing=())
    answers = Answers(source=NV_NOISE, shape=SHAPE, index=3, channels=8)
    assert settled(unknown, answers) == unknown


def test_a_place_of_a_batch_of_unknown_size_is_told_at_whole_blocks_only() -> None:
    batch = FoundNoise(
        FoundHost.COMFYUI, FoundLevel.DEPENDS, "?", (7,), CPU_NOISE, SHAPE, missing=(Missing.INDEX,)
    )
    third = settled(batch, Answers(index=2))
    stream = torch.randn(9, *SHAPE, generator=torch.Generator().manual_seed(7))
    assert torch.equal(draw_found(third, index=2), stream[2])
    odd = replace(batch, shape=(4, 5, 5))
    assert settled(odd, Answers(index=0)).missing == ()
    with pytest.raises(NoiseError, match="blocks of 16"):
        settled(odd, Answers(index=2))
    with pytest.raises(NoiseError, match="index"):
        settled(batch, Answers(index=10**9))


def test_a_chosen_candidate_brings_its_own_shape() -> None:
    several = replace(
        KNOWN,
        level=FoundLevel.DEPENDS,
        seeds=(7, 8),
        missing=(Missing.INDEX,),
        candidates=(NoiseCandidate("a", 7), NoiseCandidate("b", 8, shape=(4, 5, 6))),
    )
    told = settled(several, Answers(index=1))
    assert torch.equal(draw_found(told, index=1), initial_noise(8, (4, 5, 6)))


def test_models_of_other_cells_get_fewer_of_them() -> None:
    assert settled(KNOWN, Answers(channels=128)).shape == (128, 3, 4)
    told = settled(OPEN, Answers(size=(64, 48), channels=128))
    assert (told.shape, told.cell) == ((128, 3, 4), 16)
    frames = replace(KNOWN, shape=(4, 5, 6, 8))
    assert settled(frames, Answers(channels=48)).shape == (48, 5, 3, 4)
