"""Parts of the variance in a grid of seeds and prompts.

One picture of each seed and prompt, ``x = mean + seed + prompt + rest``. The parts' variances
follow from the mean squares of a two-way analysis (Searle, Casella and McCulloch, 1992, sec. 4.7),
summed over the dimensions of a space. The rest is what the seed does with one prompt and not with
another, and what sampling draws later: a table of seeds cannot use it, but choosing among a
prompt's own pictures can.

All comes from inner products of the pictures' vectors, so that a space may have any width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ..student import t_quantile

Doubles = NDArray[np.float64]
#: Fewest seeds and prompts that parts can be told from.
FEWEST = 3
SHUFFLES = 999
_SURE = 0.975


@dataclass(frozen=True)
class VarianceComponents:
    """Shares of the variance, with 95 % intervals, beside shuffled seeds.

    Attributes:
        seed: the seed's share, whatever the prompt.
        seed_low: lower end of its interval.
        seed_high: upper end.
        prompt: the prompt's share.
        prompt_low: lower end of its interval.
        prompt_high: upper end.
        neither: the rest's share.
        p: how often seeds shuffled within each prompt have as large a share.
        shuffled_high: the share that shuffled seeds reach in one case of 20.
        reliability: of a seed's mean over as many prompts as were measured, from 0 to 1.
    """

    seed: float
    seed_low: float
    seed_high: float
    prompt: float
    prompt_low: float
    prompt_high: float
    neither: float
    p: float
    shuffled_high: float
    reliability: float


def components(values: NDArray[np.floating], rng: np.random.Generator) -> VarianceComponents | None:
    """Part the variance of ``(S, P, D)`` values; None where nothing varies.

    Intervals are jackknife ones over seeds and over prompts; the p-value is exact, since seeds that
    are all alike could as well have been shuffled within each prompt.

    Args:
        values: finite; of ``S`` seeds and ``P`` prompts, three or more of each.
        rng: shuffles.

    Raises:
        InputError: there are fewer, or a value is not finite.
    """
    seeds, prompts = values.shape[:2]
    if values.ndim != 3 or min(seeds, prompts) < FEWEST or not np.isfinite(values).all():
        expected = f"finite values of {FEWEST} seeds and {FEWEST} prompts or more"
        raise InputError("values", expected=expected, got=f"{values.shape}")
    products = _products(values)
    if products is None:
        return None
    found = _shares(products)
    errors = _jackknife_errors(products)
    width = errors * t_quantile(_SURE, min(seeds, prompts) - 1)
    low, high = np.clip(found - width, 0, 1), np.clip(found + width, 0, 1)
    shuffled = _shuffled(products, rng)
    share, prompt, rest = (float(part) for part in np.clip(found, 0, 1))
    mean = share + rest / prompts
    return VarianceComponents(
        share,
        float(low[0]),
        float(high[0]),
        prompt,
        float(low[1]),
        float(high[1]),
        rest,
        float((1 + (shuffled >= found[0] - 1e-12).sum()) / (1 + len(shuffled))),
        float(np.clip(np.quantile(shuffled, 0.95), 0, 1)),
        share / mean if mean > 0 else 0.0,
    )


def prompt_share_at_least(values: NDArray[np.floating]) -> float | None:
    """Return the lower end of the 95 % interval of the prompt's share of ``(S, P, D)`` values.

    None where nothing varies, or of fewer than three seeds and three prompts.
    """
    seeds, prompts = values.shape[:2]
    if min(seeds, prompts) < FEWEST:
        return None
    products = _products(values)
    if products is None:
        return None
    width = _jackknife_errors(products)[1] * t_quantile(_SURE, min(seeds, prompts) - 1)
    return float(np.clip(_shares(products)[1] - width, 0, 1))


def _products(values: NDArray[np.floating]) -> Doubles | None:
    """Return inner products ``(S, P, S, P)`` about the mean; None where nothing varies."""
    seeds, prompts = values.shape[:2]
    flat = values.reshape(seeds * prompts, -1).astype(np.float64)
    flat = flat - flat.mean(0)
    products: Doubles = (flat @ flat.T).reshape(seeds, prompts, seeds, prompts)
    varies = np.einsum("spsp->", products) > 1e-12 * seeds * prompts
    return products if varies else None


def _shares(products: Doubles) -> Doubles:
    """Return the shares of seed, prompt and rest, ``(3,)``, of products ``(S, P, S, P)``."""
    seeds, prompts = products.shape[:2]
    by_seed = float(np.einsum("spsq->", products)) / prompts
    by_prompt = float(np.einsum("sptp->", products)) / seeds
    return _from_sums(
        by_seed,
        by_prompt,
        float(products.sum()) / (seeds * prompts),
        float(np.einsum("spsp->", products)),
        seeds,
        prompts,
    )


def _from_sums(
    by_seed: float, by_prompt: float, middle: float, total: float, seeds: int, prompts: int
) -> Doubles:
    rest = (total - by_seed - by_prompt + middle) / ((seeds - 1) * (prompts - 1))
    seed = ((by_seed - middle) / (seeds - 1) - rest) / prompts
    prompt = ((by_prompt - middle) / (prompts - 1) - rest) / seeds
    parts = np.array([seed, prompt, rest])
    whole = parts.sum()
    shares: Doubles = parts / whole if whole > 0 else np.array([0.0, 0.0, 1.0])
    return shares


def _jackknife_errors(products: Doubles) -> Doubles:
    """Return standard errors ``(3,)`` by leaving out each seed, and each prompt, in turn."""
    variance = np.zeros(3)
    for axis in (0, 1):
        count = products.shape[axis]
        left = []
        for out in range(count):
            kept = np.delete(np.arange(count), out)
            part = products.take(kept, axis).take(kept, axis + 2)
            left.append(_shares(part))
        variance += (count - 1) * np.var(left, axis=0)
    errors: Doubles = np.sqrt(variance)
    return errors


def _shuffled(products: Doubles, rng: np.random.Generator) -> Doubles:
    """Return the seed's share with seeds shuffled within each prompt, ``(SHUFFLES,)``."""
    seeds, prompts = products.shape[:2]
    by_prompt = float(np.einsum("sptp->", products)) / seeds
    middle = float(products.sum()) / (seeds * prompts)
    total = float(np.einsum("spsp->", products))
    columns = np.arange(prompts)
    shares = np.empty(SHUFFLES)
    for turn in range(SHUFFLES):
        order = rng.permuted(np.tile(np.arange(seeds), (prompts, 1)), axis=1).T
        row = order[:, :, None], columns[None, :, None], order[:, None, :], columns[None, None, :]
        by_seed = float(products[row].sum()) / prompts
        shares[turn] = _from_sums(by_seed, by_prompt, middle, total, seeds, prompts)[0]
    return shares
