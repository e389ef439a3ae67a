"""Seedloupe's own nodes in a graph that another node saved."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from seedloupe.metadata import (
    Answers,
    FoundLevel,
    FoundNoise,
    Missing,
    draw_found,
    noise_in_graph,
    settled,
)
from seedloupe.noise import NoiseSource, initial_noise

from ..graphs import SHAPE, empty, graph, node, sampler


def advanced(noise: list[Any], **more: Any) -> dict[str, Any]:
    """SamplerCustomAdvanced in place of KSampler, with per-image step noise and a lens tap."""
    levels = node("BasicScheduler", scheduler="normal", steps=20, denoise=1.0, model=["30", 0])
    given = {
        "n3": node(
            "SamplerCustomAdvanced",
            noise=noise,
            guider=["31", 0],
            sampler=["33", 0],
            sigmas=["34", 0],
            latent_image=["5", 0],
        ),
        "n30": node("SeedloupeLensTap", model=["4", 0], layers="auto", live=True),
        "n31": node("CFGGuider", model=["30", 0], positive=["6", 0], negative=["7", 0], cfg=8.0),
        "n32": node("KSamplerSelect", sampler_name="euler_ancestral"),
        "n33": node("SeedloupeStepNoise", sampler=["32", 0], noise=noise),
        "n34": levels,
    }
    return graph(**{**given, **more})


def from_seeds(seeds: str, source: str = "cpu", batch: int = 1, **more: Any) -> FoundNoise:
    made = node("SeedloupeNoiseFromSeeds", seeds=seeds, source=source)
    return noise_in_graph(advanced(["20", 0], n20=made, n5=empty(batch_size=batch), **more))


@pytest.mark.parametrize("source", ["cpu", "nv", "cuda:43008"])
def test_one_picture_has_the_first_seed_drawn_with_the_nodes_own_source(source: str) -> None:
    found = from_seeds("41,42", source)
    drawn = NoiseSource.parse(source)
    assert (found.level, found.seeds, found.source) == (FoundLevel.EXACT, (41,), drawn)
    assert torch.equal(draw_found(found), initial_noise(41, SHAPE, source=drawn))


def test_of_a_batch_the_place_tells_which_seed_it_was() -> None:
    found = from_seeds("41,7,41", batch=3)
    assert (found.level, found.missing) == (FoundLevel.DEPENDS, (Missing.INDEX,))
    assert found.seeds == (41, 7, 41)
    assert found.verdict.startswith("One of 3 pictures of SamplerCustomAdvanced 3, each with")
    for index, seed in enumerate((41, 7, 41)):
        told = settled(found, Answers(index=index))
        assert told.seeds == (seed,)
        assert torch.equal(draw_found(told), initial_noise(seed, SHAPE))


def test_a_part_of_a_batch_has_the_seeds_at_its_places() -> None:
    some_of_four = noise_in_graph(
        advanced(
            ["20", 0],
            n20=node("SeedloupeNoiseFromSeeds", seeds="5,6,7,8", source="cpu"),
            n40=empty(batch_size=4),
            n5=node("LatentFromBatch", samples=["40", 0], batch_index=2, length=1),
        )
    )
    assert (some_of_four.level, some_of_four.seeds) == (FoundLevel.EXACT, (7,))


def test_the_same_seeds_as_a_list_run_a_sampler_once_for_each() -> None:
    made = node("SeedloupeNoiseFromSeeds", seeds="5,6", source="cpu")
    found = noise_in_graph(graph(n3=sampler(seed=["20", 1]), n20=made))
    assert found.seeds == (5, 6)
    assert [one.seed for one in found.candidates] == [5, 6]


@pytest.mark.parametrize(("seeds", "source"), [("-1", "cpu"), ("", "cpu"), ("1", "gpu")])
def test_seeds_the_node_refuses_are_no_answer(seeds: str, source: str) -> None:
    assert from_seeds(seeds, source).level is FoundLevel.UNKNOWN


def test_more_pictures_than_seeds_are_no_answer() -> None:
    assert from_seeds("1,2", batch=3).level is FoundLevel.UNKNOWN


@pytest.mark.parametrize("slot", [0, 1])
def test_picked_seeds_are_told_by_table_rule_and_position_and_not_as_the_best(slot: int) -> None:
    picked = node("SeedloupePickSeeds", table="mine", pick="diverse", count=3, position=6)
    made = (
        advanced(["20", 1], n20=picked, n5=empty(batch_size=3))
        if slot
        else graph(n3=sampler(seed=["20", 0]), n20=picked)
    )
    found = noise_in_graph(made)
    assert (found.level, found.seeds, found.missing) == (FoundLevel.DEPENDS, (), (Missing.SEED,))
    assert "One of 3 seeds" in found.verdict
    assert "the table 'mine' (diverse, position 6)" in found.verdict
    assert "best" not in found.verdict
    assert found.source is None or slot == 0


def by_hand(**more: Any) -> dict[str, Any]:
    given = {"table": "mine", "pick": "by hand", "pick.seeds": "9, 5 9", "count": 2, "position": 1}
    return node("SeedloupePickSeeds", **{**given, **more})


def test_seeds_written_by_hand_stand_in_the_graph_but_not_who_drew() -> None:
    found = noise_in_graph(advanced(["20", 1], n20=by_hand()))
    assert (found.level, found.seeds, found.missing) == (
        FoundLevel.DEPENDS,
        (5,),
        (Missing.SOURCE,),
    )
    told = settled(found, Answers(source=NoiseSource.parse("nv")))
    drawn = initial_noise(5, SHAPE, source=NoiseSource.parse("nv"))
    assert torch.equal(draw_found(told), drawn)
    listed = noise_in_graph(graph(n3=sampler(seed=["20", 0]), n20=by_hand()))
    assert [one.seed for one in listed.candidates] == [5, 9]
    many = by_hand(**{"pick.seeds": ",".join(map(str, range(1000, 1400)))}, position=399)
    assert noise_in_graph(advanced(["20", 1], n20=many)).seeds == (1399,)
    both = noise_in_graph(advanced(["20", 1], n20=by_hand(), n5=empty(batch_size=2)))
    assert (both.seeds, both.missing) == ((5, 9), (Missing.INDEX, Missing.SOURCE))


@pytest.mark.parametrize("pick", ["by hand", "golden"])
def test_noise_that_may_be_carried_is_not_taken_for_the_seeds_own(pick: str) -> None:
    found = noise_in_graph(advanced(["20", 1], n20=by_hand(pick=pick, other_size="stretch")))
    assert found.level is FoundLevel.UNKNOWN
    assert "carried" in found.verdict


def test_a_strangers_rule_is_not_repeated() -> None:
    picked = node("SeedloupePickSeeds", table="(the model's)", pick="`rm`", count=3, position=6)
    verdict = noise_in_graph(graph(n3=sampler(seed=["20", 0]), n20=picked)).verdict
    assert "a table it does not name (a rule it does not name, position 6)" in verdict


def test_what_looks_at_pictures_and_writes_no_file_is_not_taken_for_the_file() -> None:
    watched = graph(n20=node("SeedloupeCheckText", images=["8", 0], prompt=""))
    assert noise_in_graph(watched).level is FoundLevel.EXACT
