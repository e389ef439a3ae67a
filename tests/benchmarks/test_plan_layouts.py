"""Operations are counted as by hand, and the same on no device as on this one."""

from __future__ import annotations

import pytest
import torch
from plan_layouts import Layout, LayoutCost, call_of, operations, timed

TINY = Layout(
    64,
    {
        "sample_size": 8,
        "block_out_channels": (32, 64),
        "layers_per_block": 1,
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "cross_attention_dim": 32,
        "attention_head_dim": 4,
        "norm_num_groups": 16,
    },
    (),
    32,
)


def test_a_layer_takes_two_operations_for_each_weight_and_row() -> None:
    with torch.device("meta"):
        layer, rows = torch.nn.Linear(30, 20), torch.empty(7, 30)
    assert operations(lambda: layer(rows)) == 2 * 7 * 30 * 20


def test_a_picture_is_two_calls_a_step_and_one_decoding() -> None:
    assert LayoutCost(weights=1, call=3.0, decode=5.0).picture(20) == 2 * 20 * 3 + 5


def test_a_timed_network_does_what_was_counted_without_weights() -> None:
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(**TINY.unet)
    given = call_of(TINY, 8, torch.device("meta"), torch.float32)
    seconds, count = timed(TINY, 8, 1)
    assert count == pytest.approx(operations(lambda: unet(**given)))
    assert seconds > 0
