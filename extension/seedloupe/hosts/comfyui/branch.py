"""The part of a graph between a seed and a picture, drawn once more with another seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from comfy_execution.graph_utils import GraphBuilder, is_link

__all__ = ["copy_branch", "depends_on"]

Link = list[Any]
"""Of the host: the id of a node and which of its outputs."""
Nodes = Callable[[str], Mapping[str, Any]]


def depends_on(node_of: Nodes, end: Link, seed: Link) -> tuple[str, ...]:
    """Return the nodes on the way from a seed to a picture.

    Args:
        node_of: a node by its id, as the host keeps it: ``class_type`` and ``inputs``.
        end: what the picture comes from.
        seed: what the seed comes from.
    """
    found: dict[str, bool] = {}

    def reaches(node_id: str) -> bool:
        if node_id not in found:
            found[node_id] = False  # a graph has no circles, but a damaged one may
            links = list(filter(is_link, node_of(node_id)["inputs"].values()))
            on_the_way = [reaches(link[0]) for link in links]
            found[node_id] = any(on_the_way) or list(seed) in links
        return found[node_id]

    reaches(end[0])
    return tuple(node_id for node_id, on_the_way in found.items() if on_the_way)


def copy_branch(graph: GraphBuilder, node_of: Nodes, end: Link, seed: Link, value: int) -> Link:
    """Add a copy of that part to a graph, with a number in place of the seed's link.

    What does not depend on the seed is not copied: it is linked to, and so not run again.

    Args:
        graph: where to add it.
        node_of: as for :func:`depends_on`.
        end: likewise.
        seed: likewise.
        value: the seed to draw with.

    Returns:
        What the new picture comes from.
    """
    nodes = depends_on(node_of, end, seed)
    for node_id in nodes:
        graph.node(node_of(node_id)["class_type"], id=node_id)
    for node_id in nodes:
        for name, given in node_of(node_id)["inputs"].items():
            graph.lookup_node(node_id).set_input(name, _instead(graph, given, nodes, seed, value))
    return graph.lookup_node(end[0]).out(end[1])


def _instead(
    graph: GraphBuilder, given: Any, nodes: tuple[str, ...], seed: Link, value: int
) -> Any:
    if not is_link(given):
        return given
    if list(given) == list(seed):
        return value
    return graph.lookup_node(given[0]).out(given[1]) if given[0] in nodes else given
