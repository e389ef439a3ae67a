"""Student's t against tables, closed forms and plain integration."""

from __future__ import annotations

import math

import numpy as np
import pytest

from seedloupe.mining.student import t_cdf, t_quantile


@pytest.mark.parametrize(
    ("freedom", "chance", "printed"),
    [
        (1, 0.975, 12.706),
        (2, 0.975, 4.303),
        (3, 0.95, 2.353),
        (5, 0.975, 2.571),
        (10, 0.995, 3.169),
        (30, 0.975, 2.042),
        (60, 0.9995, 3.460),
        (120, 0.975, 1.980),
        (1e6, 0.975, 1.960),
    ],
)
def test_quantiles_are_those_of_printed_tables(
    freedom: float, chance: float, printed: float
) -> None:
    assert t_quantile(chance, freedom) == pytest.approx(printed, abs=6e-4)
    assert t_quantile(1 - chance, freedom) == pytest.approx(-printed, abs=6e-4)


@pytest.mark.parametrize("t", [-40.0, -1.5, -0.2, 0.0, 0.01, 0.9, 3.0, 500.0])
def test_one_two_and_four_degrees_have_closed_forms(t: float) -> None:
    root = math.sqrt(4 + t * t)
    four = 0.5 + t * (t * t + 6) / (2 * root**3)
    assert t_cdf(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi, abs=1e-12)
    assert t_cdf(t, 2) == pytest.approx(0.5 + t / (2 * math.sqrt(2 + t * t)), abs=1e-12)
    assert t_cdf(t, 4) == pytest.approx(four, abs=1e-12)


@pytest.mark.parametrize("freedom", [1.3, 2.71, 9.5, 77.7])
def test_broken_degrees_of_freedom_are_integrated_as_any_others(freedom: float) -> None:
    places = np.linspace(0, 2.4, 20_001)
    logs = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    scale = math.exp(logs) / math.sqrt(freedom * math.pi)
    density = scale * (1 + places**2 / freedom) ** (-(freedom + 1) / 2)
    area = float(((density[1:] + density[:-1]) / 2).sum() * (places[1] - places[0]))
    assert t_cdf(2.4, freedom) == pytest.approx(0.5 + area, abs=1e-8)
    assert t_quantile(0.5 + area, freedom) == pytest.approx(2.4, abs=1e-6)
