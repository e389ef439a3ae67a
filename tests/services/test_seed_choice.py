"""Seeds of a run: chosen, matched, and written down so that they can be had again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedloupe.errors import PickError, TableMatchError
from seedloupe.noise import NV_NOISE, NoiseSource
from seedloupe.picking import (
    PickOrder,
    PickRequest,
    PickRule,
    PluginRequest,
    TagFilter,
    pick_golden,
    pick_seeds,
)
from seedloupe.services.choice_report import describe_choice, doubts
from seedloupe.services.seed_choice import NamedTable, SeedChoice, choose_seeds
from seedloupe.tables import MatchLevel, SeedEffect, SeedTable, TableUse

from ..seed_tables import SAMPLING, SHA256, SHAPE, full_table, make_table

TABLE = full_table(24)
NAMED = NamedTable("toy", TABLE, Path("/somewhere/toy.seedtable.safetensors"))
USE = TableUse(NoiseSource(), SHAPE, SHA256, SAMPLING)
GOLDEN = PickRequest(PickRule.GOLDEN, 3, position=2, order=PickOrder.TURNING)


class Last:
    """Picks the last seeds, as an installed package's picker may."""

    def pick(self, table: SeedTable, count: int) -> tuple[int, ...]:
        return tuple(table.seeds[::-1][:count].tolist())


class Nothing:
    """Picks none."""

    def pick(self, table: SeedTable, count: int) -> tuple[int, ...]:
        return ()


def test_a_choice_has_the_seeds_of_the_rule_and_how_the_table_fits() -> None:
    choice = choose_seeds(NAMED, GOLDEN).matched(USE)
    assert choice.seeds == pick_seeds(TABLE, GOLDEN).seeds
    assert choice.how == "golden"
    assert choice.match is not None
    assert choice.match.level is MatchLevel.EXACT


def test_every_picture_says_how_its_seed_can_be_had_again() -> None:
    choice = choose_seeds(NAMED, GOLDEN).matched(USE)
    for index, seed in enumerate(choice.seeds):
        said = json.loads(json.dumps(choice.extras(index)))
        assert (said["pick"], said["table"], said["match"]) == ("golden", "toy", "exact")
        assert (said["position"], said["order"]) == (2 + index, "turning")
        assert said["pick_request"] == GOLDEN.to_json()
        again = replace(GOLDEN, count=1, position=said["position"])
        assert pick_seeds(TABLE, again).seeds == (seed,)


def test_where_a_run_comes_from_is_plain_json() -> None:
    written = json.loads(json.dumps(choose_seeds(NAMED, GOLDEN).matched(USE).to_json()))
    assert written["table"] == str(NAMED.path)
    assert written["match"] == {"level": "exact", "reasons": [], "differences": []}
    assert written["picking"]["position"] == 2
    plain = SeedChoice((5, 6), "given")
    assert plain.to_json()["picking"] is None
    assert plain.extras(1) == {"pick": "given"}
    assert plain.notes == ()
    assert plain.matched(USE) is plain


def test_seeds_of_other_noise_are_refused_with_the_hosts_advice() -> None:
    choice = choose_seeds(NAMED, GOLDEN)
    with pytest.raises(TableMatchError, match=r"noise\.rng: expected cpu.*Turn the knob\."):
        choice.matched(replace(USE, noise=NV_NOISE), advice={"noise.rng": "Turn the knob."})
    with pytest.raises(TableMatchError, match="Set the noise source"):
        choice.matched(replace(USE, noise=NV_NOISE))


def test_what_to_know_comes_in_one_list() -> None:
    choice = choose_seeds(NAMED, GOLDEN).matched(replace(USE, model_sha256=None))
    assert choice.picking is not None
    assert choice.notes[0] == choice.picking.place
    assert choice.notes[1 : 1 + len(choice.picking.notes)] == choice.picking.notes
    assert choice.notes[-1] == "model.sha256: the table has stand-in, in use is unknown."


