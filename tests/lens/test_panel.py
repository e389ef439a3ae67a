"""The layers shown when nobody chose any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from seedloupe.lens.layers import find_layers
from seedloupe.lens.panel import default_panel

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
