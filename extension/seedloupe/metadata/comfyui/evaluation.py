"""Following a graph from its first nodes to its last, as far as noise asks for it.

Each kind of node has a rule that tells what its outputs are from what its inputs are. A kind
without a rule is not known, and neither is what comes out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..parsing import whole_number
from .flow import MOST_PICTURES, Draw, Flow, Form, united
from .graph import Link, Node, Nodes, dependency_order
from .values import (
    OTHER,
    Bundle,
    GraphModel,
    Guide,
    Many,
    NoiseMaker,
    Slots,
    Unknown,
    Value,
    passed_on,
)

_MOST_RUNS = 20_000
"""How often rules are asked, lists included; nobody's graph comes near."""
_MOST_ROWS = 2**20
"""Pictures on all wires together."""
_MOST_NAMED = 8
_LARGEST_SHARE = 1e12
_LONGEST_WORD = 60
_CIRCLE = "a circle of nodes"
_MISSING = "a node that is not in the graph"
_TOO_MUCH = "a graph too large to follow"
_CONTROL = "control_after_generate"
"""What some put beside a number; it says what is to become of it after a run."""
_SEED_NAMES = ("seed", "noise_seed")

_DRAWING = (GraphModel, NoiseMaker, Guide)
"""What a node is handed that may draw noise."""

Rule = Callable[["Inputs"], "Value | Slots"]


