"""Colours turned to match those of another run or layer."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views.alignment import turned_to_match
from seedloupe.lens.views.pca import PcaBasis

from .fields import noise, smooth

CHANNELS, HEIGHT, WIDTH = 24, 12, 16


def mixed(values: Tensor, channels: int, *, seed: int) -> Tensor:
    """The same content along other directions of another number of channels."""
    turn = torch.linalg.qr(noise(channels, channels, seed=seed))[0][: len(values)]
    return torch.einsum("chw,cd->dhw", values, turn)


def contents() -> Tensor:
    """Three patterns of nearly equal strength, which trade places easily."""
    return smooth(3, HEIGHT, WIDTH) * torch.tensor([1.0, 0.97, 0.94])[:, None, None]


def difference(basis: PcaBasis, values: Tensor, picture: Tensor) -> float:
    return float((basis.render(values[None]) - picture).abs().mean())


def test_another_layer_is_painted_in_the_colours_of_the_first() -> None:
    first, other = mixed(contents(), CHANNELS, seed=1), mixed(-contents(), 40, seed=2)
    like, basis = PcaBasis.fit(first[None]), PcaBasis.fit(other[None])
    picture = like.render(first[None])
    turned = turned_to_match(basis, other, like=like, reference=first)
    assert difference(basis, other, picture) > 0.1
    assert difference(turned, other, picture) < 1e-4
    assert sum(turned.explained) == pytest.approx(sum(basis.explained))
    torch.testing.assert_close(turned.components @ turned.components.mT, torch.eye(3).double())


def test_another_run_is_painted_in_the_colours_of_the_first() -> None:
    first = mixed(contents(), CHANNELS, seed=1)
    other = first + 0.1 * noise(CHANNELS, HEIGHT, WIDTH, seed=3)
    other[:3] *= 1.3  # so that its own components are others
    like, basis = PcaBasis.fit(first[None]), PcaBasis.fit(other[None])
    picture = like.render(first[None])
    plain = difference(basis, other, picture)
    assert difference(turned_to_match(basis, other, like=like, reference=first), other, picture) < (
        0.7 * plain
    )
    assert difference(basis.turned_like(like), other, picture) < 0.7 * plain


def test_a_finer_layer_is_compared_on_the_coarser_ones_cells() -> None:
    coarse = mixed(contents(), CHANNELS, seed=1)
    fine = mixed(contents(), 40, seed=2).repeat_interleave(2, 1).repeat_interleave(3, 2)
    fine = fine.flip(0)
    like, basis = PcaBasis.fit(coarse[None]), PcaBasis.fit(fine[None])
    turned = turned_to_match(basis, fine, like=like, reference=coarse)
    picture = like.render(coarse[None]).repeat_interleave(2, 1).repeat_interleave(3, 2)
    assert difference(turned, fine, picture) < 1e-4


def test_what_is_not_finite_does_not_turn_anything() -> None:
    first, other = mixed(contents(), CHANNELS, seed=1), mixed(-contents(), 40, seed=2)
    like, basis = PcaBasis.fit(first[None]), PcaBasis.fit(other[None])
    picture = like.render(first[None])
    broken = other.clone()
    broken[3, 2:4, 5] = torch.nan
    turned = turned_to_match(basis, broken, like=like, reference=first)
    assert difference(turned, other, picture) < 1e-4
    with pytest.raises(InputError, match="three cells"):
        turned_to_match(basis, torch.full_like(other, torch.nan), like=like, reference=first)


def test_pictures_of_several_seeds_share_one_basis() -> None:
    runs = [mixed(smooth(3, HEIGHT, WIDTH, seed=s), CHANNELS, seed=1)[None] for s in range(3)]
    maps = [FeatureMap("mid-vit-out", 0, None, values) for values in runs]
    joint, batch = PcaBasis.fit(maps), PcaBasis.fit(torch.cat(runs))
    torch.testing.assert_close(joint.components, batch.components)
    assert sum(joint.explained) == pytest.approx(1)
    direction = joint.components[0].float()
    for one in runs:  # one colour means one feature in every picture
        along = torch.einsum("c,chw->hw", direction, one[0] - joint.mean.float()[:, None, None])
        expected = 0.5 + along / float(joint.spread[0]) / 5
        torch.testing.assert_close(joint.render(one)[0], expected.clamp(0, 1))
