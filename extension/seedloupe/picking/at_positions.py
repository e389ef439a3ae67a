"""Seeds for pictures at any positions, also from a range of ranks alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import PickError
from ..tables import SeedTable
from .choose import PickRequest, PickRule, pick_seeds
from .picks import Picking
from .stretch import PickOrder

WIDEST = 65536
"""How far the positions of one choice may lie apart; more than any job has pictures."""
_RANGE = re.compile(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?")


@dataclass(frozen=True)
class RankRange:
    """Some of the ranks of a rule, from 1, both ends included.

    Raises:
        PickError: there is no rank among them.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        """Refuse an empty range, and one before the best."""
        if not 1 <= self.first <= self.last:
            raise _no_range(f"{self.first}-{self.last}")
        if len(self) > WIDEST:
            raise PickError("ranks", expected=f"at most {WIDEST} ranks", got=f"{len(self)}")

    @classmethod
    def parse(cls, text: str) -> RankRange:
        """Read ``"1-16"``, or one rank alone.

        Raises:
            PickError: it is no such range.
        """
        found = _RANGE.fullmatch(text)
        if found is None:
            raise _no_range(repr(text))
        return cls(int(found[1]), int(found[2] or found[1]))

    def __len__(self) -> int:
        """Return how many ranks there are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"{self.first}-{self.last}"


def pick_at(
    table: SeedTable,
    request: PickRequest,
    positions: Sequence[int],
    *,
    ranks: RankRange | None = None,
) -> Picking:
    """Return the seeds that stand at some positions, in the order asked for.

    Args:
        table: what to choose from.
        request: by which rule; its count and position mean nothing here.
        positions: at least one; a position may come more than once, for the same seed again.
        ranks: which ranks take turns, the best of them first, round after round; None leaves that
            to the request's order.

    Raises:
        PickError: the table cannot answer, a position has no seed, or they lie too far apart.
    """
    if not positions:
        raise PickError("positions", expected="at least one position", got="none")
    begin, end = min(positions), max(positions) + 1
    if end - begin > WIDEST:
        raise PickError(
            "positions", expected=f"within {WIDEST} of each other", got=f"{begin} to {end - 1}"
        )
    if ranks is not None:
        return _in_ranks(table, request, positions, ranks)
    found = pick_seeds(table, replace(request, position=begin, count=end - begin))
    if len(found.picks) < end - begin:
        raise _too_few(begin + len(found.picks), end - begin)
    return replace(found, picks=tuple(found.picks[at - begin] for at in positions))


def _in_ranks(
    table: SeedTable, request: PickRequest, positions: Sequence[int], ranks: RankRange
) -> Picking:
    if request.rule is PickRule.GIVEN:
        raise PickError("ranks", expected="a rule that ranks seeds", got=request.rule.value)
    count = min(len(ranks), max(1, len(table) - ranks.first + 1))
    best = replace(request, position=ranks.first - 1, count=count, order=PickOrder.BEST)
    found = pick_seeds(table, best)
    if not found.picks:
        raise _too_few(0, len(ranks))
    length = len(found.picks)
    return replace(
        found,
        picks=tuple(found.picks[at % length] for at in positions),
        position=positions[0],
        order=PickOrder.TURNING,
        period=length,
    )


def _no_range(got: str) -> PickError:
    return PickError("ranks", expected="ranks from 1 on, such as 1-16", got=got)


def _too_few(found: int, asked: int) -> PickError:
    return PickError(
        "position",
        expected=f"a seed at each of {asked} positions",
        got=f"seeds up to position {found - 1}" if found else "none",
        advice="The turning order has no end.",
    )
