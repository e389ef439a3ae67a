"""What can be on a wire of a graph, as far as noise asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from ...noise.source import NoiseSource
from .flow import Flow, Form, Seed, united


@dataclass(frozen=True)
class Unknown:
    """What comes out of a node that is not known here.

    Attributes:
        names: the kinds of the nodes, for people.
        seeds: those that stand in them.
        flows: the pictures they were handed.
        may_draw: whether they were handed a model or noise, so that they may draw noise.
        is_mixed: whether they were handed something else that is not known.
        held: the one number that a node without any other input holds.
        is_broken: whether a node lacks what it cannot run without, so that nothing comes of it.
    """

    names: tuple[str, ...]
    seeds: tuple[int, ...] = ()
    flows: tuple[Flow, ...] = ()
    may_draw: bool = False
    is_mixed: bool = False
    held: int | None = None
    is_broken: bool = False


@dataclass(frozen=True)
class Other:
    """Something that has no say in the noise: conditioning, text encoders, VAEs, masks of words."""


@dataclass(frozen=True)
class GraphModel:
    """A model, with all that was patched into it.

    Attributes:
        doubts: nodes on its way that are not known here, or that draw noise of their own.
        drawn_by: the generator that replaces the host's (``"cpu"``, ``"gpu"``, ``"nv"``); empty
            where nothing does.
    """

    doubts: tuple[str, ...] = ()
    drawn_by: str = ""


@dataclass(frozen=True)
class NoiseMaker:
    """What a sampler asks for its noise.

    Attributes:
        seed: None where it leads to no number.
        adds: whether it makes any.
        doubts: what decides and is not known here.
        drawer: the node that draws in place of the host; empty where the host draws.
        source: which generator that node draws with; None where it does not tell.
        each: the seeds of the pictures of a batch, where each has its own.
    """

    seed: Seed | None
    adds: bool = True
    doubts: tuple[str, ...] = ()
    drawer: str = ""
    source: NoiseSource | None = None
    each: tuple[int, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """The noise levels of a run.

    Attributes:
        strength: how much of what it is handed the first level forgets, in [0, 1]; None where the
            graph does not tell.
        steps: how many; None where the graph does not tell.
        doubts: nodes that are not known here.
    """

    strength: float | None = 1.0
    steps: int | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """A guider, or a sampling method: nothing but a way to hand on a model's doubts."""

    model: GraphModel


@dataclass(frozen=True)
class Bundle:
    """Several values on one wire: a pipe or a context."""

    items: Mapping[str, Value]


@dataclass(frozen=True)
class Many:
    """A list: what it is wired to runs once for each item."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Slots:
    """What a node's outputs are, in order; those beyond the last are :class:`Other`."""

    items: tuple[Value, ...]


Value: TypeAlias = (
    "int | float | str | bool | Flow | Seed | Unknown | Other | GraphModel | NoiseMaker | "
    "Schedule | Guide | Bundle | Many | None"
)

OTHER = Other()


def passed_on(value: Unknown) -> Flow | Unknown:
    """Let a finished picture pass a node that is not known, where that node only had the picture.

    The picture was sampled and has all its noise behind it. The node has neither a model nor a
    seed, and everything else it is handed is known and no other picture. So whatever it does with
    the picture, that began where it began.
    """
    if value.may_draw or value.is_mixed or value.seeds or len(value.flows) != 1:
        return value
    flow = value.flows[0]
    if flow.form is not Form.PIXELS or flow.doubts or not flow.started:
        return value
    if len(set(flow.rows)) > 1:
        return value  # of several pictures it may show one, or all of them side by side
    passed = united(flow.passed, value.names)
    return replace(flow, size=None, grown=None, passed=passed, size_from=value.names[0])


def is_unsampled(value: Unknown) -> bool:
    """Whether an unknown output is a picture that no sampler had a hand in, as far as is seen."""
    at_hand = all(flow.form is Form.PIXELS and not flow.draws for flow in value.flows)
    return not value.may_draw and not value.seeds and not value.is_broken and at_hand
