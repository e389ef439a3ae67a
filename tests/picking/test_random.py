"""Random seeds are different, repeatable and nobody else's business."""

from __future__ import annotations

from typing import cast

import pytest

from seedloupe.errors import PickError
from seedloupe.picking import pick_random

from ..seed_tables import make_table, random_states


def test_the_same_source_draws_the_same_seeds() -> None:
    assert pick_random(None, 20, source_seed=4) == pick_random(None, 20, source_seed=4)
    assert pick_random(None, 20, source_seed=4) != pick_random(None, 20, source_seed=5)


def test_no_seed_is_drawn_twice() -> None:
    assert len(set(pick_random(None, 2000, source_seed=1).seeds)) == 2000


def test_seeds_come_from_the_whole_range() -> None:
    seeds = pick_random(None, 400, source_seed=1).seeds
    assert min(seeds) < 2**28
    assert 2**32 - 2**28 < max(seeds) < 2**32


def test_a_table_is_drawn_from_without_looking_at_its_scores() -> None:
    table = make_table({"a": [1, 2, 3, 4]}, seeds=[10, 20, 30, 40])
    picking = pick_random(table, 3, source_seed=0)
    assert len(set(picking.seeds)) == 3
    assert set(picking.seeds) <= {10, 20, 30, 40}
    assert picking.pool == 4
    assert picking.picks[0].scores == {"a": picking.seeds[0] / 10}


def test_more_than_the_table_has_gives_all_and_says_so() -> None:
    picking = pick_random(make_table({"a": [1, 2]}), 5, source_seed=0)
    assert set(picking.seeds) == {0, 1}
    assert "asked for 5 seeds, found 2" in picking.notes


def test_no_global_generator_is_touched() -> None:
    before = random_states()
    pick_random(None, 5, source_seed=3)
    assert random_states() == before


def test_bad_requests_are_refused() -> None:
    with pytest.raises(PickError, match="count: expected 1 or more, got 0"):
        pick_random(None, 0, source_seed=1)
    with pytest.raises(PickError, match="count: expected at most 4294967296"):
        pick_random(None, 2**32 + 1, source_seed=1)
    with pytest.raises(PickError, match="source_seed: expected a whole number, got '1'"):
        pick_random(None, 1, source_seed=cast("int", "1"))
