"""A graph is read within bounds, and numbers are followed to where they come from."""

from __future__ import annotations

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import FoundLevel, noise_in_graph
from seedloupe.metadata.comfy_nodes import (
    Link,
    Node,
    follow_choice,
    follow_number,
    read_nodes,
    upstream,
)

from .graphs import empty, graph, node, sampler


def test_only_a_name_and_a_number_are_a_link() -> None:
    inputs = {"a": ["5", 1], "b": ["5"], "c": ["5", "1"], "d": [5, True], "e": {"x": 1}, "f": 2}
    read = read_nodes({"3": node("A", **inputs)})["3"]
    assert read.inputs == {"a": Link("5", 1), "b": None, "c": None, "d": None, "e": None, "f": 2}
    assert read.link("f", "a") == Link("5", 1)
    assert read.link("b", "gone") is None
    assert list(read.links) == [Link("5", 1)]


def test_everything_upstream_is_walked_once_and_circles_end() -> None:
    nodes = read_nodes(
        {
            "1": node("A", x=["2", 0], y=["3", 0]),
            "2": node("B", x=["3", 0]),
            "3": node("C", x=["1", 0], y=["gone", 0]),
            "4": node("D", x=["1", 0]),
        }
    )
    assert sorted(upstream(nodes, ["1"])) == ["1", "2", "3"]
    assert list(upstream(nodes, ["gone"])) == []


def test_a_number_handed_on_too_often_leads_nowhere() -> None:
    chain = {str(n): node("PrimitiveInt", value=[str(n + 1), 0]) for n in range(99)}
    nodes = read_nodes({**chain, "99": node("PrimitiveInt", value=7)})
    assert follow_number(nodes, Link("90", 0)) == 7
    assert follow_number(nodes, Link("1", 0)) is None
    assert follow_number(nodes, Link("gone", 0)) is None


@pytest.mark.parametrize(
    ("value", "expected"), [("Fixed", "fixed"), (True, "true"), (7, None), (None, None)]
)
def test_a_choice_is_a_word_or_a_switch_said_here_or_handed_on(
    value: object, expected: str | None
) -> None:
    nodes = read_nodes({"1": node("PrimitiveString", value=["2", 0]), "2": node("P", value=value)})
    assert follow_choice(nodes, value) == expected
    assert follow_choice(nodes, Link("1", 0)) == expected
    assert follow_choice(nodes, Link("gone", 0)) is None


def test_a_graph_larger_than_any_is_refused() -> None:
    for prompt in ({}, {str(n): node("A") for n in range(4097)}):
        with pytest.raises(ImageError, match=f"1 to 4096 nodes, got {len(prompt)}"):
            read_nodes(prompt)


def test_a_kind_is_shortened_for_people_and_not_for_programs() -> None:
    kind = "K" * 100
    assert Node(kind, {}).called == kind[:60]
    assert read_nodes({"1": node(kind)})["1"].kind == kind


def test_numbers_are_followed_through_nodes_that_hand_them_on() -> None:
    found = noise_in_graph(
        graph(
            n3=sampler(seed=["20", 0]),
            n5=empty(width=["22", 0]),
            n20=node("Seed (rgthree)", seed=["21", 0]),
            n21=node("PrimitiveInt", value="77", control_after_generate="fixed"),
            n22=node("INTConstant", value=640),
        )
    )
    assert (found.seeds, found.shape) == ((77,), (4, 48, 80))
    assert found.level is FoundLevel.EXACT


def test_a_node_that_makes_numbers_of_its_own_is_not_taken_at_its_inputs() -> None:
    made = node("RandomInteger", seed=5, min=0, max=9)
    found = noise_in_graph(graph(n3=sampler(seed=["20", 0]), n20=made))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, ())
    assert "RandomInteger" in found.verdict


def test_circles_end() -> None:
    ring = {
        "n3": sampler(seed=["20", 0], latent_image=["10", 0]),
        "n10": node("Reroute", samples=["11", 0]),
        "n11": node("Reroute", samples=["10", 0]),
        "n20": node("PrimitiveInt", value=["21", 0]),
        "n21": node("PrimitiveInt", value=["20", 0]),
    }
    found = noise_in_graph(graph(**ring))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, ())
    itself = noise_in_graph(graph(n3=sampler(latent_image=["3", 0])))
    assert itself.level is FoundLevel.UNKNOWN


def test_a_strangers_kind_of_node_drives_no_terminal() -> None:
    kind = "\x1b]0;title\x07\n\x9b2J" + "x" * 99
    strange = (
        graph(n3=node(kind, seed=1, latent_image=["5", 0])),
        graph(n3=sampler(seed=["20", 0]), n20=node(kind, a=1, b=2)),
        graph(n3=sampler(latent_image=["10", 0]), n10=node(kind, samples=["5", 0])),
        graph(n3=sampler(latent_image=["10", 0]), n10=node(kind)),
    )
    for prompt in strange:
        verdict = noise_in_graph(prompt).verdict
        assert "title" in verdict
        assert verdict.isprintable()
        assert len(verdict) < 200
