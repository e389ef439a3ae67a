"""From a page to the graph it stands for: subgraphs opened, bypassed nodes passed by.

Where a page has no node for something, as for the edge of a subgraph, the graph gets a ``Reroute``.
Nodes keep the names ComfyUI gives them: ``"11:5"`` is node 5 of the subgraph that node 11 uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ....errors import ImageError
from ...parsing import whole_number
from .flat import EVERYWHERE, FlatGraph
from .groups import EDGE, opened_group
from .read import (
    Origin,
    everywhere_links,
    group_nodes,
    links_into,
    listed,
    node_number,
    page_links,
    page_nodes,
    set_name,
    sockets_of,
    subgraphs,
)
from .widgets import named_values, values_of_use

_DEEPEST = 16
_END = -20
"""The number of a subgraph's own outputs, as if they were a node's inputs."""
_MUTED, _BYPASSED = 2, 4
_NOTES = ("Note", "MarkdownNote")
_SETTERS = ("SetNode", "easy setNode")
_GETTERS = ("GetNode", "easy getNode")
_REROUTES = ("Reroute", "Reroute (rgthree)")
_GROUPS = ("workflow/", "workflow>")
_EVERYWHERE_KINDS = ("Anything Everywhere", "Prompts Everywhere", "Seed Everywhere")
_SEEDER = "Seed Everywhere"
_GLOBAL_SEEDERS = ("GlobalSeed //Inspire", "easy globalSeed")
"""Nodes that write their seed into every other before a run."""
_SEEDS = ("seed", "noise_seed")
_FED_TYPES = ("MODEL", "LATENT", "NOISE", "GUIDER", "SIGMAS", "SAMPLER", "IMAGE")


def graph_of(workflow: Mapping[str, object]) -> Mapping[str, object]:
    """Return what ComfyUI would run, as its ``prompt`` has it.

    Muted nodes are left out, bypassed ones passed by, subgraphs and groups opened.

    Raises:
        ImageError: it is no workflow, or larger than any.
    """
    flat = FlatGraph(subgraphs(workflow), group_nodes(workflow))
    running = [node for node in page_nodes(workflow) if node.get("mode") not in (_MUTED, _BYPASSED)]
    flat.is_fed = any(str(node.get("type")).startswith(_EVERYWHERE_KINDS) for node in running)
    flat.seeders = {
        str(node.get("type")): next(iter(listed(node, "widgets_values")), None)
        for node in running
        if node.get("type") in (_SEEDER, *_GLOBAL_SEEDERS)
    }
    _Page(flat, workflow, "", {}, depth=0).open()
    return flat.finished()


class _Page:
    """One page, or one use of a subgraph.

    Args:
        flat: the graph to add to.
        page: nodes and links.
        prefix: of the names of its nodes, such as ``"11:"``.
        edge: what the subgraph's inputs are, by number; missing where they are wired to nothing.
        depth: how many subgraphs it is in.
    """

    def __init__(
        self,
        flat: FlatGraph,
        page: Mapping[str, object],
        prefix: str,
        edge: Mapping[int, object],
        *,
        depth: int,
    ) -> None:
        self._flat, self._prefix, self._edge, self._depth = flat, prefix, edge, depth
        self._nodes = {node_number(node.get("id")): node for node in page_nodes(page)}
        self._links = page_links(page)
        self._everywhere = everywhere_links(page)

    def open(self) -> None:
        """Add all nodes."""
        for number, node in self._nodes.items():
            if node.get("mode") != _MUTED and str(node.get("type")) not in _NOTES:
                self._add(number, node)

    def _add(self, number: int, node: Mapping[str, object]) -> None:
        kind, name = str(node.get("type")), f"{self._prefix}{number}"
        if node.get("mode") == _BYPASSED:
            self._pass_by(name, node)
        elif kind in self._flat.subgraphs:
            self._open_subgraph(name, node, self._flat.subgraphs[kind])
        elif kind.startswith(_GROUPS):
            self._open_group(name, node, kind)
        elif kind in _SETTERS:
            self._flat.setters.setdefault(set_name(node), []).append(name)
            self._flat.add(name, "Reroute", dict(self._wires(number, node)))
        elif kind in _GETTERS:
            self._flat.get(name, set_name(node))
        else:
            # What is wired counts more than the value it hides.
            values = {**named_values(node), **dict(self._seeds_put_in(kind, node))}
            inputs = {**values, **dict(self._wires(number, node))}
            self._flat.add(name, "Reroute" if kind in _REROUTES else kind, inputs)

    def _wires(self, number: int, node: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        """Return a node's inputs that are wired, by name."""
        for place, socket in enumerate(sockets_of(node)):
            origin = self._origin(socket.get("link"))
            if origin is None and socket.get("link") is None:
                origin = self._fed(number, place, socket)
            if origin is not None:
                yield str(socket.get("name")), origin

    def _fed(self, number: int, place: int, socket: Mapping[str, object]) -> object:
        """Return what "Use Everywhere" wires an input to; None where it does not."""
        wired = self._everywhere.get((number, place))
        if wired is not None:
            return self._output(wired)
        is_value = isinstance(socket.get("widget"), Mapping)
        if self._flat.is_fed and not is_value and socket.get("type") in _FED_TYPES:
            return [EVERYWHERE, 0]
        return None

    def _seeds_put_in(self, kind: str, node: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        """Return the seeds of a node that another may have replaced, as wires from that one."""
        seeders = self._flat.seeders
        if not seeders or kind in seeders:
            return
        sockets = {socket.get("name") for socket in sockets_of(node)}
        for name, seed in named_values(node).items():
            if name not in _SEEDS:
                continue
            if _SEEDER in seeders and name in sockets:
                yield name, [EVERYWHERE, 0]
            for other in _GLOBAL_SEEDERS:
                # A page that was written behind the run has the same number in both.
                if other in seeders and seeders[other] != seed:
                    yield name, [self._flat.seeder(other), 0]

    def _origin(self, link: object) -> object:
        """Return what a link comes from; None where from nothing."""
        number = whole_number(link)
        origin = None if number is None else self._links.get(number)
        return None if origin is None else self._output(origin)

    def _output(self, origin: Origin) -> object:
        number, slot = origin
        if number == EDGE:
            return self._edge.get(slot)
        node = self._nodes.get(number)
        if node is None or node.get("mode") == _MUTED:
            return None
        kind, name = str(node.get("type")), f"{self._prefix}{number}"
        is_opened = kind in self._flat.subgraphs or kind.startswith(_GROUPS)
        if is_opened or node.get("mode") == _BYPASSED:
            return [f"{name}>{slot}", 0]
        return [name, slot]

    def _pass_by(self, name: str, node: Mapping[str, object]) -> None:
        """Wire the outputs of a bypassed node to inputs of the same type."""
        for slot in range(max(len(listed(node, "outputs")), 1)):
            origin = self._origin(_opposite(node, slot))
            if origin is not None:
                self._flat.wire(f"{name}>{slot}", origin)

    def _open_subgraph(
        self, name: str, node: Mapping[str, object], subgraph: Mapping[str, object]
    ) -> None:
        """Add what is in a subgraph, in place of one of its uses.

        Raises:
            ImageError: they are nested deeper than any.
        """
        if self._depth >= _DEEPEST:
            raise ImageError("workflow.definitions", expected=f"depth {_DEEPEST}", got="more")
        edge = self._edge_of(name, node, subgraph)
        inner = _Page(self._flat, subgraph, f"{name}:", edge, depth=self._depth + 1)
        inner.open()
        for slot, output in links_into(subgraph, _END).items():
            origin = inner._output(output)
            if origin is not None:
                self._flat.wire(f"{name}>{slot}", origin)

    def _edge_of(
        self, name: str, node: Mapping[str, object], subgraph: Mapping[str, object]
    ) -> dict[int, object]:
        """Return what the inputs of a subgraph are, by number: wires, or the use's own values."""
        names = [
            str(entry.get("name")) if isinstance(entry, Mapping) else ""
            for entry in listed(subgraph, "inputs")
        ]
        wired = self._edge_wires(node, names)
        values = values_of_use(node, names)
        edge: dict[int, object] = {}
        for slot, called in enumerate(names):
            if called in wired:
                edge[slot] = wired[called]
            elif called in values:
                self._flat.add(f"{name}<{slot}", "PrimitiveNode", {"value": values[called]})
                edge[slot] = [f"{name}<{slot}", 0]
        return edge

    def _edge_wires(self, node: Mapping[str, object], names: list[str]) -> dict[str, object]:
        """Return the wires into a subgraph by its inputs; of one renamed its place is taken."""
        sockets = [str(socket.get("name")) for socket in sockets_of(node)]
        wires = dict(self._wires(node_number(node.get("id")), node))
        places = {n: names[at] for at, n in enumerate(sockets) if at < len(names)}
        return {n if n in names else places.get(n, n): origin for n, origin in wires.items()}

    def _open_group(self, name: str, node: Mapping[str, object], kind: str) -> None:
        """Add what is in an old group node; one that does not fit its group stays unknown."""
        group = self._flat.groups.get(kind[len(_GROUPS[0]) :])
        opened = opened_group(node, group) if isinstance(group, Mapping) else None
        if opened is None:
            inputs = dict(self._wires(node_number(node.get("id")), node))
            for slot in range(max(len(listed(node, "outputs")), 1)):
                self._flat.add(f"{name}>{slot}", "a group node", inputs)
            return
        origins = [self._origin(socket.get("link")) for socket in sockets_of(node)]
        edge = {slot: origin for slot, origin in enumerate(origins) if origin is not None}
        inner = _Page(self._flat, opened.page, f"{name}:", edge, depth=self._depth + 1)
        inner.open()
        for slot, output in enumerate(opened.outputs):
            origin = inner._output(output)
            if origin is not None:
                self._flat.wire(f"{name}>{slot}", origin)


def _opposite(node: Mapping[str, object], slot: int) -> object:
    """Return the link that a bypassed node's output stands for; None where there is none.

    It is the input at the output's own place, where its type fits, else the first that fits.
    """
    sockets, outputs = sockets_of(node), listed(node, "outputs")
    wired = [socket for socket in sockets if socket.get("link") is not None]
    output = outputs[slot] if slot < len(outputs) else None
    kind = output.get("type") if isinstance(output, Mapping) else None
    if kind is None:
        # A page that leaves out types can be read where there is but one way through.
        return wired[0].get("link") if len(wired) == 1 else None
    if slot < len(sockets) and sockets[slot].get("type") == kind:
        return sockets[slot].get("link")
    fitting = (socket for socket in wired if socket.get("type") in (kind, "*"))
    return next((socket.get("link") for socket in fitting), None)
