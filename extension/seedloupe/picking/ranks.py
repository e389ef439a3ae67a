"""Ranking seeds by their scores; ties and seeds nobody measured included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import PickError
from ..tables import SeedTable

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Seeds in order of quality.

    Args:
        rows: ``(R,)`` rows of the table that were compared, in table order.
        places: ``(M, R)`` how many seeds are strictly better by each metric, plus one.
        mean: ``(R,)`` mean rank over the metrics, tied seeds sharing the middle of their places.
        order: ``(R,)`` positions in ``rows``, best mean rank first; on a tie the smaller seed.
        scores: ``(M, R)`` the scores, turned so that more is better.
    """

    rows: Rows
    places: NDArray[np.int64]
    mean: NDArray[np.float64]
    order: Rows
    scores: NDArray[np.float64]


def rank_seeds(table: SeedTable, metrics: Sequence[str], rows: Rows) -> Ranking:
    """Rank the seeds every metric measured.

    Args:
        table: where the scores are.
        metrics: at least one of the table's.
        rows: ``(R,)`` the rows to compare; those with a NaN are left out.
    """
    columns = np.stack([towards_better(table, metric)[rows] for metric in metrics])
    measured = ~np.isnan(columns).any(axis=0)
    scores = columns[:, measured]
    ranked = [_places_and_middles(score) for score in scores]
    places = np.stack([place for place, _ in ranked])
    mean = np.mean([middle for _, middle in ranked], axis=0)
    return Ranking(rows[measured], places, mean, np.argsort(mean, kind="stable"), scores)


def known_metrics(table: SeedTable, metrics: Sequence[str] | None) -> tuple[str, ...]:
    """Return the metrics asked for, or all the table has.

    Raises:
        PickError: the table has no scores, or not the one asked for, or one is named twice.
    """
    known = table.metrics()
    if not known:
        raise PickError("metrics", expected="a table with scores", got="a table without")
    wanted = known if metrics is None else tuple(metrics)
    listing = ", ".join(known)
    if not wanted or len(set(wanted)) != len(wanted):
        raise PickError("metrics", expected=f"one or more of {listing}, each once", got=f"{wanted}")
    for metric in wanted:
        if metric not in known:
            raise PickError("metrics", expected=f"some of {listing}", got=repr(metric))
    return wanted


def towards_better(table: SeedTable, metric: str) -> NDArray[np.float64]:
    """Return a score ``(S,)`` turned so that more is better."""
    score = table.score(metric).astype(np.float64)
    return score if table.higher_is_better(metric) else -score


def _places_and_middles(
    score: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return one plus the number of strictly higher scores, and the middle of tied places."""
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.append(begins, len(score)))
    places, middles = np.empty(len(score), np.int64), np.empty(len(score))
    places[order] = np.repeat(begins + 1, sizes)
    middles[order] = np.repeat(begins + (sizes + 1) / 2, sizes)
    return places, middles
