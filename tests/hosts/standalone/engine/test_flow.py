"""Seedling's transformer as samplers call it: the noise it gives is the flow's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

pytest.importorskip("diffusers")
from seedloupe.hosts.standalone.engine.flow import flow_denoiser, level_at
from seedloupe.lens import list_layers
from seedloupe.seedling.training.architecture import build_transformer
from seedloupe.seedling.transformer import TOKENS, TRANSFORMER


def trained_levels() -> Tensor:
    """Stable Diffusion 1's schedule, written out anew."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    kept = (1 - betas).cumprod(0)
    return ((1 - kept) / kept).sqrt().float()


@pytest.fixture(scope="module")
def denoiser() -> nn.Module:
    return flow_denoiser(TRANSFORMER, TOKENS, trained_levels()).eval()


def called(denoiser: nn.Module, sample: Tensor, time: Any) -> Tensor:
    rows = len(sample)
    with torch.no_grad():
        noise: Tensor = denoiser(
            sample,
            time,
            encoder_hidden_states=torch.ones(rows, 77, 64),
            added_cond_kwargs={
                "text_embeds": torch.ones(rows, 64),
                "time_ids": torch.ones(rows, 6),
            },
            return_dict=False,
        )[0]
    return noise


def test_a_level_between_two_times_lies_between_their_logarithms() -> None:
    levels = trained_levels()
    assert torch.allclose(level_at(levels, 10), levels[10:11])
    assert torch.allclose(level_at(levels, 999), levels[999:])
    between = float(level_at(levels, torch.tensor(500.5)))
    assert between == pytest.approx(float((levels[500] * levels[501]).sqrt()), rel=1e-5)


@pytest.mark.parametrize("time", [0, 400.25, 999])
def test_the_velocity_becomes_the_noise_that_is_in_the_sample(
    monkeypatch: pytest.MonkeyPatch, denoiser: nn.Module, time: float
) -> None:
    """The oracle: one known picture, whose flow is known exactly."""
    clean, noise = torch.randn(2, 4, 16, 24), torch.randn(2, 4, 16, 24)
    level = float(level_at(trained_levels(), time))
    given: dict[str, Any] = {}

    def knowing(_self: nn.Module, **asked: Any) -> tuple[Tensor]:
        given.update(asked)
        return (noise - clean,)

    monkeypatch.setattr(type(denoiser).__mro__[1], "forward", knowing)
    sample = (clean + level * noise) / (1 + level**2) ** 0.5
    found = called(denoiser, sample, torch.tensor(time))
    assert torch.allclose(found, noise, atol=2e-4)
    share = level / (1 + level)
    assert torch.allclose(given["hidden_states"], (1 - share) * clean + share * noise, atol=1e-4)
    assert torch.allclose(given["timestep"], torch.full((2,), 1000 * share), rtol=1e-5)
    assert given["encoder_hidden_states"].shape[1] == TOKENS


def test_an_untrained_one_takes_weights_of_the_training(denoiser: nn.Module) -> None:
    denoiser.load_state_dict(build_transformer().state_dict())
    sample = torch.randn(1, 4, 16, 16)
    level = float(level_at(trained_levels(), 999))
    wanted = sample * (1 + level**2) ** 0.5 / (1 + level)
    # Nothing moves: what is there is taken for noise.
    assert torch.allclose(called(denoiser, sample, 999), wanted, atol=1e-5)


def test_the_lens_knows_its_layers(denoiser: nn.Module) -> None:
    names = {layer.name for layer in list_layers(denoiser)}
    assert {"vit-block0-q", "vit-block5-out", "vit-block4-text-out"} <= names


def test_prompts_are_given_as_a_whole_too_where_they_are_read_so() -> None:
    from seedloupe.hosts.standalone.engine.text import encode_text

    tokens = torch.zeros(1, 77, 64)

    class Encoder:
        def __call__(self, ids: Tensor) -> SimpleNamespace:
            return SimpleNamespace(pooler_output=ids.float().mean().expand(1, 64))

    class Tokenizer:
        model_max_length = 77

        def __call__(self, text: str, **_: object) -> SimpleNamespace:
            return SimpleNamespace(input_ids=torch.full((1, 77), len(text)))

    pipe = SimpleNamespace(
        encode_prompt=lambda **asked: (tokens.expand(len(asked["prompt"]), -1, -1),) * 2,
        tokenizer=Tokenizer(),
        text_encoder=Encoder(),
    )
    unet = SimpleNamespace(reads_pooled=True)
    model: Any = SimpleNamespace(pipe=pipe, unet=unet, family="seedling", device="cpu")
    text = encode_text(model, ["four", "seventeen letters"], negative="no", guided=True)
    assert text.pooled is not None
    assert text.pooled[:, 0].tolist() == [2, 2, 4, 17]
