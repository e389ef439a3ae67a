"""A pool of good seeds turned over: the same shuffled order on every machine.

The order is made of whole numbers alone. Seeds are sorted by a keyed bijection of 64-bit words (two
rounds of the finaliser of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014), whose keys are a SHA-256 of the table's digest, the rule and the round.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..tables import SeedTable
from .ranks import Rows
from .stretch import Stretch

_NAME = "seedloupe.turning.1"
"""Part of every key: another way of turning over has another name, and so other orders."""

_SHIFTS_AND_FACTORS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST_SHIFT = np.uint64(31)

Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Turning:
    """A pool of seeds in its shuffled order, round after round.

    Every round brings each seed once. The pool is split in two by a shuffle of its own, the same in
    all rounds; a round shuffles the first half, then the second. So whoever begins anywhere and
    takes up to half the pool meets no seed twice, also where one round ends and the next begins.

    Args:
        seeds: ``(P,)`` different seeds.
        table: decides the order by its content.
        rule: likewise, by its name.
    """

    seeds: Words
    table: SeedTable
    rule: str

    def places(self, begin: int, end: int) -> Rows:
        """Return which of ``seeds`` come at the positions from ``begin`` to before ``end``."""
        return in_rounds(begin, end, len(self.seeds), self._round)

    def _round(self, number: int) -> Rows:
        order = self._shuffled(f"{number}")
        return np.concatenate([order[self._early[order]], order[~self._early[order]]])

    @cached_property
    def _early(self) -> NDArray[np.bool_]:
        """Which seeds come in the first half of every round, ``(P,)``."""
        early = np.zeros(len(self.seeds), np.bool_)
        early[self._shuffled("halves")[: (len(self.seeds) + 1) // 2]] = True
        return early

    def _shuffled(self, name: str) -> Rows:
        return np.argsort(scrambled(self.seeds, turning_key(self.table, self.rule, name)))


def places_of(stretch: Stretch, best: Rows, table: SeedTable, rule: str) -> Rows:
    """Return places, counted from 0, among the best of a rule that are known.

    Args:
        stretch: the positions asked for.
        best: ``(N,)`` rows of ``table``, best first, as far as the stretch reaches.
        table: decides the shuffled order.
        rule: likewise.

    Returns:
        ``(count,)``, or fewer where the best first have come to an end or the pool is empty.
    """
    if not stretch.is_turning:
        return np.arange(stretch.position, min(stretch.end, len(best)))
    return Turning(table.seeds[best], table, rule).places(stretch.position, stretch.end)


def in_rounds(begin: int, end: int, length: int, order: Callable[[int], Rows]) -> Rows:
    """Cut the positions from ``begin`` to before ``end`` out of an endless row of rounds.

    Args:
        begin: the first position.
        end: the one behind the last.
        length: how many positions a round has.
        order: what comes in the round of a number, ``(length,)``.

    Returns:
        ``(end - begin,)``, or nothing where a round is empty.
    """
    return np.concatenate([np.empty(0, np.intp), *_cuts(begin, end, length, order)])


def _cuts(begin: int, end: int, length: int, order: Callable[[int], Rows]) -> Iterator[Rows]:
    while length and begin < end:
        number, at = divmod(begin, length)
        upto = min(length, at + end - begin)
        yield order(number)[at:upto]
        begin += upto - at


def coin_of(table: SeedTable, rule: str) -> Callable[[int], bool]:
    """Return what decides a table's open questions for a rule, by number, each with even odds."""
    key = turning_key(table, rule, "coins")
    return lambda number: bool(scrambled(np.asarray([number], np.uint64), key)[0] & np.uint64(1))


def turning_key(table: SeedTable, rule: str, name: str) -> tuple[int, int]:
    """Return two 64-bit keys for one shuffle of a table's seeds by one rule."""
    text = "\0".join((_NAME, table.digest, rule, name))
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def scrambled(words: Words, key: tuple[int, int]) -> Words:
    """Return other 64-bit words for ``words`` ``(N,)``; different ones stay different."""
    for half in key:
        words = _mixed(words ^ np.uint64(half))
    return words


def _mixed(words: Words) -> Words:
    for shift, factor in _SHIFTS_AND_FACTORS:
        words = (words ^ (words >> shift)) * factor
    mixed: Words = words ^ (words >> _LAST_SHIFT)
    return mixed
