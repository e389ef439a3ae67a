"""Shapes are predicted without running the model."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from seedloupe.errors import ShapeError
from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.layers import list_layers
from seedloupe.lens.shapes import predict_shapes


def measured(unet: nn.Module, size: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    frames: list[FeatureMap] = []
    inputs = torch.zeros(1, 4, *size), torch.tensor([1]), torch.zeros(1, 7, 16)
    with torch.no_grad(), FeatureProbe(unet, ["*"], frames.append) as probe:
        unet(*inputs)
    assert not probe.notes
    return {frame.layer: tuple(frame.values.shape[1:]) for frame in frames}


def predicted(unet: nn.Module, size: tuple[int, int], words: int = 7) -> dict[str, tuple[int, ...]]:
    names = [layer.name for layer in list_layers(unet)]
    shapes = predict_shapes(unet, names, height=size[0], width=size[1], words=words)
    return {name: (x.channels, x.height, x.width) for name, x in shapes.items()}


@pytest.mark.parametrize("size", [(8, 12), (7, 11), (5, 20), (1, 3)])
def test_predicted_shapes_are_those_that_come(unet: nn.Module, size: tuple[int, int]) -> None:
    assert predicted(unet, size) == measured(unet, size)


def test_both_shapes_of_one_unet_are_predicted_alike(ldm_small: nn.Module) -> None:
    assert predicted(ldm_small, (8, 12)) == measured(ldm_small, (8, 12))


@pytest.mark.parametrize("name", ["sd15", "ldm_sd15", "sdxl", "ldm_sdxl"])
def test_full_size_models_have_the_published_shapes(
    name: str, request: pytest.FixtureRequest
) -> None:
    unet: nn.Module = request.getfixturevalue(name)
    if "sd15" in name:
        shapes = predicted(unet, (64, 64), 77)
        assert shapes["up-level1-repeat1-vit-block0-cross-q"] == (1280, 16, 16)
        assert shapes["up-level3-repeat0-vit-block0-self-k"] == (320, 64, 64)
        assert shapes["down-level1-repeat0-vit-block0-ffn-inner"] == (2560, 32, 32)
        assert shapes["down-level0-repeat0-vit-block0-cross-k"] == (320, 1, 77)
        assert shapes["up-level2-upsampler-out"] == (640, 64, 64)
    else:
        shapes = predicted(unet, (128, 128), 77)
        assert shapes["mid-vit-out"] == (1280, 32, 32)
        assert shapes["up-level0-repeat0-vit-block7-out"] == (1280, 32, 32)
        assert shapes["up-level1-upsampler-out"] == (640, 128, 128)
    assert shapes["unet-out"][0] == 4


def test_unknown_names_are_left_out_and_no_size_is_refused(
    unet: nn.Module, inputs: tuple[Tensor, ...]
) -> None:
    assert predict_shapes(unet, ["nowhere"], height=8, width=8) == {}
    with pytest.raises(ShapeError, match="at least one cell"):
        predict_shapes(unet, ["mid-vit-out"], height=0, width=8)
