"""Watching layers and words during a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from ..generation.request import Request
    from ..hosts.standalone.engine.models import Model
    from . import AttentionMap, AttentionProbe, FeatureMap, FeatureProbe, WordsSeen
    from .levels import NoiseLevels


class RunWatch:
    """Collects what chosen layers compute at each step; what goes wrong becomes a note.

    Hooks exist only while the U-Net runs, so a run nobody reads to its end leaves none behind.

    Args:
        unet: the U-Net that will run.
        layers: names, aliases or globs; none watches nothing.
        guided: whether the batch holds an unconditional row, which is left out.
        levels: the model's noise levels, to name the training time of each step.
        words: the empty sight of a run's words, to be filled; None watches no words.

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
    ) -> None:
        self._features: list[FeatureMap] = []
        self._probes: list[FeatureProbe | AttentionProbe] = []
        self._words = words
        if layers:
            from . import FeatureProbe, find_layers
            from .rows import pipeline_rows

            names = [layer.name for layer in find_layers(unet, layers)]
            rows = pipeline_rows(1, guided=guided)
            sink = self._features.append
            self._probes.append(FeatureProbe(unet, names, sink, rows=rows, levels=levels))
        if words is not None:
            from . import AttentionProbe

            probe = AttentionProbe(unet, words.reading, self._count, levels=levels)
            with probe:  # refuses now what cannot be watched
                self._probes.append(probe)

    @contextmanager
    def watch(self, step: int, sigma: float) -> Iterator[None]:
        """Record one call of the U-Net."""
        with ExitStack() as armed:
            for probe in self._probes:
                armed.enter_context(probe)
                probe.at(step=step, sigma=sigma)
            yield

    @property
    def notes(self) -> tuple[str, ...]:
        """Layers that could not be watched, each with the reason."""
        said = (note for probe in self._probes for note in probe.notes)
        return (*said, *self._doubts())

    @property
    def words(self) -> WordsSeen | None:
        """The words of the picture in the making, as far as it has come."""
        return self._words

    def taken(self) -> tuple[FeatureMap, ...]:
        """Hand out what was recorded since the last time."""
        features = tuple(self._features)
        self._features.clear()
        return features

    def finished(self) -> WordsSeen | None:
        """Hand out the words of a picture, and begin another."""
        seen = self._words
        if seen is not None:
            self._words = seen.emptied()
        return seen

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


def empty_word_maps(model: Model, request: Request) -> WordsSeen | None:
    """Return the empty sight of a run's words; None where neither prompt has any."""
    from . import AttentionAccumulator, WordsSeen
    from .words.clip_words import prompt_tokens

    prompt = prompt_tokens(model, request.prompt)
    if not request.plan.guided:
        return WordsSeen(AttentionAccumulator(), prompt, (0,)) if prompt.words else None
    negative = prompt_tokens(model, request.negative)
    # One picture at a time, and diffusers puts the unconditional row first.
    seen = WordsSeen(AttentionAccumulator(), prompt, (1,), negative, (0,))
    return seen if prompt.words or negative.words else None
