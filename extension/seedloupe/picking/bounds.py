"""What a seed's score can be expected to be on other prompts, given how little was measured.

The best of many noisy means is mostly lucky. Each mean is therefore drawn towards that of all
seeds, the more the less is known of it: empirical Bayes with a normal prior (James and Stein, 1961;
Efron and Morris, 1975; for ranking, Normand, Glickman and Gatsonis, 1997)::

    tau²  = variance of the means - mean of their squared standard errors        between seeds
    B     = tau² / (tau² + v)               v: squared standard error of the seed
    mean  = centre + B (y - centre)         what to expect of the seed
    sd    = sqrt(B v)                       how far that may be off

``tau²`` is unbiased whatever the errors are. Where it is not above zero, the metric does not tell
seeds apart: B is 0 and every seed is expected to be average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..tables import SeedTable
from .ranks import Rows, towards_better

Doubles = NDArray[np.float64]

_PRIOR_SAMPLES = 8
"""As how many samples the errors of all seeds count beside a seed's own, which few samples gave."""


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Scores of some seeds as they can be expected elsewhere; more is better.

    Args:
        mean: ``(R,)`` expected score.
        sd: ``(R,)`` its standard deviation.
        scale: standard deviation of the measured scores, to bring metrics to one scale; 0 where
            all are alike.
        between: ``tau²``, 0 where the metric does not tell seeds apart.
        certain: whether the table has no standard errors, so that scores were taken at face value.
    """

    mean: Doubles
    sd: Doubles
    scale: float
    between: float
    certain: bool

    @property
    def tells_apart(self) -> bool:
        """Whether the metric knows anything about seeds."""
        return self.between > 0

    def lower(self, width: float) -> Doubles:
        """Return the expected score less ``width`` standard deviations, ``(R,)``."""
        return self.mean - width * self.sd


def shrink(table: SeedTable, metric: str, rows: Rows) -> Shrunken:
    """Shrink one metric's scores of some seeds.

    Held-out scores have no part in it: only some seeds have them, mostly the best, and who is
    measured twice would be favoured or punished for it.

    Args:
        table: where the scores are.
        metric: one of its metrics.
        rows: ``(R,)`` rows the metric measured.
    """
    scores = towards_better(table, metric)[rows]
    if len(rows) < 2:
        return Shrunken(scores, np.zeros_like(scores), 0.0, 0.0, certain=True)
    scale = float(scores.std(ddof=1))
    errors = _squared_errors(table, metric, rows)
    if errors is None:
        return Shrunken(scores, np.zeros_like(scores), scale, scale**2, certain=True)
    centre = float(scores.mean())
    between = max(0.0, scale**2 - float(errors.mean()))
    keep = between / np.maximum(between + errors, np.finfo(np.float64).tiny)
    mean = centre + keep * (scores - centre)
    return Shrunken(mean, np.sqrt(keep * errors), scale, between, certain=False)


def _squared_errors(table: SeedTable, metric: str, rows: Rows) -> Doubles | None:
    """Return squared standard errors, each steadied by those of all seeds; None without any.

    An error measured on few samples is itself unsure, and a seed must not pass for certain because
    its pictures happened to agree.
    """
    if not table.has_score(metric, "se"):
        return None
    squares = table.score(metric, "se")[rows].astype(np.float64) ** 2
    if np.isnan(squares).all():
        return None
    squares = np.where(np.isnan(squares), np.nanmax(squares), squares)
    if f"score.{metric}.n" not in table.tensors:
        return squares
    counts = np.maximum(table.counts("score", metric)[rows].astype(np.float64), 1)
    pooled = float((squares * counts).mean()) / counts
    own = np.maximum(counts - 1, 0)
    steadied: Doubles = (own * squares + _PRIOR_SAMPLES * pooled) / (own + _PRIOR_SAMPLES)
    return steadied
