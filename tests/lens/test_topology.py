"""The parts of a U-Net, read from live module trees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from seedloupe.errors import ModelError
from seedloupe.lens.topology import PartKind, TreeLayout, bare_unet, family_of, parts_of

Build = Callable[[dict[str, Any]], nn.Module]


def test_both_shapes_are_recognised(sd15: nn.Module, ldm_sd15: nn.Module) -> None:
    assert family_of(sd15) is TreeLayout.DIFFUSERS
    assert family_of(ldm_sd15) is TreeLayout.LDM


def test_a_model_without_a_unet_is_refused_by_name() -> None:
    class FluxTransformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.single_transformer_blocks = nn.ModuleList()

    with pytest.raises(ModelError, match=r"FluxTransformer with single_transformer_blocks"):
        parts_of(FluxTransformer())


def test_parts_point_at_modules_that_exist(sdxl: nn.Module, ldm_sdxl: nn.Module) -> None:
    for unet in (sdxl, ldm_sdxl):
        for part in parts_of(unet):
            unet.get_submodule(part.path)


def test_parts_come_in_the_order_they_run(small_unet: nn.Module, ldm_small: nn.Module) -> None:
    for unet in (small_unet, ldm_small):
        paths = [part.path for part in parts_of(unet)]
        assert running_order(unet, paths) == paths


def test_a_pruned_middle_gets_no_names_it_does_not_have(build_meta: Build) -> None:
    whole = build_meta({})
    without = build_meta({"mid_block_type": None})
    assert any(part.stage == "mid" for part in parts_of(whole))
    assert not any(part.stage == "mid" for part in parts_of(without))
    plain = build_meta({"mid_block_type": "UNetMidBlock2D"})
    kinds = [part.kind for part in parts_of(plain) if part.stage == "mid"]
    assert kinds == [PartKind.RESNET] * len(kinds)
    assert kinds


def test_residual_blocks_that_change_the_size_are_samplers() -> None:
    class ResBlock(nn.Module):
        def __init__(self, *, updown: bool) -> None:
            super().__init__()
            self.updown = updown
            self.in_layers, self.out_layers = nn.Sequential(), nn.Sequential()

    unet = nn.Module()
    first, res, half = (
        nn.Sequential(nn.Conv2d(4, 8, 3)),
        ResBlock(updown=False),
        ResBlock(updown=True),
    )
    unet.input_blocks = nn.ModuleList([first, nn.Sequential(res), nn.Sequential(half)])
    unet.output_blocks = nn.ModuleList(
        [nn.Sequential(ResBlock(updown=False), ResBlock(updown=True))]
    )
    kinds = [part.kind for part in parts_of(unet)]
    resnets = [PartKind.RESNET, PartKind.DOWNSAMPLER, PartKind.RESNET, PartKind.UPSAMPLER]
    assert kinds == [PartKind.CONV_IN, *resnets]


def test_a_compiled_unet_is_looked_into_behind_its_wrapper(sd15: nn.Module) -> None:
    class OptimizedModule(nn.Module):
        """What ``torch.compile`` returns, without the seconds it takes to import the compiler."""

        def __init__(self, original: nn.Module) -> None:
            super().__init__()
            self._orig_mod = original

    assert bare_unet(OptimizedModule(sd15)) is sd15
    assert bare_unet(sd15) is sd15


def running_order(unet: nn.Module, paths: list[str]) -> list[str]:
    ran: list[str] = []
    hooks = [
        unet.get_submodule(path).register_forward_hook(lambda *_, path=path: ran.append(path))
        for path in paths
    ]
    with torch.no_grad():
        unet(torch.zeros(1, 4, 8, 12), torch.tensor([1]), torch.zeros(1, 3, 16))
    for hook in hooks:
        hook.remove()
    return ran
