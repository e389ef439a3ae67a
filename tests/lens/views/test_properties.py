"""Noise, granularity and locality of fields in which each was planted."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.lens.views.cells import Cells
from seedloupe.lens.views.properties import (
    layer_properties,
    locality,
    noise_between,
    noise_score,
    patch_size,
    semivariance,
)

from .fields import disc, mosaic, noise, smooth

CHANNELS, HEIGHT, WIDTH = 32, 24, 32


def scaled(values: Tensor) -> Tensor:
    """Bring every channel to mean 0 and all together to variance 1."""
    around = values - values.mean(dim=(1, 2), keepdim=True)
    return around / around.std()


def with_noise(content: Tensor, share: float) -> Tensor:
    grain = scaled(noise(*content.shape, seed=9))
    return (1 - share) ** 0.5 * scaled(content) + share**0.5 * grain


def edges() -> Tensor:
    """Flat content with one edge around it."""
    return noise(CHANNELS, 2)[:, disc(HEIGHT, WIDTH, radius=0.3).long()]


CONTENTS = {
    "smooth": smooth(CHANNELS, HEIGHT, WIDTH, grain=8),
    "mosaic": mosaic(CHANNELS, HEIGHT, WIDTH, patch=8),
    "edges": edges(),
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_noise_is_the_share_of_variance_that_was_planted(content: str, share: float) -> None:
    assert noise_score(with_noise(CONTENTS[content], share)) == pytest.approx(share, abs=0.06)


def test_semivariance_is_that_of_a_loop() -> None:
    values = noise(3, 5, 7)
    values[0, 2, 3] = torch.nan
    steps = [
        float((values[:, r, c] - values[:, r + down, c + right]).square().sum()) / 2
        for down, right in ((2, 0), (0, 2))
        for r in range(5 - down)
        for c in range(7 - right)
        if (r, c) != (2, 3) and (r + down, c + right) != (2, 3)
    ]
    assert semivariance(Cells.of(values), 2) == pytest.approx(sum(steps) / len(steps))
    assert semivariance(Cells.of(values), 7) != semivariance(Cells.of(values), 7)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_views_of_one_picture_disagree_by_their_share_of_noise(share: float) -> None:
    content = scaled(smooth(CHANNELS, HEIGHT, WIDTH))
    # Smeared over its neighbours, so that no single map shows that it is noise.
    grains = [scaled(smooth(CHANNELS, HEIGHT, WIDTH, seed=seed)) for seed in (1, 2, 3)]
    views = [(1 - share) ** 0.5 * content + share**0.5 * grain for grain in grains]
    assert noise_between(views) == pytest.approx(share, abs=0.06)
    assert noise_score(views[0]) < 0.06


def test_views_leave_out_what_is_not_finite_in_any() -> None:
    one, other = noise(CHANNELS, 4, 5), noise(CHANNELS, 4, 5, seed=1)
    expected = noise_between([one[:, 1:], other[:, 1:]])
    one[0, 0, :3], other[0, 0, 3:] = torch.nan, torch.inf
    assert noise_between([one, other]) == pytest.approx(expected)
    assert noise_between([torch.ones(2, 3, 3)] * 2) == 0


def test_views_have_to_be_of_one_shape() -> None:
    with pytest.raises(InputError, match="two or more maps"):
        noise_between([noise(2, 4, 4)])
    with pytest.raises(InputError, match="2x4x4, 2x4x5"):
        noise_between([noise(2, 4, 4), noise(2, 4, 5)])
    with pytest.raises(InputError, match="finite in all"):
        noise_between([torch.full((2, 4, 4), torch.nan), noise(2, 4, 4)])


@pytest.mark.parametrize("grain", [0.0, 0.3])
def test_patches_have_the_size_that_was_planted(grain: float) -> None:
    sizes = []
    for patch in (1, 2, 3, 4, 6, 8):
        values = with_noise(mosaic(CHANNELS, HEIGHT, WIDTH, patch=patch), grain)
        sizes.append(patch_size(values))
        if patch > 1:
            assert sizes[-1] == pytest.approx(patch, rel=0.2)
    assert all(before < after for before, after in pairwise(sizes))
    assert sizes[0] < 1.5


def test_content_that_never_changes_is_one_patch() -> None:
    flat = layer_properties(torch.full((CHANNELS, 6, 9), 0.1))
    assert (flat.noise, flat.patch, flat.patch_share, flat.locality) == (0, 6, 1, 0)


def position_code() -> Tensor:
    """Random features of position whose likeness falls with distance alone."""
    places = Cells.of(torch.zeros(1, HEIGHT, WIDTH)).places().float()
    waves = places @ (noise(2, 512, seed=4) / 6)
    code = torch.cat([waves.sin(), waves.cos()], dim=1)
    return code.mT.reshape(-1, HEIGHT, WIDTH)


def test_locality_grows_with_the_share_of_a_position_code() -> None:
    code = position_code()
    content = torch.zeros_like(code)
    content[:8] = noise(8, 2, seed=2)[:, disc(HEIGHT, WIDTH, x=0.7, radius=0.2).long()]
    found = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        mixed = share**0.5 * code / code.std() + (1 - share) ** 0.5 * content / content.std()
        found.append(locality(mixed))
    assert all(before < after for before, after in pairwise(found))
    assert found[0] < 0.25
    assert found[-1] > 0.9


def test_white_noise_has_no_locality() -> None:
    assert max(locality(noise(CHANNELS, 12, 16, seed=seed)) for seed in range(10)) < 0.01


def test_properties_are_those_asked_for_one_by_one() -> None:
    values = noise(2, CHANNELS, HEIGHT, WIDTH)
    values[1, 3, 5, 5] = torch.nan
    found = layer_properties(values, row=1)
    assert found.noise == noise_score(values, row=1)
    assert found.patch == patch_size(values, row=1)
    assert found.patch_share == found.patch / HEIGHT
    assert found.locality == locality(values, row=1)
    assert found.rejected == 1


def test_too_small_a_map_is_refused() -> None:
    with pytest.raises(InputError, match="at least 3x3 cells"):
        noise_score(noise(4, 2, 9))
    with pytest.raises(InputError, match="side by side"):
        patch_size(torch.full((4, 6, 9), torch.nan))
