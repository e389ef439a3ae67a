"""Step noise of a seed of its own for every picture."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from seedloupe.errors import InputError

from ..conftest import Host
from ..network import small_network

SEEDS = (7, 3, 42)
SIGMAS = torch.tensor([14.6146, 4.0, 1.0, 0.0])
TEXT = torch.full((1, 3, 16), 0.1)


def sample(host: Host, seeds: str, sampler: str, *, wrapped: bool, **latent: Any) -> torch.Tensor:
    noise = host.node("SeedloupeNoiseFromSeeds").run(seeds=seeds, source="cpu").args[0]
    solver = host.module("comfy.samplers").ksampler(sampler)
    if wrapped:
        solver = host.node("SeedloupeStepNoise").run(sampler=solver, noise=noise).args[0]
    empty = {"samples": torch.zeros(latent.pop("batch", seeds.count(",") + 1), 4, 8, 12), **latent}
    return host.module("comfy.sample").sample_custom(
        host.module("comfy.model_patcher").ModelPatcher(small_network()),
        noise.generate_noise(empty),
        1.0,
        solver,
        SIGMAS,
        [[TEXT, {}]],
        [],
        empty["samples"],
        seed=noise.seed,
    )


@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "dpmpp_sde"])
def test_a_batch_is_its_single_runs(host: Host, sampler: str) -> None:
    batch = sample(host, "7,3,42", sampler, wrapped=True)
    alone = [sample(host, str(seed), sampler, wrapped=False) for seed in SEEDS]
    torch.testing.assert_close(batch, torch.cat(alone), rtol=0, atol=2e-3)


@pytest.mark.parametrize("sampler", ["euler_ancestral", "dpmpp_sde"])
def test_without_it_a_batch_is_not(host: Host, sampler: str) -> None:
    batch = sample(host, "7,3,42", sampler, wrapped=False)
    assert not torch.allclose(
        batch[2:], sample(host, "42", sampler, wrapped=False), rtol=0, atol=0.1
    )


def test_a_picture_of_a_batch_keeps_its_seed_at_its_steps(host: Host) -> None:
    third = sample(host, "7,3,42", "euler_ancestral", wrapped=True, batch=1, batch_index=[2])
    alone = sample(host, "42", "euler_ancestral", wrapped=False)
    torch.testing.assert_close(third, alone, rtol=0, atol=2e-3)


def test_a_samplers_options_stay(host: Host) -> None:
    noise = host.node("SeedloupeNoiseFromSeeds").run(seeds="7", source="cpu").args[0]
    solver = host.module("comfy.samplers").ksampler(
        "euler_ancestral", {"eta": 0.5}, {"random": True}
    )
    wrapped = host.node("SeedloupeStepNoise").run(sampler=solver, noise=noise).args[0]
    assert wrapped.extra_options == {"eta": 0.5}
    assert wrapped.inpaint_options == {"random": True}


def test_other_kinds_of_samplers_and_noises_are_refused_with_the_cure(host: Host) -> None:
    node = host.node("SeedloupeStepNoise")
    noise = host.node("SeedloupeNoiseFromSeeds").run(seeds="7", source="cpu").args[0]
    solver = host.module("comfy.samplers").ksampler("euler")
    with pytest.raises(InputError, match="Use KSampler Select"):
        node.run(sampler=SimpleNamespace(), noise=noise)
    with pytest.raises(InputError, match="Wire Pick Seeds or Noise from Seeds"):
        node.run(sampler=solver, noise=SimpleNamespace(seed=7))
