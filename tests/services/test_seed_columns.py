"""Columns of seeds: what is offered first, and how pools are turned over."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import InputError
from seedloupe.geometry import Box
from seedloupe.picking import PickOrder, pick_by_layout, pick_clean, pick_diverse, pick_golden
from seedloupe.picking.choose import layouts_of
from seedloupe.services.seed_columns import (
    CleanSource,
    ColumnPlaces,
    SeedSource,
    choose_columns,
    next_position,
    possible_ways,
    usual_ways,
    ways_of,
)
from seedloupe.tables import SeedEffect

from ..seed_tables import full_table, make_table
from .test_seed_influence import PICTURES, placed, tagged

SPREAD = np.where(np.arange(300) % 10 == 0, 0.5, 0.02)


def test_what_the_seed_sways_is_offered_first() -> None:
    assert possible_ways(tagged(SPREAD))[1:] == (SeedSource.GOLDEN, CleanSource("frames"))
    assert possible_ways(placed(0.05))[1:3] == (SeedSource.GOLDEN, SeedSource.LAYOUT)
    dull = possible_ways(placed(0.0))
    assert dull.index(SeedSource.LAYOUT) > dull.index(SeedSource.DIVERSE)


def test_golden_seeds_are_not_ticked_where_the_table_found_them_useless() -> None:
    scores = {"a": np.arange(8.0)}
    style = {"style": np.arange(16).reshape(8, 2)}
    for verdict in SeedEffect:
        ticked = usual_ways(make_table(scores, features=style, verdict=verdict))
        assert (SeedSource.GOLDEN in ticked) is (verdict is not SeedEffect.NO_EFFECT)
    assert usual_ways(None) == (SeedSource.RANDOM,)


def test_each_column_answers_with_the_rule_of_its_name_in_turn() -> None:
    table = full_table(40)
    box = Box(0.0, 0.2, 0.4, 0.8)
    turning = {"position": 3, "order": PickOrder.TURNING}
    truth = {
        SeedSource.GOLDEN: pick_golden(table, 4, **turning),
        SeedSource.DIVERSE: pick_diverse(table, 4, **turning),
        SeedSource.LAYOUT: pick_by_layout(table, 4, layouts=layouts_of(boxes=[box]), **turning),
    }
    columns = choose_columns(
        table, tuple(truth), 4, source_seed=1, places=ColumnPlaces(**turning, boxes=(box,))
    )
    assert {column.way: column.picking.seeds for column in columns} == {
        way: picking.seeds for way, picking in truth.items()
    }


def test_the_seeds_that_seldom_show_a_tag_are_those_of_the_clean_rule() -> None:
    table = tagged(SPREAD)
    (column,) = choose_columns(table, (CleanSource("frames"),), 5, source_seed=1)
    assert column.picking.seeds == pick_clean(table, 5, tag="frames").seeds
    assert f"0 of {PICTURES} pictures" in column.picking.picks[0].note


def test_draw_after_draw_brings_the_whole_pool_before_any_seed_comes_again() -> None:
    table = make_table({"a": np.arange(48.0)})
    position, came = 0, []
    for _ in range(3):
        columns = choose_columns(
            table,
            (SeedSource.GOLDEN,),
            4,
            source_seed=1,
            places=ColumnPlaces(position, PickOrder.TURNING),
        )
        came += columns[0].picking.seeds
        position = next_position(columns, set(columns[0].picking.seeds)) or 0
    assert position == 12
    assert sorted(came) == sorted(pick_golden(table, 12).seeds)


def test_a_run_that_was_stopped_goes_on_with_the_first_seed_not_drawn() -> None:
    columns = choose_columns(
        full_table(40),
        (SeedSource.GOLDEN, SeedSource.DIVERSE),
        4,
        source_seed=1,
        places=ColumnPlaces(8, PickOrder.TURNING),
    )
    golden, diverse = (column.picking.seeds for column in columns)
    assert next_position(columns, {*golden, *diverse[:2]} - set(diverse[2:])) <= 10
    assert next_position(columns, {*golden, *diverse}) == 12
    assert next_position(columns, set()) == 8


def test_the_best_first_do_not_move_on() -> None:
    columns = choose_columns(full_table(), (SeedSource.GOLDEN,), 3, source_seed=1)
    assert next_position(columns, set(columns[0].picking.seeds)) is None


def test_every_column_offered_is_found_again_by_its_name() -> None:
    offered = (*possible_ways(tagged(SPREAD)), *possible_ways(full_table()), SeedSource.CHOSEN)
    assert ways_of([way.value for way in offered]) == offered
    assert ways_of(["nobody's"]) == ()


@pytest.mark.parametrize("ways", [(), (SeedSource.CHOSEN,), (CleanSource("sky"),)])
def test_no_column_is_said_and_not_guessed(ways: tuple[SeedSource, ...]) -> None:
    with pytest.raises(InputError, match="one kind ticked"):
        choose_columns(full_table(), ways, 3, source_seed=1)


def test_placed_seeds_without_a_box_say_what_to_do() -> None:
    with pytest.raises(InputError, match="Draw one where things should stand"):
        choose_columns(full_table(), (SeedSource.LAYOUT,), 3, source_seed=1)
