"""Scorers from what measures pictures of one prompt at a time, and knows nothing of mining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ...tables import MetricSpec
from ..instruments import Instrument
from .frechet import FrechetDistance, GaussianStatistics
from .protocol import OutputKind, PictureBatch, ScorerOutput, SetMetric


class InstrumentScorer:
    """An :class:`~seedloupe.mining.Instrument` as a scorer; ``frechet.<metric>`` becomes a set.

    Args:
        instrument: measures.
        sample: a batch of one picture, by which its outputs' widths are found.
    """

    def __init__(self, instrument: Instrument, sample: PictureBatch) -> None:
        self._instrument = instrument
        measured = instrument.measure(sample.images, sample.prompts[0])
        ordered = [f"score.{metric.name}" for metric in instrument.metrics]
        keys = sorted(measured, key=lambda key: ordered.index(key) if key in ordered else 99)
        self._keys = {key: self._output(key, measured[key]) for key in keys}

    @property
    def outputs(self) -> Sequence[ScorerOutput]:
        """What the instrument was seen to give."""
        return tuple(self._keys.values())

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Measure the pictures of each prompt together."""
        parts: dict[str, Tensor] = {}
        for prompt in dict.fromkeys(batch.prompts):
            rows = [row for row, asked in enumerate(batch.prompts) if asked == prompt]
            found = self._instrument.measure(batch.images[rows], prompt)
            for key, output in self._keys.items():
                values = found[key].float().cpu()
                whole = parts.setdefault(output.key, torch.empty(len(batch), *values.shape[1:]))
                whole[rows] = values
        return parts

    def _output(self, key: str, values: Tensor) -> ScorerOutput:
        family, _, name = key.partition(".")
        width = values.shape[1] if values.ndim == 2 else 1
        metric = next((m for m in self._instrument.metrics if m.name == name), None)
        if family == "frechet" and metric is not None:
            reference = GaussianStatistics.of(torch.from_numpy(self._instrument.references[key]))
            distance = SetMetric(_full(metric), FrechetDistance(reference))
            return ScorerOutput(OutputKind.SET, name, width, statistics=(distance,))
        kind = OutputKind(family)
        classes = self._instrument.classes.get(name, ()) if kind is OutputKind.PLACE else ()
        return ScorerOutput(kind, name, width, metric, classes=classes)


def _full(metric: MetricSpec) -> MetricSpec:
    """Say that covariances are compared whole, where an instrument speaks of their diagonals."""
    return replace(metric, version="2", reference=metric.reference.replace("diagonal ", ""))
