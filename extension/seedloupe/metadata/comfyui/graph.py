"""A ComfyUI graph as it stands in a picture: nodes by name, and links between them.

Anybody can have written it, so its size has a limit, and every walk ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...errors import ImageError

_MOST_NODES = 4096
_MOST_INPUTS = 512
_LONGEST_KIND = 60


@dataclass(frozen=True)
class Link:
    """One output of a node."""

    node: str
    slot: int


@dataclass(frozen=True)
class Node:
    """One node.

    Attributes:
        kind: its ``class_type``.
        inputs: plain values, and :class:`Link` where one is wired.
    """

    kind: str
    inputs: Mapping[str, object]

    def link(self, *names: str) -> Link | None:
        """Return the first of some inputs that is wired."""
        wired = (self.inputs.get(name) for name in names)
        return next((link for link in wired if isinstance(link, Link)), None)

    @property
    def called(self) -> str:
        """Its kind for people: short, and nothing in it that could drive a terminal."""
        return "".join(c if c.isprintable() else " " for c in self.kind[:_LONGEST_KIND])

    @property
    def links(self) -> Iterator[Link]:
        """All inputs that are wired."""
        return (value for value in self.inputs.values() if isinstance(value, Link))


Nodes = Mapping[str, Node]


def read_nodes(prompt: Mapping[str, object]) -> Nodes:
    """Read the ``prompt`` entry of a picture.

    Raises:
        ImageError: it is no graph, or larger than any workflow.
    """
    if not 1 <= len(prompt) <= _MOST_NODES:
        raise ImageError("prompt", expected=f"1 to {_MOST_NODES} nodes", got=f"{len(prompt)}")
    return {str(name): _node(str(name), value) for name, value in prompt.items()}


def upstream(nodes: Nodes, roots: Iterable[str]) -> Iterator[str]:
    """Walk from some nodes to everything they depend on, each node once."""
    waiting = list(roots)
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        if name not in nodes:
            continue
        yield name
        for link in nodes[name].links:
            if link.node not in seen:
                seen.add(link.node)
                waiting.append(link.node)


def dependency_order(nodes: Nodes) -> list[str]:
    """Return all nodes, each after those it depends on; of a circle, some node comes too early."""
    ordered: list[str] = []
    seen: set[str] = set()
    for root in nodes:
        # Depth first without recursion: a chain may be as long as the graph.
        waiting = [(root, False)]
        while waiting:
            name, is_done = waiting.pop()
            if is_done:
                ordered.append(name)
            elif name in nodes and name not in seen:
                seen.add(name)
                waiting.append((name, True))
                waiting.extend((link.node, False) for link in nodes[name].links)
    return ordered


def _node(name: str, value: object) -> Node:
    kind = value.get("class_type") if isinstance(value, Mapping) else None
    inputs = value.get("inputs", {}) if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or not isinstance(inputs, Mapping) or len(inputs) > _MOST_INPUTS:
        raise ImageError(
            f"prompt.{name[:40]}", expected="class_type and inputs", got=f"{value!r}"[:80]
        )
    return Node(kind, {str(key): _input(entry) for key, entry in inputs.items()})


def _input(entry: object) -> object:
    """A list of a node's name and a number is a link; other lists and objects mean nothing here."""
    if isinstance(entry, list) and len(entry) == 2 and type(entry[1]) is int:
        return Link(str(entry[0]), entry[1])
    return None if isinstance(entry, (list, dict)) else entry
