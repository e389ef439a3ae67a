"""The single-file layout, read back by diffusers' own converter."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from seedloupe.seedling import weights_folder
from seedloupe.seedling.training.architecture import build_text_encoder, build_unet, build_vae
from seedloupe.seedling.training.export import checkpoint, save_half

CONFIG = weights_folder() / "config"


def randomised(network: nn.Module, seed: int) -> nn.Module:
    """Random weights that are exact in float16, no layer silent."""
    draw = torch.Generator().manual_seed(seed)
    for weight in network.parameters():
        spread = 0.7 / weight[0].numel() ** 0.5 if weight.ndim > 1 else 0.1
        value = torch.randn(weight.shape, generator=draw) * spread
        weight.data = (value + (1.0 if weight.ndim == 1 else 0.0)).half().float()
    return network.eval()


@pytest.fixture(scope="module")
def networks() -> tuple[nn.Module, nn.Module, nn.Module]:
    built = (build_unet(), build_vae(), build_text_encoder())
    return tuple(randomised(n, i) for i, n in enumerate(built))  # type: ignore[return-value]


@pytest.fixture(scope="module")
def single_file(
    networks: tuple[nn.Module, nn.Module, nn.Module], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("export") / "random.safetensors"
    save_half(checkpoint(*(network.state_dict() for network in networks)), path)
    return path


@torch.no_grad()
def test_the_unet_read_back_from_one_file_gives_the_same_numbers(
    networks: tuple[nn.Module, nn.Module, nn.Module], single_file: Path
) -> None:
    from diffusers import UNet2DConditionModel

    again = UNet2DConditionModel.from_single_file(
        single_file, config=str(CONFIG), subfolder="unet", local_files_only=True
    )
    noisy, time, words = torch.randn(2, 4, 16, 24), torch.tensor([3, 801]), torch.randn(2, 77, 64)
    expected = networks[0](noisy, time, words).sample
    assert expected.std() > 0.1
    assert (again(noisy, time, words).sample - expected).abs().max() <= 1e-5


@torch.no_grad()
def test_the_vae_read_back_from_one_file_gives_the_same_numbers(
    networks: tuple[nn.Module, nn.Module, nn.Module], single_file: Path
) -> None:
    from diffusers import AutoencoderKL

    again = AutoencoderKL.from_single_file(
        single_file, config=str(CONFIG), subfolder="vae", local_files_only=True
    )
    picture = torch.rand(1, 3, 64, 96) * 2 - 1
    latent = networks[1].encode(picture).latent_dist.mean
    assert (again.encode(picture).latent_dist.mean - latent).abs().max() <= 1e-5
    out = networks[1].decode(latent).sample
    assert out.std() > 0.1
    assert (again.decode(latent).sample - out).abs().max() <= 1e-5


def test_every_weight_has_one_name_and_the_names_are_stable_diffusions(
    networks: tuple[nn.Module, nn.Module, nn.Module],
) -> None:
    states = [network.state_dict() for network in networks]
    merged = checkpoint(*states)
    skipped = sum("text_projection" in name or "position_ids" in name for name in states[2])
    assert len(merged) == sum(len(state) for state in states) - skipped
    for name in (
        "model.diffusion_model.input_blocks.2.0.op.weight",
        "model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight",
        "model.diffusion_model.output_blocks.5.1.proj_out.weight",
        "model.diffusion_model.out.2.bias",
        "first_stage_model.decoder.up.0.block.1.conv2.weight",
        "first_stage_model.encoder.mid.attn_1.q.weight",
        "cond_stage_model.transformer.text_model.final_layer_norm.bias",
    ):
        assert merged[name].dtype is torch.float16
