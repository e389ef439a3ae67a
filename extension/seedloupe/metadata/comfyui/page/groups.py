"""Group nodes, which pages had before subgraphs: several nodes that look like one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...parsing import whole_number

EDGE = -10
"""The number of a subgraph's own inputs, as if they were the outputs of a node."""
_MOST = 256


@dataclass(frozen=True)
class OpenedGroup:
    """What is in a group node.

    Attributes:
        page: its nodes and links as a page of their own; node ``-10`` is the group's inputs.
        outputs: which output of which node each of the group's outputs is.
    """

    page: Mapping[str, object]
    outputs: tuple[tuple[int, int], ...]


def opened_group(node: Mapping[str, object], group: Mapping[str, object]) -> OpenedGroup | None:
    """Return what is in a group node.

    The group's inputs, outputs and values are those of its nodes, one node after the other, without
    those that are wired inside. A page can hide and reorder them; then the counts do not fit.

    Args:
        node: the group node on the page.
        group: the page's entry in ``groupNodes``.

    Returns:
        None where the node does not fit its group.
    """
    inside, links = group.get("nodes"), _inner_links(group)
    if not isinstance(inside, list) or not 1 <= len(inside) <= _MOST or links is None:
        return None
    nodes = [dict(entry) for entry in inside if isinstance(entry, Mapping)]
    if len(nodes) < len(inside) or not _share_values(node, nodes):
        return None
    wires = _wire_inputs(node, nodes, links)
    outputs = _outputs(node, nodes, links, group)
    if wires is None or outputs is None:
        return None
    return OpenedGroup({"nodes": nodes, "links": wires}, outputs)


def _inner_links(group: Mapping[str, object]) -> list[tuple[int, int, int, int]] | None:
    """Return links as origin, its output, target, its input; nodes are counted from 0."""
    found = group.get("links")
    links: list[tuple[int, int, int, int]] = []
    for link in found if isinstance(found, list) else ():
        numbers = [whole_number(n) for n in link[:4]] if isinstance(link, list) else []
        if len(numbers) < 4 or any(number is None for number in numbers):
            return None
        origin, output, target, socket = (number or 0 for number in numbers)
        links.append((origin, output, target, socket))
    return links if isinstance(found, list) else None


def _share_values(node: Mapping[str, object], nodes: list[dict[str, object]]) -> bool:
    """Give the values of the group node to the nodes inside; whether they fit."""
    values = node.get("widgets_values")
    left = list(values) if isinstance(values, list) else []
    for number, inner in enumerate(nodes):
        own = inner.get("widgets_values")
        count = len(own) if isinstance(own, list) else 0
        inner["id"], inner["mode"] = number, 0
        inner["widgets_values"], left = left[:count], left[count:]
        if len(inner["widgets_values"]) < count:  # type: ignore[arg-type]
            return False
    return not left


def _wire_inputs(
    node: Mapping[str, object],
    nodes: list[dict[str, object]],
    links: list[tuple[int, int, int, int]],
) -> list[object] | None:
    """Wire the inputs of the nodes inside; None where those left over are not the group's."""
    wires: list[object] = []
    inner_ends = {(target, socket): (origin, out) for origin, out, target, socket in links}
    outer = 0
    for number, inner in enumerate(nodes):
        sockets = inner.get("inputs")
        copies = []
        for place, socket in enumerate(sockets if isinstance(sockets, list) else ()):
            if not isinstance(socket, Mapping):
                return None
            origin = inner_ends.get((number, place), (EDGE, outer))
            outer += origin[0] == EDGE
            wires.append([len(wires) + 1, *origin])
            copies.append({**socket, "link": len(wires)})
        inner["inputs"] = copies
    theirs = node.get("inputs")
    return wires if outer == (len(theirs) if isinstance(theirs, list) else 0) else None


def _outputs(
    node: Mapping[str, object],
    nodes: list[dict[str, object]],
    links: list[tuple[int, int, int, int]],
    group: Mapping[str, object],
) -> tuple[tuple[int, int], ...] | None:
    """Return the group's outputs: those inside that lead nowhere, or out as well."""
    external = group.get("external")
    out = {
        (whole_number(entry[0]), whole_number(entry[1]))
        for entry in (external if isinstance(external, list) else ())
        if isinstance(entry, list) and len(entry) >= 2
    }
    used = {(origin, slot) for origin, slot, _, _ in links}
    found: list[tuple[int, int]] = []
    for number, inner in enumerate(nodes):
        outputs = inner.get("outputs")
        for slot in range(len(outputs) if isinstance(outputs, list) else 0):
            if (number, slot) not in used or (number, slot) in out:
                found.append((number, slot))
    theirs = node.get("outputs")
    count = len(theirs) if isinstance(theirs, list) else 0
    return tuple(found) if len(found) == count else None
