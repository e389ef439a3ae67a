"""The kernel distance has no bias, however few pictures a seed has."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import ShapeError
from seedloupe.mining.scorers import KernelDistance


def test_the_distance_is_the_definition_written_out() -> None:
    generator = torch.Generator().manual_seed(1)
    made, real = torch.randn(5, 3, generator=generator), torch.randn(7, 3, generator=generator)

    def kernel(a: torch.Tensor, b: torch.Tensor) -> float:
        return float((a.double() @ b.double() / 3 + 1) ** 3)

    among = sum(kernel(made[i], made[j]) for i in range(5) for j in range(5) if i != j) / 20
    others = sum(kernel(real[i], real[j]) for i in range(7) for j in range(7) if i != j) / 42
    crossed = sum(kernel(a, b) for a in made for b in real) / 35
    assert KernelDistance(real).distance(made) == pytest.approx(among + others - 2 * crossed)


@pytest.mark.parametrize("count", [2, 6, 20])
def test_pictures_like_the_references_are_at_no_distance_on_average(count: int) -> None:
    generator = torch.Generator().manual_seed(2)
    seeds = [torch.randn(count, 8, generator=generator) for _ in range(400)]
    found = KernelDistance(torch.randn(3000, 8, generator=generator)).evaluate(seeds)
    mean, error = float(found.values.mean()), float(found.values.std()) / 20
    assert abs(mean) < 3 * error


def test_the_error_is_how_far_the_distance_varies() -> None:
    generator = torch.Generator().manual_seed(3)
    seeds = [torch.randn(30, 8, generator=generator) + 0.5 for _ in range(80)]
    found = KernelDistance(torch.randn(500, 8, generator=generator)).evaluate(seeds)
    assert 0.67 < float(found.errors.mean() / found.values.std()) < 1.5


def test_the_witness_orders_seeds_as_the_distance_does() -> None:
    generator = torch.Generator().manual_seed(4)
    shifts = torch.linspace(0, 1, 30)
    seeds = [torch.randn(30, 8, generator=generator) + shift for shift in shifts]
    statistic = KernelDistance(torch.randn(300, 8, generator=generator))
    witness = statistic.surrogate(torch.cat([seed[:6] for seed in seeds]))
    means = torch.stack([witness(seed).mean() for seed in seeds])
    ranks = torch.stack([means, statistic.evaluate(seeds).values.float()]).argsort(1).argsort(1)
    assert float(torch.corrcoef(ranks.double())[0, 1]) > 0.95


def test_vectors_of_another_width_are_refused() -> None:
    with pytest.raises(ShapeError):
        KernelDistance(torch.zeros(5, 3)).distance(torch.zeros(4, 2))
