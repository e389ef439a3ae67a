"""Probabilities, against formulas that keep everything."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from seedloupe.lens.words.sites import Heads
from seedloupe.lens.words.softmax import mixed, repeats, shares

HEADS = Heads(3)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def queries() -> Tensor:
    return 3 * drawn(2, 35, 12)


@pytest.fixture
def keys() -> Tensor:
    return drawn(2, 11, 12, seed=1)


def by_identity(queries: Tensor, keys: Tensor, scale: float | None = None) -> Tensor:
    """All probabilities ``(B, K, N, T)``, from a fused kernel that mixes an identity matrix."""
    q, k = (x.unflatten(2, (3, -1)).transpose(1, 2) for x in (queries, keys))
    one = torch.eye(keys.shape[1]).expand(2, 3, -1, -1)
    return functional.scaled_dot_product_attention(q, k, one, scale=scale)


def test_shares_are_what_a_fused_kernel_gives_for_an_identity(
    queries: Tensor, keys: Tensor
) -> None:
    whole = by_identity(queries, keys)
    found = shares(queries, keys, HEADS, range(11), per_head=True)
    assert (found - whole.mT).abs().max() <= 1e-6
    assert (found.sum(2) - 1).abs().max() <= 1e-5


def test_chosen_columns_keep_their_share_of_the_whole(queries: Tensor, keys: Tensor) -> None:
    whole = by_identity(queries, keys).mean(1).mT
    found = shares(queries, keys, HEADS, (7, 2, 7))
    assert found.shape == (2, 1, 3, 35)
    torch.testing.assert_close(found[:, 0], whole[:, [7, 2, 7]], rtol=0, atol=1e-6)


def test_a_scale_that_is_given_is_taken(queries: Tensor, keys: Tensor) -> None:
    whole = by_identity(queries, keys, scale=0.9)
    found = shares(queries, keys, Heads(3, 0.9), range(11), per_head=True)
    torch.testing.assert_close(found, whole.mT, rtol=0, atol=1e-6)


@pytest.mark.parametrize("limit", [1, 700, 5000])
def test_chunks_do_not_show(limit: int, queries: Tensor, keys: Tensor) -> None:
    whole = shares(queries, keys, HEADS, (0, 5))
    chunked = shares(queries, keys, HEADS, (0, 5), chunk_bytes=limit)
    torch.testing.assert_close(chunked, whole, rtol=0, atol=1e-6)


def test_large_logits_do_not_overflow(queries: Tensor, keys: Tensor) -> None:
    found = shares(queries * 1e4, keys, HEADS, range(11))
    assert found.isfinite().all()
    assert (found.sum(2) - 1).abs().max() <= 1e-5


def test_half_precision_and_autocast_are_computed_in_full(queries: Tensor, keys: Tensor) -> None:
    q, k = queries.half(), keys.half()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = shares(q, k, HEADS, range(11))
    torch.testing.assert_close(found, shares(q.float(), k.float(), HEADS, range(11)))
    assert found.dtype is torch.float32


def test_queries_and_keys_are_left_as_they_are(queries: Tensor, keys: Tensor) -> None:
    before = queries.clone(), keys.clone()
    shares(queries, keys, Heads(1), (0,))
    assert torch.equal(queries, before[0])
    assert torch.equal(keys, before[1])


def test_what_attention_mixes_is_what_a_fused_kernel_mixes(queries: Tensor, keys: Tensor) -> None:
    values = drawn(2, 11, 15, seed=2)
    q, k, v = (x.unflatten(2, (3, -1)).transpose(1, 2) for x in (queries, keys, values))
    theirs = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    assert (mixed(queries, keys, values, HEADS) - theirs).abs().max() <= 1e-5


@pytest.mark.parametrize("times", [2, 3])
def test_the_first_of_repeated_keys_alone_is_the_sum_over_all(
    times: int, queries: Tensor, keys: Tensor
) -> None:
    repeated = keys.repeat(1, times, 1)
    whole = shares(queries, repeated, HEADS, range(11 * times))
    summed = whole.unflatten(2, (times, 11)).sum(2)
    assert (shares(queries, keys, HEADS, range(11)) - summed).abs().max() <= 1e-6
    assert repeats(repeated, 11)


def test_only_true_repetitions_are_taken_for_such(keys: Tensor) -> None:
    assert not repeats(keys, 11)
    assert not repeats(torch.cat([keys, keys[:, :4]], 1), 11)
    other = keys.clone()
    other[1, 3, 5] += 1e-3
    assert not repeats(torch.cat([keys, other], 1), 11)


class Largest(TorchDispatchMode):
    """Notes the most bytes any one result takes."""

    most = 0

    def __torch_dispatch__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.most = max(self.most, result.numel() * result.element_size())
        return result


@pytest.mark.parametrize(("heads", "cells"), [(2, 1000), (2, 9000), (16, 1000)])
def test_memory_does_not_grow_with_the_whole_map(heads: int, cells: int) -> None:
    limit = 1 << 16
    q, k = drawn(2, cells, 16), drawn(2, 77, 16, seed=1)
    with Largest() as seen:
        found = shares(q, k, Heads(heads), (1, 2), chunk_bytes=limit)
    whole = 4 * 2 * heads * cells * 77
    kept = max(found.numel() * 4, q.numel() * 4)  # what came in is only looked at
    assert seen.most <= max(limit, kept)
    assert seen.most < whole / 4
