"""The paper's candidates and its rule, by names alone."""

from __future__ import annotations

import pytest
import torch

from seedloupe.lens import OutputLayout, list_layers
from seedloupe.lens.published_panels import SD15, SDXL
from seedloupe.studies.activations.candidates import (
    Activation,
    conventional,
    paper_rule,
    recommended,
)

_CROSS_DOWN, _CROSS_UP = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D"


def names(shape: str) -> tuple[str, ...]:
    """All layers with a value for each cell, of a U-Net of the true shape without weights."""
    from diffusers import UNet2DConditionModel

    if shape == "sd15":
        how = {"cross_attention_dim": 8, "block_out_channels": (32, 64, 128, 128)}
    else:
        how = {
            "cross_attention_dim": 8,
            "block_out_channels": (32, 64, 128),
            "down_block_types": ("DownBlock2D", _CROSS_DOWN, _CROSS_DOWN),
            "up_block_types": (_CROSS_UP, _CROSS_UP, "UpBlock2D"),
            "transformer_layers_per_block": (1, 2, 10),
        }
    with torch.device("meta"):
        unet = UNet2DConditionModel(**how)
    return tuple(one.name for one in list_layers(unet) if one.layout is not OutputLayout.WORDS)


def test_sdxl_has_the_papers_279_candidates_and_our_reading_leaves_62() -> None:
    steps = paper_rule(names("sdxl"))
    assert [len(step.kept) for step in steps] == [681, 279, 146, 113, 62]
    assert steps[1].of_stage("down") + steps[1].of_stage("mid") == 279 - 146


@pytest.mark.parametrize(("shape", "panel"), [("sd15", SD15), ("sdxl", SDXL)])
def test_the_counterpart_of_the_published_set_is_that_set(shape: str, panel: object) -> None:
    assert isinstance(panel, type(SD15))
    layers = names(shape)
    assert recommended(layers) == panel.layers
    kept = paper_rule(layers)[-1].kept
    assert set(panel.layers) <= set(kept)


def test_what_was_used_before_is_the_ends_of_the_decoders_levels() -> None:
    assert conventional(names("sd15")) == (
        "up-level0-upsampler-out",
        "up-level1-upsampler-out",
        "up-level2-upsampler-out",
        "up-level3-repeat2-vit-out",
    )
    assert conventional(names("sdxl"))[-1] == "up-level2-repeat2-res-out"


def test_names_of_another_network_are_read_as_none_of_its_stages() -> None:
    assert Activation.of("vit-block7-out").stage == "ends"
    assert paper_rule(["vit-block7-out"])[-1].kept == ()
    assert recommended(["vit-block7-out"]) == conventional(["vit-block7-out"]) == ()
    assert Activation.of("up-level0-repeat2-vit-block3-out").kind == "block-out"
    assert Activation.of("mid-vit-out").block == -1
