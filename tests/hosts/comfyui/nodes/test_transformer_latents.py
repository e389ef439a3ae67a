"""Picked seeds and their NOISE for the latents of transformers: 16 channels, 128, or five axes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from seedloupe.errors import TableMatchError
from seedloupe.noise import NoiseSource, initial_noise
from seedloupe.tables import NoiseSpec, SeedTable

from ....lens.transformer_stand_ins import build_stand_in
from ....seed_tables import full_table
from ..conftest import Host
from .test_pick_seeds import pick

#: Latents as ComfyUI's empty-latent nodes make them for one picture, by the model.
LATENTS = {
    "Stable Diffusion 3, Flux, Z-Image": (16, 6, 8),
    "Qwen-Image": (16, 1, 6, 8),
    "Flux.2": (128, 3, 4),
}


def table_of(shape: tuple[int, ...]) -> SeedTable:
    """A table mined at the shape that is drawn; an axis for one frame is none."""
    table = full_table()
    drawn = (shape[0], *shape[2:]) if len(shape) == 4 else shape
    noise = NoiseSpec.drawn(NoiseSource(), drawn, int(table.seeds[0]))
    size = (shape[-1] * 8, shape[-2] * 8)
    sampling = replace(table.spec.sampling, size=size) if table.spec.sampling else None
    model = replace(table.spec.model, in_channels=shape[0])
    spec = replace(table.spec, noise=noise, sampling=sampling, model=model)
    return SeedTable(table.seeds, table.tensors, spec)


@pytest.mark.parametrize("shape", LATENTS.values(), ids=LATENTS)
@pytest.mark.parametrize("rule", ["golden", "diverse", "clean"])
def test_the_noise_of_picked_seeds_is_each_ones_own(
    host: Host, shape: tuple[int, ...], rule: str
) -> None:
    host.add_table(table_of(shape), "mine")
    latent = {"samples": torch.zeros(3, *shape)}
    seeds, noise, *_ = pick(host, rule, latent=latent).args
    drawn = noise.generate_noise(latent)
    assert drawn.shape == (3, *shape)
    for row, seed in zip(drawn, seeds, strict=True):
        generator = torch.Generator().manual_seed(seed)
        assert torch.equal(row, torch.randn(shape, generator=generator))
        assert torch.equal(row, initial_noise(seed, shape))


@pytest.mark.parametrize("shape", LATENTS.values(), ids=LATENTS)
def test_a_latent_of_another_size_is_refused(host: Host, shape: tuple[int, ...]) -> None:
    host.add_table(table_of(shape), "mine")
    other = {"samples": torch.zeros(1, *shape[:-1], 2 * shape[-1])}
    with pytest.raises(TableMatchError):
        pick(host, latent=other)


@pytest.mark.parametrize("shape", LATENTS.values(), ids=LATENTS)
def test_seeds_named_by_hand_draw_such_latents_as_well(host: Host, shape: tuple[int, ...]) -> None:
    noise = host.node("SeedloupeNoiseFromSeeds").run(seeds="7, 3", source="cpu").args[0]
    drawn = noise.generate_noise({"samples": torch.zeros(2, *shape)})
    assert torch.equal(drawn[1], initial_noise(3, shape))


def test_a_transformer_paints_a_seed_of_a_batch_as_it_does_alone(host: Host) -> None:
    """Two steps of a flow by a tiny random transformer, in a batch and one by one."""
    pytest.importorskip("diffusers")
    shape = (4, 8, 12)
    host.add_table(table_of(shape), "mine")
    latent: dict[str, Any] = {"samples": torch.zeros(2, *shape)}
    seeds, noise, *_ = pick(host, count=2, latent=latent).args
    model = build_stand_in("sd3").model

    @torch.no_grad()
    def painted(x: torch.Tensor) -> torch.Tensor:
        rows = len(x)
        for time in (1.0, 0.5):
            x = (
                x
                - 0.5
                * model(
                    hidden_states=x,
                    encoder_hidden_states=torch.ones(rows, 7, 16),
                    pooled_projections=torch.ones(rows, 16),
                    timestep=torch.full((rows,), 1000 * time),
                ).sample
            )
        return x

    together = painted(noise.generate_noise(latent))
    for row, seed in zip(together, seeds, strict=True):
        assert torch.allclose(row, painted(initial_noise(seed, shape)[None])[0], atol=1e-4)
