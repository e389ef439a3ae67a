"""Ranking seeds by their scores; ties and seeds nobody measured included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
    """

    rows: Rows
    places: NDArray[np.int64]
    mean: NDArray[np.float64]

    @cached_property
    def order(self) -> Rows:
        """Positions in ``rows`` ``(R,)``, best mean rank first; on a tie the smaller seed."""
        return in_order(self.mean)


def rank_seeds(table: SeedTable, metrics: Sequence[str], rows: Rows) -> Ranking:
    """Rank the seeds every metric measured.

    Args:
        table: where the scores are.
        metrics: at least one of the table's.
        rows: ``(R,)`` the rows to compare; those with a NaN are left out.
    """
    columns = [towards_better(table, metric)[rows] for metric in metrics]
    measured = np.logical_and.reduce([~np.isnan(column) for column in columns])
    places = np.empty((len(metrics), int(measured.sum())), np.int64)
    mean = np.zeros(places.shape[1])
    for at, column in enumerate(columns):
        places[at], middles = _places_and_middles(column[measured])
        mean += middles
    return Ranking(rows[measured], places, mean / len(metrics))


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


def best_first(first: NDArray[Any], *others: NDArray[np.float64], count: int) -> Rows:
    """Return the positions of the ``count`` smallest, smallest first, or of all.

    Only those that can be among them are sorted: of a million seeds a few are asked for.

    Args:
        first: ``(R,)`` what decides.
        others: ``(R,)`` each, what decides between equals, one after the other; then the first
            position.
        count: how many.
    """
    near = np.arange(len(first))
    if count < len(first):
        near = np.flatnonzero(first <= np.partition(first, count - 1)[count - 1])
    order: Rows = near[np.lexsort([key[near] for key in (*reversed(others), first)])][:count]
    return order


def in_order(first: NDArray[Any], *others: NDArray[Any]) -> Rows:
    """Return the positions that sort ``first``; among equals ``others``, then the first position.

    A stable sort that is several times as fast: numpy's quick ones are not stable, so equal values
    are put in order by a second sort, of whole numbers. Other values matter to equal ones alone.
    """
    order = np.argsort(first)
    same = first[order][1:] == first[order][:-1]
    group = np.cumsum(np.append(np.zeros(1, np.intp), ~same)) if len(first) else order
    order = np.sort(group * len(first) + order) % max(len(first), 1)
    if others and same.any():
        tied = np.append(same, False) | np.append(False, same)
        at = order[tied]
        order[tied] = at[np.lexsort([*(key[at] for key in reversed(others)), group[tied]])]
    return order


def _places_and_middles(
    score: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return one plus the number of strictly higher scores, and the middle of tied places."""
    order = np.argsort(-score)
    ordered, at = score[order], np.arange(len(score))
    begins = np.append(True, ordered[1:] != ordered[:-1])[: len(score)]
    ends = np.append(begins[1:], True)[: len(score)]
    first = np.maximum.accumulate(np.where(begins, at, 0))
    last = np.minimum.accumulate(np.where(ends, at, len(score))[::-1])[::-1]
    places, middles = np.empty(len(score), np.int64), np.empty(len(score))
    places[order] = first + 1
    middles[order] = (first + last) / 2 + 1
    return places, middles
