"""Seedling read by the host's own loaders."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from seedloupe.errors import ModelError
from seedloupe.generation.preview_colours import SEEDLING_COLOURS
from seedloupe.seedling.training import architecture

from .conftest import Host, SeedlingFile, seedling_stand_in
from .network import small_network


def known_models(host: Host) -> list[type]:
    return host.module("comfy.supported_models").models


def test_seedling_is_recognised_during_the_load_only(
    host: Host, seedling_file: SeedlingFile
) -> None:
    before = list(known_models(host))
    native = host.ours("seedling").load_seedling([seedling_file.path])
    config = native.model.asked["config"]
    assert config.__mro__[1] is host.module("comfy.supported_models").SD15
    assert config.unet_extra_config["num_heads"] == architecture.UNET["attention_head_dim"]
    assert known_models(host) == before


def test_a_load_that_fails_leaves_the_host_as_it_was(host: Host, tmp_path: Path) -> None:
    before = list(known_models(host))
    other = tmp_path / "other.safetensors"
    seedling_stand_in(other, width=96)
    with pytest.raises(RuntimeError, match="Could not detect"):
        host.ours("seedling").load_seedling([other])
    assert known_models(host) == before


def test_missing_weights_are_named(host: Host, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.safetensors"):
        host.ours("seedling").load_seedling([tmp_path / "nowhere.safetensors"])


def test_the_text_encoder_is_described_and_kept_in_full_precision(
    host: Host, seedling_file: SeedlingFile
) -> None:
    native = host.ours("seedling").load_seedling([seedling_file.path])
    options = native.clip.patcher.asked["te"]
    assert options["dtype"] is torch.float32
    sizes = options["clip_l_model_config"]
    assert sizes.items() <= architecture.TEXT.items()
    assert {"hidden_size", "num_hidden_layers", "num_attention_heads"} <= sizes.keys()
    assert native.clip.patcher.asked["folders"] == ["/nowhere/models/embeddings"]


def test_the_vae_gets_its_own_weights_and_its_own_widths(
    host: Host, seedling_file: SeedlingFile
) -> None:
    vae = host.ours("seedling").load_seedling([seedling_file.path]).vae
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
    native = host.ours("seedling").load_seedling([seedling_file.path])
    rebuild, arguments = native.model.cached_patcher_init
    rebuilt = rebuild(*arguments, disable_dynamic=True)
    assert rebuilt.asked["disable_dynamic"] is True
    rebuild, arguments = native.clip.patcher.cached_patcher_init
    assert "te" in rebuild(*arguments).asked


def test_a_variant_lies_over_the_checkpoint(
    host: Host, seedling_file: SeedlingFile, tmp_path: Path
) -> None:
    stem = "model.diffusion_model.input_blocks.0.0.weight"
    over = tmp_path / "over.safetensors"
    save_file({stem: torch.ones(architecture.UNET["block_out_channels"][0], 9, 3, 3)}, over)
    native = host.ours("seedling").load_seedling([seedling_file.path, over])
    assert native.model.asked["stem"].shape[1] == 9


def test_previews_have_seedlings_own_colours(host: Host, seedling_file: SeedlingFile) -> None:
    native = host.ours("seedling").load_seedling([seedling_file.path])
    form = native.model.model.latent_format
    assert [tuple(row) for row in form.latent_rgb_factors] == list(SEEDLING_COLOURS.factors)
    assert tuple(form.latent_rgb_factors_bias) == SEEDLING_COLOURS.bias
    assert form.taesd_decoder_name is None
    assert form.scale_factor == pytest.approx(0.18215)
    assert host.module("comfy.latent_formats").SD15().latent_rgb_factors != form.latent_rgb_factors


def test_times_between_trained_steps_are_not_rounded(host: Host) -> None:
    levels = host.ours("seedling_sampling").SeedlingSampling()
    times = torch.tensor([0.0, 0.5, 41.25, 523.75, 999.0])
    found = levels.timestep(levels.sigma(times))
    torch.testing.assert_close(found, times, rtol=0, atol=2e-2)
    assert levels.timestep(torch.tensor(1e9)) == 999
    assert levels.timestep(torch.tensor([[1.0, 2.0]])).shape == (1, 2)


def test_at_full_denoise_nothing_is_left_of_the_picture(host: Host) -> None:
    levels = host.ours("seedling_sampling").SeedlingSampling()
    noise, picture = torch.ones(1, 4, 2, 3), torch.full((1, 4, 2, 3), 5.0)
    begun = levels.noise_scaling(torch.tensor(3.0), noise, picture, max_denoise=True)
    torch.testing.assert_close(begun, noise * 10**0.5)
    part = levels.noise_scaling(torch.tensor(3.0), noise, picture)
    torch.testing.assert_close(part, noise * 3 + 5)


@pytest.mark.parametrize(("sampler", "scaled"), [("euler", True), ("dpmpp_sde", False)])
def test_only_euler_begins_from_noise_times_the_level(
    host: Host, sampler: str, scaled: bool
) -> None:
    model = host.module("comfy.model_patcher").ModelPatcher(small_network())
    host.ours("seedling_sampling").begin_as_diffusers(model)
    begun = []
    sigmas = torch.tensor([float(model.model.model_sampling.sigma_max), 1.0, 0.0])
    noise, text = torch.ones(1, 4, 8, 12), torch.zeros(1, 3, 16)
    host.module("comfy.sample").sample_custom(
        model.clone(),
        noise,
        1.0,
        host.module("comfy.samplers").ksampler(sampler),
        sigmas,
        [[text, {}]],
        [],
        torch.zeros(1, 4, 8, 12),
        callback=lambda step, clean, x, total: begun.append(x) if step == 0 else None,
        seed=7,
    )
    level = sigmas[0] if scaled else torch.sqrt(1 + sigmas[0] ** 2)
    torch.testing.assert_close(begun[0], noise * level)
