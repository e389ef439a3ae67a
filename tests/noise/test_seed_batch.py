"""Noise of a batch in which every picture has a seed of its own."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import NoiseError, SeedError
from seedloupe.noise import NV_NOISE, NoiseResize, NoiseSource, ResizeWay, SeedBatch, resized_noise

from ..seed_tables import random_states

SHAPE = (4, 8, 6)


def test_each_row_is_what_the_seed_draws_alone() -> None:
    drawn = SeedBatch((7, 3)).draw(SHAPE, 2)
    alone = [torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)) for seed in (7, 3)]
    torch.testing.assert_close(drawn, torch.stack(alone), rtol=0, atol=0)


def test_fewer_pictures_take_the_first_seeds() -> None:
    batch = SeedBatch((7, 3, 9))
    assert torch.equal(batch.draw(SHAPE, 1), batch.draw(SHAPE, 3)[:1])


def test_a_batch_index_picks_seeds_with_repetitions() -> None:
    batch = SeedBatch((7, 3, 9))
    assert batch.of_rows(3, [2, 0, 2]) == (9, 7, 9)
    assert torch.equal(batch.draw(SHAPE, 1, batch_index=[2]), batch.draw(SHAPE, 3)[2:])


@pytest.mark.parametrize(
    ("batch", "index", "said"),
    [
        (3, None, r"batch_size: expected at most 2.*got 3 pictures.*Set the latent's batch"),
        (1, [2], r"batch_index: expected 0 to 1.*got 2\. Ask for 3 seeds"),
        (2, [0, -1], r"batch_index: expected 0 to 1.*got -1\. Places in a batch count from 0"),
        (1, [-1], r"batch_index: expected 0 to 1.*got -1\. Places in a batch count from 0"),
    ],
)
def test_more_pictures_than_seeds_are_refused_with_the_cure(
    batch: int, index: list[int] | None, said: str
) -> None:
    with pytest.raises(NoiseError, match=said):
        SeedBatch((7, 3)).draw(SHAPE, batch, batch_index=index)


def test_a_batch_of_no_seeds_is_refused() -> None:
    with pytest.raises(NoiseError, match="at least one seed"):
        SeedBatch(())


def test_a_seed_that_names_no_noise_is_refused() -> None:
    with pytest.raises(SeedError):
        SeedBatch((-1,)).draw(SHAPE, 1)


def test_noise_is_carried_as_one_picture_is() -> None:
    carried = NoiseResize(ResizeWay.STRETCH, SHAPE)
    drawn = SeedBatch((7, 3), resize=carried).draw((4, 12, 10), 2)
    assert torch.equal(drawn[1], resized_noise(3, (4, 12, 10), carried))


def test_seeds_chosen_for_one_shape_are_refused_at_another_with_the_size_in_pixels() -> None:
    batch = SeedBatch((7,), only=SHAPE)
    assert batch.draw(SHAPE, 1).shape == (1, *SHAPE)
    with pytest.raises(
        NoiseError, match=r"\(4, 8, 6\).*\(4, 6, 8\).*Set width and height to 48x64"
    ):
        batch.draw((4, 6, 8), 1)
    with pytest.raises(NoiseError, match="a model of the kind"):
        batch.draw((16, 8, 6), 1)


def test_a_single_frame_counts_as_none() -> None:
    batch = SeedBatch((7,), only=(16, 8, 6))
    assert batch.draw((16, 1, 8, 6), 1).shape == (1, 16, 1, 8, 6)


def test_step_noise_is_seeded_apart_only_where_it_would_repeat_the_start() -> None:
    assert SeedBatch((7, 3)).step_seed == 7
    assert SeedBatch((7, 3), NV_NOISE).step_seed not in (7, 3)
    assert 0 <= SeedBatch((2**64 - 1,), NV_NOISE).step_seed < 2**64


def test_another_generator_draws_other_noise_and_no_global_state_changes() -> None:
    before = random_states()
    cpu, grid = (SeedBatch((7,), source).draw(SHAPE, 1) for source in (NoiseSource(), NV_NOISE))
    assert not torch.allclose(cpu, grid, atol=0.1)
    assert random_states() == before
