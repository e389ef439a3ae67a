from __future__ import annotations

from dataclasses import replace

from seedloupe.picking import PickOrder, PickRequest, PickRule, pick_at
from seedloupe.services.table_card import next_tiles, table_facts
from seedloupe.tables import Evidence, SeedEffect, read_table
from seedloupe.tables.find import bundled_folder

from ..seed_tables import make_table

SEEDLING = bundled_folder() / "seedling" / "seedling-cpu-128x128.seedtable.safetensors"
GOLDEN = PickRequest(PickRule.GOLDEN, 1, order=PickOrder.TURNING)


def test_a_table_says_what_it_is_worth_and_made_with() -> None:
    facts = table_facts(read_table(SEEDLING))
    assert facts.tone == "bad"
    assert facts.verdict.startswith("No effect")
    assert facts.made_with == (
        "1,024 seeds of seedling, 128x128, DPM++ 2M Uniform, 8 steps, guidance 4, cpu noise"
    )


def test_every_verdict_has_words() -> None:
    table = make_table({"alignment": [1, 2, 3]})
    said = set()
    for verdict in (None, *SeedEffect):
        evidence = None if verdict is None else Evidence("planted", verdict)
        spec = replace(table.spec, evidence=evidence)
        said.add(table_facts(replace(table, spec=spec)).verdict)
    assert len(said) == 4


def test_what_is_void_says_so_and_near_identical_pictures_are_said_first() -> None:
    table = make_table({"alignment": [1, 2, 3]}, verdict=SeedEffect.NO_EFFECT)
    assert "void" in table_facts(table).verdict
    alike = Evidence("planted", SeedEffect.EFFECT, prompt_share={"look": 0.99, "style": 0.96})
    facts = table_facts(replace(table, spec=replace(table.spec, evidence=alike)))
    assert facts.tone == "bad"
    assert facts.verdict.startswith("Different seeds give near-identical pictures with this model")
    partly = replace(alike, prompt_share={"look": 0.99, "style": 0.94})
    facts = table_facts(replace(table, spec=replace(table.spec, evidence=partly)))
    assert facts.tone == "good"


def test_the_next_seeds_come_with_their_pictures() -> None:
    table = read_table(SEEDLING)
    picking, tiles = next_tiles(table, GOLDEN, 5, 3)
    assert [tile.seed for tile in tiles] == list(pick_at(table, GOLDEN, [5, 6, 7]).seeds)
    assert [tile.rank for tile in tiles] == [pick.rank for pick in picking.picks]
    assert all((tile.picture or b"")[8:12] == b"WEBP" for tile in tiles)


def test_seeds_without_pictures_come_all_the_same() -> None:
    _, tiles = next_tiles(make_table({"alignment": range(8)}), GOLDEN, 0, 2)
    assert [tile.picture for tile in tiles] == [None, None] or all(t.picture for t in tiles)
