"""Evaluations of a denoiser, put together again from the calls a host makes of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from .calls import FeaturePlace
from .features import FeatureMap, FeatureSink
from .hooks import reason_of
from .rows import ChunkLabel, RowLabel, rows_in_order

if TYPE_CHECKING:
    from torch import Tensor

    from .levels import NoiseLevels
    from .word_watch import WordWatch


@dataclass
class DenoiserEvaluation:
    """One evaluation of the denoiser, in as many calls as the host makes of it.

    Args:
        sigma: noise level, if known.
        number: which evaluation of the sampling it is, if the host counts them.
        chunks: what was computed so far, where the host says it by chunks.
        rows: what each layer gave, by row.
    """

    sigma: float | None
    number: int = 0
    chunks: set[ChunkLabel] = field(default_factory=set)
    rows: dict[str, dict[RowLabel, Tensor]] = field(default_factory=dict)


class Evaluations:
    """Hands whole evaluations to sinks, filed under the sampler's own steps.

    An evaluation belongs to the step whose callback follows it, and those between one callback and
    the evaluation before the next are further evaluations of the same step, as samplers of second
    order make them. Under a sampler that never calls back, evaluations are steps.

    Args:
        sinks: each is handed the prompted rows of an evaluation, first by prompt, then by picture;
            one that raises is not handed that layer again and costs the others nothing.
        levels: the model's noise levels, to name the training time of each.
        words: is told when an evaluation is over.
    """

    def __init__(
        self,
        sinks: Sequence[FeatureSink],
        *,
        levels: NoiseLevels | None = None,
        words: WordWatch | None = None,
    ) -> None:
        self._sinks, self._levels, self._words = tuple(sinks), levels, words
        self._place = FeaturePlace(step=0)
        self._further = 0
        self._called_back = False
        self._lock = threading.RLock()
        self.notes: dict[object, str] = {}
        self.now: DenoiserEvaluation | None = None

    @property
    def lock(self) -> threading.RLock:
        """Held while anything here changes; some hosts compute in several threads."""
        return self._lock

    def begin(self, evaluation: DenoiserEvaluation) -> None:
        """Hand the evaluation before on, and gather another."""
        with self._lock:
            self.flush()
            self.now = evaluation

    def gather(self, feature: FeatureMap) -> None:
        """Keep what one call gave; of a row that is computed twice, the first."""
        with self._lock:
            if self.now is not None:
                kept = self.now.rows.setdefault(feature.layer, {})
                for label, values in zip(feature.labels, feature.values, strict=True):
                    kept.setdefault(label, values)

    def stepped(self, step: int) -> None:
        """Say that the sampler's callback of ``step`` came: the evaluation before begins it."""
        with self._lock:
            self._called_back = True
            self._place, self._further = replace(self._place, step=step), 0
            self.flush()

    def drop(self) -> None:
        """Forget an evaluation that was not finished."""
        with self._lock:
            self.now = None
            if self._words is not None:
                self._words.drop()

    def flush(self) -> None:
        """Hand the evaluation before on; it is the step's first, or a further one of it."""
        with self._lock, _ordinary_tensors():
            now, self.now = self.now, None
            if now is None:
                return
            if not self._called_back:
                self._place, self._further = replace(self._place, step=now.number), 0
            time = None
            if self._levels is not None and now.sigma is not None:
                time = self._levels.timestep(now.sigma)
            self._hand_on(now, replace(self._place, sigma=now.sigma, timestep=time))
            self._further += 1

    def _hand_on(self, now: DenoiserEvaluation, place: FeaturePlace) -> None:
        for layer, rows in now.rows.items():
            labels, values = rows_in_order(rows)
            if len(values) < len(rows):
                self.notes["part"] = (
                    "a prompt for a part of the picture is not recorded: it is computed on that "
                    "part alone"
                )
            key = (layer, place.step, now.sigma, values, self._further)
            self._send(FeatureMap(*key, place.track, place.timestep, labels))
        if self._words is not None:
            self._words.flush(place, self._further)

    def _send(self, feature: FeatureMap) -> None:
        for number, sink in enumerate(self._sinks):
            if (number, feature.layer) in self.notes:
                continue
            try:
                sink(feature)
            except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
                note = f"{feature.layer} was not watched to the end: {reason_of(error)}"
                self.notes[number, feature.layer] = note


@contextmanager
def _ordinary_tensors() -> Iterator[None]:
    """Make tensors that outlive the host's inference mode, as ``torch.stack`` does of any."""
    with torch.inference_mode(False), torch.no_grad():
        yield
