"""Seedling read by the host's own loaders."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from seedloupe.errors import ModelError
from seedloupe.seedling.training import architecture

from .conftest import Host, SeedlingFile, seedling_stand_in


def known_models(host: Host) -> list[type]:
    return host.module("comfy.supported_models").models


def test_seedling_is_recognised_during_the_load_only(
    host: Host, seedling_file: SeedlingFile
) -> None:
    before = list(known_models(host))
    native = host.ours("seedling").load_seedling(seedling_file.path)
    config = native.model.asked["config"]
    assert config.__mro__[1] is host.module("comfy.supported_models").SD15
    assert config.unet_extra_config["num_heads"] == architecture.UNET["attention_head_dim"]
    assert known_models(host) == before


def test_a_load_that_fails_leaves_the_host_as_it_was(host: Host, tmp_path: Path) -> None:
    before = list(known_models(host))
    other = tmp_path / "other.safetensors"
    seedling_stand_in(other, width=96)
    with pytest.raises(RuntimeError, match="Could not detect"):
        host.ours("seedling").load_seedling(other)
    assert known_models(host) == before


def test_missing_weights_are_named(host: Host, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.safetensors"):
        host.ours("seedling").load_seedling(tmp_path / "nowhere.safetensors")


def test_the_text_encoder_is_described_and_kept_in_full_precision(
    host: Host, seedling_file: SeedlingFile
) -> None:
    native = host.ours("seedling").load_seedling(seedling_file.path)
    options = native.clip.patcher.asked["te"]
    assert options["dtype"] is torch.float32
    sizes = options["clip_l_model_config"]
    assert sizes.items() <= architecture.TEXT.items()
    assert {"hidden_size", "num_hidden_layers", "num_attention_heads"} <= sizes.keys()
    assert native.clip.patcher.asked["folders"] == ["/nowhere/models/embeddings"]


def test_the_vae_gets_its_own_weights_and_its_own_widths(
    host: Host, seedling_file: SeedlingFile
) -> None:
    vae = host.ours("seedling").load_seedling(seedling_file.path).vae
    assert set(vae.weights) == {"quant_conv.weight"}
    described = vae.config["params"]["ddconfig"]
    widths = tuple(described["ch"] * times for times in described["ch_mult"])
    assert widths == architecture.VAE["block_out_channels"]
    assert described["num_res_blocks"] == architecture.VAE["layers_per_block"]


def test_a_newer_host_can_build_the_parts_again(
    host: Host, seedling_file: SeedlingFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = host.module("comfy.model_patcher").NewerModelPatcher
    monkeypatch.setattr(host.module("comfy.sd"), "patcher_class", newer)
    native = host.ours("seedling").load_seedling(seedling_file.path)
    rebuild, arguments = native.model.cached_patcher_init
    rebuilt = rebuild(*arguments, disable_dynamic=True)
    assert rebuilt.asked["disable_dynamic"] is True
    rebuild, arguments = native.clip.patcher.cached_patcher_init
    assert "te" in rebuild(*arguments).asked
