"""Latents of nothing: a width, a height, a number, and never more frames than one."""

from __future__ import annotations

from typing import Any

import pytest

from seedloupe.metadata import FoundLevel, Missing, noise_in_graph

from ...graphs import graph, node, sampler


@pytest.mark.parametrize(
    ("kind", "length", "shape"),
    [
        ("EmptyHunyuanLatentVideo", 1, (16, 48, 64)),
        ("EmptyHunyuanLatentVideo", 4, (16, 48, 64)),
        ("EmptyHunyuanLatentVideo", 5, None),
        ("EmptyMochiLatentVideo", 7, None),
        ("EmptyCosmosLatentVideo", 1, (16, 48, 64)),
        ("EmptyLTXVLatentVideo", 1, (128, 12, 16)),
    ],
)
def test_one_frame_is_drawn_as_a_picture_is(
    kind: str, length: int, shape: tuple[int, int, int] | None
) -> None:
    made = node(kind, width=512, height=384, length=length, batch_size=1)
    found = noise_in_graph(graph(n5=made))
    assert (found.level is FoundLevel.EXACT) == (shape is not None)
    if shape is None:
        assert "several frames" in found.verdict
    else:
        assert (found.shape, found.channels_assumed) == (shape, True)


@pytest.mark.parametrize(
    ("dimensions", "cells"),
    [("1216 x 832   (landscape)", (104, 152)), (" 640 x 1536  (portrait)", (192, 80))],
)
def test_a_preset_is_read_out_of_its_words(dimensions: str, cells: tuple[int, int]) -> None:
    preset = node("SDXL Empty Latent Image (rgthree)", dimensions=dimensions, batch_size=1)
    assert noise_in_graph(graph(n5=preset)).shape == (4, *cells)


@pytest.mark.parametrize(
    ("inputs", "cells"),
    [
        ({"aspect_ratio": "3:4 portrait 896x1152"}, (144, 112)),
        ({"aspect_ratio": "3:4 portrait 896x1152", "swap_dimensions": "On"}, (112, 144)),
        ({"aspect_ratio": "custom", "width": 512, "height": 256}, (32, 64)),
    ],
)
def test_an_aspect_is_a_size(inputs: dict[str, Any], cells: tuple[int, int]) -> None:
    aspect = node("CR SDXL Aspect Ratio", batch_size=1, **inputs)
    found = noise_in_graph(graph(n3=sampler(latent_image=["5", 4]), n5=aspect))
    assert (found.level, found.shape) == (FoundLevel.EXACT, (4, *cells))


def test_a_preset_may_be_overridden() -> None:
    picked = node("SDXLEmptyLatentSizePicker+", resolution="832x1216 (0.68)", batch_size=1)
    picked["inputs"] |= {"width_override": 0, "height_override": 512}
    assert noise_in_graph(graph(n5=picked)).shape == (4, 64, 104)


def test_pixels_are_latents_of_some_models() -> None:
    made = node("EmptyHiDreamO1LatentImage", width=512, height=384, batch_size=1)
    found = noise_in_graph(graph(n5=made))
    assert (found.shape, found.cell) == ((3, 384, 512), 1)


def test_a_size_out_of_a_strange_node_is_asked_for() -> None:
    made = node("EmptyLatentImage", width=["20", 0], height=["20", 1], batch_size=1)
    found = noise_in_graph(graph(n5=made, n20=node("ResolutionPicker", preset="tall")))
    assert (found.missing, found.shape) == ((Missing.SIZE,), None)
    assert "ResolutionPicker" in found.verdict
