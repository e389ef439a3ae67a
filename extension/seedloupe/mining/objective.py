"""What a race is run on: one number a picture for each metric, more being better.

Scores that are means over pictures count as they come. Those that are not, as Fréchet distances,
are raced on their surrogate, a number a picture whose mean follows them to first order around the
pictures of the first round, and are computed exactly for the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from .instruments import Floats
from .journal import Measures
from .racing.residuals import Doubles
from .scores import TableMetric

Surrogates = Mapping[str, Callable[[torch.Tensor], torch.Tensor]]


class PictureObjective:
    """Scores of pictures by each metric that counts.

    Args:
        metrics: of the table.
        pilot: measures of all seeds in the first round, in the order of the pool.
        only: metrics to race on; empty for all, which count alike.
    """

    def __init__(
        self, metrics: Sequence[TableMetric], pilot: Sequence[Measures], only: Sequence[str] = ()
    ) -> None:
        self._metrics = [one for one in metrics if not only or one.spec.name in only]
        self._surrogates: Surrogates = {
            one.spec.name: one.statistic.surrogate(_vectors([m[one.key] for m in pilot]))
            for one in self._metrics
            if one.statistic is not None and all(one.key in m for m in pilot)
        }

    @property
    def words(self) -> str:
        """What it is, for the evidence."""
        names = [
            f"{one.spec.name} (to first order)" if one.statistic else one.spec.name
            for one in self._metrics
        ]
        return names[0] if len(names) == 1 else f"the mean of {', '.join(names)} in their own sd"

    def scores(self, measures: Sequence[Measures]) -> dict[str, Doubles]:
        """For each metric ``(K, Q)`` of K seeds' measures, more is better, NaN where unknown."""
        return {one.spec.name: self._one(one, measures) for one in self._metrics}

    def _one(self, metric: TableMetric, measures: Sequence[Measures]) -> Doubles:
        sign = 1.0 if metric.spec.higher_is_better else -1.0
        rows = [self._row(metric, measure) for measure in measures]
        return sign * np.stack(rows).astype(np.float64)

    def _row(self, metric: TableMetric, measure: Measures) -> Floats:
        count = len(next(values for key, values in measure.items() if key != "thumbnail"))
        values = measure.get(metric.key)
        if values is None:
            return np.full(count, np.nan, np.float32)
        if metric.statistic is None:
            return values
        if metric.spec.name not in self._surrogates:
            return np.full(count, np.nan, np.float32)
        known = np.isfinite(values).all(1)
        row = np.full(count, np.nan, np.float32)
        if known.any():
            given = torch.from_numpy(np.ascontiguousarray(values[known]))
            row[known] = self._surrogates[metric.spec.name](given).numpy()
        return row


def _vectors(parts: Sequence[Floats]) -> torch.Tensor:
    stacked = np.concatenate(parts)
    return torch.from_numpy(stacked[np.isfinite(stacked).all(1)])
