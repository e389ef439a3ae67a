"""Projections fused and U-Nets compiled: seen, or said not to be."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from seedloupe.lens.words import AttentionMap, AttentionProbe, CellRows, Truth, WordColumns

from .conftest import Inputs, output

WORDS = WordColumns((1, 4))


def test_fused_projections_are_told_apart(
    unet: nn.Module, inputs: Inputs, watch: Callable[..., dict[str, AttentionMap]]
) -> None:
    fused = copy.deepcopy(unet)
    fused.fuse_qkv_projections()
    for reading in (WORDS, CellRows(((0.3, 0.9),))):
        usual, ours = watch(unet, inputs, reading), watch(fused, inputs, reading)
        assert list(usual) == list(ours)
        for name, one in ours.items():
            assert (one.values - usual[name].values).abs().max() <= 1e-5
            assert one.truth.label is Truth.SAME


def test_projections_fused_under_the_probe_are_reported(unet: nn.Module, inputs: Inputs) -> None:
    fused = copy.deepcopy(unet)
    maps: list[AttentionMap] = []
    with AttentionProbe(fused, WORDS, maps.append) as probe:
        fused.fuse_qkv_projections()
        output(fused, inputs)
    assert not maps
    assert set(probe.failures) == set(probe.layers)
    assert all("fuses" in str(error) for error in probe.failures.values())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_unet_compiled_too_early_is_silent_and_one_compiled_later_is_not() -> None:
    inputs = torch.randn(1, 4, 4, 6), torch.tensor([9]), torch.randn(1, 7, 8)
    early, late = (torch.compile(smallest_unet(), backend="eager") for _ in range(2))
    usual = early(*inputs).sample
    maps: list[AttentionMap] = []
    with AttentionProbe(early, WORDS, maps.append) as probe:
        early(*inputs)
    assert not maps
    assert probe.silent == probe.layers
    torch.compiler.reset()  # what was compiled for one U-Net serves others of its class
    with AttentionProbe(late, WORDS, maps.append) as probe:
        watched = late(*inputs).sample
    torch.compiler.reset()
    assert not probe.silent
    assert not probe.failures
    assert [one.truth.label for one in maps] == [Truth.SAME]
    torch.testing.assert_close(watched, usual)


def smallest_unet() -> nn.Module:
    from diffusers import UNet2DConditionModel

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return UNet2DConditionModel(
            block_out_channels=(8,),
            layers_per_block=1,
            down_block_types=("CrossAttnDownBlock2D",),
            up_block_types=("UpBlock2D",),
            mid_block_type=None,
            cross_attention_dim=8,
            attention_head_dim=2,
            norm_num_groups=4,
        ).eval()
