"""Watching the words of a prompt and of a negative prompt, each by its own columns.

The two may be of unequal length, and hosts then repeat the shorter one; so each has a probe of its
own, and sums of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .hooks import LayerProbe, reason_of
from .record import LensRecord
from .rows import RowKind, RowLabel, rows_in_order
from .tokens import PromptTokens
from .topology import bare_unet
from .transformer_kinds import kind_of
from .words import (
    AttentionAccumulator,
    AttentionMap,
    AttentionProbe,
    Truth,
    TruthCheck,
    WordColumns,
    WordsSeen,
    record_with_words,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .calls import FeaturePlace

_NOTHING = PromptTokens.of_chunks([])
_DOUBTS = {Truth.ALTERED: "is not", Truth.UNCHECKED: "may not be"}


@dataclass(eq=False)
class _Side:
    """One prompt: its tokens, its rows and what its words took so far."""

    kind: RowKind
    tokens: PromptTokens
    tally: AttentionAccumulator = field(default_factory=AttentionAccumulator)
    probe: AttentionProbe | None = None
    parts: dict[str, dict[RowLabel, Tensor]] = field(default_factory=dict)
    maps: dict[str, AttentionMap] = field(default_factory=dict)

    def take(self, one: AttentionMap) -> None:
        """Keep the rows of the first prompt of its kind; others have other words."""
        rows = {
            label: values
            for label, values in zip(one.labels, one.values, strict=True)
            if label.prompt == 0
        }
        if rows:
            before = self.maps.get(one.layer)
            checks = [one.truth] if before is None else [before.truth, one.truth]
            self.maps[one.layer] = replace(one, truth=TruthCheck.worst(checks))
            kept = self.parts.setdefault(one.layer, {})
            kept.update({label: values for label, values in rows.items() if label not in kept})

    def seen(self) -> WordsSeen:
        """Return its words as a run's."""
        if self.kind is RowKind.COND:
            return WordsSeen(self.tally, self.tokens, slice(None))
        return WordsSeen(self.tally, _NOTHING, (), self.tokens, slice(None))


class WordWatch:
    """Adds the attention to words up over a sampling.

    Args:
        prompt: the first of the prompts.
        negative: the negative prompt; None where it is not known.
    """

    def __init__(self, prompt: PromptTokens, negative: PromptTokens | None = None) -> None:
        sides = [_Side(RowKind.COND, prompt)]
        sides += [_Side(RowKind.UNCOND, negative)] if negative is not None else []
        self._sides = [side for side in sides if side.tokens.words]
        self._notes: dict[str, str] = {}
        # Transformers are told further tokens behind CLIP's.
        self._joint = False
        self._said: tuple[str, ...] = ()

    @property
    def prompt(self) -> WordsSeen:
        """The words of the prompt, as far as the sampling has come."""
        sides = [side for side in self._sides if side.kind is RowKind.COND]
        return sides[0].seen() if sides else WordsSeen(AttentionAccumulator(), _NOTHING, ())

    @property
    def probes(self) -> tuple[AttentionProbe, ...]:
        """The probes there are so far."""
        return tuple(side.probe for side in self._sides if side.probe is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be watched, and layers whose maps are not what the model used."""
        probes = (note for probe in self.probes for note in probe.notes)
        doubts = (
            f"{layer} {_DOUBTS[truth.label]} what the model used: {truth.reason}"
            for side in self._sides
            for layer, truth in side.tally.truths.items()
            if truth.label in _DOUBTS
        )
        return tuple(dict.fromkeys((*self._said, *probes, *self._notes.values(), *doubts)))

    def probes_for(self, unet: nn.Module) -> Mapping[LayerProbe, frozenset[RowKind]]:
        """Return a probe for each prompt, with the kind of rows it reads.

        Raises:
            LayerNotFoundError: the U-Net has no attention to words.
            ModelError: ``unet`` is no U-Net of a known shape.
        """
        self._joint = kind_of(bare_unet(unet)) is not None
        for side in self._sides:
            if side.probe is None:
                reading = WordColumns(side.tokens.content, side.tokens.length)
                side.probe = AttentionProbe(unet, reading, side.take)
        return {
            side.probe: frozenset({side.kind}) for side in self._sides if side.probe is not None
        }

    def check_length(self, columns: int) -> None:
        """Note where the model was given a prompt of another length than the one it was told.

        Args:
            columns: tokens of the conditioning, ``T`` of ``(B, T, C)``.
        """
        for side in self._sides:
            if columns % side.tokens.length and not self._joint:
                self._notes[side.kind.value] = (
                    f"words are not sure: the prompt has {side.tokens.length} tokens, the model "
                    f"was given {columns}; wire the text that was encoded"
                )

    def drop(self) -> None:
        """Forget what the calls of an evaluation gave that was not finished."""
        for side in self._sides:
            side.parts.clear()
            side.maps.clear()

    def flush(self, place: FeaturePlace, call: int) -> None:
        """Add what the calls of one evaluation gave."""
        for side in self._sides:
            for layer, rows in side.parts.items():
                labels, values = rows_in_order(rows)
                kept = replace(
                    side.maps[layer],
                    step=place.step,
                    sigma=place.sigma,
                    timestep=place.timestep,
                    values=values,
                    labels=labels,
                    call=call,
                )
                try:
                    side.tally(kept)
                except Exception as error:  # noqa: BLE001 - the picture must not pay for it
                    self._notes[layer] = f"{layer} is not in the word maps: {reason_of(error)}"
            side.parts.clear()
            side.maps.clear()

    def finish(self) -> None:
        """Let go of the model."""
        for side in self._sides:
            if side.probe is not None:
                side.probe.disarm()
                self._said = (*self._said, *side.probe.notes)
                side.probe = None

    def kept_in(self, record: LensRecord, *, every: int = 1) -> LensRecord:
        """Return ``record`` with the words of both prompts."""
        for side in self._sides:
            record = record_with_words(record, side.seen(), every=every)
        return record
