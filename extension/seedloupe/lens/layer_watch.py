"""What all ways of watching a sampling share: layers, where they go, and what could not be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .capture import FeatureProbe
from .evaluations import Evaluations
from .features import FeatureSink
from .hooks import LayerProbe

if TYPE_CHECKING:
    from torch import nn

    from .levels import NoiseLevels
    from .word_watch import WordWatch


class LayerWatch:
    """Hands what chosen layers compute to sinks, whole evaluations at a time.

    When hooks are hung and what the rows of a call are is its subclasses' to know.

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
        self._layers, self._words = tuple(layers), words
        self._evaluations = Evaluations(sinks, levels=levels, words=words)
        self._probe: FeatureProbe | None = None
        self._said: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be watched, each with the reason."""
        probe = self._probe.notes if self._probe is not None else self._said
        words = self._words.notes if self._words is not None else ()
        return (*probe, *words, *self._evaluations.notes.values())

    @property
    def hooks(self) -> int:
        """How many hooks are on the model right now."""
        return sum(probe.hooks for probe in self._probes)

    def stepped(self, step: int) -> None:
        """Say that the sampler's callback of ``step`` came: the evaluation before begins it."""
        self._evaluations.stepped(step)

    @property
    def _probes(self) -> tuple[LayerProbe, ...]:
        words = self._words.probes if self._words is not None else ()
        return (*([self._probe] if self._probe is not None else []), *words)

    def _find_layers(self, unet: nn.Module) -> None:
        """Make the probe of the layers, unless there is one or no layer is wanted."""
        if self._layers and self._probe is None:
            self._probe = FeatureProbe(unet, self._layers, self._evaluations.gather)

    def _let_go(self) -> None:
        """Keep what is to be said, and let go of the model."""
        if self._words is not None:
            self._words.finish()
        if self._probe is not None:
            self._said = self._probe.notes
        self._probe = None
