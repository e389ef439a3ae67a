"""What a long run would take, said before it runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

#: A batch that takes so many seconds tells how fast a machine is.
_TELLING = 1.0


@dataclass(frozen=True)
class DraftEstimate:
    """What racing on drafts would take; ``images`` of the run counts these and full pictures.

    Attributes:
        steps: of a draft.
        full_steps: of a full picture.
        images: drafts made, about.
        full_images: full pictures made, at most.
        seconds_each: a draft, from timing a batch.
        needed: rank correlation of drafts with full pictures above which they pay.
        pilot: pictures made both ways to measure it.
    """

    steps: int
    full_steps: int
    images: int
    full_images: int
    seconds_each: float
    needed: float
    pilot: int

    def lines(self) -> list[str]:
        """Say it for people."""
        return [
            f"of these about {self.images} drafts of {self.steps} steps ({self.seconds_each:.3g} s "
            f"each) and up to {self.full_images} pictures of {self.full_steps}",
            f"drafts race only where their ranks agree with those of full pictures by more than "
            f"{self.needed:.2f} (lower end of the 95 % interval), which the first {self.pilot} of "
            "each tell; a gain has to show among drafts to be found, and is claimed of full "
            "pictures alone",
        ]


@dataclass(frozen=True)
class MiningEstimate:
    """What a run would take, and what it could see.

    Attributes:
        images: pictures made, about, where seeds race.
        most: pictures if every seed were measured with every prompt.
        seeds: how many.
        prompts: to mine with.
        held_out: prompts to confirm with.
        confirmed: best seeds that are confirmed.
        seconds: for all of it on this machine.
        seconds_most: the same for ``most``.
        seconds_each: a picture, from timing a batch; or as somebody gave it.
        machines: devices like this one, or like that one, that share the work.
        bytes: of disk for the journal.
        memory: bytes the device had in use while pictures were timed; None where nobody knows.
        detect: the gain of a single seed that is raced for, in sd; None where all are made.
        smallest_single: the gain of a single seed below which so many prompts cannot tell it.
        smallest_pool: the mean gain of the confirmed seeds that held-out prompts show in four of
            five cases; None where none are.
        drafts: what drafts would take; None where full pictures race.
        measured: whether ``seconds_each`` was timed here, and not given.
    """

    images: int
    most: int
    seeds: int
    prompts: int
    held_out: int
    confirmed: int
    seconds: float
    seconds_most: float
    seconds_each: float
    machines: int
    bytes: int
    memory: int | None
    detect: float | None
    smallest_single: float
    smallest_pool: float | None
    drafts: DraftEstimate | None = None
    measured: bool = True

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {**vars(self), "drafts": None if self.drafts is None else vars(self.drafts)}

    def lines(self) -> list[str]:
        """Say it for people."""
        few = too_few_confirmed(self.confirmed)
        return [
            f"{self._counted}: {self.seeds} seeds with {self._prompts} prompts, "
            f"the best {self._confirmed} confirmed with {self.held_out} more",
            *([few] if few else []),
            *(self.drafts.lines() if self.drafts else []),
            *self._power(),
            *self._time(),
            *self._storage(),
            *([f"{self.memory / 2**30:.1f} GiB of memory in use"] if self.memory else []),
        ]

    @property
    def _counted(self) -> str:
        if self.detect is None:
            return f"{self.images} pictures"
        return f"about {self.images} pictures ({self.most} without racing)"

    @property
    def _confirmed(self) -> str:
        """A race confirms the seeds declared better, six at least."""
        from ..mining import FEWEST_CONFIRMED  # which brings torch along

        fewest = min(FEWEST_CONFIRMED, self.confirmed)
        every = self.detect is None or fewest == self.confirmed
        return f"{self.confirmed}" if every else f"{fewest} to {self.confirmed}"

    @property
    def _prompts(self) -> str:
        return f"{self.prompts}" if self.detect is None else f"up to {self.prompts}"

    def _power(self) -> list[str]:
        """What so many pictures can tell."""
        raced = (
            "" if self.detect is None else f"raced for single seeds {self.detect:.2g} sd better; "
        )
        lines = [
            f"{raced}with these {self.prompts} prompts a single seed less than "
            f"{self.smallest_single:.2f} sd better cannot be told from chance"
        ]
        if self.smallest_pool is not None:
            lines.append(
                f"the {self.held_out} held-out prompts show a mean gain of {self.confirmed} "
                f"confirmed seeds of {self.smallest_pool:.2f} sd or more "
                "(sd: between pictures of one seed)"
            )
        return lines

    def _time(self) -> list[str]:
        """How long, here or on the device whose rate was given, and on several."""
        where, each = "this machine", f"{self.seconds_each:.3g} s a picture, measured"
        if not self.measured:
            where, each = "one device", f"{1 / self.seconds_each:.3g} pictures/s, as given"
        whole = f"about {duration(self.seconds)} on {where} ({each})"
        if self.machines == 1:
            return [whole]
        return [f"{whole}, {duration(self.seconds / self.machines)} on {self.machines} like it"]

    def _storage(self) -> list[str]:
        size = f"about {_bytes(self.bytes)} of disk for the journal"
        if self.machines == 1:
            return [size]
        return [f"{size}; as much goes over the network, and into memory to make the table"]


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


def memory_used() -> int | None:
    """Return the most bytes that were in use so far: the card's, else this process's."""
    import torch

    if torch.cuda.is_available() and torch.cuda.max_memory_allocated():
        return int(torch.cuda.max_memory_allocated())
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def too_few_confirmed(confirmed: int) -> str:
    """Say that so few seeds cannot settle whether seeds matter; empty where they may."""
    from ..mining import FEWEST_CONFIRMED  # which brings torch along

    if confirmed >= FEWEST_CONFIRMED:
        return ""
    return (
        f"confirming {confirmed} of the best seeds is too few to say whether the choice of seed "
        f"matters; it takes --confirm {FEWEST_CONFIRMED} or more, and twice as many seeds"
    )


def _bytes(count: float) -> str:
    return f"{count / 2**20:.0f} MiB" if count < 10 * 2**30 else f"{count / 2**30:.0f} GiB"


def duration(seconds: float) -> str:
    """Write a time span as ``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
