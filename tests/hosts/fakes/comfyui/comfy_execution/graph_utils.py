"""Graphs a node hands back to be run in its place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

_PREFIXES: Iterator[int] = count()


def is_link(obj: object) -> bool:
    return (
        isinstance(obj, list)
        and len(obj) == 2
        and isinstance(obj[0], str)
        and isinstance(obj[1], (int, float))
    )


class ExecutionBlocker:
    def __init__(self, message: str | None) -> None:
        self.message = message


class Node:
    def __init__(self, id: str, class_type: str, inputs: dict[str, object]) -> None:
        self.id = id
        self.class_type = class_type
        self.inputs = inputs

    def out(self, index: int) -> list[object]:
        return [self.id, index]

    def set_input(self, key: str, value: object) -> None:
        if value is None:
            self.inputs.pop(key, None)
        else:
            self.inputs[key] = value


class GraphBuilder:
    """Ids get a prefix of their own, so that a graph may be run twice in one run."""

    def __init__(self, prefix: str | None = None) -> None:
        self.prefix = f"{next(_PREFIXES)}." if prefix is None else prefix
        self.nodes: dict[str, Node] = {}
        self._numbers = count(1)

    def node(self, class_type: str, id: str | None = None, **kwargs: object) -> Node:
        name = self.prefix + (str(next(self._numbers)) if id is None else id)
        return self.nodes.setdefault(name, Node(name, class_type, kwargs))

    def lookup_node(self, id: str) -> Node | None:
        return self.nodes.get(self.prefix + id)

    def finalize(self) -> dict[str, dict[str, object]]:
        return {
            name: {"class_type": node.class_type, "inputs": node.inputs}
            for name, node in self.nodes.items()
        }