@dataclass(frozen=True)
class Inputs:
    """What a node is handed.

    Attributes:
        name: the node's name in the graph.
        node: the node.
        values: its inputs by name, links followed.
        draws: all draws so far, which a sampler adds to.
    """

    name: str
    node: Node
    values: Mapping[str, Value]
    draws: list[Draw]

    @property
    def called(self) -> str:
        """The node's kind, for people."""
        return self.node.called

    @property
    def field(self) -> str:
        """The node, as errors name it."""
        return f"prompt.{self.name[:40]}"

    def value(self, *names: str) -> Value:
        """Return the first of some inputs that is there; None without any."""
        found = (self.values.get(name) for name in names)
        return next((value for value in found if value is not None), None)

    def number(self, *names: str, default: int | None = None) -> int | None:
        """Return a whole number; None where it is none, or not known."""
        return whole_number(self._given(names, default))

    def share(self, name: str, default: float | None = None) -> float | None:
        """Return a number of any kind; None where it is none, or not known."""
        value = self._given((name,), default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return float(value) if abs(value) < _LARGEST_SHARE else None

    def word(self, *names: str, default: str = "") -> str:
        """Return a word or a switch in small letters; empty where it is none, or not known."""
        value = self._given(names, default)
        return str(value).lower()[:_LONGEST_WORD] if isinstance(value, (str, bool)) else ""

    def _given(self, names: tuple[str, ...], default: Value) -> Value:
        """Return what stands in an input; the default only where there is no such input."""
        is_there = any(name in self.node.inputs for name in names)
        return self.value(*names) if is_there else default

    def is_on(self, name: str) -> bool | None:
        """Return a switch; None where it is none, or not known."""
        value = self.value(name)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return bool(value) if isinstance(value, (bool, int)) else None

    def latents(self, *names: str) -> Flow | Unknown:
        """Return latents, or what keeps them from being known."""
        value = self.value(*names)
        if isinstance(value, Unknown) or (isinstance(value, Flow) and value.form is Form.LATENTS):
            return value
        return self._without(value, names[0])

    def pixels(self, *names: str) -> Flow | Unknown:
        """Return a picture, or what keeps it from being known."""
        value = self.value(*names)
        if isinstance(value, Unknown):
            return passed_on(value)
        if isinstance(value, Flow) and value.form is Form.PIXELS:
            return value
        return self._without(value, names[0])

    def model(self, *names: str) -> GraphModel:
        """Return a model; a graph that leaves the input out says nothing against it."""
        if not any(name in self.node.inputs for name in names):
            return GraphModel()
        value = self.value(*names)
        if isinstance(value, Bundle):
            value = value.items.get("model")
        if isinstance(value, Guide):
            return value.model
        if isinstance(value, Unknown):
            return GraphModel(value.names)
        return (
            value
            if isinstance(value, GraphModel)
            else GraphModel((f"{self.called} without a model",))
        )

    def _without(self, value: Value, name: str) -> Unknown:
        """Say that an input is missing, or is nothing that the node can work with."""
        return Unknown((f"{self.called} without {name}",), is_broken=value is None)

    def unknown(self, *reasons: str) -> Unknown:
        """Return an output that is not known, with the seeds and pictures that may be in it."""
        handed = list(_flattened(self.values.values()))
        strange = [value for value in handed if isinstance(value, Unknown)]
        seeds = [self.number(name) for name in _SEED_NAMES]
        seeds += [seed for value in strange for seed in value.seeds]
        known = (seed for seed in seeds if seed is not None and 0 <= seed < 2**64)
        flows = (flow for value in handed for flow in _flows(value))
        return Unknown(
            united(reasons or (self.called,)),
            tuple(dict.fromkeys(known))[:_MOST_NAMED],
            tuple(dict.fromkeys(flows))[:_MOST_NAMED],
            may_draw=any(isinstance(value, _DRAWING) for value in handed)
            or any(value.may_draw for value in strange),
            is_mixed=bool(strange),
            held=self._held(),
        )

    def _held(self) -> int | None:
        """Return the number a node holds that has no other input."""
        inputs = [value for name, value in self.values.items() if name != _CONTROL]
        return whole_number(inputs[0]) if len(inputs) == 1 else None


@dataclass
class Evaluation:
    """A graph, followed through.

    Attributes:
        nodes: the graph.
        draws: every drawing of starting noise found in it.
    """

    nodes: Nodes
    draws: list[Draw] = field(default_factory=list)
    _outputs: dict[str, Value | Slots] = field(default_factory=dict)
    _runs: int = 0
    _rows: int = 0

    def value(self, link: Link) -> Value:
        """Return what is on a wire."""
        if link.node not in self._outputs:
            return Unknown((_CIRCLE if link.node in self.nodes else _MISSING,))
        outputs = self._outputs[link.node]
        if not isinstance(outputs, Slots):
            return outputs
        return outputs.items[link.slot] if 0 <= link.slot < len(outputs.items) else OTHER

    def outputs_of(self, name: str) -> tuple[Value, ...]:
        """Return all outputs of a node."""
        outputs = self._outputs.get(name)
        return outputs.items if isinstance(outputs, Slots) else (outputs,)

    def inputs(self, name: str) -> Inputs:
        """Return what a node is handed."""
        node = self.nodes[name]
        values = {
            key: self.value(entry) if isinstance(entry, Link) else _plain(entry)
            for key, entry in node.inputs.items()
        }
        return Inputs(name, node, values, self.draws)

    def run(self, rules: Mapping[str, Rule], whole_lists: frozenset[str]) -> None:
        """Follow the graph.

        Args:
            rules: what nodes do, by their kind.
            whole_lists: kinds that take a list as a whole instead of running for each item.
        """
        for name in dependency_order(self.nodes):
            inputs = self.inputs(name)
            rule = rules.get(inputs.node.kind, Inputs.unknown)
            lists = [v for v in inputs.values.values() if isinstance(v, Many)]
            if not lists or inputs.node.kind in whole_lists:
                self._outputs[name] = self._ask(rule, inputs)
                continue
            count = max(len(values.items) for values in lists)
            self._outputs[name] = _transposed(
                [self._ask(rule, _item(inputs, place)) for place in range(count)]
            )

    def _ask(self, rule: Rule, inputs: Inputs) -> Value | Slots:
        self._runs += 1
        if self._runs > _MOST_RUNS or self._rows > _MOST_ROWS:
            return Unknown((_TOO_MUCH,))
        outputs = rule(inputs)
        items = outputs.items if isinstance(outputs, Slots) else (outputs,)
        self._rows += sum(len(item.rows) for item in items if isinstance(item, Flow))
        return outputs


def _plain(entry: object) -> Value:
    return entry if isinstance(entry, (int, float, str, bool)) else None


def _item(inputs: Inputs, place: int) -> Inputs:
    """Return what a node is handed in one of its runs; shorter lists end with their last item."""
    values = {
        name: value.items[min(place, len(value.items) - 1)] if isinstance(value, Many) else value
        for name, value in inputs.values.items()
    }
    return Inputs(inputs.name, inputs.node, values, inputs.draws)


def _transposed(runs: list[Value | Slots]) -> Value | Slots:
    """Turn the outputs of several runs into lists."""
    if not any(isinstance(run, Slots) for run in runs):
        return _many([run for run in runs if not isinstance(run, Slots)])
    wide = max(len(run.items) if isinstance(run, Slots) else 1 for run in runs)
    return Slots(
        tuple(
            _many([_slot(run, place) for run in runs if isinstance(run, (Slots, Unknown))])
            for place in range(wide)
        )
    )


def _slot(run: Value | Slots, place: int) -> Value:
    if isinstance(run, Slots):
        return run.items[place] if place < len(run.items) else OTHER
    return run


def _many(runs: list[Value]) -> Value:
    """Put values in a list; lists of lists are strung together, as the host does."""
    items: list[Value] = []
    for run in runs:
        items.extend(run.items if isinstance(run, Many) else [run])
    return Many(tuple(items)) if len(items) <= MOST_PICTURES else Unknown((_TOO_MUCH,))


def _flattened(values: Iterable[Value]) -> Iterator[Value]:
    """Return values, those of lists and bundles one level down included."""
    for value in values:
        if isinstance(value, Many):
            yield from value.items
        elif isinstance(value, Bundle):
            yield from value.items.values()
        else:
            yield value


def _flows(value: Value) -> tuple[Flow, ...]:
    """Return the pictures in a value; a mask is none."""
    if isinstance(value, Unknown):
        return value.flows
    return (value,) if isinstance(value, Flow) and value.form is not Form.MASKS else ()
