"""Noise of given seeds, as ComfyUI runs it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from seedloupe.errors import NoiseError
from seedloupe.noise import NoiseSource, initial_noise

from ..conftest import Host

SHAPE = (4, 8, 6)


def noise_of(host: Host, seeds: str, source: str = "cpu") -> Any:
    return host.node("SeedloupeNoiseFromSeeds").run(seeds=seeds, source=source)


@pytest.mark.parametrize("source", ["cpu", "nv", "cuda:128"])
def test_every_picture_has_the_noise_of_its_seed(host: Host, source: str) -> None:
    noise, seeds = noise_of(host, "7, 3, 9-10", source).args
    drawn = noise.generate_noise({"samples": torch.zeros(4, *SHAPE)})
    assert seeds == [7, 3, 9, 10]
    for row, seed in zip(drawn, seeds, strict=True):
        assert torch.equal(row, initial_noise(seed, SHAPE, source=NoiseSource.parse(source)))


def test_a_single_cpu_seed_is_the_hosts_own_noise(host: Host) -> None:
    latent = torch.zeros(1, *SHAPE)
    ours = noise_of(host, "7").args[0].generate_noise({"samples": latent})
    with torch.random.fork_rng():
        theirs = host.module("comfy.sample").prepare_noise(latent, 7)
    assert torch.equal(ours, theirs)


def test_latents_with_frames_are_drawn_as_they_are(host: Host) -> None:
    noise = noise_of(host, "7").args[0]
    assert noise.generate_noise({"samples": torch.zeros(1, 16, 3, 8, 6)}).shape == (1, 16, 3, 8, 6)


def test_several_latents_in_one_are_refused(host: Host) -> None:
    noise = noise_of(host, "7").args[0]
    with pytest.raises(NoiseError, match="expected one latent"):
        noise.generate_noise({"samples": SimpleNamespace(is_nested=True)})


@pytest.mark.parametrize(
    ("seeds", "source", "says"),
    [("1,x", "cpu", "seeds: expected"), ("1", "gpu", "cpu, nv or cuda:GRID"), ("", "cpu", "")],
)
def test_what_names_no_noise_is_refused_before_anything_runs(
    host: Host, seeds: str, source: str, says: str
) -> None:
    refused = host.node("SeedloupeNoiseFromSeeds").validate_inputs(seeds=seeds, source=source)
    assert isinstance(refused, str)
    assert says in refused


def test_seeds_a_cpu_cannot_tell_apart_are_put_out_as_it_takes_them(host: Host) -> None:
    assert noise_of(host, f"{2**32 + 7}").args[1] == [7]
    assert noise_of(host, f"{2**32 + 7}", "nv").args[1] == [2**32 + 7]


def test_a_seed_that_another_one_stands_for_is_said_to_be(host: Host) -> None:
    node = host.node("SeedloupeNoiseFromSeeds")
    (told,) = node.execute(seeds="9007199254740993, 4", source="cpu").ui["seedloupe_report"]
    assert "noise: 1, 4\n" in told
    assert "low 32 bits" in told
    (told,) = node.execute(seeds="9007199254740993", source="nv").ui["seedloupe_report"]
    assert told == "1 seeds, nv noise: 9007199254740993"
