"""SwarmUI's record tells seed, size and later passes; its backend it does not tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError
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
from seedloupe.noise import CPU_NOISE, WebuiExtras, WebuiSeeds, initial_noise, webui_noise

PARAMS = {"prompt": "a cat", "model": "m", "seed": 42, "steps": 20, "width": 64, "height": 48}
SHAPE = (4, 6, 8)


def found(**more: Any) -> FoundNoise:
    record = {"sui_image_params": {**PARAMS, **more}, "sui_extra_data": {}}
    return noise_in_picture({"parameters": json.dumps(record)})


def drawn(told: FoundNoise, index: int | None = None) -> torch.Tensor:
    return draw_found(settled(told, Answers(source=CPU_NOISE, index=index)))


def test_the_seed_draws_on_the_cpu_where_its_owner_says_so() -> None:
    told = found(swarm_version="0.9.6", aspectratio="1:1", loras=["x"])
    assert (told.host, told.program) == (FoundHost.SWARMUI, "SwarmUI 0.9.6")
    assert (told.level, told.missing) == (FoundLevel.DEPENDS, (Missing.SOURCE,))
    assert torch.equal(drawn(told), initial_noise(42, SHAPE))


def test_seeds_written_as_text_are_seeds() -> None:
    assert found(seed="42").seeds == (42,)


def test_a_variation_is_the_web_uis() -> None:
    told = found(variationseed=7, variationseedstrength="0.3")
    expected = webui_noise(WebuiSeeds((42,), (7,)), SHAPE, extras=WebuiExtras(variation=0.3))
    assert torch.equal(drawn(told), expected[0])


def test_pictures_of_a_batch_have_seeds_of_their_own() -> None:
    told = found(batchsize=3)
    assert told.missing == (Missing.SOURCE, Missing.INDEX)
    assert torch.equal(drawn(told, 2), initial_noise(44, SHAPE))


def test_a_refiner_is_a_later_pass() -> None:
    (later,) = found(refinercontrolpercentage=0.2, refinerupscale=1.5).later
    assert (later.seed, later.size, later.strength) == (43, (96, 72), 0.2)
    assert found(refinercontrol=0.2, refinermethod="StepSwap").later == ()


def test_a_picture_it_started_from_is_told() -> None:
    told = found(initimagecreativity=0.6, maskblur=4)
    assert (told.task, told.strength) == ("img2img", 0.6)
    assert "another picture" in told.notes[0]


def test_a_parameter_nobody_knows_is_named() -> None:
    told = found(unsamplerprompt="a dog")
    assert (told.level, told.unknown) == (FoundLevel.UNKNOWN, ("unsamplerprompt",))


def test_what_is_missing_is_missing() -> None:
    told = found(width=None)
    assert (told.shape, told.missing) == (None, (Missing.SOURCE, Missing.SIZE))
    record = {"sui_image_params": {"prompt": "a cat"}}
    assert noise_in_picture({"parameters": json.dumps(record)}).level is FoundLevel.UNKNOWN


@pytest.mark.parametrize(
    "more", [{"seed": "x"}, {"seed": -3}, {"variationseedstrength": 7}, {"width": 3}]
)
def test_what_cannot_be_is_refused_by_name(more: dict[str, object]) -> None:
    with pytest.raises(ImageError, match=f"sui_image_params.{next(iter(more))}"):
        found(**more)
    with pytest.raises(ImageError, match="sui_image_params: expected an object"):
        noise_in_picture({"parameters": '{"sui_image_params": 3}'})
