"""The one node that picks seeds, as ComfyUI runs it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from seedloupe.errors import NoiseError, PickError, TableError, TableMatchError
from seedloupe.noise import (
    NV_NOISE,
    NoiseResize,
    NoiseSource,
    ResizeWay,
    initial_noise,
    resized_noise,
)
from seedloupe.picking import PickOrder, PickRequest, PickRule, pick_seeds
from seedloupe.tables import Evidence, SeedEffect, SeedTable

from ....seed_tables import SHA256, SHAPE, full_table, make_table
from ..conftest import Host
from .test_golden_seed import loaded_model, with_noise

BOX = {"left": 10, "top": 20, "width": 30, "height": 40}
RULES = {
    "golden": {"pick": "golden"},
    "diverse": {"pick": "diverse", "space": "usual", "keep": 0.5},
    "layout": {"pick": "layout", **BOX, "depth": "any", "object": ""},
    "clean": {"pick": "clean", "flaw": "text"},
}
BY_HAND = {"pick": "by hand", "seeds": "5, 2 8-9"}


def pick(host: Host, rule: str = "golden", **changed: Any) -> Any:
    node = host.node("SeedloupePickSeeds")
    given = {"table": "mine", "pick": RULES[rule], "count": 3, "position": 0} | changed
    return node.run(**given)


def latent(height: int = SHAPE[1], width: int = SHAPE[2], batch: int = 3) -> dict[str, Any]:
    return {"samples": torch.zeros(batch, SHAPE[0], height, width)}


@pytest.mark.parametrize("rule", RULES)
def test_seeds_are_those_the_core_picks(host: Host, rule: str) -> None:
    table = full_table()
    host.add_table(table, "mine")
    given = {"layouts": host.ours("choosing")._layout(RULES["layout"])["layouts"]}
    request = PickRequest(
        PickRule(rule), 3, order=PickOrder.TURNING, **(given if rule == "layout" else {})
    )
    seeds, noise, line, report = pick(host, rule).args
    assert seeds == list(pick_seeds(table, request).seeds)
    assert report.startswith(line)
    assert noise.choice.seeds == tuple(seeds)


def test_the_noise_of_a_batch_is_each_seeds_own(host: Host) -> None:
    host.add_table(full_table(), "mine")
    seeds, noise, *_ = pick(host).args
    drawn = noise.generate_noise(latent())
    for row, seed in zip(drawn, seeds, strict=True):
        assert torch.equal(row, initial_noise(seed, SHAPE))
    assert noise.seed == seeds[0]


def test_a_batch_index_is_honoured(host: Host) -> None:
    host.add_table(full_table(), "mine")
    seeds, noise, *_ = pick(host).args
    drawn = noise.generate_noise(latent(batch=1) | {"batch_index": [2]})
    assert torch.equal(drawn[0], initial_noise(seeds[2], SHAPE))


def test_positions_go_on_where_the_last_run_ended(host: Host) -> None:
    host.add_table(full_table(), "mine")
    seeds = pick(host, count=6).args[0]
    assert pick(host, count=2, position=4).args[0] == seeds[4:]


def test_a_table_for_another_generator_draws_with_it_and_says_so(host: Host) -> None:
    host.add_table(with_noise(full_table(), NV_NOISE), "mine")
    seeds, noise, _, report = pick(host).args
    drawn = noise.generate_noise(latent())
    assert torch.equal(drawn[0], initial_noise(seeds[0], SHAPE, source=NoiseSource.parse("nv")))
    assert "Use the noise output" in report.splitlines()[1]


def test_another_size_is_refused_where_the_latent_is_wired(host: Host) -> None:
    host.add_table(full_table(), "mine")
    with pytest.raises(TableMatchError) as refusal:
        pick(host, latent=latent(8, 6))
    assert "(4, 6, 8)" in str(refusal.value)
    assert "(4, 8, 6)" in str(refusal.value)
    assert "Set width and height to 64x48, or other_size to stretch." in str(refusal.value)


def test_another_size_is_refused_when_sampling_begins_where_no_latent_was_wired(host: Host) -> None:
    host.add_table(full_table(), "mine")
    noise = pick(host).args[1]
    with pytest.raises(NoiseError, match=r"noise\.shape: expected \(4, 6, 8\)"):
        noise.generate_noise(latent(8, 6))


def test_noise_is_carried_to_another_size_and_the_scores_are_not(host: Host) -> None:
    host.add_table(full_table(), "mine")
    result = pick(host, other_size="stretch", latent=latent(8, 6))
    drawn = result.args[1].generate_noise(latent(8, 6))
    carried = NoiseResize(ResizeWay.STRETCH, SHAPE)
    assert torch.equal(drawn[1], resized_noise(result.args[0][1], (4, 8, 6), carried))
    assert result.ui["seedloupe_picks"][0]["fit"]["word"] == "carried"


def test_the_hosts_own_change_of_empty_latents_counts(host: Host) -> None:
    host.add_table(full_table(), "mine")
    model = loaded_model(host)
    empty = {"samples": torch.zeros(1, 16, *SHAPE[1:])}
    assert pick(host, model=model, latent=empty).args[0]
    model.add_object_patch("latent_format", host.module("comfy.latent_formats").Flux())
    with pytest.raises(TableMatchError, match=r"\(16, 6, 8\)"):
        pick(host, model=model, latent=latent())


def test_the_node_shows_a_thumbnail_a_seed_the_evidence_and_the_fit(host: Host) -> None:
    host.add_table(full_table(), "mine")
    result = pick(host, model=loaded_model(host))
    (shown,) = result.ui["seedloupe_picks"]
    assert [int(one["seed"]) for one in shown["seeds"]] == result.args[0]
    assert all(one["picture"] for one in shown["seeds"])
    assert shown["evidence"] == "The choice of seed matters with this model."
    assert shown["fit"]["word"] == "model fits, sampling unknown"
    assert "euler" in shown["fit"]["cure"]


def test_the_node_says_void_and_near_identical_before_the_seeds(host: Host) -> None:
    host.add_table(make_table({"alignment": range(8)}, verdict=SeedEffect.NO_EFFECT), "mine")
    result = pick(host)
    assert "the table is void" in result.ui["seedloupe_picks"][0]["evidence"]
    assert "void for choosing good seeds" in result.args[3]
    table = full_table()
    alike = Evidence("planted", SeedEffect.EFFECT, prompt_share={"look": 0.99})
    host.add_table(replace(table, spec=replace(table.spec, evidence=alike)), "alike")
    for rule in ("golden", "diverse"):
        evidence = pick(host, rule, table="alike").ui["seedloupe_picks"][0]["evidence"]
        assert evidence.startswith("Different seeds give near-identical pictures")


def test_a_damaged_sheet_costs_the_thumbnails_and_not_the_seeds(host: Host) -> None:
    table = full_table()
    damaged = {**table.tensors, "thumbnails": table.tensors["thumbnails"][:40]}
    host.add_table(SeedTable(table.seeds, damaged, table.spec), "mine")
    result = pick(host)
    assert len(result.args[0]) == 3
    assert not any(one["picture"] for one in result.ui["seedloupe_picks"][0]["seeds"])


def test_the_table_of_a_model_is_found_by_what_the_model_is(host: Host) -> None:
    host.add_table(full_table(), "mine")
    found = pick(host, table="(the model's)", model=loaded_model(host))
    assert found.args[0] == pick(host).args[0]
    with pytest.raises(TableError, match=r"none of cdcdcdcdcd.*seedloupe mine"):
        pick(host, table="(the model's)", model=loaded_model(host, "cd" * 32))
    with pytest.raises(TableError, match="Choose a table by its name"):
        pick(host, table="(the model's)")


def test_tags_are_wanted_and_avoided_and_unknown_ones_refused(host: Host) -> None:
    host.add_table(full_table(), "mine")
    wanted, avoided = pick(host, tags="gray").args[0], pick(host, no_tags="gray").args[0]
    assert not set(wanted) & set(avoided)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tags": "rain"}, "tags: expected some of gray, text, got 'rain'.*leave tags empty"),
        ({"no_tags": "rain"}, "no_tags: expected some of gray.*leave no_tags empty"),
        ({"tags": "gray", "no_tags": "gray"}, "tags: .*'gray' twice.*out of no_tags"),
        ({"pick": {"pick": "clean", "flaw": "rain"}}, "flaw: expected one of gray.*under flaw"),
        (
            {"pick": RULES["layout"] | {"object": "unicorn"}},
            "object: expected one of .*leave object empty",
        ),
    ],
)
def test_what_the_table_does_not_know_is_refused_at_its_widget(
    host: Host, given: dict[str, Any], said: str
) -> None:
    host.add_table(full_table(), "mine")
    with pytest.raises(PickError, match=f"^{said}"):
        pick(host, **given)


def test_a_damaged_table_is_refused_with_a_cure_and_without_its_folder(host: Host) -> None:
    path = host.add_table(full_table(), "mine")
    path.write_bytes(path.read_bytes()[:-40])
    refused = host.node("SeedloupePickSeeds").validate_inputs(table="mine", pick=RULES["golden"])
    assert refused.startswith("table (")
    assert "File: mine. Choose another table" in refused
    assert str(path.parent) not in refused


def test_what_cannot_be_answered_is_refused_before_anything_runs(host: Host) -> None:
    node = host.node("SeedloupePickSeeds")
    host.add_table(full_table(), "mine")
    assert node.validate_inputs(table="mine", pick={"pick": "layout"}) is True
    assert "'nowhere'" in node.validate_inputs(table="nowhere", pick={"pick": "golden"})
    assert node.validate_inputs(table=None) is True  # wired: known only when it runs
    assert node.validate_inputs(table="(the model's)", pick={"pick": "golden"}) is True


def test_a_rule_the_table_lacks_is_refused_with_those_it_has(host: Host) -> None:
    table = full_table()
    kept = {name: part for name, part in table.tensors.items() if not name.startswith("rate.text")}
    host.add_table(SeedTable(table.seeds, kept, table.spec), "mine")
    refused = host.node("SeedloupePickSeeds").validate_inputs(table="mine", pick={"pick": "clean"})
    assert (
        refused
        == "pick: expected what the table can answer: golden, diverse, layout, liked, by hand, "
        "got clean."
    )


def test_the_same_inputs_have_the_same_fingerprint_until_the_table_changes(host: Host) -> None:
    node = host.node("SeedloupePickSeeds")
    host.add_table(full_table(), "mine")
    before = node.fingerprint_inputs(table="mine", position=3)
    assert node.fingerprint_inputs(table="mine", position=3) == before
    host.add_table(full_table(9), "mine")
    assert node.fingerprint_inputs(table="mine", position=3) != before


def test_an_old_graph_without_the_advanced_inputs_runs(host: Host) -> None:
    host.add_table(full_table(), "mine")
    model = loaded_model(host, SHA256)
    assert pick(host, model=model).args[0] == pick(host, order="turning", tags="").args[0]


def test_seeds_by_hand_are_taken_as_they_are_written(host: Host) -> None:
    host.add_table(full_table(), "mine")
    result = pick(host, pick=BY_HAND, count=4)
    assert result.args[0] == [5, 2, 8, 9]
    assert result.ui["seedloupe_picks"][0]["table"] == "mine"
    shown = [bool(one["picture"]) for one in result.ui["seedloupe_picks"][0]["seeds"]]
    assert shown == [True, False, True, False]  # as far as the table has them


def test_seeds_by_hand_go_on_round_and_none_comes_twice_in_a_run(host: Host) -> None:
    host.add_table(full_table(), "mine")
    assert pick(host, pick=BY_HAND, count=3, position=3).args[0] == [9, 5, 2]
    assert pick(host, pick=BY_HAND, count=9).args[0] == [5, 2, 8, 9]


@pytest.mark.parametrize("table", ["mine", "(the model's)"])
@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        ("", "Choose some on the map"),
        ("5, x", "'x'"),
        ("9007199254740992", "9007199254740991"),
    ],
)
def test_what_is_no_list_of_seeds_is_refused_before_anything_runs(
    host: Host, table: str, seeds: str, said: str
) -> None:
    host.add_table(full_table(), "mine")
    node = host.node("SeedloupePickSeeds")
    refused = node.validate_inputs(table=table, pick={"pick": "by hand", "seeds": seeds})
    assert said in refused
    assert node.validate_inputs(table="mine", pick=BY_HAND) is True


def test_a_table_with_no_rule_at_all_takes_seeds_by_hand(host: Host) -> None:
    host.add_table(make_table({}, rates={"gray": [0.1, 0.2, 0.3]}), "mine")
    assert pick(host, pick=BY_HAND, count=4).args[0] == [5, 2, 8, 9]


def test_a_box_is_read_in_percent_from_the_upper_left(host: Host) -> None:
    (layout,) = host.ours("choosing")._layout(RULES["layout"])["layouts"]
    assert (layout.x, layout.y) == (pytest.approx(0.25), pytest.approx(0.4))
    assert layout.size < 0.3 * 0.4


def test_another_number_of_channels_is_no_matter_of_the_size(host: Host) -> None:
    host.add_table(full_table(), "mine")
    deeper = {"samples": torch.zeros(1, 16, *SHAPE[1:])}
    with pytest.raises(TableMatchError, match="Wire the model to this node as well"):
        pick(host, latent=deeper)


def test_a_batch_index_beyond_the_seeds_is_named_as_such(host: Host) -> None:
    host.add_table(full_table(), "mine")
    noise = pick(host, count=3).args[1]
    with pytest.raises(NoiseError, match=r"batch_index: expected 0 to 2.*got 3.*Ask for 4 seeds"):
        noise.generate_noise({**latent(batch=1), "batch_index": [3]})
