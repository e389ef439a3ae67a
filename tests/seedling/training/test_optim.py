"""Muon with float32 masters, against linear algebra."""

from __future__ import annotations

import torch
from torch import nn

from seedloupe.seedling.training.optim import (
    MasterMuon,
    orthogonalise,
    split_parameters,
    warm_stable_decay,
)


def test_orthogonalising_keeps_directions_and_evens_out_their_strengths() -> None:
    matrix = torch.randn(12, 40, generator=torch.Generator().manual_seed(0))
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    found = orthogonalise(matrix)
    strengths = torch.linalg.svdvals(found)
    assert strengths.min() > 0.6
    assert strengths.max() < 1.3
    aligned = (left.T @ found @ right.T).diagonal()
    assert (aligned / strengths.mean() > 0.6).all()


def test_tall_matrices_are_treated_as_wide_ones() -> None:
    matrix = torch.randn(40, 12, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(orthogonalise(matrix), orthogonalise(matrix.T).T, atol=1e-6)


def test_masters_gather_steps_too_small_for_bfloat16_weights() -> None:
    layer = nn.Linear(4, 4, bias=False).bfloat16()
    nn.init.ones_(layer.weight)
    optimizer = MasterMuon(layer, lr=1e-4)
    for _ in range(200):
        layer.weight.grad = torch.eye(4).bfloat16()
        optimizer.step()
    assert (layer.weight.diagonal() < 0.999).all()


def test_embeddings_and_vectors_are_left_to_adam() -> None:
    model = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 3), nn.Conv2d(3, 2, 3))
    matrices, rest = split_parameters(model)
    assert {tuple(w.shape) for w in matrices} == {(3, 4), (2, 3, 3, 3)}
    assert {tuple(w.shape) for w in rest} == {(9, 4), (3,), (2,)}


def test_the_average_names_only_what_was_trained() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[0].requires_grad_(False)
    optimizer = MasterMuon(model, lr=1e-2)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    assert set(optimizer.averaged(model)) == {"1.weight", "1.bias"}


def test_the_learning_rate_rises_stays_and_falls_to_nothing() -> None:
    rates = [warm_stable_decay(step, 1000, warm=50, decay=0.3) for step in range(1001)]
    assert rates[0] == 0.02
    assert set(rates[49:700]) == {1.0}
    assert rates[850] == 0.5
    assert rates[1000] == 0.0
