"""The web UI's noise, held to a second implementation that starts from one seed at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from seedloupe.errors import NoiseError, SeedError
from seedloupe.noise import (
    NV_NOISE,
    NoiseSource,
    NoiseStream,
    WebuiExtras,
    WebuiNoise,
    WebuiSeeds,
    initial_noise,
    webui_noise,
    webui_seeds,
)

SHAPES = [(4, 8, 6), (4, 13, 9), (2, 5, 11)]
SOURCES = ["cpu", "nv", "cuda:256"]


def restated(
    seed: int,
    subseed: int | None,
    share: float,
    shape: tuple[int, int, int],
    old: tuple[int, int],
    source: NoiseSource,
) -> NDArray[np.float64]:
    """One picture's starting noise in double precision, value by value."""
    channels, height, width = shape
    base = NoiseStream(seed, source).draw((channels, *old)).double().numpy()
    if subseed is not None:
        other = NoiseStream(subseed, source).draw((channels, *old)).double().numpy()
        for c in range(channels):
            for x in range(old[1]):
                a, b = base[c, :, x].copy(), other[c, :, x]
                angle = math.acos(a @ b / math.sqrt((a @ a) * (b @ b)))
                base[c, :, x] = math.sin((1 - share) * angle) / math.sin(angle) * a
                base[c, :, x] += math.sin(share * angle) / math.sin(angle) * b
    if old == (height, width):
        return base
    frame = NoiseStream(seed, source).draw(shape).double().numpy()
    down, across = ((new - was) // 2 for new, was in zip(shape[1:], old, strict=True))
    for y in range(height):
        for x in range(width):
            inside = 0 <= y - down < old[0] and 0 <= x - across < old[1]
            # A side that shrank is cut alike at both ends, which may leave its last line over.
            inside &= down >= 0 or y < old[0] + 2 * down
            inside &= across >= 0 or x < old[1] + 2 * across
            if inside:
                frame[:, y, x] = base[:, y - down, x - across]
    return frame


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("old", [None, (48, 88), (120, 40), (64, 48)])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_starting_noise_is_what_the_restatement_makes(
    source: str, shape: tuple[int, int, int], old: tuple[int, int] | None, share: float
) -> None:
    seeds = webui_seeds(70, 2, subseed=9, variation=share)
    generator = NoiseSource.parse(source)
    drawn = webui_noise(seeds, shape, source=generator, extras=WebuiExtras(share, old))
    assert (drawn.shape, drawn.dtype) == ((2, *shape), torch.float32)
    at = shape[1:] if old is None else (old[1] // 8, old[0] // 8)
    for index in range(2):
        subseed = seeds.subseeds[index] if share else None
        expected = restated(seeds.seeds[index], subseed, share, shape, at, generator)
        np.testing.assert_allclose(drawn[index].numpy(), expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("source", SOURCES)
def test_a_batch_is_what_its_pictures_are_alone(source: str) -> None:
    generator = NoiseSource.parse(source)
    together = webui_noise(webui_seeds(2**31, 4), (4, 8, 6), source=generator)
    for index, noise in enumerate(together):
        alone = initial_noise(2**31 + index, (4, 8, 6), source=generator)
        assert torch.equal(noise, alone)


def test_without_a_variation_seeds_count_and_with_one_subseeds_do() -> None:
    assert webui_seeds(5, 3) == WebuiSeeds((5, 6, 7))
    assert webui_seeds(5, 3, subseed=8, variation=0.1) == WebuiSeeds((5, 5, 5), (8, 9, 10))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("old", [None, (40, 88)])
def test_later_noise_goes_on_with_the_pictures_own_generators(
    source: str, old: tuple[int, int] | None
) -> None:
    generator = NoiseSource.parse(source)
    noise = WebuiNoise(webui_seeds(3, 2), (4, 8, 6), source=generator, extras=WebuiExtras(0, old))
    noise.draw()
    for before in (1, 2):
        later = noise.draw()
        for index in range(2):
            expected = initial_noise(3 + index, (4, 8, 6), source=generator, draws_before=before)
            assert torch.equal(later[index], expected)


def test_ensd_gives_later_noise_other_seeds_and_leaves_the_first() -> None:
    noise = WebuiNoise(webui_seeds(3, 2), (4, 8, 6), extras=WebuiExtras(step_seed_delta=31337))
    assert torch.equal(noise.draw()[1], initial_noise(4, (4, 8, 6)))
    assert torch.equal(noise.draw()[1], initial_noise(4 + 31337, (4, 8, 6)))
    assert torch.equal(noise.draw()[0], initial_noise(3 + 31337, (4, 8, 6), draws_before=1))


def test_the_hires_pass_draws_from_the_same_seeds_anew() -> None:
    seeds = webui_seeds(3, 2)
    first, second = WebuiNoise(seeds, (4, 8, 6)), WebuiNoise(seeds, (4, 16, 12))
    first.draw(), first.draw()
    assert torch.equal(second.draw()[0], initial_noise(3, (4, 16, 12)))


def test_a_variation_towards_the_same_seed_changes_nothing() -> None:
    same = webui_noise(WebuiSeeds((7,), (7,)), (4, 8, 6), extras=WebuiExtras(0.3))
    torch.testing.assert_close(same[0], initial_noise(7, (4, 8, 6)))


def test_nearly_equal_noise_is_mixed_with_the_shares_the_wrong_way_round() -> None:
    from seedloupe.noise.webui import turned

    noise = initial_noise(7, (4, 8, 6))
    near = noise + 0.001 * initial_noise(8, (4, 8, 6))
    torch.testing.assert_close(turned(noise, near, 0.25), 0.25 * noise + 0.75 * near)


@pytest.mark.parametrize(
    ("extras", "field"),
    [
        ({"variation": 1.5}, "variation"),
        ({"variation": float("nan")}, "variation"),
        ({"resize_from": (512, 7)}, "resize_from"),
    ],
)
def test_settings_the_fields_cannot_hold_are_refused(extras: dict, field: str) -> None:
    with pytest.raises(NoiseError) as caught:
        WebuiExtras(**extras)
    assert caught.value.field == field


def test_numbers_that_name_no_noise_are_refused() -> None:
    with pytest.raises(SeedError):
        webui_seeds(2**64 - 2, 3)
    with pytest.raises(SeedError):
        webui_seeds(1, 3, subseed=2**64 - 2, variation=0.5)
    with pytest.raises(NoiseError, match="count"):
        webui_seeds(1, 0)
    with pytest.raises(NoiseError, match="seeds"):
        WebuiNoise(WebuiSeeds(()), (4, 8, 6))
    with pytest.raises(NoiseError, match="subseeds: expected 2 of them, got 1"):
        WebuiNoise(WebuiSeeds((1, 2), (3,)), (4, 8, 6), extras=WebuiExtras(0.5))
    with pytest.raises(NoiseError, match="shape"):
        webui_noise(webui_seeds(1, 1), (4, 8))
    noise = WebuiNoise(
        WebuiSeeds((2**64 - 1,)), (4, 8, 6), source=NV_NOISE, extras=WebuiExtras(0, None, 1)
    )
    with pytest.raises(SeedError):
        noise.draw()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_forge_neo_turns_each_channel_as_a_whole(shape: tuple[int, int, int], share: float) -> None:
    extras = WebuiExtras(share, turns_channels=True)
    drawn = webui_noise(WebuiSeeds((7,), (9,)), shape, extras=extras)[0].double().numpy()
    base, other = (NoiseStream(seed).draw(shape).double().numpy() for seed in (7, 9))
    for c in range(shape[0]):
        a, b = base[c].ravel(), other[c].ravel()
        angle = math.acos(a @ b / math.sqrt((a @ a) * (b @ b)))
        turned = math.sin((1 - share) * angle) / math.sin(angle) * a
        turned += math.sin(share * angle) / math.sin(angle) * b
        np.testing.assert_allclose(drawn[c].ravel(), turned, rtol=0, atol=2e-5)
    columns = webui_noise(WebuiSeeds((7,), (9,)), shape, extras=WebuiExtras(share))[0]
    assert share == 1 or abs(columns.double().numpy() - drawn).max() > 0.05


def test_forge_neo_turns_noise_towards_itself_without_breaking() -> None:
    extras = WebuiExtras(0.5, turns_channels=True)
    drawn = webui_noise(WebuiSeeds((7,), (7,)), (4, 8, 6), extras=extras)[0]
    assert torch.allclose(drawn, initial_noise(7, (4, 8, 6)), atol=1e-4)
