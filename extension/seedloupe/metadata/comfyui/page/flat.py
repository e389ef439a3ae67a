"""The graph that a page stands for, while it is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ....errors import ImageError
from .read import MOST_NODES

EVERYWHERE = "everywhere"
"""The name of the node that feeds what "Use Everywhere" may feed."""
_GETS = "get "


@dataclass
class FlatGraph:
    """The graph so far.

    Attributes:
        subgraphs: those of the page, by the kind that their uses have.
        groups: what is in the page's old group nodes, by their name.
        is_fed: whether "Use Everywhere" may feed inputs that are wired to nothing.
        seeders: nodes that put seeds into other nodes of the page without a wire: their kinds, and
            the seed that they hold.
        nodes: the graph, as ``prompt`` has it.
        setters: the nodes that set a value, by the name it is got by.
    """

    subgraphs: Mapping[str, Mapping[str, object]]
    groups: Mapping[str, object]
    is_fed: bool = False
    seeders: Mapping[str, object] = field(default_factory=dict)
    nodes: dict[str, dict[str, object]] = field(default_factory=dict)
    setters: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, kind: str, inputs: Mapping[str, object]) -> None:
        """Add a node.

        Raises:
            ImageError: there are more than any page has.
        """
        if len(self.nodes) >= MOST_NODES:
            raise ImageError("workflow.nodes", expected=f"at most {MOST_NODES}", got="more")
        self.nodes[name] = {"class_type": kind, "inputs": dict(inputs)}

    def wire(self, name: str, origin: object) -> None:
        """Add a node that hands on one output."""
        self.add(name, "Reroute", {"": origin})

    def get(self, name: str, value: str) -> None:
        """Add a node that hands on a value that another sets."""
        self.add(name, f"{_GETS}{value}", {})

    def seeder(self, kind: str) -> str:
        """Return the name of a node that stands for one that puts its seed into others."""
        name = f"all {kind}"
        if name not in self.nodes:
            self.add(name, kind, {"value": self.seeders[kind]})
        return name

    def finished(self) -> dict[str, dict[str, object]]:
        """Return the graph: values got where they are set, wires to nothing taken out."""
        for node in self.nodes.values():
            kind = str(node["class_type"])
            setters = self.setters.get(kind.removeprefix(_GETS), [])
            if kind.startswith(_GETS) and len(setters) == 1:
                node.update(class_type="Reroute", inputs={"": [setters[0], 0]})
        if self.is_fed:
            self.add(EVERYWHERE, "Anything Everywhere", {})
        self._take_out_dead_ends()
        return self.nodes

    def _take_out_dead_ends(self) -> None:
        """Take out wires from nothing, and the inputs they lead to."""
        readers: dict[str, list[tuple[str, str]]] = {}
        for name, node in self.nodes.items():
            for key, origin in _wires(node):
                readers.setdefault(str(origin[0]), []).append((name, key))
        dead = [name for name in readers if name not in self.nodes]
        while dead:
            for name, key in readers.get(dead.pop(), []):
                inputs = self.nodes[name]["inputs"] if name in self.nodes else {}
                assert isinstance(inputs, dict)
                inputs.pop(key, None)
                if not inputs and self.nodes.get(name, {}).get("class_type") == "Reroute":
                    del self.nodes[name]
                    dead.append(name)


def _wires(node: Mapping[str, object]) -> list[tuple[str, list[object]]]:
    inputs = node["inputs"]
    assert isinstance(inputs, dict)
    return [
        (key, value) for key, value in inputs.items() if isinstance(value, list) and len(value) == 2
    ]
