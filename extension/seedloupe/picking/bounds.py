"""What a seed's score can be expected to be on other prompts, given how little was measured.

The best of many noisy means is mostly lucky. Each mean is therefore drawn towards that of all
seeds, the more the less is known of it: empirical Bayes with a normal prior (James and Stein, 1961;
Efron and Morris, 1975; for ranking, Normand, Glickman and Gatsonis, 1997)::

    B     = tau² / (tau² + v)               v: squared error of the seed; tau²: between seeds
    mean  = centre + B (y - centre)         what to expect of the seed
    sd    = sqrt(B v)                       how far that may be off

**Between seeds.** ``tau²`` is the variance of the means less what their errors explain, seeds
weighted by how exactly they were measured: the moment estimator of meta-analysis in two steps
(DerSimonian and Laird, 1986; DerSimonian and Kacker, 2007), unbiased until it is cut off at 0.

**Errors.** Where all seeds answered the same prompts, a seed's standard error is too large for
this: much of it is that prompts differ, which they do for every seed alike. What two halves of the
prompts agree on is free of that. So where the table's evidence has a split-half
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
_TINY = 1e-150
_NORMAL_99 = 2.3263478740408408
"""One-sided: up to five metrics together cry wolf in less than 5 of 100 tables."""


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Scores of some seeds as they can be expected elsewhere; more is better.

    Args:
        mean: ``(R,)`` expected score.
        sd: ``(R,)`` its standard deviation.
        doubt: ``(R,)`` the same, allowing for ``between`` being larger by its own error.
        centre: what to expect of a random seed.
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
    centre = float(scores.mean()) if len(rows) else 0.0
    errors = _errors(table, metric, rows) if len(rows) > 1 else None
    if errors is None:
        none = np.zeros_like(scores)
        between = float(scores.var(ddof=1)) if len(rows) > 1 else 0.0
        return Shrunken(scores, none, none, centre, between, between > 0, certain=True)
    first = _Moment.of(scores, errors, 0.0)
    second = _Moment.of(scores, errors, first.between)
    between, squares = second.between, errors.squares
    wider = between + second.variance * (2 / second.freedom) ** 0.5
    keep = _keep(between, squares)
    return Shrunken(
        centre + keep * (scores - centre),
        np.sqrt(keep * squares),
        np.sqrt(_keep(wider, squares) * squares),
        centre,
        between,
        first.variance > first.noise * _limit(first.freedom) and between > 0,
        certain=False,
    )


@dataclass(frozen=True, eq=False)
class _Errors:
    """How exact some scores are.

    Args:
        squares: ``(R,)`` squared standard errors.
        planned: ``(R,)`` the same by the number of pictures alone, on which weights are built:
            those of errors that came out small by chance would make any seeds look different.
        freedom: how well the errors are known altogether, in degrees of freedom.
    """

    squares: Doubles
    planned: Doubles
    freedom: float


@dataclass(frozen=True, eq=False)
class _Moment:
    """The weighted variance of scores, beside what errors alone would make it.

    Args:
        variance: of the scores.
        noise: what their errors explain of it.
        freedom: degrees of freedom of the variance.
    """

    variance: float
    noise: float
    freedom: float

    @property
    def between(self) -> float:
        """``tau²``."""
        return max(0.0, self.variance - self.noise)

    @classmethod
    def of(cls, scores: Doubles, errors: _Errors, between: float) -> _Moment:
        """Weight scores for a given ``tau²``; degrees of freedom after Satterthwaite (1946)."""
        weights = 1 / (between + errors.planned)
        weights /= weights.sum()
        room = 1 - float(weights @ weights)
        apart = float(weights @ (scores - weights @ scores) ** 2) / room
        noise = float((weights - weights**2) @ errors.squares) / room
        parts = weights * (between + errors.squares)
        freedom = room * float(parts.sum()) ** 2 / max(float(parts @ parts), _TINY)
        return cls(apart, noise, max(1.0, 1 / (1 / max(freedom, 1.0) + 1 / errors.freedom)))


def _errors(table: SeedTable, metric: str, rows: Rows) -> _Errors | None:
    """Return the errors of some rows; None where nothing is known of them."""
    evidence = table.spec.evidence
    reliability = None if evidence is None else evidence.split_half.get(metric)
    if reliability is None:
        return _from_pictures(table, metric, rows)
    measured = np.flatnonzero(~np.isnan(table.score(metric)))
    left = 1 - min(max(reliability, 0.0), 1.0)
    mean = left * float(table.score(metric)[measured].astype(np.float64).var(ddof=1))
    stated = _from_pictures(table, metric, measured)
    squares = planned = np.ones(len(measured))
    if stated is not None and stated.squares.any():
        squares, planned = stated.squares, stated.planned
    ours = np.searchsorted(measured, rows)
    return _Errors(
        squares[ours] * (mean / squares.mean()),
        np.maximum(planned[ours] * (mean / planned.mean()), _TINY),
        len(measured),
    )


def _from_pictures(table: SeedTable, metric: str, rows: Rows) -> _Errors | None:
    """Return the errors a table states, each steadied by those of all seeds.

    An error measured on few samples is itself unsure, and a seed must not pass for certain because
    its pictures happened to agree; one picture says nothing about error at all. Errors without a
    number of samples are taken to be exact.
    """
    if not table.has_score(metric, "se"):
        return None
    squares = table.score(metric, "se")[rows].astype(np.float64) ** 2
    unknown = np.isnan(squares)
    if unknown.all():
        return None
    if f"score.{metric}.n" not in table.tensors:
        squares = np.where(unknown, np.nanmax(squares), squares)
        return _Errors(squares, np.maximum(squares, squares.mean() / 100 + _TINY), np.inf)
    counts = np.maximum(table.counts("score", metric)[rows].astype(np.float64), 1)
    own = np.where(unknown, 0.0, counts - 1)
    if not own.any():
        return None
    squares = np.where(unknown, 0.0, squares)
    planned = float((own * squares * counts).sum() / own.sum()) / counts
    steadied = (own * squares + _PRIOR_SAMPLES * planned) / (own + _PRIOR_SAMPLES)
    return _Errors(steadied, np.maximum(planned, _TINY), float(own.sum()))


def _keep(between: float, squares: Doubles) -> Doubles:
    kept: Doubles = between / np.maximum(between + squares, _TINY)
    return kept


def _limit(freedom: float) -> float:
    """Return what a variance over its mean exceeds by chance in 1 of 100 cases.

    Wilson and Hilferty (1931).
    """
    part = 2 / (9 * freedom)
    return float((1 - part + _NORMAL_99 * part**0.5) ** 3)
