"""Watching layers during a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from ...lens import FeatureMap, FeatureProbe


class Eye:
    """Collects what chosen layers compute at each step; what goes wrong becomes a note.

    Hooks exist only while the U-Net runs, so a run nobody reads to its end leaves none behind.

    Args:
        unet: the U-Net that will run.
        layers: names, aliases or globs; none watches nothing.
        guided: whether the batch holds an unconditional half, which is left out.

    Raises:
        LayerNotFoundError: a name fits no layer.
    """

    def __init__(self, unet: nn.Module, layers: Sequence[str], *, guided: bool) -> None:
        self._features: list[FeatureMap] = []
        self._probe: FeatureProbe | None = None
        if layers:
            from ...lens import FeatureProbe, find_layers, second_half

            names = [layer.name for layer in find_layers(unet, layers)]
            rows = second_half if guided else None
            self._probe = FeatureProbe(unet, names, self._features.append, rows=rows)

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
        if self._probe is None:
            return ()
        why = dict.fromkeys(self._probe.silent, "it did not run")
        why |= {layer: str(error) for layer, error in self._probe.failures.items()}
        return tuple(f"{layer} is not watched: {reason}" for layer, reason in why.items())

    def taken(self) -> tuple[FeatureMap, ...]:
        """Hand out what was recorded since the last time."""
        features = tuple(self._features)
        self._features.clear()
        return features
