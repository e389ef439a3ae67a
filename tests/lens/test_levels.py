"""Noise levels and the training times they stand for."""

from __future__ import annotations

import math

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.lens.levels import NoiseLevels


def trained() -> NoiseLevels:
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return NoiseLevels.of_alphas((1 - betas).cumprod(0))


def test_every_level_names_its_own_time() -> None:
    levels = trained()
    for time in (0, 25, 50, 261, 999):
        assert levels.timestep(levels.sigma(time)) == pytest.approx(time, abs=1e-9)
    assert levels.sigma(999) == pytest.approx(14.6146, abs=1e-3)  # as every host prints it


def test_a_level_between_two_lies_between_their_times() -> None:
    levels = NoiseLevels((1.0, 4.0, 16.0))
    assert levels.timestep(2.0) == pytest.approx(0.5)
    assert levels.timestep(8.0) == pytest.approx(1.5)


def test_levels_beyond_the_schedule_belong_to_its_ends() -> None:
    levels = trained()
    assert (levels.timestep(0.0), levels.timestep(80.0)) == (0.0, 999.0)


def test_a_schedule_may_end_in_pure_noise() -> None:
    levels = NoiseLevels.of_alphas(torch.tensor([0.9, 0.5, 0.0]))
    assert math.isinf(levels.sigma(2))
    assert levels.timestep(10.0) == 1.0
    assert levels.timestep(math.inf) == 2.0


@pytest.mark.parametrize("sigmas", [(), (0.0, 1.0), (1.0, 1.0), (2.0, 1.0)])
def test_levels_that_do_not_rise_are_refused(sigmas: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="rise"):
        NoiseLevels(sigmas)


def test_a_time_outside_the_schedule_is_refused() -> None:
    with pytest.raises(InputError, match="0 to 999"):
        trained().sigma(1000)
