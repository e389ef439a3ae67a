"""Small U-Nets in both shapes: diffusers' own, and a stand-in laid out as the original code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

from .ldm_stand_in import LDM_SD15, LDM_SDXL, LDM_SMALL, LdmUNet, ldm_key

if TYPE_CHECKING:
    from diffusers import UNet2DConditionModel

SMALL = {
    "sample_size": 16,
    "block_out_channels": (32, 32, 64),
    "layers_per_block": 2,
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    "transformer_layers_per_block": (1, 2, 2),
    "cross_attention_dim": 16,
    "attention_head_dim": 4,
    "norm_num_groups": 8,
}
SEEDLING = {
    "sample_size": 16,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": (64, 128, 128),
    "layers_per_block": 1,
    "down_block_types": ("CrossAttnDownBlock2D",) * 3,
    "up_block_types": ("CrossAttnUpBlock2D",) * 3,
    "cross_attention_dim": 64,
    "attention_head_dim": 4,
    "norm_num_groups": 32,
}
SD15 = {"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8}
SD21 = {
    "sample_size": 96,
    "cross_attention_dim": 1024,
    "attention_head_dim": (5, 10, 20, 20),
    "use_linear_projection": True,
}
SDXL = {
    "sample_size": 128,
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 2, 10),
    "cross_attention_dim": 2048,
    "attention_head_dim": (5, 10, 20),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}


def _meta(config: dict[str, object]) -> UNet2DConditionModel:
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        return UNet2DConditionModel(**config)


@pytest.fixture(scope="session")
def sd15() -> UNet2DConditionModel:
    return _meta(SD15)


@pytest.fixture(scope="session")
def sd21() -> UNet2DConditionModel:
    return _meta(SD21)


@pytest.fixture(scope="session")
def sdxl() -> UNet2DConditionModel:
    return _meta(SDXL)


@pytest.fixture(scope="session")
def seedling_shape() -> UNet2DConditionModel:
    return _meta(SEEDLING)


@pytest.fixture(scope="session")
def build_meta() -> Callable[[dict[str, object]], UNet2DConditionModel]:
    """Build a variation on the small U-Net, on the meta device."""
    return lambda changes: _meta({**SMALL, **changes})


@pytest.fixture(scope="session")
def small_unet() -> UNet2DConditionModel:
    from diffusers import UNet2DConditionModel

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return UNet2DConditionModel(**SMALL).eval()


@pytest.fixture
def unet(small_unet: UNet2DConditionModel) -> Iterator[UNet2DConditionModel]:
    """The small diffusers U-Net; every test has to leave it without hooks."""
    before = count_hooks(small_unet)
    yield small_unet
    assert count_hooks(small_unet) == before


@pytest.fixture(scope="session")
def ldm_small(small_unet: UNet2DConditionModel) -> LdmUNet:
    """The weights of the small U-Net in the shape of the original code."""
    unet = LdmUNet(**LDM_SMALL).eval()
    unet.load_state_dict({ldm_key(k, unet): v for k, v in small_unet.state_dict().items()})
    return unet


@pytest.fixture(scope="session")
def ldm_sd15() -> LdmUNet:
    with torch.device("meta"):
        return LdmUNet(**LDM_SD15)


@pytest.fixture(scope="session")
def ldm_sdxl() -> LdmUNet:
    with torch.device("meta"):
        return LdmUNet(**LDM_SDXL)


@pytest.fixture(scope="session")
def inputs() -> tuple[Tensor, Tensor, Tensor]:
    """Latents, a different time each, and prompts of seven words, for three rows."""
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(3, 4, 8, 12, generator=generator)
    words = torch.randn(3, 7, 16, generator=generator)
    return latents, torch.tensor([1, 400, 999]), words


def count_hooks(unet: nn.Module) -> int:
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in unet.modules() for kind in kinds)
