"""A picture of a column says enough of its seed to have it again."""

from __future__ import annotations

from pathlib import Path

from seedloupe.noise import NoiseSource
from seedloupe.picking import Pick, Picking, PickOrder, PickRequest, PickRule, pick_seeds
from seedloupe.services.column_extras import column_extras
from seedloupe.services.seed_choice import NamedTable
from seedloupe.services.seed_columns import ColumnPlaces, SeedColumn, SeedSource, choose_columns
from seedloupe.tables import SeedTable, TableUse

from ..seed_tables import full_table


def use_of(table: SeedTable) -> TableUse:
    """What the table was made with."""
    spec = table.spec
    return TableUse(NoiseSource(), spec.noise.shape, spec.model.sha256, spec.sampling)


def test_the_position_a_picture_carries_gives_its_seed_again() -> None:
    table = full_table(40)
    use = use_of(table)
    columns = choose_columns(
        table,
        (SeedSource.RANDOM, SeedSource.GOLDEN, SeedSource.DIVERSE),
        3,
        source_seed=1,
        places=ColumnPlaces(5, PickOrder.TURNING),
    )
    extras = column_extras(columns, NamedTable("full", table, Path("t")), use)
    random, golden, diverse = (column.picking.seeds for column in columns)
    assert {extras[seed]["pick"] for seed in random} == {"random"}
    for seed in {*golden, *diverse} - {*random}:
        told = extras[seed]
        rule, order = PickRule(told["pick"]), PickOrder(told["order"])
        again = PickRequest(rule, 1, int(str(told["position"])), order)
        assert pick_seeds(table, again).seeds == (seed,)
        assert (told["table"], told["match"]) == ("full", "exact")


def test_seeds_chosen_by_hand_are_given_ones() -> None:
    table = full_table()
    use = use_of(table)
    column = SeedColumn(SeedSource.CHOSEN, Picking((Pick(5),), "by hand", 1))
    assert column_extras((column,), None, use) == {5: {"pick": "given"}}
