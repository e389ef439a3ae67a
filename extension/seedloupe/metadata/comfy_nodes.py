"""A ComfyUI graph as it stands in a picture: nodes by name, and links between them.

Anybody can have written it, so every walk is bounded and none goes round in circles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import ImageError
from .parsing import whole_number

_MOST_NODES = 4096
_MOST_INPUTS = 512
LONGEST_CHAIN = 64
_LONGEST_KIND = 60

_NUMBER_INPUTS = {"value", "seed", "noise_seed", "int", "number", "Value", "Number", ""}
"""What nodes that hand on one number call it."""
_CONTROL = "control_after_generate"


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


def upstream(nodes: Nodes, roots: list[str]) -> Iterator[str]:
    """Walk from some nodes to everything they depend on, each node once."""
    waiting, seen = list(roots), set(roots)
    while waiting:
        name = waiting.pop()
        if name not in nodes:
            continue
        yield name
        for link in nodes[name].links:
            if link.node not in seen:
                seen.add(link.node)
                waiting.append(link.node)


def follow_number(nodes: Nodes, value: object) -> int | Link | None:
    """Follow a number through nodes that only hand it on.

    Returns:
        the number; the output it comes from where that node makes numbers of its own; None where
        it leads nowhere.
    """
    for _ in range(LONGEST_CHAIN):
        if not isinstance(value, Link):
            return whole_number(value)
        node = nodes.get(value.node)
        if node is None:
            return None
        inputs = {name: entry for name, entry in node.inputs.items() if name != _CONTROL}
        # A node with other inputs may make another number of the one it is given.
        if len(inputs) != 1 or not set(inputs) <= _NUMBER_INPUTS:
            return value
        (value,) = inputs.values()
    return None


def follow_choice(nodes: Nodes, value: object) -> str | None:
    """Follow a word or a switch through nodes that only hand it on."""
    for _ in range(LONGEST_CHAIN):
        if not isinstance(value, Link):
            return str(value).lower()[:40] if isinstance(value, (str, bool)) else None
        node = nodes.get(value.node)
        if node is None or "value" not in node.inputs:
            return None
        value = node.inputs["value"]
    return None


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
