from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from seedloupe.errors import NoiseError
from seedloupe.hosts.webui.noise_in_use import how_to_draw, noise_in_use
from seedloupe.noise import NoiseSource, Rng


def device(kind: str) -> SimpleNamespace:
    return SimpleNamespace(type=kind)


def opts(source: str, **others: str) -> SimpleNamespace:
    return SimpleNamespace(randn_source=source, **others)


@pytest.mark.parametrize("kind", ["cpu", "mps", "cuda", "xpu"])
def test_the_cpu_setting_draws_on_the_cpu_whatever_computes(kind: str) -> None:
    assert noise_in_use(opts("CPU"), device(kind)) == NoiseSource(Rng.TORCH_CPU)


@pytest.mark.parametrize("kind", ["cpu", "mps", "cuda", "xpu"])
def test_the_nv_setting_is_a_card_without_limit_whatever_computes(kind: str) -> None:
    assert noise_in_use(opts("NV"), device(kind)) == NoiseSource(Rng.PHILOX)


@pytest.mark.parametrize("kind", ["cpu", "mps"])
def test_the_gpu_setting_without_a_card_draws_on_the_cpu(kind: str) -> None:
    assert noise_in_use(opts("GPU"), device(kind)) == NoiseSource(Rng.TORCH_CPU)


def test_the_gpu_setting_on_a_card_names_its_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    # An RTX 3090: 82 multiprocessors of 1,536 threads draw 125,952 values at once.
    card = SimpleNamespace(multi_processor_count=82, max_threads_per_multi_processor=1536)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: card)
    assert noise_in_use(opts("GPU"), device("cuda")) == NoiseSource(Rng.PHILOX, 125_952)


def test_only_whole_blocks_of_a_card_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    card = SimpleNamespace(multi_processor_count=3, max_threads_per_multi_processor=700)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: card)
    assert noise_in_use(opts("GPU"), device("cuda")).grid_threads == 3 * 512


def test_a_device_nobody_knows_is_refused_with_the_setting_that_helps() -> None:
    with pytest.raises(NoiseError, match=r'xpu device.*source" to CPU'):
        noise_in_use(opts("GPU"), device("xpu"))


def test_forge_draws_on_the_cpu_when_it_imitates_comfyui() -> None:
    imitating = opts("GPU", forge_try_reproduce="ComfyUI")
    assert noise_in_use(imitating, device("cuda")) == NoiseSource(Rng.TORCH_CPU)
    assert noise_in_use(opts("NV", forge_try_reproduce="None"), device("cuda")).rng is Rng.PHILOX


def test_every_setting_the_web_ui_has_is_named_for_its_noise() -> None:
    assert how_to_draw(NoiseSource()).endswith("to CPU.")
    assert how_to_draw(NoiseSource(Rng.PHILOX)).endswith("to NV.")
    assert how_to_draw(NoiseSource(Rng.PHILOX, 512)) == ""
