"""A light probe: what layers hold early, turned into a guess of the finished picture's score."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

Floats: TypeAlias = NDArray[np.float64]

WIDTH = 128
"""Numbers a layer is boiled down to, so that a journal stays small with any model."""
_POOL = 2
_PENALTIES = tuple(10.0**k for k in range(-1, 6))
_PROMPT_FOLDS, _SEED_FOLDS = 6, 4


def sketch(features: dict[str, Tensor] | None, layers: Sequence[str]) -> list[list[float]]:
    """Return ``WIDTH`` numbers a layer for each picture, four digits each.

    Each layer ``(B, C, H, W)`` is pooled to 2 x 2 cells and multiplied with a fixed random matrix,
    which keeps distances nearly as they are (Johnson and Lindenstrauss, 1984).
    """
    parts = []
    for layer in layers if features else ():
        assert features is not None
        pooled = adaptive_avg_pool2d(features[layer].float(), _POOL).flatten(1)
        seed = int.from_bytes(sha256(layer.encode()).digest()[:7], "big")
        drawn = torch.randn(
            pooled.shape[1], WIDTH, generator=torch.Generator("cpu").manual_seed(seed)
        )
        parts.append(pooled @ drawn / WIDTH**0.5)
    rows = torch.cat(parts, 1).tolist() if parts else []
    return [[float(f"{value:.4g}") for value in row] for row in rows]


def guesses(
    seen: Sequence[Floats], scores: Sequence[Floats], *, rng: np.random.Generator | None = None
) -> list[Floats]:
    """Guess the scores of each prompt's seeds by ridge regression taught on others alone.

    Both are centred within each prompt, and scores brought to unit spread: what is guessed is which
    of a prompt's seeds are better. Neither the prompt nor the seed of what is guessed taught: the
    same seeds serve all prompts, and could be known by their noise. The penalty is chosen by
    generalised cross-validation on what teaches.

    Args:
        seen: ``(S, D)`` a prompt, the same seeds in the same order.
        scores: ``(S,)`` a prompt, what is to be foretold.
        rng: shuffles the scores that teach, for a control; None teaches the true ones.

    Returns:
        ``(S,)`` a prompt, in spreads of its scores.
    """
    rows = np.stack([one - one.mean(0) for one in seen])
    aims = np.stack([_unit(one if rng is None else rng.permutation(one)) for one in scores])
    prompts = np.arange(len(rows)) % min(_PROMPT_FOLDS, len(rows))
    seeds = np.arange(rows.shape[1]) % min(_SEED_FOLDS, rows.shape[1])
    found = np.zeros(rows.shape[:2])
    for prompt in range(prompts.max() + 1):
        for seed in range(seeds.max() + 1):
            taught = np.ix_(prompts != prompt, seeds != seed)
            guessed = np.ix_(prompts == prompt, seeds == seed)
            matrix = rows[taught].reshape(-1, rows.shape[2])
            scale = matrix.std(0)
            scale[scale <= 0] = 1.0
            weights = _ridge(matrix / scale, aims[taught].ravel())
            found[guessed] = rows[guessed] / scale @ weights
    return list(found)


def _ridge(matrix: Floats, aims: Floats) -> Floats:
    """Return the weights of the penalty with the least generalised cross-validation error."""
    left, spread, right = np.linalg.svd(matrix, full_matrices=False)
    along = left.T @ aims
    best: tuple[float, Floats] | None = None
    for penalty in _PENALTIES:
        shrunk = spread**2 / (spread**2 + penalty)
        missed = aims - left @ (shrunk * along)
        error = float(missed @ missed) / (1 - shrunk.sum() / len(aims)) ** 2
        if best is None or error < best[0]:
            kept = np.where(spread > 0, shrunk / np.where(spread > 0, spread, 1.0), 0.0)
            best = error, right.T @ (kept * along)
    assert best is not None
    return best[1]


def _unit(values: Floats) -> Floats:
    centred = values - values.mean()
    found: Floats = centred / (float(centred.std()) or 1.0)
    return found
