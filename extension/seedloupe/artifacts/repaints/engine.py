"""Repaint a picture with some seeds and look for text: what a study and the miner both do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from .look import Looker, Seen
from .pairs import InpaintTask, Pair


class Painter(Protocol):
    """Repaints the masked part of a picture; the host's business how."""

    def __call__(self, pair: Pair, prompt: str, seeds: Sequence[int]) -> Iterable[Tensor]:
        """Return one whole picture ``(3, H, W)`` in [0, 1] a seed, in their order.

        What lies outside the mask is the source picture's.
        """


@dataclass(frozen=True, eq=False)
class SeenRepaint:
    """A repainted picture and what each looker saw in it.

    Attributes:
        seed: what its noise was drawn from.
        picture: ``(3, H, W)`` float32 in [0, 1].
        seen: one a looker, in their order.
    """

    seed: int
    picture: Tensor
    seen: tuple[Seen, ...]


def repaint_and_look(
    pair: Pair,
    task: InpaintTask,
    seeds: Sequence[int],
    *,
    paint: Painter,
    lookers: Sequence[Looker],
) -> Iterator[SeenRepaint]:
    """Repaint a pair for a task with each seed, and let everybody look at the outcome.

    Args:
        pair: what is repainted.
        task: what for.
        seeds: whose noise it is painted from.
        paint: paints; asked once for all seeds, and read one picture at a time.
        lookers: who looks for text.

    Raises:
        ReaderError: a looker could not look.
        ValueError: the painter gives another number of pictures.
    """
    prompt = task.prompt(pair)
    for seed, picture in zip(seeds, paint(pair, prompt, seeds), strict=True):
        seen = tuple(looker.look(picture, pair, prompt) for looker in lookers)
        yield SeenRepaint(seed, picture, seen)
