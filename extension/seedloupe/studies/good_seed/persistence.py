"""Whether a seed is like itself with prompts it was not looked at with.

A seed's pictures are described by vectors. What a prompt does to all seeds alike is taken off; then
a seed's mean over one half of the prompts is compared with its mean over the other half. Were seeds
all alike, the pictures of a prompt could as well belong to any other seed, so shuffling them within
each prompt is an exact control, whatever the vectors are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ..frame.intervals import RESAMPLES
from ..frame.report import Estimate, Holds
from ..statistics import chance_of

Floats = NDArray[np.float64]
_SHUFFLES = 400
_NOUGHT = 0.1
"""An agreement below this is as good as none."""


@dataclass(frozen=True)
class Persistence:
    """How alike a seed's means over two halves of the prompts are.

    Attributes:
        agreement: sum over seeds of the products of both means, over what they would come to were
            they the same but for a factor; of one number a picture, their correlation.
        shuffled: the same of shuffled seeds.
        shuffled_high: what shuffled seeds reach in one case of 20.
        p: how often shuffled seeds come as far.
        named: share of seeds that the other half's nearest mean belongs to.
        chance: the same by chance.
    """

    agreement: Estimate
    shuffled: float
    shuffled_high: float
    p: float
    named: float
    chance: float

    @property
    def holds(self) -> Holds:
        """Whether seeds keep what was measured."""
        if self.p < 0.05 and self.agreement.low > self.shuffled_high:
            return Holds.YES
        nought = self.agreement.high < max(_NOUGHT, self.shuffled_high)
        return Holds.NO if nought else Holds.UNDECIDED


def prompt_centred(vectors: Floats) -> Floats:
    """Take off each prompt's mean over seeds: ``(P, S, D)``, NaN where nothing is known."""
    known = np.isfinite(vectors)
    count = known.sum(1, keepdims=True)
    mean = np.where(known, vectors, 0).sum(1, keepdims=True) / np.maximum(count, 1)
    centred: Floats = vectors - mean
    return centred


def seed_means(vectors: Floats) -> Floats:
    """Return each seed's mean over prompts, ``(P, S, D)`` to ``(S, D)``; nought where unknown."""
    known = np.isfinite(vectors)
    total: Floats = np.where(known, vectors, 0).sum(0) / np.maximum(known.sum(0), 1)
    return total


def persistence(vectors: Floats, *, seed: int = 0) -> Persistence:
    """Compare the first half of the prompts with the second.

    Args:
        vectors: ``(P, S, D)``; NaN where nothing is known.
        seed: of the shuffles.

    Raises:
        InputError: there are fewer than two prompts or three seeds.
    """
    prompts, seeds = vectors.shape[:2]
    if prompts < 2 or seeds < 3:
        expected = "two prompts and three seeds or more"
        raise InputError("vectors", expected=expected, got=f"{prompts} and {seeds}")
    centred = prompt_centred(vectors)
    one, other = _halves(centred)
    rng = np.random.default_rng(seed)
    shuffled = np.array([_agreement(*_halves(_mixed(centred, rng))) for _ in range(_SHUFFLES)])
    seen = float(_agreement(one, other))
    drawn = _agreement(one, other, rng.integers(seeds, size=(RESAMPLES, seeds)))
    low, high = np.quantile(drawn, [0.025, 0.975])
    apart = np.linalg.norm(one[:, None] - other[None], axis=2)
    places = np.arange(seeds)
    named = (apart.argmin(1) == places).mean() + (apart.argmin(0) == places).mean()
    return Persistence(
        Estimate(seen, float(low), float(high)),
        float(shuffled.mean()),
        float(np.quantile(shuffled, 0.95)),
        chance_of(shuffled >= seen - 1e-12),
        float(named / 2),
        1 / seeds,
    )


def _halves(centred: Floats) -> tuple[Floats, Floats]:
    """Return the means ``(S, D)`` of both halves, around those of all seeds."""
    half = len(centred) // 2
    means = (seed_means(centred[:half]), seed_means(centred[half:]))
    one, other = (values - values.mean(0) for values in means)
    return one, other


def _agreement(one: Floats, other: Floats, drawn: NDArray[np.int64] | None = None) -> Floats:
    """Return the agreement of all seeds, or of each draw ``(N, S)`` of them."""
    parts = np.stack([(one * other).sum(1), (one**2).sum(1), (other**2).sum(1)])
    both, a, b = parts.sum(1) if drawn is None else parts[:, drawn].sum(2)
    found: Floats = both / np.maximum(np.sqrt(a * b), 1e-12)
    return found


def _mixed(vectors: Floats, rng: np.random.Generator) -> Floats:
    """Shuffle the seeds of every prompt on its own."""
    order = rng.random(vectors.shape[:2]).argsort(1)
    return np.take_along_axis(vectors, order[..., None], 1)
