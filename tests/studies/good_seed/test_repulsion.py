"""Latents that push each other apart, beside the derivative of the kernel."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.studies.good_seed.repulsion import push_apart

BY_NOISE = 3.0**2 / (1 + 3.0**2)


def latents(count: int = 4) -> Tensor:
    return torch.randn(count, 4, 6, 8, generator=torch.Generator().manual_seed(0))


def test_it_is_the_kernels_gradient_scaled_by_its_width() -> None:
    clean = latents().double().requires_grad_()
    flat = clean.flatten(1)
    squares = torch.cdist(flat, flat).square()
    others = ~torch.eye(4, dtype=torch.bool)
    width = (squares[others].median() / math.log(4)).detach()
    potential = torch.exp(-squares[others] / width).sum()
    (gradient,) = torch.autograd.grad(potential, clean)
    pushed = push_apart(clean.detach().float(), 3.0, strength=0.5)
    # Each pair stands twice in the potential.
    oracle = -gradient / 2 * width / 2 * 0.5 * BY_NOISE
    assert torch.allclose(pushed, oracle.float(), atol=1e-5)
    assert torch.allclose(pushed.sum(0), torch.zeros_like(pushed[0]), atol=1e-4)


def test_pictures_equally_far_apart_are_spread_about_their_mean() -> None:
    clean = torch.eye(4).reshape(4, 1, 2, 2)
    pushed = push_apart(clean, 3.0, strength=0.5)
    assert torch.allclose(pushed, 0.5 * BY_NOISE * (clean - clean.mean(0)), atol=1e-6)


def test_without_noise_or_strength_nothing_moves_and_alike_pictures_stay() -> None:
    assert not push_apart(latents(), 3.0, strength=0.0).any()
    assert push_apart(latents(), 0.01, strength=1.0).abs().max() < 1e-3
    assert not push_apart(torch.ones(3, 4, 6, 8), 3.0, strength=1.0).any()


def test_one_picture_a_negative_strength_and_other_layouts_are_refused() -> None:
    with pytest.raises(InputError, match="two pictures"):
        push_apart(latents(1), 1.0, strength=1.0)
    with pytest.raises(InputError, match="strength"):
        push_apart(latents(), 1.0, strength=-1.0)
    with pytest.raises(ShapeError):
        push_apart(latents()[0], 1.0, strength=1.0)
