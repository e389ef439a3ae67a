"""Whether a saved page fits the nodes it uses; each check yields a sentence for every fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .facts import NOTES, Kind, Part, graphs_of

CONTROLS = ("fixed", "increment", "decrement", "randomize")
Kinds = Mapping[str, Kind]
Graph = Mapping[str, Any]


def faults(page: Graph, kinds: Kinds) -> list[str]:
    """Everything that is wrong with a page."""
    found: list[str] = []
    for graph in graphs_of(page):
        nodes = [node for node in graph["nodes"] if node["type"] not in NOTES]
        known = [node for node in nodes if node["type"] in kinds]
        inner = {one["id"] for one in page.get("definitions", {}).get("subgraphs", [])}
        found += [
            f"{node['type']} is unknown"
            for node in nodes
            if node["type"] not in kinds and node["type"] not in inner
        ]
        for node in known:
            found += [f"{node['type']}: {fault}" for fault in _node_faults(node, kinds)]
        found += _link_faults(graph)
    return found


def _node_faults(node: Graph, kinds: Kinds) -> Iterator[str]:
    kind = kinds[node["type"]]
    values, said = node.get("widgets_values", []), dict(named_values(node, kind))
    parts = parts_of(node, kind)
    wanted = sum(1 + part.control for part in parts if part.widget)
    if len(values) != wanted:
        yield f"{len(values)} values for {wanted} widgets"
        return
    shown = {one["name"]: one for one in node["inputs"]}
    if set(shown) != {part.name for part in parts}:
        yield f"inputs {sorted(set(shown) ^ {part.name for part in parts})}"
        return
    if [(one["name"], one["type"]) for one in node["outputs"]] != list(kind.outputs):
        yield "outputs differ"
    for part in parts:
        wired = shown[part.name].get("link") is not None
        if shown[part.name]["type"] != part.kind:
            yield f"{part.name} is a {part.kind}"
        if part.widget and not wired and not _takes(part, said[part.name]):
            yield f"{part.name} does not take {said[part.name]!r}"
        if part.required and not part.widget and not wired:
            yield f"{part.name} is not wired"


def parts_of(node: Graph, kind: Kind) -> list[Part]:
    """Inputs in the order of the page; those of a dynamic combo's choice follow it."""
    parts: list[Part] = []
    for part in kind.inputs:
        parts.append(part)
        if part.chosen is not None:
            place = sum(1 + one.control for one in parts if one.widget) - 1
            parts += part.chosen.get(node["widgets_values"][place], ())
    return parts


def named_values(node: Graph, kind: Kind) -> Iterator[tuple[str, Any]]:
    """The widgets' values by name, without what the page does after a run."""
    values = iter(node.get("widgets_values", []))
    for part in parts_of(node, kind):
        if part.widget:
            yield part.name, next(values, None)
            if part.control:
                next(values, None)


def _takes(part: Part, value: Any) -> bool:
    if part.kind in ("INT", "FLOAT"):
        number = isinstance(value, int if part.kind == "INT" else (int, float))
        low = part.low if part.low is not None else value
        high = part.high if part.high is not None else value
        return number and not isinstance(value, bool) and low <= value <= high
    if part.kind == "BOOLEAN":
        return isinstance(value, bool)
    return isinstance(value, str) and (part.options is None or value in part.options)


def _link_faults(graph: Graph) -> Iterator[str]:
    nodes = {node["id"]: node for node in graph["nodes"]}
    links = {link[0]: link for link in map(_as_list, graph["links"])}
    for number, source, place, target, slot, kind in links.values():
        if source in nodes:
            output = nodes[source]["outputs"][place]
            if output["type"] != kind or number not in (output.get("links") or []):
                yield f"link {number} does not begin at {nodes[source]['type']}"
        if target in nodes:
            given = nodes[target]["inputs"][slot]
            if given["type"] not in (kind, "*") or given["link"] != number:
                yield f"link {number} does not end at {nodes[target]['type']}"
    for node in graph["nodes"]:
        ends = [one["link"] for one in node["inputs"] if one.get("link") is not None]
        ends += [one for output in node["outputs"] for one in output.get("links") or []]
        for number in set(ends) - set(links):
            yield f"{node['type']} names link {number}, which is not there"


def _as_list(link: Any) -> list[Any]:
    """Subgraphs keep links by name, pages by place."""
    names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    return [link[name] for name in names] if isinstance(link, dict) else link


def as_prompt(page: Graph, kinds: Kinds) -> dict[str, dict[str, Any]]:
    """What the page would send the server; for pages without subgraphs."""
    links = {link[0]: [str(link[1]), link[2]] for link in page["links"]}
    prompt = {}
    for node in page["nodes"]:
        if node["type"] in NOTES:
            continue
        given = dict(named_values(node, kinds[node["type"]]))
        wired = {
            one["name"]: links[one["link"]] for one in node["inputs"] if one.get("link") is not None
        }
        prompt[str(node["id"])] = {"class_type": node["type"], "inputs": given | wired}
    return prompt
