"""How well objects are kept apart, against closed forms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.lens.views.separability import auc, click_auc, measure_separability, middle_interval
from seedloupe.lens.views.similarity import Measure

from .fields import disc, noise


def halves(height: int, width: int) -> Tensor:
    labels = torch.zeros(height, width, dtype=torch.int64)
    labels[:, width // 2 :] = 1
    return labels


def two_gaussians(apart: float, *, seed: int = 0, side: int = 64) -> tuple[Tensor, Tensor]:
    """One channel, deviation 1, the object ``apart`` from what is around it."""
    labels = halves(side, side)
    return noise(1, side, side, seed=seed) + apart * labels, labels


def expected_auc(apart: float) -> float:
    """How often two of one Gaussian are nearer than two of both.

    The differences within and across, A and B, are Gaussian with variance 2 and means 0 and
    ``apart``; |A| < |B| where B - A and B + A, which are independent, have the same sign.
    """
    share = (1 + math.erf(apart / 2 / math.sqrt(2))) / 2
    return share**2 + (1 - share) ** 2


def mean_aucs(
    fields: Sequence[tuple[Tensor, Tensor]], measures: Sequence[Measure]
) -> dict[Measure, float]:
    """Means over fields, since a single one of 576 cells is off by 0.01 itself."""
    runs = [
        measure_separability(feature, labels, measures=measures, most=576, resamples=0)
        for feature, labels in fields
    ]
    assert all(math.isnan(one.low) for run in runs for one in run)
    return {
        measure: sum(run[place].auc for run in runs) / len(runs)
        for place, measure in enumerate(measures)
    }


@pytest.mark.parametrize("apart", [0.0, 0.7, 1.5, 3.0])
def test_two_gaussians_are_told_apart_as_often_as_theory_says(apart: float) -> None:
    fields = [two_gaussians(apart, seed=seed, side=24) for seed in range(16)]
    found = mean_aucs(fields, [Measure.L1, Measure.L2])
    expected = expected_auc(apart)
    assert found == pytest.approx({Measure.L1: expected, Measure.L2: expected}, abs=0.01)


def test_many_channels_follow_theory_too() -> None:
    stats = pytest.importorskip("scipy.stats")
    channels, apart = 6, 2.0
    labels = halves(24, 24)
    object_at = apart * labels * torch.eye(channels)[0][:, None, None]
    fields = [(noise(channels, 24, 24, seed=seed) + object_at, labels) for seed in range(16)]
    expected = stats.ncf.sf(1, channels, channels, apart**2 / 2)
    assert mean_aucs(fields, [Measure.L2])[Measure.L2] == pytest.approx(expected, abs=0.01)


@pytest.mark.slow
def test_the_interval_covers_what_theory_says_and_narrows_with_more_cells() -> None:
    widths, covered = [], 0
    for side in (6, 16):
        runs = [
            measure_separability(*two_gaussians(1.5, seed=seed, side=side), measures=[Measure.L2])[
                0
            ]
            for seed in range(10)
        ]
        covered += sum(run.low <= expected_auc(1.5) <= run.high for run in runs)
        widths.append(sum(run.high - run.low for run in runs) / 10)
        assert all(run.low <= run.auc <= run.high for run in runs)
    assert covered >= 17
    assert widths[1] < widths[0] / 2


def test_the_same_seed_gives_the_same_numbers() -> None:
    feature, labels = noise(8, 40, 36), disc(40, 36).long()
    first = measure_separability(feature, labels, most=200, resamples=20)
    assert first == measure_separability(feature.clone(), labels, most=200, resamples=20)
    assert first != measure_separability(feature, labels, most=200, resamples=20, seed=1)


def test_every_way_of_comparing_is_tried() -> None:
    labels = disc(10, 12).long()
    feature = noise(8, 10, 12) + 5 * noise(8, 2, seed=3)[:, labels]
    found = measure_separability(feature, labels, resamples=5)
    assert [one.measure for one in found] == [m for m in Measure if m is not Measure.DOT]
    assert all(one.auc > 0.9 for one in found if one.measure is not Measure.RELATIVE_NORM)


def test_pairs_are_counted_as_a_loop_does() -> None:
    labels = torch.tensor([[0, 0, 1], [1, 2, -1], [2, 2, 0]])
    feature = noise(4, 3, 3)
    feature[0, 0, 0] = torch.nan
    cells = [(r, c) for r, c in product(range(3), range(3)) if labels[r, c] >= 0][1:]
    within, across = [], []
    for i, one in enumerate(cells):
        for other in cells[i + 1 :]:
            a, b = int(labels[one]), int(labels[other])
            near = -float((feature[:, one[0], one[1]] - feature[:, other[0], other[1]]).norm())
            if a == b and a > 0:
                within.append(near)
            elif a != b:
                across.append(near)
    wins = sum((w > a) + (w == a) / 2 for w, a in product(within, across))
    (found,) = measure_separability(feature, labels, measures=[Measure.L2])
    assert (found.within, found.across) == (len(within), len(across))
    assert found.auc == pytest.approx(wins / len(within) / len(across))


@pytest.mark.parametrize("labels", [torch.zeros(6, 9), torch.ones(6, 9), disc(6, 9, radius=0.05)])
def test_an_object_and_an_outside_are_needed(labels: Tensor) -> None:
    with pytest.raises(InputError, match="an object of two cells"):
        measure_separability(noise(4, 6, 9), labels)


def test_ties_count_half() -> None:
    values = torch.tensor([1.0, 2.0, 2.0])
    assert auc(values, torch.tensor([2.0])) == pytest.approx(1 / 3)
    assert auc(torch.ones(4), torch.ones(3)) == 0.5


def test_a_click_is_judged_by_the_cells_inside() -> None:
    inside = torch.tensor([[True, False, False], [True, False, True]])
    values = torch.tensor([[0.9, 0.1, 0.8], [0.7, torch.nan, torch.nan]])
    assert click_auc(values, inside) == 0.75
    with pytest.raises(InputError, match="inside and outside"):
        click_auc(values, inside | True)


def test_the_middle_share_is_the_interval() -> None:
    values = torch.cat([torch.arange(101.0), torch.tensor([torch.nan])])
    assert middle_interval(values, level=0.9) == pytest.approx((5, 95))
    assert all(math.isnan(end) for end in middle_interval(torch.tensor([])))
