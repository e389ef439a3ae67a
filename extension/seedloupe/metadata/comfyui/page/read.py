"""The parts of a page's file, taken out of JSON that anybody can have written."""

from __future__ import annotations

from collections.abc import Mapping

from ....errors import ImageError
from ...parsing import whole_number

MOST_NODES = 8192
_LONGEST_NAME = 100

Origin = tuple[int, int]
"""The number of a node on the same page, and one of its outputs."""


def page_nodes(page: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the nodes of a page.

    Raises:
        ImageError: it has no list of them, or more than any.
    """
    return [node for node in _objects(page, "nodes") if isinstance(node, Mapping)]


def page_links(page: Mapping[str, object]) -> dict[int, Origin]:
    """Return where each link comes from by its number; links are lists or objects.

    Raises:
        ImageError: it has no list of them, or more than any.
    """
    found: dict[int, Origin] = {}
    for link in _objects(page, "links"):
        if isinstance(link, list) and len(link) >= 3:
            number, node, slot = link[:3]
        elif isinstance(link, Mapping):
            number, node, slot = (link.get(key) for key in ("id", "origin_id", "origin_slot"))
        else:
            continue
        if whole_number(number) is not None:
            found[node_number(number)] = node_number(node), whole_number(slot) or 0
    return found


def links_into(page: Mapping[str, object], node: int) -> dict[int, Origin]:
    """Return where the links to one node come from, by the number of its input."""
    found: dict[int, Origin] = {}
    for link in listed(page, "links"):
        if isinstance(link, list) and len(link) >= 5:
            origin, slot, target, place = link[1:5]
        elif isinstance(link, Mapping):
            ends = ("origin_id", "origin_slot", "target_id", "target_slot")
            origin, slot, target, place = (link.get(end) for end in ends)
        else:
            continue
        if whole_number(target) == node:
            found[whole_number(place) or 0] = node_number(origin), whole_number(slot) or 0
    return found


def everywhere_links(page: Mapping[str, object]) -> dict[tuple[int, int], Origin]:
    """Return the wires that "Use Everywhere" wrote down in its older versions, by their input."""
    extra = page.get("extra")
    wires = extra.get("ue_links") if isinstance(extra, Mapping) else None
    found: dict[tuple[int, int], Origin] = {}
    for wire in wires if isinstance(wires, list) else ():
        if isinstance(wire, Mapping):
            ends = ("downstream", "downstream_slot", "upstream", "upstream_slot")
            to, socket, origin, slot = (node_number(wire.get(end)) for end in ends)
            found[to, socket] = origin, slot
    return found


def subgraphs(workflow: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """Return the subgraphs of a page by the kind that their uses have."""
    definitions = workflow.get("definitions")
    found = definitions.get("subgraphs") if isinstance(definitions, Mapping) else None
    return {
        str(entry.get("id")): entry
        for entry in (found if isinstance(found, list) else ())
        if isinstance(entry, Mapping) and isinstance(entry.get("nodes"), list)
    }


def group_nodes(workflow: Mapping[str, object]) -> Mapping[str, object]:
    """Return what is in a page's old group nodes, by their name."""
    extra = workflow.get("extra")
    found = extra.get("groupNodes") if isinstance(extra, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def sockets_of(node: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return a node's inputs."""
    return [socket for socket in listed(node, "inputs") if isinstance(socket, Mapping)]


def listed(node: Mapping[str, object], name: str) -> list[object]:
    """Return a list in an object; an empty one where there is none."""
    found = node.get(name)
    return found if isinstance(found, list) else []


def set_name(node: Mapping[str, object]) -> str:
    """Return the name under which a node sets or gets a value."""
    values = listed(node, "widgets_values")
    return str(values[0])[:_LONGEST_NAME] if values else ""


def node_number(value: object) -> int:
    """Return a node's number; one that is none is nobody's."""
    number = whole_number(value)
    return -1 if number is None else number


def _objects(page: Mapping[str, object], name: str) -> list[object]:
    found = page.get(name)
    if not isinstance(found, list) or len(found) > MOST_NODES:
        raise ImageError(
            f"workflow.{name}",
            expected=f"a list of at most {MOST_NODES}",
            got=f"{len(found)}" if isinstance(found, list) else type(found).__name__,
        )
    return found
