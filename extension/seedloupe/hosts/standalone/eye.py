"""Watching layers during a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from ...lens import FeatureMap, FeatureProbe
    from ...lens.levels import NoiseLevels


class Eye:
    """Collects what chosen layers compute at each step; what goes wrong becomes a note.

    Hooks exist only while the U-Net runs, so a run nobody reads to its end leaves none behind.

    Args:
        unet: the U-Net that will run.
        layers: names, aliases or globs; none watches nothing.
        guided: whether the batch holds an unconditional row, which is left out.
        levels: the model's noise levels, to name the training time of each step.

    Raises:
        LayerNotFoundError: a name fits no layer.
    """

    def __init__(
        self,
        unet: nn.Module,
        layers: Sequence[str],
        *,
        guided: bool,
        levels: NoiseLevels | None = None,
    ) -> None:
        self._features: list[FeatureMap] = []
        self._probe: FeatureProbe | None = None
        if layers:
            from ...lens import FeatureProbe, find_layers
            from ...lens.rows import pipeline_rows

            names = [layer.name for layer in find_layers(unet, layers)]
            rows = pipeline_rows(1, guided=guided)
            sink = self._features.append
            self._probe = FeatureProbe(unet, names, sink, rows=rows, levels=levels)

    @contextmanager
    def watch(self, step: int, sigma: float) -> Iterator[None]:
        """Record one call of the U-Net."""
        if self._probe is None:
            yield
            return
        with self._probe as probe:
            probe.at(step=step, sigma=sigma)
            yield

    @property
    def notes(self) -> tuple[str, ...]:
        """Layers that could not be watched, each with the reason."""
        return () if self._probe is None else self._probe.notes

    def taken(self) -> tuple[FeatureMap, ...]:
        """Hand out what was recorded since the last time."""
        features = tuple(self._features)
        self._features.clear()
        return features
