"""Student's t distribution, for means of few values.

With few values the spread is itself uncertain, and normal bounds are far too narrow: of two values
a side a normal interval misses the truth in a third of all cases. SciPy has this; the core does not
have SciPy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

_TINY = 1e-300
_TERMS = 500
_NEGLIGIBLE = 1e-15


def t_cdf(t: float, freedom: float) -> float:
    """Return how often Student's t is at most ``t``.

    Args:
        t: where.
        freedom: degrees of freedom, more than 0, whole or not.
    """
    tail = _beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
    return tail if t < 0 else 1 - tail


def t_quantile(chance: float, freedom: float) -> float:
    """Return below which value Student's t stays with ``chance``, by bisection.

    Args:
        chance: more than 0 and less than 1.
        freedom: degrees of freedom, more than 0, whole or not.
    """
    if chance < 0.5:
        return -t_quantile(1 - chance, freedom)
    low, high = 0.0, 1.0
    while t_cdf(high, freedom) < chance:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, freedom) < chance else (low, middle)
    return (low + high) / 2


def _beta(a: float, b: float, x: float) -> float:
    """Return the regularized incomplete beta function (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):  # beyond it the fraction converges slowly
        return 1 - _beta(b, a, 1 - x)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / a
    return front / _fraction(_beta_terms(a, b, x))


def _beta_terms(a: float, b: float, x: float) -> Iterator[float]:
    for m in range(_TERMS):
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        yield (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))


def _fraction(terms: Iterator[float]) -> float:
    """Return ``1 + t1 / (1 + t2 / (1 + ...))`` by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for term in terms:
        d = 1 / (1 + term * d or _TINY)
        c = 1 + term / c or _TINY
        value *= c * d
        if abs(c * d - 1) < _NEGLIGIBLE:
            break
    return value
