"""The layers shown when nobody chose any."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from seedloupe.errors import ModelError
from seedloupe.lens.layers import find_layers
from seedloupe.lens.panel import default_panel, panel_choices
from seedloupe.lens.sources import ENCODER_OR_DECODER

Build = Callable[[dict[str, Any]], nn.Module]


def test_the_known_models_get_the_layers_the_papers_chose(
    sd15: nn.Module, sd21: nn.Module, sdxl: nn.Module
) -> None:
    assert default_panel(sd15) == (
        "down-level2-repeat0-vit-block0-cross-q",
        "mid-vit-out",
        "up-level1-repeat1-vit-block0-cross-q",
        "up-level2-repeat1-vit-block0-cross-q",
    )
    assert default_panel(sd21) == default_panel(sd15)
    assert default_panel(sdxl) == (
        "down-level2-repeat1-vit-block9-self-out",
        "mid-vit-out",
        "up-level0-repeat0-vit-block7-out",
        "up-level1-repeat0-vit-block0-cross-q",
    )


def test_a_panel_does_not_depend_on_the_host(
    sd15: nn.Module, ldm_sd15: nn.Module, sdxl: nn.Module, ldm_sdxl: nn.Module
) -> None:
    assert default_panel(ldm_sd15) == default_panel(sd15)
    assert default_panel(ldm_sdxl) == default_panel(sdxl)


def test_a_small_unet_is_watched_where_its_cells_are_fine(seedling_shape: nn.Module) -> None:
    assert default_panel(seedling_shape) == (
        "mid-vit-out",
        "up-level1-repeat1-vit-block0-cross-q",
        "up-level2-repeat1-vit-block0-cross-q",
        "up-level2-repeat0-vit-block0-self-k",
    )


def test_every_variety_gets_two_to_four_layers_it_has(build_meta: Build) -> None:
    plain = {
        "down_block_types": ("DownBlock2D",) * 3,
        "up_block_types": ("UpBlock2D",) * 3,
        "transformer_layers_per_block": 1,
    }
    varieties: list[dict[str, Any]] = [
        {},
        {"mid_block_type": None},
        {"mid_block_type": "UNetMidBlock2D"},
        {"layers_per_block": 1, "transformer_layers_per_block": 1},
        {**plain, "mid_block_type": "UNetMidBlock2D"},
        {**plain, "mid_block_type": None},
    ]
    for changes in varieties:
        unet = build_meta(changes)
        panel = default_panel(unet)
        assert 2 <= len(panel) <= 4, changes
        assert tuple(layer.name for layer in find_layers(unet, panel)) == panel, changes


def test_what_a_paper_measured_is_told_from_what_is_our_inference(
    sd15: nn.Module, sdxl: nn.Module, seedling_shape: nn.Module
) -> None:
    def measured(unet: nn.Module) -> list[bool]:
        return [not choice.inferred for choice in panel_choices(unet)]

    assert measured(sd15) == [False, False, True, True]
    assert measured(sdxl) == [False, False, True, True]
    assert measured(seedling_shape) == [False] * 4


def test_each_layer_carries_the_number_it_was_chosen_for(sd15: nn.Module, sdxl: nn.Module) -> None:
    chosen = {choice.layer: choice for unet in (sd15, sdxl) for choice in panel_choices(unet)}
    numbers = {
        "up-level1-repeat1-vit-block0-cross-q": "42.80",
        "up-level2-repeat1-vit-block0-cross-q": "53.58 and 39.82",
        "up-level0-repeat0-vit-block7-out": "58.95",
        "up-level1-repeat0-vit-block0-cross-q": "49.08",
        "down-level2-repeat1-vit-block9-self-out": "62.0",
        "mid-vit-out": "9.35",
    }
    assert [name for name, number in numbers.items() if number not in chosen[name].figure] == []
    assert "no numbers" in chosen["down-level2-repeat0-vit-block0-cross-q"].figure


def test_every_reason_names_a_paper_a_task_and_ends_as_a_sentence(
    build_meta: Build, seedling_shape: nn.Module, sdxl: nn.Module
) -> None:
    plain = {"down_block_types": ("DownBlock2D",) * 3, "up_block_types": ("UpBlock2D",) * 3}
    bare = build_meta({**plain, "transformer_layers_per_block": 1, "mid_block_type": None})
    choices = [choice for unet in (bare, seedling_shape, sdxl) for choice in panel_choices(unet)]
    assert all(choice.paper and choice.task for choice in choices)
    sentences = [ENCODER_OR_DECODER, *(choice.figure for choice in choices)]
    assert [said for said in sentences if not (said[0].isupper() and said.endswith("."))] == []


def test_what_is_no_unet_has_no_panel() -> None:
    with pytest.raises(ModelError):
        panel_choices(nn.Linear(2, 3))


def test_the_page_on_the_lens_gives_the_panels_as_they_are(
    sd15: nn.Module, sdxl: nn.Module
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "lens.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|.*\| (inference|measured) \|$", page, re.MULTILINE)
    choices = [*panel_choices(sd15), *panel_choices(sdxl)]
    assert rows == [(c.layer, "inference" if c.inferred else "measured") for c in choices]
    assert ENCODER_OR_DECODER in " ".join(page.split())
