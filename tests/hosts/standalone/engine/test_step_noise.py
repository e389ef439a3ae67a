"""Step noise goes on where the starting noise ends, whoever draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from seedloupe.errors import InputError, SeedloupeError
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Sampler, generate, sample_batch
from seedloupe.hosts.standalone.engine.step_noise import drawing_from, step_stream, step_streams
from seedloupe.noise import NoiseSource, NoiseStream, initial_noise

from ....requests import pixels, request_of
from ....seed_tables import random_states

if TYPE_CHECKING:
    from diffusers import EulerAncestralDiscreteScheduler

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
NV = NoiseSource.parse("nv")
SHAPE = (4, 4, 6)
SOURCES = ["cpu", "nv", "cuda:16"]


@pytest.mark.parametrize("source", SOURCES)
def test_the_first_step_draws_what_follows_the_starting_noise(source: str) -> None:
    generator = NoiseSource.parse(source)
    expected = initial_noise(9, SHAPE, source=generator, draws_before=1)
    assert torch.equal(step_stream(9, SHAPE, generator).draw(SHAPE), expected)


def euler_a() -> EulerAncestralDiscreteScheduler:
    from diffusers import EulerAncestralDiscreteScheduler

    scheduler = EulerAncestralDiscreteScheduler()
    scheduler.set_timesteps(5)
    scheduler.scale_model_input(torch.zeros(1), scheduler.timesteps[0])
    return scheduler


@pytest.mark.parametrize("source", SOURCES)
def test_the_scheduler_adds_each_picture_its_own_streams_noise(source: str) -> None:
    scheduler, seeds = euler_a(), (3, 11)
    latents, out = torch.randn(2, 2, *SHAPE).unbind()
    streams = step_streams(Sampler.EULER_A, seeds, 2, SHAPE, NoiseSource.parse(source))
    with drawing_from(streams):
        taken = scheduler.step(out, scheduler.timesteps[0], latents).prev_sample

    start, end = scheduler.sigmas[:2]
    up = (end**2 * (start**2 - end**2) / start**2) ** 0.5
    down = (end**2 - up**2) ** 0.5
    fresh = torch.stack(
        [initial_noise(s, SHAPE, source=NoiseSource.parse(source), draws_before=1) for s in seeds]
    )
    torch.testing.assert_close(taken, latents + out * (down - start) + fresh * up)


def test_on_the_cpu_the_scheduler_is_answered_what_generators_would_draw() -> None:
    seeds = (3, 2**32 + 11)
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    for generator in generators:
        torch.randn(SHAPE, generator=generator)
    latents, out = torch.randn(2, 2, *SHAPE).unbind()
    time = euler_a().timesteps[0]
    expected = euler_a().step(out, time, latents, generator=generators).prev_sample
    with drawing_from(step_streams(Sampler.EULER_A, seeds, 2, SHAPE)):
        taken = euler_a().step(out, time, latents).prev_sample
    assert torch.equal(taken, expected)


def test_global_generators_stay_as_they_are_and_answer_again_afterwards() -> None:
    before = random_states()
    with drawing_from([NoiseStream(1, NV)]):
        torch.randn((1, *SHAPE), device="cpu", dtype=torch.float32)
    assert random_states() == before
    torch.randn(1)
    assert random_states() != before


def test_noise_comes_in_the_dtype_the_scheduler_asks_for() -> None:
    with drawing_from([NoiseStream(1, NV)]):
        drawn = torch.randn((1, *SHAPE), device=torch.device("cpu"), dtype=torch.float16)
    assert torch.equal(drawn[0], initial_noise(1, SHAPE, source=NV).half())


def test_a_scheduler_that_draws_in_another_way_is_told_apart() -> None:
    with pytest.raises(SeedloupeError, match="draw once a step, it did 0 times"):  # noqa: SIM117
        with drawing_from([NoiseStream(1)]):
            torch.empty(1, *SHAPE).normal_()


def test_an_error_inside_is_not_hidden_by_ours() -> None:
    with pytest.raises(KeyError), drawing_from([NoiseStream(1)]):
        raise KeyError("theirs")


def test_a_batch_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="step_seeds: expected 2 seeds, got 1"):  # noqa: SIM117
        with drawing_from([NoiseStream(1)]):
            torch.randn((2, *SHAPE), device="cpu")


def test_samplers_that_draw_nothing_have_no_streams() -> None:
    assert step_streams(Sampler.EULER, None, 2, SHAPE) is None


def test_a_sampler_that_draws_wants_a_seed_for_each_picture() -> None:
    with pytest.raises(InputError, match="step_seeds: expected 2 seeds"):
        step_streams(Sampler.EULER_A, (1,), 2, SHAPE)


@pytest.mark.parametrize("sampler", [Sampler.EULER, Sampler.EULER_A])
def test_a_picture_of_a_cards_seed_is_the_same_alone_and_in_a_batch(
    tiny: Model, sampler: Sampler
) -> None:
    seeds, card = (3, 2**32 + 3), NoiseSource.parse("cuda:64")
    settings: dict[str, Any] = {"steps": 3, "guidance": 2.0, "sampler": sampler}
    alone = [
        pixels(made)
        for made in generate(
            tiny,
            request_of(tiny.info, "a tree", seeds, width=48, height=32, noise=card, **settings),
        )
    ]
    noise = torch.stack([initial_noise(seed, SHAPE, source=card) for seed in seeds])
    batch = sample_batch(tiny, ["a tree"], noise, step_seeds=seeds, step_source=card, **settings)
    for one, other in zip(alone, batch, strict=True):
        assert np.abs(one - other.permute(1, 2, 0).numpy() * 255).max() <= 0.51
    assert not np.array_equal(*alone)  # Philox tells them apart, the CPU would not
