"""Features as colours that change only when features do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views.pca import PcaBasis, PcaRenderer, RunningPca

CHANNELS, HEIGHT, WIDTH = 24, 6, 9


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def as_map(values: Tensor, step: int = 0, layer: str = "mid-vit-out") -> FeatureMap:
    return FeatureMap(layer, step, None, values)


def drifting_field(steps: int = 12, angle: float = 0.06) -> list[FeatureMap]:
    """Patterns of nearly equal strength that slowly turn into each other, under a little noise.

    Where strengths are nearly equal, components trade places and signs from one step to the next.
    """
    patterns = noise(4, HEIGHT, WIDTH, seed=1)
    directions = torch.linalg.qr(noise(CHANNELS, 4, seed=2))[0].mT
    maps = []
    for step in range(steps):
        turn = torch.eye(4)
        c, s = math.cos(angle * step), math.sin(angle * step)
        turn[:2, :2] = torch.tensor([[c, -s], [s, c]])
        strengths = 1 + 0.05 * torch.sin(torch.arange(4) + 1.3 * step)
        clean = torch.einsum("phw,p,pq,qc->chw", patterns, strengths, turn, directions)
        grain = 0.02 * noise(CHANNELS, HEIGHT, WIDTH, seed=10 + step)
        maps.append(as_map((clean + grain + 2)[None], step))
    return maps


def flicker(pictures: Sequence[Tensor]) -> float:
    return sum(float((after - before).abs().mean()) for before, after in pairwise(pictures))


def test_components_are_those_of_a_reference_decomposition() -> None:
    values = noise(3, CHANNELS, HEIGHT, WIDTH) * torch.linspace(3, 0.5, CHANNELS)[:, None, None]
    basis = PcaBasis.fit(values)
    vectors = values.movedim(1, 3).reshape(-1, CHANNELS).double().numpy()
    centred = vectors - vectors.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    variance = sizes**2 / len(vectors)
    agreement = np.abs(np.sum(basis.components.numpy() * axes[:3], axis=1))
    np.testing.assert_allclose(agreement, 1, atol=1e-9)
    np.testing.assert_allclose(basis.spread.numpy(), np.sqrt(variance[:3]))
    np.testing.assert_allclose(basis.explained, variance[:3] / variance.sum())
    assert basis.count == len(vectors)


def test_signs_do_not_depend_on_chance() -> None:
    values = noise(2, CHANNELS, HEIGHT, WIDTH)
    basis, mirrored = PcaBasis.fit(values), PcaBasis.fit(-values)
    for row in basis.components:
        assert row[row.abs().argmax()] > 0
    torch.testing.assert_close(basis.components, mirrored.components)
    assert torch.equal(basis.components, PcaBasis.fit(values.clone()).components)


def test_maps_of_several_sizes_share_one_basis() -> None:
    values = noise(1, CHANNELS, HEIGHT, WIDTH)
    apart = [as_map(values[..., :4]), as_map(values[..., 4:].mT, 1)]
    whole, parts = PcaBasis.fit(values), PcaBasis.fit(apart)
    torch.testing.assert_close(whole.components, parts.components)
    assert parts.render(apart[1]).shape == (3, WIDTH - 4, HEIGHT)


def test_colours_are_laid_out_like_the_cells() -> None:
    values = torch.zeros(2, CHANNELS, HEIGHT, WIDTH)
    values[1, 5, 1, 7] = 1
    picture = PcaBasis.fit(values).render(values, row=1)
    assert picture.shape == (3, HEIGHT, WIDTH)
    assert picture.dtype is torch.float32
    assert divmod(int((picture[0] - picture[0, 0, 0]).abs().argmax()), WIDTH) == (1, 7)


def test_one_basis_flickers_less_than_a_basis_for_every_step() -> None:
    maps = drifting_field()
    joint = PcaBasis.fit(maps)
    running = RunningPca()
    alone = flicker([PcaBasis.fit(one.values).render(one) for one in maps])
    together = flicker([joint.render(one) for one in maps])
    live = flicker([running.render(one) for one in maps])
    assert together < 0.5 * alone
    assert live < 0.5 * alone


def test_live_colours_are_there_at_the_first_step() -> None:
    first = drifting_field()[0]
    picture = RunningPca().render(first)
    assert torch.equal(picture, PcaBasis.fit([first]).render(first))
    assert picture.std() > 0.1


def test_live_colours_stay_to_the_bit_while_features_do() -> None:
    maps = drifting_field(steps=8, angle=0.5)
    running = RunningPca()
    for one in maps:
        painted = running.render(one)
        again = as_map(one.values.clone(), one.step + 1)
        assert torch.equal(running.render(again), painted)


def test_live_colours_follow_features_that_leave_their_space() -> None:
    plain, other = noise(2, CHANNELS, HEIGHT, WIDTH, seed=5).split(1)
    plain[:, CHANNELS // 2 :] = 0
    other[:, : CHANNELS // 2] = 0
    running = RunningPca()
    running.render(as_map(plain))
    kept = running.basis
    assert kept is not None
    running.render(as_map(plain * 1.01, 1))
    assert running.basis is kept
    assert running.revision == 1
    running.render(as_map(other * 4, 2))
    assert running.revision == 2
    assert running.basis is not kept
    picture = running.render(as_map(other * 4, 3))
    assert picture.std(dim=(1, 2)).min() > 0.05


def test_a_new_live_basis_serves_all_maps_so_far_and_resembles_the_old_one() -> None:
    first, second = (as_map(noise(1, CHANNELS, HEIGHT, WIDTH, seed=s), s) for s in (0, 1))
    running = RunningPca(keep=1.1)
    for one in (first, second):
        running.render(one)
    assert running.basis is not None
    assert running.revision == 2
    expected = PcaBasis.fit([first, second]).turned_like(PcaBasis.fit([first]))
    torch.testing.assert_close(running.basis.components, expected.components)
    torch.testing.assert_close(running.basis.spread, expected.spread)


def test_live_colours_stay_even_where_no_basis_serves_well() -> None:
    values = noise(1, CHANNELS, HEIGHT, WIDTH)
    running = RunningPca()
    for step in range(20):
        running.render(as_map(values, step))
    blown = running.render(as_map(values * 20, 20))
    assert (blown.eq(0) | blown.eq(1)).any(dim=0).float().mean() > 0.3
    assert torch.equal(running.render(as_map(values * 20, 21)), blown)


def test_live_colours_follow_features_that_outgrow_their_range() -> None:
    values = noise(1, CHANNELS, HEIGHT, WIDTH)
    running = RunningPca()
    running.render(as_map(values))
    blown = running.render(as_map(values * 20, 1))
    assert running.revision == 2
    assert (blown.eq(0) | blown.eq(1)).float().mean() < 0.1


def test_turning_a_basis_keeps_what_it_shows_and_brings_colours_closer() -> None:
    maps = drifting_field()
    old, new = PcaBasis.fit(maps[:1]), PcaBasis.fit(maps)
    turned = new.turned_like(old)
    before = old.render(maps[0])
    assert (turned.render(maps[0]) - before).abs().mean() < (
        new.render(maps[0]) - before
    ).abs().mean()
    projector = new.components.mT @ new.components
    torch.testing.assert_close(turned.components.mT @ turned.components, projector)
    assert sum(turned.explained) == pytest.approx(sum(new.explained))
    along = torch.cat([turned.project(one).flatten(1) for one in maps], dim=1)
    torch.testing.assert_close(along.std(dim=1, correction=0), torch.ones(3, dtype=torch.float64))


@pytest.mark.parametrize("value", [0.0, 0.1, -3e4, 1e-20])
def test_a_constant_input_is_plain_grey(value: float) -> None:
    values = torch.full((1, CHANNELS, HEIGHT, WIDTH), value)
    basis = PcaBasis.fit(values)
    assert basis.explained == (0, 0, 0)
    grey = torch.full((3, HEIGHT, WIDTH), 0.5)
    assert torch.equal(basis.render(values), grey)
    running = RunningPca()
    assert torch.equal(running.render(as_map(values)), grey)
    assert running.render(as_map(values + noise(*values.shape), 1)).std() > 0.05


def test_what_rounding_leaves_of_a_constant_is_plain_grey() -> None:
    values = torch.full((1, CHANNELS, HEIGHT, WIDTH), 0.1) * (1 + 1e-7 * noise(1, CHANNELS, 1, 9))
    assert values.std() > 0
    assert PcaBasis.fit(values).explained == (0, 0, 0)


@pytest.mark.parametrize("channels", [1, 2])
def test_fewer_than_three_channels_leave_the_other_colours_grey(channels: int) -> None:
    values = noise(1, channels, HEIGHT, WIDTH)
    for picture in (PcaBasis.fit(values).render(values), RunningPca().render(as_map(values))):
        assert (picture[channels:] == 0.5).all()
        assert (picture[:channels].flatten(1).std(dim=1) > 0.1).all()


def test_positions_that_are_not_finite_are_counted_and_black() -> None:
    values = noise(1, CHANNELS, HEIGHT, WIDTH)
    clean = PcaBasis.fit(values[..., 1:, :])
    values[0, 3, 0, 2:] = torch.nan
    values[0, 4, 0, :2] = -torch.inf
    basis = PcaBasis.fit(values)
    assert (basis.rejected, basis.count) == (WIDTH, WIDTH * (HEIGHT - 1))
    torch.testing.assert_close(basis.components, clean.components)
    picture = basis.render(values)
    assert (picture[:, 0] == 0).all()
    assert picture.isfinite().all()
    running = RunningPca()
    assert torch.equal(running.render(as_map(values)), picture)
    assert running.rejected == WIDTH


def test_features_without_a_finite_position_are_refused_or_black() -> None:
    values = torch.full((1, CHANNELS, HEIGHT, WIDTH), torch.nan)
    with pytest.raises(InputError, match="54 positions"):
        PcaBasis.fit(values)
    running = RunningPca()
    assert (running.render(as_map(values)) == 0).all()
    assert running.rejected == 54
    assert running.render(as_map(noise(*values.shape), 1)).std() > 0.1


def test_layers_and_channels_are_not_mixed() -> None:
    values = noise(1, CHANNELS, HEIGHT, WIDTH)
    with pytest.raises(InputError, match="mid-vit-out, unet-out"):
        PcaBasis.fit([as_map(values), as_map(values, layer="unet-out")])
    with pytest.raises(InputError, match="got nothing"):
        PcaBasis.fit([])
    with pytest.raises(ShapeError):
        PcaBasis.fit([as_map(values), as_map(values[:, 1:])])
    with pytest.raises(ShapeError):
        PcaBasis.fit(values[0])
    with pytest.raises(ShapeError):
        PcaBasis.fit(values).render(values[:, 1:])


def test_one_renderer_keeps_its_layers_apart() -> None:
    wide, narrow = as_map(noise(1, CHANNELS, 4, 7)), as_map(noise(1, 5, 2, 3), layer="unet-out")
    renderer = PcaRenderer()
    assert torch.equal(renderer.render(wide), RunningPca().render(wide))
    assert torch.equal(renderer.render(narrow), RunningPca().render(narrow))
    with pytest.raises(ShapeError):
        renderer.render(as_map(noise(1, 5, 2, 3)))
