"""Watching a sampling whose host hands over one call of the U-Net at a time.

ComfyUI and Forge cut one evaluation of the denoiser into calls as memory allows: prompted and
unprompted rows together or apart, several prompts in reverse order. Here the calls of an evaluation
are put together again, so that what is recorded does not depend on where they were cut.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .calls import FeaturePlace
from .capture import FeatureProbe
from .features import FeatureMap, FeatureSink
from .hooks import reason_of
from .rows import ChunkLabel, RowLabel, RowPlan, rows_in_order

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .levels import NoiseLevels
    from .word_watch import WordWatch


@dataclass
class _Evaluation:
    """One evaluation of the denoiser, in as many calls as the host makes of it."""

    sigma: float
    chunks: set[ChunkLabel] = field(default_factory=set)
    rows: dict[str, dict[RowLabel, Tensor]] = field(default_factory=dict)

    def goes_on(self, sigma: float, chunks: Sequence[ChunkLabel]) -> bool:
        """Tell whether a call belongs to it: nothing is computed twice in one evaluation."""
        return sigma == self.sigma and not self.chunks & set(chunks)


class SamplingWatch:
    """Hands what chosen layers compute to sinks, whole evaluations at a time.

    The steps are the sampler's own: an evaluation belongs to the step whose callback follows it,
    and those between one callback and the evaluation before the next are further evaluations of the
    same step, as samplers of second order make them. Trouble becomes a note and never reaches the
    model.

    Args:
        layers: canonical names; none watches nothing.
        sinks: each is handed the prompted rows of an evaluation, first by prompt, then by picture.
        levels: the model's noise levels, to name the training time of each.
        words: watches the words of the prompts besides.
    """

    def __init__(
        self,
        layers: Sequence[str],
        sinks: Sequence[FeatureSink] = (),
        *,
        levels: NoiseLevels | None = None,
        words: WordWatch | None = None,
    ) -> None:
        self._layers = tuple(layers)
        self._sinks = tuple(sinks)
        self._levels = levels
        self._words = words
        self._probe: FeatureProbe | None = None
        self._now: _Evaluation | None = None
        self._place = FeaturePlace(step=0)
        self._further = 0
        self._notes: dict[object, str] = {}
        self._lock = threading.Lock()

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be watched, each with the reason."""
        probe = self._probe.notes if self._probe is not None else ()
        words = self._words.notes if self._words is not None else ()
        return (*probe, *words, *self._notes.values())

    @property
    def hooks(self) -> int:
        """How many hooks are on the model right now."""
        probes = [p for p in (self._probe, *(self._words.probes if self._words else ())) if p]
        return sum(probe.hooks for probe in probes)

    @contextmanager
    def call(
        self, unet: nn.Module, latents: Tensor, chunks: Sequence[ChunkLabel], *, sigma: float
    ) -> Iterator[None]:
        """Watch one call of the U-Net, from inside its forward.

        Args:
            unet: the U-Net that runs.
            latents: ``(B, C, H, W)``, what it is called with.
            chunks: what its rows are, as many for each chunk.
            sigma: noise level.
        """
        with ExitStack() as armed:
            try:
                self._arm(armed, unet, latents, chunks, sigma)
            except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
                armed.close()
                self._notes["call"] = f"calls were not watched: {reason_of(error)}"
            yield

    def stepped(self, step: int) -> None:
        """Say that the sampler's callback of ``step`` came: the evaluation before begins it."""
        with self._lock:
            self._place, self._further = replace(self._place, step=step), 0
            self._flush()

    def finish(self) -> None:
        """Say that sampling is over."""
        with self._lock:
            self._flush()
            if self._words is not None:
                self._words.finish()

    def _arm(
        self,
        armed: ExitStack,
        unet: nn.Module,
        latents: Tensor,
        chunks: Sequence[ChunkLabel],
        sigma: float,
    ) -> None:
        images, rest = divmod(latents.shape[0], max(len(chunks), 1))
        if rest or not chunks:
            got = f"{latents.shape[0]} rows for {len(chunks)} conditionings"
            raise ValueError(f"rows cannot be told apart, {got}")
        with self._lock:
            if self._now is None or not self._now.goes_on(sigma, chunks):
                self._flush()
                self._now = _Evaluation(sigma)
            self._now.chunks.update(chunks)
        rows = RowPlan(tuple(row for chunk in chunks for row in chunk.rows(images)))
        if self._layers and self._probe is None:
            self._probe = FeatureProbe(unet, self._layers, self._gather)
        words = self._words.probes_for(unet) if self._words is not None else ()
        for probe in (*([self._probe] if self._probe else []), *words):
            probe.arm(unet)
            armed.callback(probe.disarm)
            probe.label(rows.keeping(words[probe]) if probe in words else rows)
            probe.begin(latents)

    def _gather(self, feature: FeatureMap) -> None:
        with self._lock:
            if self._now is not None:
                kept = self._now.rows.setdefault(feature.layer, {})
                kept.update(zip(feature.labels, feature.values, strict=True))

    def _flush(self) -> None:
        """Hand the evaluation before on; it is the step's first, or a further one of it."""
        now, self._now = self._now, None
        if now is None:
            return
        time = self._levels.timestep(now.sigma) if self._levels is not None else None
        place = replace(self._place, sigma=now.sigma, timestep=time)
        for layer, rows in now.rows.items():
            labels, values = rows_in_order(rows)
            if len(values) < len(rows):
                self._notes["part"] = (
                    "a prompt for a part of the picture is not recorded: it is computed on that "
                    "part alone"
                )
            key = (layer, place.step, now.sigma, values, self._further)
            self._send(FeatureMap(*key, place.track, time, labels))
        if self._words is not None:
            self._words.flush(place, self._further)
        self._further += 1

    def _send(self, feature: FeatureMap) -> None:
        for number, sink in enumerate(self._sinks):
            if (number, feature.layer) in self._notes:
                continue
            try:
                sink(feature)
            except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
                note = f"{feature.layer} was not watched to the end: {reason_of(error)}"
                self._notes[number, feature.layer] = note
