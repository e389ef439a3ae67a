"""Mean and scatter, gathered piece by piece."""

from __future__ import annotations

import torch

from seedloupe.lens.views.moments import Moments


def test_pieces_give_what_the_whole_gives() -> None:
    generator = torch.Generator().manual_seed(3)
    vectors = torch.randn(60, 5, generator=generator, dtype=torch.float64) * 3 + 1e4
    moments = Moments.empty(5)
    for piece in vectors.split([1, 20, 39]):
        moments = moments.add(piece)
    torch.testing.assert_close(moments.mean, vectors.mean(dim=0))
    torch.testing.assert_close(moments.scatter / 60, vectors.mT.cov(correction=0))
    assert (moments.count, moments.rejected) == (60, 0)


def test_what_is_not_finite_is_counted_and_left_out() -> None:
    vectors = torch.ones(4, 2)
    vectors[1, 0], vectors[3, 1] = torch.nan, torch.inf
    moments = Moments.empty(2).add(vectors)
    assert (moments.count, moments.rejected) == (2, 2)
    assert torch.equal(moments.mean, torch.ones(2, dtype=torch.float64))
    nothing = Moments.empty(2).add(vectors[1:2])
    assert (nothing.count, nothing.rejected) == (0, 1)
