"""Watching layers and words during a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from .features import FeatureMap, FeatureSink
from .hooks import reason_of

if TYPE_CHECKING:
    from torch import nn

    from . import AttentionMap, AttentionProbe, FeatureProbe, WordsSeen
    from .levels import NoiseLevels
    from .tokens import PromptTokens


class RunWatch:
    """Hands what chosen layers compute to sinks; what goes wrong becomes a note.

    Hooks exist only while the U-Net runs, so a run nobody reads to its end leaves none behind.

    Args:
        unet: the U-Net that will run.
        layers: names, aliases or globs; none watches nothing.
        guided: whether the batch holds an unconditional row, which is left out.
        levels: the model's noise levels, to name the training time of each step.
        words: the empty word maps of a run, to be filled; None watches no words.
        sinks: each is handed every map, batch size 1, the prompted half of the U-Net's batch; one
            that raises is not handed that layer again and costs the others nothing.

    Raises:
        LayerNotFoundError: a name fits no layer, or there is no attention to words.
    """

    def __init__(
        self,
        unet: nn.Module,
        layers: Sequence[str],
        *,
        guided: bool,
        levels: NoiseLevels | None = None,
        words: WordsSeen | None = None,
        sinks: Sequence[FeatureSink] = (),
    ) -> None:
        self._sinks = tuple(sinks)
        self._refused: dict[tuple[int, str], str] = {}
        self._probes: list[FeatureProbe | AttentionProbe] = []
        self._words = words
        if layers:
            from . import FeatureProbe, find_layers
            from .rows import pipeline_rows

            names = [layer.name for layer in find_layers(unet, layers)]
            rows = pipeline_rows(1, guided=guided)
            self._probes.append(FeatureProbe(unet, names, self._send, rows=rows, levels=levels))
        if words is not None:
            from . import AttentionProbe

            probe = AttentionProbe(unet, words.reading, self._count, levels=levels)
            with probe:  # refuses now what cannot be watched
                self._probes.append(probe)

    @contextmanager
    def watch(self, step: int, sigma: float, number: int = 0) -> Iterator[None]:
        """Record one call of the U-Net.

        Args:
            step: counted from 0.
            sigma: the noise level of the call.
            number: which of the step's calls it is; samplers of second order make two.
        """
        with ExitStack() as armed:
            for probe in self._probes:
                armed.enter_context(probe)
                if number:
                    probe.again(sigma=sigma)
                else:
                    probe.at(step=step, sigma=sigma)
            yield

    @property
    def notes(self) -> tuple[str, ...]:
        """Layers that could not be watched, each with the reason."""
        said = (note for probe in self._probes for note in probe.notes)
        return (*said, *self._refused.values(), *self._doubts())

    @property
    def words(self) -> WordsSeen | None:
        """The words of the picture in the making, as far as it has come."""
        return self._words

    def finished(self) -> WordsSeen | None:
        """Hand out the words of a picture, and begin another."""
        seen = self._words
        if seen is not None:
            self._words = seen.emptied()
        return seen

    def _send(self, feature: FeatureMap) -> None:
        for place, sink in enumerate(self._sinks):
            if (place, feature.layer) in self._refused:
                continue
            try:
                sink(feature)
            except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
                note = f"{feature.layer} was not watched to the end: {reason_of(error)}"
                self._refused[place, feature.layer] = note

    def _count(self, one: AttentionMap) -> None:
        if self._words is not None:
            self._words.tally(one)

    def _doubts(self) -> Iterator[str]:
        """Layers whose maps are not of the attention the model used."""
        from . import Truth

        said = {Truth.ALTERED: "is not", Truth.UNCHECKED: "may not be"}
        for layer, truth in self._words.tally.truths.items() if self._words else ():
            if truth.label in said:
                yield f"{layer} {said[truth.label]} what the model used: {truth.reason}"


def empty_word_maps(prompt: PromptTokens, negative: PromptTokens | None) -> WordsSeen | None:
    """Return the empty word maps of a run; None where neither prompt has any words.

    Args:
        prompt: what is asked for.
        negative: what is steered away from; None where the run is not guided.
    """
    from . import AttentionAccumulator, WordsSeen

    if negative is None:
        return WordsSeen(AttentionAccumulator(), prompt, (0,)) if prompt.words else None
    # One picture at a time, and diffusers puts the unconditional row first.
    seen = WordsSeen(AttentionAccumulator(), prompt, (1,), negative, (0,))
    return seen if prompt.words or negative.words else None
