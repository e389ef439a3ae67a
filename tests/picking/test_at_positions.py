from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import PickError
from seedloupe.picking import (
    PickOrder,
    PickRequest,
    PickRule,
    RankRange,
    pick_at,
    pick_seeds,
)
from seedloupe.tables import SeedTable

from ..seed_tables import make_table

GOLDEN = PickRequest(PickRule.GOLDEN, 1, order=PickOrder.TURNING)
SEEDS = tuple(range(100, 132))


def table() -> SeedTable:
    return make_table({"alignment": np.arange(32)}, seeds=SEEDS)


def test_any_positions_have_the_seeds_they_have_one_by_one() -> None:
    wanted = [9, 2, 2, 30]
    alone = [
        pick_seeds(table(), PickRequest(PickRule.GOLDEN, 1, at, PickOrder.TURNING)).seeds[0]
        for at in wanted
    ]
    assert list(pick_at(table(), GOLDEN, wanted).seeds) == alone


def test_ranks_come_best_first_round_after_round() -> None:
    found = pick_at(table(), GOLDEN, range(5), ranks=RankRange(3, 5))
    assert found.seeds == (129, 128, 127, 129, 128)
    assert [pick.rank for pick in found.picks] == [3, 4, 5, 3, 4]
    assert found.period == 3
    assert pick_at(table(), GOLDEN, [4], ranks=RankRange(3, 5)).seeds == (128,)


def test_ranks_end_with_the_table() -> None:
    found = pick_at(table(), GOLDEN, range(3), ranks=RankRange(31, 99))
    assert found.seeds == (101, 100, 101)
    with pytest.raises(PickError):
        pick_at(table(), GOLDEN, [0], ranks=RankRange(33, 40))


@pytest.mark.parametrize(("text", "ranks"), [("1-16", (1, 16)), (" 3 - 4 ", (3, 4)), ("7", (7, 7))])
def test_ranks_are_read_as_they_are_written(text: str, ranks: tuple[int, int]) -> None:
    read = RankRange.parse(text)
    assert (read.first, read.last) == ranks
    assert RankRange.parse(str(read)) == read


@pytest.mark.parametrize("text", ["", "0-3", "5-4", "-1", "a", "1-", "1-2-3", "1-999999", "1" * 40])
def test_what_is_no_range_of_ranks_is_refused(text: str) -> None:
    with pytest.raises(PickError, match="ranks"):
        RankRange.parse(text)


def test_positions_are_refused_where_there_is_none_and_where_they_lie_far_apart() -> None:
    for positions in ([], [0, 10**6], [-1]):
        with pytest.raises(PickError, match="position"):
            pick_at(table(), GOLDEN, positions)


def test_the_best_first_have_an_end() -> None:
    best = PickRequest(PickRule.GOLDEN, 1)
    assert pick_at(table(), best, [31]).seeds == (100,)
    with pytest.raises(PickError, match="position"):
        pick_at(table(), best, [30, 32])
