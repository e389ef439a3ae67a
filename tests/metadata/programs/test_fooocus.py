"""Fooocus's own record is read: one generator on the CPU for each picture."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError
from seedloupe.metadata import (
    FoundHost,
    FoundLevel,
    FoundNoise,
    Missing,
    draw_found,
    noise_in_picture,
)
from seedloupe.noise import initial_noise

RECORD = {
    "metadata_scheme": "fooocus",
    "seed": "42",
    "resolution": "(64, 48)",
    "version": "Fooocus v2.5.5",
    "prompt": "a cat",
    "lora_combined_1": "x : 0.1",
}


def found(**more: Any) -> FoundNoise:
    return noise_in_picture({"parameters": json.dumps({**RECORD, **more})})


def test_the_noise_is_that_of_the_seed() -> None:
    told = found()
    assert (told.host, told.level) == (FoundHost.FOOOCUS, FoundLevel.EXACT)
    assert torch.equal(draw_found(told), initial_noise(42, (4, 6, 8)))


def test_an_entry_nobody_knows_is_named() -> None:
    told = found(noise_shaper="on")
    assert (told.level, told.unknown) == (FoundLevel.UNKNOWN, ("noise_shaper",))


def test_without_a_size_it_is_asked_for() -> None:
    told = found(resolution=None)
    assert (told.level, told.missing) == (FoundLevel.DEPENDS, (Missing.SIZE,))


def test_a_size_that_cannot_be_is_refused() -> None:
    with pytest.raises(ImageError, match=r"parameters\.resolution"):
        found(resolution="big")


def test_a_fork_that_keeps_the_schemes_name_is_not_fooocus() -> None:
    told = found(version="OtherFocus v1")
    assert (told.level, told.unknown) == (
        FoundLevel.UNKNOWN,
        ("another program (OtherFocus v1)",),
    )
