"""Moments gathered in place, and the directions that lead."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.lens.running_moments import RunningMoments
from seedloupe.lens.views.pca import PcaBasis


def maps(channels: int, count: int = 5, cells: int = 60) -> list[Tensor]:
    """Vectors ``(N, C)`` with a large mean and directions of falling strength."""
    numbers = torch.Generator().manual_seed(3)
    axes = torch.linalg.qr(torch.randn(channels, channels, generator=numbers))[0]
    strength = torch.arange(1, channels + 1) ** -1.0
    mean = 50 * torch.randn(channels, generator=numbers)
    return [
        (torch.randn(cells, channels, generator=numbers) * strength) @ axes.mT + mean
        for _ in range(count)
    ]


def gathered(vectors: list[Tensor], channels: int) -> RunningMoments:
    moments = RunningMoments(channels, 16, seed=0)
    for one in vectors:
        moments.add(one)
    return moments


@pytest.mark.parametrize("channels", [2, 24, 256, 400])
def test_the_basis_is_that_of_all_maps_together(channels: int) -> None:
    vectors = maps(channels)
    found = gathered(vectors, channels).basis()
    exact = PcaBasis.fit(torch.cat(vectors).mT[None, :, :, None])
    torch.testing.assert_close(found.mean, exact.mean, atol=1e-9, rtol=1e-9)
    torch.testing.assert_close(found.components, exact.components, atol=2e-3, rtol=0)
    torch.testing.assert_close(found.spread, exact.spread, atol=0, rtol=1e-4)
    assert found.explained == pytest.approx(exact.explained, rel=1e-3)


def test_a_large_map_is_known_by_a_part_of_it() -> None:
    (vectors,) = maps(24, count=1, cells=20_000)
    found = gathered([vectors], 24)
    exact = PcaBasis.fit(vectors.mT[None, :, :, None])
    assert found.count == 512
    shown = (found.basis().components @ exact.components.mT).diagonal().abs()
    assert shown.min() > 0.95


def test_positions_that_are_not_finite_are_left_out() -> None:
    vectors = maps(24, count=2)
    spoilt = vectors[1].clone()
    spoilt[7:11, 3] = torch.nan
    found = gathered([vectors[0], spoilt], 24)
    assert (found.count, found.rejected) == (116, 4)
    kept = torch.cat([vectors[0], vectors[1][:7], vectors[1][11:]])
    torch.testing.assert_close(found.mean, kept.double().mean(dim=0), atol=1e-9, rtol=1e-9)


def test_nothing_has_no_basis() -> None:
    with pytest.raises(InputError, match="finite"):
        gathered([torch.full((4, 300), torch.nan)], 300).basis()
