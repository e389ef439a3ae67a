"""A spot asked, and what every cell answers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views.cells import Spot
from seedloupe.lens.views.similarity import Measure, ask

from .fields import noise

CHANNELS, HEIGHT, WIDTH = 5, 6, 9


def by_hand(measure: Measure, one: list[float], other: list[float]) -> float:
    """Compare two vectors number by number."""
    norms = [math.sqrt(sum(v * v for v in vector)) for vector in (one, other)]
    product = sum(a * b for a, b in zip(one, other, strict=True))
    steps = [a - b for a, b in zip(one, other, strict=True)]
    if measure in (Measure.COSINE, Measure.CENTRED_COSINE):
        return product / (norms[0] * norms[1]) if min(norms) else 0.0
    if measure is Measure.L2:
        return -math.sqrt(sum(step * step for step in steps))
    if measure is Measure.L1:
        return -sum(abs(step) for step in steps)
    if measure is Measure.DOT:
        return product
    return min(norms) / max(norms) if max(norms) else 1.0


def vectors_of(values: Tensor, *, centred: bool) -> list[list[float]]:
    flat = values.flatten(1).mT.double()
    return (flat - flat.mean(dim=0) if centred else flat).tolist()


@pytest.mark.parametrize("measure", list(Measure))
def test_every_cell_answers_what_a_loop_finds(measure: Measure) -> None:
    here, there = noise(CHANNELS, HEIGHT, WIDTH) + 1, noise(CHANNELS, 4, 7, seed=1) - 1
    found = ask(here, Spot(0.5, 0.3), other=there, measure=measure)
    centred = measure is Measure.CENTRED_COSINE
    asked = vectors_of(here, centred=centred)[1 * WIDTH + 4]
    expected = [by_hand(measure, asked, v) for v in vectors_of(there, centred=centred)]
    assert found.values.shape == (4, 7)
    assert found.values.dtype is torch.float32
    torch.testing.assert_close(found.values.flatten(), torch.tensor(expected))


@pytest.mark.parametrize("measure", [m for m in Measure if m is not Measure.DOT])
def test_a_spot_is_most_like_itself(measure: Measure) -> None:
    spot = Spot.of_cell(2, 7, height=HEIGHT, width=WIDTH)
    found = ask(noise(CHANNELS, HEIGHT, WIDTH), spot, measure=measure)
    assert found.best() == spot
    assert found.values.max() == pytest.approx(0 if measure in (Measure.L1, Measure.L2) else 1)


@pytest.mark.parametrize("measure", list(Measure))
def test_zeros_are_compared_without_a_division(measure: Measure) -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    values[:, 0, 0] = 0
    for spot in (Spot(0, 0), Spot(0.9, 0.9)):
        found = ask(values, spot, measure=measure)
        assert found.values.isfinite().all()
    zeros = ask(torch.zeros(CHANNELS, HEIGHT, WIDTH), Spot(0, 0), measure=measure)
    assert zeros.values.isfinite().all()
    assert (zeros.picture() >= 0).all()


def test_huge_features_do_not_overflow() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    huge = ask(values.double() * 1e200, Spot(0.2, 0.2)).values
    torch.testing.assert_close(huge, ask(values, Spot(0.2, 0.2)).values)


def test_what_is_not_finite_is_counted_and_dark() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    clean = ask(values, Spot(0.9, 0.9)).values
    values[2, 0, 3] = torch.nan
    values[1, 4, 1] = torch.inf
    found = ask(values, Spot(0.9, 0.9))
    assert found.rejected == 2
    assert found.values[0, 3].isnan()
    assert found.values[4, 1].isnan()
    kept = found.values.isfinite()
    torch.testing.assert_close(found.values[kept], clean[kept])
    assert found.picture()[0, 3] == 0


def test_asking_about_nothing_finite_is_refused() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    values[0, 0, 0] = torch.nan
    with pytest.raises(InputError, match="NaN or infinity"):
        ask(values, Spot(0, 0))
    assert ask(values, [Spot(0, 0), Spot(0.9, 0)]).values.isfinite().sum() == HEIGHT * WIDTH - 1
    nowhere = ask(noise(CHANNELS, 2, 2), Spot(0, 0), other=torch.full_like(values, torch.nan))
    assert (nowhere.picture() == 0).all()
    with pytest.raises(InputError, match="a finite cell"):
        nowhere.best()


def test_several_spots_count_as_their_mean_and_a_mask_as_what_it_covers() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    spots = [Spot.of_cell(row, column, height=6, width=9) for row, column in ((1, 2), (1, 3))]
    mask = torch.zeros(HEIGHT * 4, WIDTH * 4, dtype=torch.bool)
    mask[4:8, 8:16] = True
    mean = values[:, 1, 2:4].mean(dim=1)
    expected = torch.nn.functional.cosine_similarity(values, mean[:, None, None], dim=0)
    for region in (spots, mask):
        torch.testing.assert_close(ask(values, region).values, expected)


def test_half_a_cell_counts_half() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    mask = torch.zeros(HEIGHT * 2, WIDTH * 2)
    mask[2:4, 4:7] = 1
    mean = (values[:, 1, 2] + values[:, 1, 3] / 2) / 1.5
    expected = torch.nn.functional.cosine_similarity(values, mean[:, None, None], dim=0)
    torch.testing.assert_close(ask(values, mask).values, expected)


@pytest.mark.parametrize("region", [[], torch.zeros(12, 18), torch.full((6, 9), torch.nan)])
def test_an_empty_region_is_refused(region: list[Spot] | Tensor) -> None:
    with pytest.raises(InputError, match="an empty one"):
        ask(noise(CHANNELS, HEIGHT, WIDTH), region)


def test_maps_of_other_channels_are_refused() -> None:
    with pytest.raises(ShapeError, match="5 channels"):
        ask(noise(CHANNELS, HEIGHT, WIDTH), Spot(0, 0), other=noise(4, HEIGHT, WIDTH))


def test_rows_of_a_batch_are_asked_one_by_one() -> None:
    values = noise(2, CHANNELS, HEIGHT, WIDTH)
    feature = FeatureMap("mid-vit-out", 0, None, values)
    across = ask(feature, Spot(0, 0), row=1, other=feature, other_row=0)
    torch.testing.assert_close(across.values, ask(values[1], Spot(0, 0), other=values[0]).values)
    torch.testing.assert_close(
        ask(feature, Spot(0, 0), row=1).values, ask(values[1], Spot(0, 0)).values
    )


def test_bounded_measures_are_shown_on_one_scale_and_the_others_on_their_own() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    cosine = ask(values, Spot(0, 0))
    torch.testing.assert_close(cosine.picture(), (cosine.values + 1) / 2)
    stretched = cosine.picture(stretch=True)
    assert (stretched.min(), stretched.max()) == (0, 1)
    distance = ask(values, Spot(0, 0), measure=Measure.L2)
    assert distance.picture()[0, 0] == 1
    torch.testing.assert_close(distance.picture(), 1 - distance.values / distance.values.min())
    flat = ask(torch.ones(CHANNELS, HEIGHT, WIDTH), Spot(0, 0), measure=Measure.L1)
    assert (flat.picture() == 1).all()
