"""A graph is read within bounds, and walked without going round in circles."""

from __future__ import annotations

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata.comfyui.graph import Link, Node, dependency_order, read_nodes, upstream

from ..graphs import node


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
    assert sorted(dependency_order(nodes)) == ["1", "2", "3", "4"]


def test_a_node_comes_after_those_it_depends_on() -> None:
    chain = {str(n): node("A", x=[str(n + 1), 0]) for n in range(3000)}
    nodes = read_nodes({**chain, "3000": node("B")})
    assert dependency_order(nodes) == [str(n) for n in range(3000, -1, -1)]


def test_a_graph_larger_than_any_is_refused() -> None:
    for prompt in ({}, {str(n): node("A") for n in range(4097)}):
        with pytest.raises(ImageError, match=f"1 to 4096 nodes, got {len(prompt)}"):
            read_nodes(prompt)


def test_a_kind_is_shortened_for_people_and_not_for_programs() -> None:
    kind = "K" * 100
    assert Node(kind, {}).called == kind[:60]
    assert read_nodes({"1": node(kind)})["1"].kind == kind
