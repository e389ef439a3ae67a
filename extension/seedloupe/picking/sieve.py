"""Which seeds of a table pass by tags and by one score: what a map keeps bright."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import PickError
from ..tables import SeedTable
from .ranks import known_metrics, rank_seeds
from .tags import TagFilter, rows_passing
from .words import seeds_in_words


@dataclass(frozen=True, eq=False)
class Sifted:
    """The seeds that pass.

    Args:
        kept: ``(S,)`` bool.
        notes: what to know about it, such as how many were not measured.
    """

    kept: NDArray[np.bool_]
    notes: tuple[str, ...] = ()


def sift(
    table: SeedTable,
    *,
    tags: TagFilter = TagFilter(),  # noqa: B008 - frozen
    metric: str | None = None,
    share: float = 1.0,
) -> Sifted:
    """Return which seeds have the tags wanted and are among the better ones by a score.

    Args:
        table: what to look through.
        tags: what the pictures should show and should not.
        metric: the score that decides; by default the mean rank over all of them.
        share: which share of the seeds measured passes, the better ones, in (0, 1]; those tied
            with the last one pass too. 1 asks for no score at all.

    Raises:
        PickError: the table has no such tag or score, or ``share`` is none.
    """
    if not 0 < share <= 1:
        raise PickError("share", expected="a share above 0, at most 1", got=f"{share}")
    rows, notes = rows_passing(table, tags)
    kept = np.zeros(len(table), np.bool_)
    kept[rows] = True
    if share == 1:
        return Sifted(kept, notes)
    metrics = known_metrics(table, None if metric is None else (metric,))
    ranking = rank_seeds(table, metrics, np.arange(len(table)))
    last = ranking.order[: math.ceil(share * len(ranking.rows))][-1:]
    better = np.zeros(len(table), np.bool_)
    better[ranking.rows[ranking.mean <= ranking.mean[last].max(initial=0)]] = True
    unmeasured = len(table) - len(ranking.rows)
    said = (f"not measured and faded: {seeds_in_words(unmeasured)}",) if unmeasured else ()
    return Sifted(kept & better, (*notes, *said))
