"""The Fréchet distance is the textbook's, and its surrogate follows it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.mining.scorers import FrechetDistance, GaussianStatistics

linalg = pytest.importorskip("scipy.linalg")


def textbook(one: np.ndarray, other: np.ndarray) -> float:
    """The definition with the root of a matrix, as pytorch-fid computes it."""
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    root = linalg.sqrtm(first @ second)
    apart = ((one.mean(0) - other.mean(0)) ** 2).sum()
    return float(apart + np.trace(first) + np.trace(second) - 2 * np.trace(root.real))


def vectors(count: int, width: int, *, seed: int, shift: float = 0.0) -> Tensor:
    """Correlated vectors of very different variances, skewed as features of networks are."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(width, width, generator=torch.Generator().manual_seed(99)) / width**0.5
    scales = torch.logspace(0, -2, width)
    raw = torch.randn(count, width, generator=generator) * scales
    return (raw @ mixing).relu() + shift


@pytest.mark.parametrize(("count", "reference"), [(5, 400), (40, 400), (12, 20), (200, 400)])
def test_the_distance_is_the_textbooks(count: int, reference: int) -> None:
    real, made = vectors(reference, 48, seed=1), vectors(count, 48, seed=2, shift=0.05)
    distance = FrechetDistance(GaussianStatistics.of(real)).distance(made)
    assert distance == pytest.approx(textbook(made.double().numpy(), real.numpy()), rel=1e-3)


def test_the_distance_of_gaussians_in_one_dimension_is_the_closed_form() -> None:
    real, made = torch.tensor([[-1.0], [1.0]]), torch.tensor([[1.0], [5.0]])
    distance = FrechetDistance(GaussianStatistics.of(real)).distance(made)
    assert distance == pytest.approx(3.0**2 + (8**0.5 - 2**0.5) ** 2)


def test_a_set_is_at_no_distance_from_itself() -> None:
    real = vectors(30, 48, seed=3)
    assert FrechetDistance(GaussianStatistics.of(real)).distance(real) == pytest.approx(0, abs=1e-6)


def test_every_seed_is_judged_by_equally_many_pictures() -> None:
    """More pictures alone would make a seed look nearer."""
    statistic = FrechetDistance(GaussianStatistics.of(vectors(500, 32, seed=1)))
    same = [vectors(80, 32, seed=2)[:8], vectors(80, 32, seed=4)]
    found = statistic.evaluate(same)
    alone = [statistic.evaluate([seed]).values.item() for seed in same]
    assert found.count == 8
    assert abs(found.values[0] - found.values[1]) < abs(alone[0] - alone[1]) / 2


@pytest.mark.parametrize(("count", "width"), [(24, 32), (90, 120), (40, 6)])
def test_the_error_is_how_far_the_distance_varies(count: int, width: int) -> None:
    """Errors are for comparing seeds, so a third too large or small is near enough."""
    statistic = FrechetDistance(GaussianStatistics.of(vectors(500, width, seed=1)))
    found = statistic.evaluate([vectors(count, width, seed=100 + i, shift=0.1) for i in range(60)])
    assert 0.67 < float(found.errors.mean() / found.values.std()) < 1.5


def test_one_picture_has_no_distance() -> None:
    statistic = FrechetDistance(GaussianStatistics.of(vectors(50, 8, seed=1)))
    found = statistic.evaluate([vectors(1, 8, seed=2), vectors(9, 8, seed=3)])
    assert bool(found.values.isnan().all())
    assert bool(statistic.evaluate([vectors(3, 8, seed=2)]).errors.isnan().all())


@pytest.mark.parametrize("width", [12, 200])
def test_the_surrogates_mean_orders_seeds_as_the_distance_does(width: int) -> None:
    shifts = torch.linspace(-0.2, 0.2, 40)
    real = vectors(150, width, seed=1, shift=0.5)
    seeds = [vectors(24, width, seed=10 + i, shift=float(s)) for i, s in enumerate(shifts)]
    statistic = FrechetDistance(GaussianStatistics.of(real))
    stand_in = statistic.surrogate(torch.cat([seed[:4] for seed in seeds]))
    means = torch.stack([stand_in(seed).mean() for seed in seeds])
    ranks = torch.stack([means, statistic.evaluate(seeds).values.float()]).argsort(1).argsort(1)
    assert float(torch.corrcoef(ranks.double())[0, 1]) > 0.95


def test_wrong_vectors_are_refused() -> None:
    with pytest.raises(InputError, match="two or more"):
        GaussianStatistics.of(torch.zeros(1, 4))
    with pytest.raises(InputError, match="finite"):
        GaussianStatistics.of(torch.full((3, 4), float("nan")))
    statistic = FrechetDistance(GaussianStatistics.of(vectors(50, 8, seed=1)))
    with pytest.raises(ShapeError, match="P 8"):
        statistic.distance(torch.zeros(5, 7))
