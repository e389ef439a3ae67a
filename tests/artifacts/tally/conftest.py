from __future__ import annotations

from collections.abc import Callable

import pytest

from seedloupe.artifacts import Check, Level, Purpose, Subject
from seedloupe.noise import NoiseSource

Make = Callable[..., Check]


@pytest.fixture
def subject() -> Subject:
    """A model of another shape than square, with CPU noise."""
    return Subject("ab" * 32, "My Model", Purpose.REMOVAL, NoiseSource(), (4, 16, 24))


@pytest.fixture
def check() -> Make:
    """A check of a seed, flagged at every level or at none, each with an id of its own."""
    made = 0

    def make(seed: int, *, flagged: bool = False, at: tuple[Level, ...] | None = None) -> Check:
        nonlocal made
        made += 1
        levels = at if at is not None else tuple(Level) if flagged else ()
        share = 0.25 if levels else 0.0
        return Check(f"{made:016x}", seed, Level.NORMAL, levels, share, share, "stub 1")

    return make
