"""Which seeds to try next, when a repaint has text in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from .tally import Tally

#: Most seeds looked at in search of one that may be tried.
_MOST_LOOKED_AT = 100_000


@dataclass(frozen=True)
class Candidate:
    """A seed to try next, and where it comes from in plain words."""

    seed: int
    why: str


def candidates(
    ranked: Iterable[int],
    tally: Tally | None,
    dice: Callable[[], int],
    *,
    drawn: Collection[int] = (),
    canonical: Callable[[int], int] | None = None,
) -> Iterator[Candidate]:
    """Return seeds to try: ranked ones, then those that never wrote, then random ones.

    Seeds that write more often than others, and those of ``drawn``, are left out. Random seeds do
    not end, but after 100,000 seeds in all the search does.

    Args:
        ranked: seeds of a table, the cleanest first; empty where there is no table for the task.
        tally: what was counted so far, or ``None``.
        dice: draws a seed at random.
        drawn: canonical seeds that would show a picture that is there already.
        canonical: the same number for seeds with the same noise; that of the tally if not given.
    """
    same = canonical or (_itself if tally is None else tally.subject.canonical)
    refused = set(drawn)
    if tally is not None:
        refused.update(count.seed for count in tally.high_rate())
    seen = () if tally is None else tally.cleanest()
    known = (
        *(Candidate(seed, "next of the table's cleanest seeds") for seed in ranked),
        *(Candidate(s.seed, f"wrote nothing in {_times(s.trials)} so far") for s in seen),
    )
    thrown = (Candidate(dice(), "thrown by dice") for _ in itertools.repeat(None))
    for candidate in itertools.islice(itertools.chain(known, thrown), _MOST_LOOKED_AT):
        if same(candidate.seed) not in refused:
            yield candidate


def _itself(seed: int) -> int:
    return seed


def _times(n: int) -> str:
    return "1 picture" if n == 1 else f"{n} pictures"
