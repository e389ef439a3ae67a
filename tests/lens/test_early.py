"""Calls of the U-Net that end when enough has run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from seedloupe.errors import LayerNotFoundError
from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.early import ending_after
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.layers import list_layers

Inputs = tuple[Tensor, Tensor, Tensor]


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def test_the_last_layer_asked_for_is_seen_and_nothing_after_it_runs(
    unet: nn.Module, inputs: Inputs
) -> None:
    names = [layer.name for layer in list_layers(unet)]
    whole: list[FeatureMap] = []
    with FeatureProbe(unet, ["*"], whole.append):
        unet(*inputs)
    for last in range(0, len(names), 7):
        asked = [names[last], names[last // 2]]
        frames: list[FeatureMap] = []
        with FeatureProbe(unet, ["*"], frames.append), ending_after(unet, asked):
            unet(*inputs)
            raise AssertionError("the call went on")
        assert [frame.layer for frame in frames] == names[: last + 1]
        assert torch.equal(frames[-1].values, whole[last].values)


def test_errors_go_their_way_and_no_hook_is_left(unet: nn.Module, inputs: Inputs) -> None:
    with pytest.raises(KeyboardInterrupt), ending_after(unet, ["mid-vit-out"]):
        raise KeyboardInterrupt
    with pytest.raises(LayerNotFoundError), ending_after(unet, ["nowhere"]):
        pass
    assert unet(*inputs).sample.shape == inputs[0].shape


def test_one_block_inside_another_ends_its_own_call(unet: nn.Module, inputs: Inputs) -> None:
    seen = []
    with ending_after(unet, ["mid-vit-out"]):
        with ending_after(unet, ["unet-after-conv-in"]):
            unet(*inputs)
        seen.append("inner")
        unet(*inputs)
        seen.append("never")
    assert seen == ["inner"]
