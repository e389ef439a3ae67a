from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from seedloupe.hosts.webui.use import use_of_processing
from seedloupe.noise import NoiseSource
from seedloupe.tables import Task

from .conftest import SHA256, Host

OPTS = SimpleNamespace(randn_source="CPU", eta_noise_seed_delta=0, eta_ddim=0.0, eta_ancestral=1.0)
CPU = torch.device("cpu")


def use_of(host: Host, **fields: Any) -> Any:
    kind = fields.pop("kind", "Txt2Img")
    job = host.job(kind=kind, **fields)
    job.all_prompts = fields.get("prompt") or [""]
    config = host.module("sd_samplers").find_sampler_config(job.sampler_name)
    return use_of_processing(job, OPTS, CPU, config)


def test_noise_and_size_are_those_of_one_picture(host: Host) -> None:
    use = use_of(host, width=64, height=48, batch_size=3)
    assert (use.noise, use.shape, use.draws_before) == (NoiseSource(), (4, 6, 8), 0)


def test_a_model_with_more_channels_says_so(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    model = host.module("shared").sd_model
    monkeypatch.setattr(model, "latent_channels", 16, raising=False)
    assert use_of(host).shape[0] == 16


def test_forge_keeps_the_number_of_channels_elsewhere(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = SimpleNamespace(vae=SimpleNamespace(latent_channels=16))
    monkeypatch.setattr(host.module("shared").sd_model, "forge_objects", parts, raising=False)
    assert use_of(host).shape[0] == 16


def test_the_model_is_known_by_its_file(host: Host) -> None:
    assert use_of(host).model_sha256 == SHA256


@pytest.mark.parametrize("network", ["<lora:style:0.8>", "<hypernet:old:1>"])
def test_a_model_with_an_extra_network_is_not_the_file(host: Host, network: str) -> None:
    assert use_of(host, prompt=["a cat", f"a cat {network}"]).model_sha256 is None
    assert use_of(host, prompt=["a < b", "a: <b>"]).model_sha256 == SHA256


def test_a_web_ui_that_does_not_hash_leaves_the_model_unknown(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host.module("shared").sd_model.sd_checkpoint_info, "sha256", None)
    assert use_of(host).model_sha256 is None


@pytest.mark.parametrize(
    ("name", "scheduler", "expected"),
    [
        ("Euler", "Automatic", ("euler", "uniform", None)),
        ("Euler a", None, ("euler_a", "uniform", 1.0)),
        ("DPM++ 2M", "Automatic", ("dpmpp_2m", "karras", None)),
        ("DPM++ 2M", "SGM Uniform", ("dpmpp_2m", "sgm_uniform", None)),
        ("DDIM", "", ("ddim", "uniform", 0.0)),
    ],
)
def test_samplers_are_called_what_tables_call_them(
    host: Host, name: str, scheduler: str | None, expected: tuple[object, ...]
) -> None:
    sampling = use_of(host, sampler_name=name, scheduler=scheduler).sampling
    assert (sampling.sampler, sampling.scheduler, sampling.eta) == expected


def test_a_given_eta_wins_over_the_settings(host: Host) -> None:
    assert use_of(host, sampler_name="Euler a", eta=0.5).sampling.eta == 0.5


def test_the_task_follows_from_picture_and_mask(host: Host) -> None:
    drawn = use_of(host).sampling
    changed = use_of(host, kind="Img2Img", init_images=["picture"], denoising_strength=0.6).sampling
    repainted = use_of(
        host,
        kind="Img2Img",
        init_images=["picture"],
        image_mask="mask",
        inpainting_fill=2,
        denoising_strength=1,
    ).sampling
    assert (drawn.task, drawn.strength, drawn.mask_fill) == (Task.TXT2IMG, None, None)
    assert (changed.task, changed.strength, changed.mask_fill) == (Task.IMG2IMG, 0.6, None)
    assert (repainted.task, repainted.mask_fill) == (Task.INPAINT, "latent noise")


def test_size_is_width_by_height(host: Host) -> None:
    assert use_of(host, width=64, height=48).sampling.size == (64, 48)
