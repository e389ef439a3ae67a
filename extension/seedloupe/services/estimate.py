"""What a long run would take, said before it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

#: A batch that takes so many seconds tells how fast a machine is.
_TELLING = 1.0


@dataclass(frozen=True)
class MiningEstimate:
    """What a run would take; ``seconds`` comes from timing one batch."""

    images: int
    seeds: int
    prompts: int
    held_out: int
    confirmed: int
    seconds: float
    bytes: int

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {**vars(self)}

    def lines(self) -> list[str]:
        """Say it for people."""
        few = too_few_confirmed(self.confirmed)
        return [
            f"{self.images} pictures: {self.seeds} seeds with {self.prompts} prompts, "
            f"the best {self.confirmed} confirmed with {self.held_out} more",
            *([few] if few else []),
            f"about {duration(self.seconds)} on this machine",
            f"about {self.bytes / 2**20:.0f} MiB of disk for the journal",
        ]


@dataclass(frozen=True)
class StudyEstimate:
    """What a run would take; ``seconds`` comes from painting and looking at one picture."""

    images: int
    done: int
    seeds: int
    pairs: int
    tasks: int
    seconds: float
    bytes: int

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {**vars(self)}

    def lines(self) -> list[str]:
        """Say it for people."""
        left = f", of which {self.done} are made" if self.done else ""
        return [
            f"{self.images} pictures{left}: {self.seeds} seeds, {self.pairs} pictures with a mask, "
            f"{self.tasks} task{'s' if self.tasks > 1 else ''}",
            f"about {duration(self.seconds)} on this machine",
            f"about {max(1, round(self.bytes / 2**20))} MiB of disk",
        ]


def seconds_each(
    draw: Callable[[int], object],
    most: int,
    *,
    tell: Callable[[int], object],
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return how long one picture takes in a batch, from as few as tell it.

    The first picture is drawn to get everything ready, and counts only where it takes so long that
    getting ready does not. Then batches grow, as on a card many pictures take little longer than
    one, until a batch takes long enough to tell.

    Args:
        draw: draws so many pictures at once.
        most: how many are drawn at once when it counts.
        tell: is told how many have been drawn, each time some have.
        clock: tells seconds.
    """
    drawn, batch = 0, 1
    telling = 5 * _TELLING
    while True:
        begun = clock()
        draw(batch)
        took = clock() - begun
        drawn += batch
        tell(drawn)
        if took >= telling or (batch == most and drawn > 1):
            return took / batch
        batch = 1 if drawn == 1 else min(2 * batch, most)
        telling = _TELLING


def too_few_confirmed(confirmed: int) -> str:
    """Say that so few seeds cannot settle whether seeds matter; empty where they may."""
    from ..mining import FEWEST_CONFIRMED  # which brings torch along

    if confirmed >= FEWEST_CONFIRMED:
        return ""
    return (
        f"confirming {confirmed} of the best seeds is too few to say whether the choice of seed "
        f"matters; it takes --confirm {FEWEST_CONFIRMED} or more, and twice as many seeds"
    )


def duration(seconds: float) -> str:
    """Write a time span as ``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
