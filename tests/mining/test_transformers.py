"""Mining a tiny random transformer at the shape it draws, and one that does not hear seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.mining import Appearance, Journal, MiningPlan, mine
from seedloupe.noise import NoiseSource, initial_noise
from seedloupe.picking import pick_diverse, pick_golden
from seedloupe.tables import (
    NEAR_IDENTICAL,
    VOID,
    MetricSpec,
    ModelSpec,
    SamplingSpec,
    SeedEffect,
    SeedTable,
    Task,
    read_table,
    write_table,
)

from ..lens.transformer_stand_ins import build_stand_in

SHAPE = (4, 8, 12)


class Transformer:
    """A tiny random Stable Diffusion 3; ``heard`` is how much of a seed's noise reaches it.

    Distilled transformers hear hardly anything: their pictures of a prompt are nearly all one.
    """

    def __init__(self, heard: float = 1.0) -> None:
        self._model, self._heard = build_stand_in("sd3").model, heard

    @torch.no_grad()
    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        rows = len(noise)
        told = torch.Generator().manual_seed(len(prompt))
        context = torch.randn(1, 7, 16, generator=told).expand(rows, -1, -1)
        heard = self._heard * noise + (1 - self._heard**2) ** 0.5 * initial_noise(0, SHAPE)
        moved = self._model(
            hidden_states=heard,
            encoder_hidden_states=context,
            pooled_projections=context[:, 0],
            timestep=torch.full((rows,), 999.0),
        ).sample
        pictures = torch.sigmoid(heard - 0.3 * moved)[:, :3]
        return torch.nn.functional.interpolate(pictures, scale_factor=8)


class Brightness:
    """How bright a picture is."""

    metrics: Sequence[MetricSpec] = (MetricSpec("bright", "1", True),)
    classes: Mapping[str, tuple[str, ...]] = {}
    references: Mapping[str, Tensor] = {}

    def measure(self, images: Tensor, prompt: str) -> Mapping[str, Tensor]:
        """The mean of each picture."""
        return {"score.bright": images.mean((1, 2, 3))}


def mined(folder: Path, heard: float) -> SeedTable:
    pytest.importorskip("diffusers")
    plan = MiningPlan(
        seeds=tuple(range(48)),
        prompts=("a", "bb", "ccc", "dddd"),
        confirm_prompts=("eeeee", "ffffff", "ggggggg", "hhhhhhhh"),
        confirm=12,
        shape=SHAPE,
        noise=NoiseSource(),
        model=ModelSpec("sd3", "tiny", None, SHAPE[0], "flow"),
        sampling=SamplingSpec(Task.TXT2IMG, steps=1),
    )
    table = mine(
        plan,
        Transformer(heard),
        [Brightness(), Appearance()],
        journal=Journal(folder, plan),
    )
    assert table is not None
    return table


def test_a_transformer_is_mined_at_the_shape_it_draws_and_its_table_picks(tmp_path: Path) -> None:
    table = mined(tmp_path / "journal", 1.0)
    write_table(table, tmp_path / "one.seedtable.safetensors")
    again = read_table(tmp_path / "one.seedtable.safetensors")
    assert again.spec.noise.shape == SHAPE
    assert again.spec.evidence is not None
    assert again.spec.evidence.verdict is SeedEffect.EFFECT
    seeds = pick_diverse(again, 4, spaces=("look",)).seeds
    assert len(set(seeds)) == 4


def test_a_table_of_a_model_that_does_not_hear_its_seeds_is_void_and_says_so(
    tmp_path: Path,
) -> None:
    table = mined(tmp_path, 0.0)
    assert table.spec.evidence is not None
    assert table.spec.evidence.verdict is SeedEffect.NO_EFFECT
    assert table.spec.evidence.near_identical
    for picking in (pick_golden(table, 2), pick_diverse(table, 2, spaces=("look",))):
        assert picking.notes[:2] == (NEAR_IDENTICAL, VOID)
