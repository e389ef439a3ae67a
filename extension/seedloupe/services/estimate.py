"""What a long run would take, said before it runs."""

from __future__ import annotations

from dataclasses import dataclass


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
