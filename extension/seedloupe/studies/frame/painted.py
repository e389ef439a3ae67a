"""Pictures painted from prompts and seeds, kept so that studies share them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from torch import Tensor

from ...errors import InputError
from .store import PictureStore
from .subject import Painting, Push, StudiedNetwork

Scorer: TypeAlias = Callable[[Tensor, str], Tensor]
"""Scores pictures ``(B, 3, H, W)`` of one prompt, ``(B,)``; more is better."""
Embedder: TypeAlias = Callable[[Tensor], Tensor]
"""Turns pictures ``(B, 3, H, W)`` into vectors ``(B, D)`` of which alike ones look alike."""


@dataclass(frozen=True, eq=False)
class Painted:
    """Prompts times seeds, painted by one model in one way.

    Attributes:
        subject: who paints.
        prompts: each once.
        seeds: each once.
        how: steps, sampler, guidance.
        store: where pictures are kept.
    """

    subject: StudiedNetwork
    prompts: tuple[str, ...]
    seeds: tuple[int, ...]
    how: Painting = field(default_factory=Painting)
    store: PictureStore = field(default_factory=lambda: PictureStore(None))

    def __post_init__(self) -> None:
        """Refuse what could not be told apart."""
        for name, given in (("prompts", self.prompts), ("seeds", self.seeds)):
            if not given or len(set(given)) != len(given):
                got = f"{len(given)}, some of them twice" if given else "none"
                raise InputError(name, expected="one or more, each once", got=got)

    @property
    def settings(self) -> Mapping[str, object]:
        """What decides the pictures, as JSON types."""
        return {
            **self.subject.settings,
            **self.how.settings,
            "prompts": list(self.prompts),
            "seeds": [str(seed) for seed in self.seeds],
        }

    def of(self, prompt: str, seeds: Sequence[int] | None = None) -> Tensor:
        """Return the pictures ``(B, 3, H, W)`` of one prompt, one a seed."""
        seeds = self.seeds if seeds is None else tuple(seeds)
        key = self._key(prompt, seeds)
        return self.store.get(key, lambda: self.subject.paint(prompt, seeds, self.how))

    def together(
        self, prompt: str, seeds: Sequence[int], push: Push, pushed: Mapping[str, object]
    ) -> Tensor:
        """Return pictures ``(B, 3, H, W)`` of one batch that influence each other.

        Args:
            prompt: of all.
            seeds: one a picture.
            push: as :meth:`~.subject.StudiedNetwork.paint_together` takes it.
            pushed: what decides it, as JSON types.
        """
        key = {**self._key(prompt, seeds), **pushed}
        return self.store.get(
            key, lambda: self.subject.paint_together(prompt, seeds, self.how, push)
        )

    def _key(self, prompt: str, seeds: Sequence[int]) -> Mapping[str, object]:
        return {
            **self.subject.settings,
            **self.how.settings,
            "prompt": prompt,
            "seeds": [str(seed) for seed in seeds],
        }
