"""Which seed each saved picture has, as its own record says it."""

from __future__ import annotations

from typing import Any

from ...generation.describe import tool
from ...metadata.seed_record import SeedRecord
from .noise import DrawnSeeds, SeedNoise

__all__ = ["records_for"]


def records_for(noise: Any, count: int, size: tuple[int, int]) -> list[SeedRecord] | str:
    """Return a record a picture, or why nobody can tell which seed each has.

    Args:
        noise: what the pictures were made from, or whose list of seeds was.
        count: how many pictures there are.
        size: ``(width, height)`` of a picture in pixels.
    """
    if not isinstance(noise, SeedNoise):
        return "No noise of Seedloupe is wired: saved without seeds."
    drawn = noise.drawn
    if drawn is None or len(drawn.rows) != count:
        # Not drawn here: a sampler ran once for each seed of the list.
        drawn = DrawnSeeds(tuple(range(len(noise.batch.seeds))), noise.batch.only or ())
    if len(drawn.rows) != count:
        return (
            f"{count} pictures of {len(drawn.rows)} seeds: nobody can tell which seed each has, "
            "so they were saved without."
        )
    return [_record(noise, drawn, row, size) for row in drawn.rows]


def _record(noise: SeedNoise, drawn: DrawnSeeds, row: int, size: tuple[int, int]) -> SeedRecord:
    batch, choice = noise.batch, noise.choice
    extras = {} if choice is None else choice.extras(row)
    extras |= {"model": dict(noise.model)} if noise.model else {}
    return SeedRecord(
        tool(),
        "ComfyUI",
        batch.seeds[row],
        batch.source,
        size,
        drawn.shape or None,
        batch.resize,
        extras=extras,
    )
