"""diffusers' order of draws, in torch's own words; its pipelines are met beside their host."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import NoiseError, SeedError
from seedloupe.noise import (
    NV_NOISE,
    DiffusersStart,
    PipelineKind,
    diffusers_noise,
    initial_noise,
)

SHAPE = (4, 8, 6)
ODD = (4, 9, 7)


def test_a_list_of_generators_gives_each_seeds_own_noise() -> None:
    drawn = diffusers_noise([3, 9], SHAPE)
    assert torch.equal(drawn, torch.stack([initial_noise(seed, SHAPE) for seed in (3, 9)]))
    card = diffusers_noise([3], SHAPE, source=NV_NOISE)
    assert torch.equal(card[0], initial_noise(3, SHAPE, source=NV_NOISE))


@pytest.mark.parametrize("shape", [SHAPE, ODD])
def test_a_single_generator_draws_the_batch_as_one(shape: tuple[int, int, int]) -> None:
    start = DiffusersStart(batch=3, one_generator=True)
    expected = torch.randn(3, *shape, generator=torch.Generator().manual_seed(3))
    drawn = diffusers_noise([3], shape, start=start)
    assert torch.equal(drawn, expected)
    own = [torch.equal(noise, initial_noise(3, shape)) for noise in drawn]
    assert own == [not reason for reason in start.departures(shape)]
    assert own == [shape == SHAPE, False, False]


@pytest.mark.parametrize(
    ("pipeline", "channels", "strength", "before"),
    [
        (PipelineKind.TXT2IMG, 4, 1.0, 0),
        (PipelineKind.IMG2IMG, 4, 1.0, 1),
        (PipelineKind.IMG2IMG, 4, 0.5, 1),
        (PipelineKind.INPAINT, 9, 1.0, 0),
        (PipelineKind.INPAINT, 9, 0.99, 1),
        (PipelineKind.INPAINT, 4, 1.0, 1),
        (PipelineKind.INPAINT, 4, 0.5, 1),
    ],
)
def test_the_picture_is_encoded_first_where_its_latents_are_needed(
    pipeline: PipelineKind, channels: int, strength: float, before: int
) -> None:
    start = DiffusersStart(pipeline, 2, in_channels=channels, strength=strength, pictures=2)
    assert start.draws_before == (before, before)
    drawn = diffusers_noise([3, 9], ODD, start=start)
    for noise, seed in zip(drawn, (3, 9), strict=True):
        assert torch.equal(noise, initial_noise(seed, ODD, draws_before=before))
    assert all(bool(reason) == bool(before) for reason in start.departures(ODD))


def test_one_picture_is_encoded_by_the_first_generator_of_an_inpainting_list_alone() -> None:
    inpaint = DiffusersStart(PipelineKind.INPAINT, 3)
    assert inpaint.draws_before == (1, 0, 0)
    assert [bool(reason) for reason in inpaint.departures(SHAPE)] == [True, False, False]
    assert DiffusersStart(PipelineKind.IMG2IMG, 3).draws_before == (1, 1, 1)


def test_a_single_generator_encodes_all_pictures_with_one_draw() -> None:
    start = DiffusersStart(PipelineKind.INPAINT, 4, one_generator=True, pictures=2)
    generator = torch.Generator().manual_seed(3)
    torch.randn(2, *ODD, generator=generator)
    expected = torch.randn(4, *ODD, generator=generator)
    assert torch.equal(diffusers_noise([3], ODD, start=start), expected)
    assert all(start.departures(ODD))


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"batch": 0}, "batch"),
        ({"strength": 0.0}, "strength"),
        ({"strength": 1.1}, "strength"),
        ({"batch": 4, "pictures": 3}, "pictures"),
        ({"pictures": 0}, "pictures"),
    ],
)
def test_what_a_pipeline_would_refuse_is_refused(settings: dict, field: str) -> None:
    with pytest.raises(NoiseError) as caught:
        DiffusersStart(**settings)
    assert caught.value.field == field


def test_seeds_must_be_as_many_as_generators() -> None:
    for seeds, start in (
        ([], None),
        ([1], DiffusersStart(batch=2)),
        ([1, 2], DiffusersStart(batch=2, one_generator=True)),
    ):
        with pytest.raises(NoiseError, match="seeds"):
            diffusers_noise(seeds, SHAPE, start=start)
    with pytest.raises(SeedError):
        diffusers_noise([-1], SHAPE)
    with pytest.raises(NoiseError, match="shape"):
        DiffusersStart().departures((4, 8))
