"""Attention probabilities from queries and keys, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from .sites import Heads

#: Most bytes the probabilities of all keys may take at once: what a core's cache holds, and on
#: other devices enough to keep them busy.
CHUNK_BYTES = {"cpu": 1 << 20}
_CHUNK_ELSEWHERE = 64 << 20


def shares(
    queries: Tensor,
    keys: Tensor,
    heads: Heads,
    columns: Sequence[int],
    *,
    per_head: bool = False,
    chunk_bytes: int | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """Return which share of each query's attention goes to chosen keys.

    The softmax runs over all keys in float32, whatever the model computes in; of its result only
    ``columns`` are kept, and heads are averaged at once. Queries are taken in chunks: besides what
    is returned, in use are one chunk's probabilities (``chunk_bytes``, or one query's where these
    are more), what is kept of them, and two float32 copies of its queries, however large the
    picture.

    Args:
        queries: ``(B, N, C)``, heads side by side, any floating point type and device.
        keys: ``(B, T, C)``, likewise.
        heads: how ``C`` is split.
        columns: which of the ``T`` keys to keep.
        per_head: keep heads apart.
        chunk_bytes: None takes 1 MiB on a CPU and 64 MiB elsewhere.
        bias: ``(B, T)`` float32, added to the logits of each key.

    Returns:
        ``(B, K, len(columns), N)``, float32, on the same device; ``K`` is 1 or the number of heads.
    """
    limit = chunk_bytes or CHUNK_BYTES.get(queries.device.type, _CHUNK_ELSEWHERE)
    rows, count, _ = queries.shape
    step = max(1, limit // (4 * rows * heads.count * keys.shape[1]))
    chosen = torch.as_tensor(columns, device=queries.device)
    kept = heads.count if per_head else 1
    found = queries.new_empty((rows, kept, len(columns), count), dtype=torch.float32)
    with _plain_float32(queries):
        scaled = _scaled(keys, heads)
        for start in range(0, count, step):
            part = slice(start, start + step)
            powers, total = _powers(_split(queries[:, part], heads), scaled, bias)
            one = powers.index_select(2, chosen).div_(total)
            found[..., part] = one if per_head else one.mean(1, keepdim=True)
    return found


def mixed(
    queries: Tensor, keys: Tensor, values: Tensor, heads: Heads, bias: Tensor | None = None
) -> Tensor:
    """Return what attention gives for a few queries, ``(B, N, C)`` float32, heads side by side.

    Args:
        queries: ``(B, N, C)``, few enough for all their probabilities at once.
        keys: ``(B, T, C)``.
        values: ``(B, T, C')``.
        heads: how ``C`` and ``C'`` are split.
        bias: ``(B, T)`` float32, added to the logits of each key.
    """
    with _plain_float32(queries):
        powers, total = _powers(_split(queries, heads), _scaled(keys, heads), bias)
        return (powers.mT @ _split(values, heads)).div_(total.mT).transpose(1, 2).flatten(2)


def repeats(keys: Tensor, length: int) -> bool:
    """Tell whether ``(B, T, C)`` is its first ``length`` keys over and over.

    ComfyUI repeats the shorter of two prompts until both are equally long. Every copy of a key gets
    an equal share, so that a softmax over the first copies alone is the softmax over all with the
    columns of copies summed.
    """
    times, rest = divmod(keys.shape[1], length)
    if times < 2 or rest:
        return False
    copies = keys.reshape(keys.shape[0], times, length, keys.shape[2])
    return bool((copies == copies[:, :1]).all())


def _plain_float32(like: Tensor) -> AbstractContextManager[object]:
    """Keep mixed precision, under which the model may run, away from our products."""
    kind = like.device.type  # releases differ in which others know mixed precision at all
    return torch.autocast(kind, enabled=False) if kind in ("cpu", "cuda") else nullcontext()


def _split(x: Tensor, heads: Heads) -> Tensor:
    """Turn ``(B, N, K * D)`` into ``(B, K, N, D)``, float32."""
    return x.to(torch.float32).reshape(*x.shape[:2], heads.count, -1).transpose(1, 2)


def _scaled(keys: Tensor, heads: Heads) -> Tensor:
    apart = _split(keys, heads)
    scale = apart.shape[-1] ** -0.5 if heads.scale is None else heads.scale
    return (apart * scale).contiguous()


def _powers(queries: Tensor, keys: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return softmax over keys before it is divided, ``(B, K, T, N)``, and the divisor.

    In place, undivided, as most keys are thrown away, and with queries last, so that all passes run
    over long rows: on a CPU this takes two thirds of the time of ``torch.softmax``.

    Args:
        queries: ``(B, K, N, D)``.
        keys: ``(B, K, T, D)``, scaled.
        bias: ``(B, T)``, or None.
    """
    logits = keys @ queries.mT
    if bias is not None:
        logits += bias[:, None, :, None]
    powers = logits.sub_(logits.amax(2, keepdim=True)).exp_()
    return powers, powers.sum(2, keepdim=True)
