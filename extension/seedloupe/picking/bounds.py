"""What a seed's score can be expected to be on other prompts, given how little was measured.

The best of many noisy means is mostly lucky. Each mean is therefore drawn towards that of all
seeds, the more the less is known of it: empirical Bayes with a normal prior (James and Stein, 1961;
Efron and Morris, 1975; for ranking, Normand, Glickman and Gatsonis, 1997)::

    tau²  = variance of the means - mean of their squared errors        between seeds
    B     = tau² / (tau² + v)               v: squared error of the seed
    mean  = centre + B (y - centre)         what to expect of the seed
    sd    = sqrt(B v)                       how far that may be off

**Errors.** Where all seeds answered the same prompts, a seed's standard error is too large for
this: half of what it measures is that prompts differ, which they do for every seed alike. What two
halves of the prompts agree on is free of that. So where the table's evidence has a split-half
reliability ``r``, errors are scaled until their mean is ``1 - r`` of the variance of the means.

**Is there anything to tell?** Without any effect ``tau²`` comes out above zero every other time. A
metric therefore tells seeds apart only where the means vary more than their errors would make them
in all but 1 of 100 tables. Intervals allow for ``tau²`` being larger by its own standard error, so
that "nothing found" is not taken for "nothing there".
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
_NORMAL_99 = 2.3263478740408408
"""One-sided: up to five metrics together cry wolf in less than 5 of 100 tables."""


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Scores of some seeds as they can be expected elsewhere; more is better.

    Args:
        mean: ``(R,)`` expected score.
        sd: ``(R,)`` its standard deviation.
        doubt: ``(R,)`` the same, allowing for ``between`` being larger by its own error.
        centre: what to expect of a seed drawn by lot.
        between: ``tau²``, the variance of true scores between seeds, as far as it can be estimated.
        tells_apart: whether the metric knows anything about seeds.
        certain: whether nothing says how exact the scores are, so that they count at face value.
    """

    mean: Doubles
    sd: Doubles
    doubt: Doubles
    centre: float
    between: float
    tells_apart: bool
    certain: bool

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
    variance = float(scores.var(ddof=1)) if len(rows) > 1 else 0.0
    centre = float(scores.mean()) if len(rows) else 0.0
    errors = _errors(table, metric, rows) if len(rows) > 1 else None
    if errors is None:
        none = np.zeros_like(scores)
        return Shrunken(scores, none, none, centre, variance, variance > 0, certain=True)
    between = max(0.0, variance - errors.typical)
    wider = between + variance * (2 / errors.freedom) ** 0.5
    keep = _keep(between, errors.squares)
    return Shrunken(
        centre + keep * (scores - centre),
        np.sqrt(keep * errors.squares),
        np.sqrt(_keep(wider, errors.squares) * errors.squares),
        centre,
        between,
        variance > errors.typical * _limit(errors.freedom),
        certain=False,
    )


@dataclass(frozen=True, eq=False)
class _Errors:
    """Squared standard errors ``(R,)`` and how well their mean is known, in degrees of freedom."""

    squares: Doubles
    freedom: float

    @property
    def typical(self) -> float:
        return float(self.squares.mean())


def _errors(table: SeedTable, metric: str, rows: Rows) -> _Errors | None:
    """Return the errors of some rows; None where nothing is known of them."""
    evidence = table.spec.evidence
    reliability = None if evidence is None else evidence.split_half.get(metric)
    measured = np.flatnonzero(~np.isnan(table.score(metric)))
    if reliability is None:
        return _from_pictures(table, metric, rows)
    shape = _from_pictures(table, metric, measured)
    squares = np.ones(len(measured)) if shape is None or not shape.typical else shape.squares
    left = 1 - min(max(reliability, 0.0), 1.0)
    mean = left * float(table.score(metric)[measured].astype(np.float64).var(ddof=1))
    ours = squares[np.searchsorted(measured, rows)]
    return _Errors(ours * (mean / squares.mean()), len(measured) / 2)


def _from_pictures(table: SeedTable, metric: str, rows: Rows) -> _Errors | None:
    """Return the errors a table states, each steadied by those of all seeds.

    An error measured on few samples is itself unsure, and a seed must not pass for certain because
    its pictures happened to agree; one picture says nothing about error at all.
    """
    if not table.has_score(metric, "se"):
        return None
    squares = table.score(metric, "se")[rows].astype(np.float64) ** 2
    unknown = np.isnan(squares)
    if unknown.all():
        return None
    if f"score.{metric}.n" not in table.tensors:
        squares = np.where(unknown, np.nanmax(squares), squares)
        return _Errors(squares, _freedom(squares))
    counts = np.maximum(table.counts("score", metric)[rows].astype(np.float64), 1)
    own = np.where(unknown, 0.0, counts - 1)
    if not own.any():
        return None
    squares = np.where(unknown, 0.0, squares)
    pooled = float((own * squares * counts).sum() / own.sum())
    steadied = (own * squares + _PRIOR_SAMPLES * pooled / counts) / (own + _PRIOR_SAMPLES)
    return _Errors(steadied, 1 / (1 / _freedom(steadied) + 1 / float(own.sum())))


def _freedom(squares: Doubles) -> float:
    """Return the degrees of freedom of a variance of values so exact (Satterthwaite, 1946)."""
    fourth = float((squares**2).mean())
    return max(1.0, (len(squares) - 1) * float(squares.mean()) ** 2 / fourth) if fourth else 1.0


def _keep(between: float, squares: Doubles) -> Doubles:
    kept: Doubles = between / np.maximum(between + squares, np.finfo(np.float64).tiny)
    return kept


def _limit(freedom: float) -> float:
    """Return what a variance over its mean exceeds by chance in 1 of 100 cases.

    Wilson and Hilferty (1931).
    """
    part = 2 / (9 * freedom)
    return float((1 - part + _NORMAL_99 * part**0.5) ** 3)