def test_where_no_seed_is_left_the_tags_are_named() -> None:
    bright = make_table({"a": [1, 2]}, rates={"gray": [0, 0.5], "text": [0, 0]})
    named = NamedTable("toy", bright)
    tags = TagFilter(want=("gray",), avoid=("text",))
    asked = PickRequest(PickRule.GOLDEN, 2, tags=tags)
    with pytest.raises(PickError) as refused:
        choose_seeds(named, asked)
    assert refused.value.expected == "a seed to pick golden ones from with tag gray no tag text"
    assert refused.value.got.startswith("none of the 2 in toy; left out as text")
    assert refused.value.advice == "Leave out tag gray or no tag text."
    with pytest.raises(PickError, match="with --tag gray"):
        choose_seeds(named, asked, wishes=["--tag gray"])
    empty = NamedTable("empty", make_table({"a": [np.nan, np.nan]}))
    with pytest.raises(PickError, match="Name another table"):
        choose_seeds(empty, PickRequest(PickRule.GOLDEN, 1))


def test_a_report_names_seeds_rule_places_settings_and_fit() -> None:
    choice = choose_seeds(NAMED, GOLDEN).matched(replace(USE, model_sha256=None))
    lines = describe_choice(choice).splitlines()
    assert lines[0] == f"Golden seeds of toy: {', '.join(map(str, choice.seeds))}"
    assert lines[1].startswith("Rule: ")
    assert lines[2].startswith("- positions 2 to 4 of the turning order")
    assert "Made with: stand-in, euler, scheduler normal, steps 20" in "\n".join(lines)
    assert lines[-2].startswith("Match: noise only. The table knows this noise")
    assert lines[-1] == "- model.sha256: the table has stand-in, in use is unknown."


def test_a_report_of_the_best_first_says_so_and_an_exact_fit_too() -> None:
    choice = choose_seeds(NAMED, PickRequest(PickRule.GOLDEN, 2)).matched(USE)
    lines = describe_choice(choice).splitlines()
    assert lines[0].startswith("Golden seeds of toy, best first: ")
    assert lines[-1].startswith("Match: exact. The table was made with this very model")
    unmatched = describe_choice(choose_seeds(NAMED, PickRequest(PickRule.GOLDEN, 2)))
    assert "Match" not in unmatched


def test_a_report_of_seeds_of_no_table_is_one_line() -> None:
    assert describe_choice(SeedChoice((5, 6), "given")) == "Given seeds: 5, 6"


def test_doubts_are_few_and_about_these_seeds() -> None:
    table = make_table({"a": np.arange(8.0)}, verdict=SeedEffect.NO_EFFECT)
    few, many = (doubts(table, pick_golden(table, count)) for count in (2, 6))
    assert len(few) == 1
    assert "no effect" in few[0]
    assert "of 2 of these 6 seeds the table expects no better than of the average seed" in many


def test_an_outside_pickers_seeds_name_it_and_promise_no_position() -> None:
    choice = choose_seeds(NAMED, PluginRequest("last", Last(), 2)).matched(USE)
    assert choice.seeds == tuple(TABLE.seeds[::-1][:2].tolist())
    said = json.loads(json.dumps(choice.extras(1)))
    assert said == {"pick": "last", "table": "toy", "match": "exact", "rank": 0}
    assert json.loads(json.dumps(choice.to_json()))["pick_request"] == {"rule": "last"}


def test_an_outside_picker_that_finds_none_or_has_no_table_is_refused_by_name() -> None:
    asked = PluginRequest("nothing", Nothing(), 2)
    with pytest.raises(PickError, match="pick: expected a seed to pick nothing ones from, got no"):
        choose_seeds(NAMED, asked)
    with pytest.raises(PickError, match="table: expected a seed table to pick nothing seeds from"):
        pick_seeds(None, asked)
