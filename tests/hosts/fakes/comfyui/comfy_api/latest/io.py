"""Schema, node and result of the double, checked as the real host checks them and a bit harder."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class _Input:
    id: str
    display_name: str | None = None
    optional: bool = False
    tooltip: str | None = None
    lazy: bool | None = None

    kind: ClassVar[str] = ""

    def accepts(self, value: object) -> bool:
        return value is not None


@dataclass(frozen=True)
class _Output:
    id: str | None = None
    display_name: str | None = None
    tooltip: str | None = None
    is_output_list: bool = False

    kind: ClassVar[str] = ""

    def accepts(self, value: object) -> bool:
        return value is not None


@dataclass(frozen=True)
class _IntInput(_Input):
    default: int | None = None
    min: int | None = None
    max: int | None = None
    step: int | None = None
    control_after_generate: bool | None = None

    kind: ClassVar[str] = "INT"

    def accepts(self, value: object) -> bool:
        low, high = self.min or 0, self.max or 2048
        return type(value) is int and low <= value <= high


@dataclass(frozen=True)
class _IntOutput(_Output):
    kind: ClassVar[str] = "INT"

    def accepts(self, value: object) -> bool:
        return type(value) is int  # the page is sent JSON, which has no word for NumPy's integers


@dataclass(frozen=True)
class _ComboInput(_Input):
    options: Sequence[str] = ()
    default: str | None = None

    kind: ClassVar[str] = "COMBO"

    def __post_init__(self) -> None:
        if not isinstance(self.options, list):
            raise TypeError("the host sends the options as they are, as a JSON list")

    def accepts(self, value: object) -> bool:
        return value in self.options


@dataclass(frozen=True)
class _StringOutput(_Output):
    kind: ClassVar[str] = "STRING"

    def accepts(self, value: object) -> bool:
        return type(value) is str


class Int:
    Input = _IntInput
    Output = _IntOutput


class Combo:
    Input = _ComboInput


class String:
    Output = _StringOutput


class Model:
    class Input(_Input):
        kind = "MODEL"

    class Output(_Output):
        kind = "MODEL"


class Clip:
    class Output(_Output):
        kind = "CLIP"


class Vae:
    class Output(_Output):
        kind = "VAE"


@dataclass(frozen=True)
class Schema:
    node_id: str
    display_name: str | None = None
    category: str = "sd"
    inputs: Sequence[_Input] = ()
    outputs: Sequence[_Output] = ()
    description: str = ""
    is_output_node: bool = False

    def __post_init__(self) -> None:
        ids = [part.id for part in (*self.inputs, *self.outputs)]
        if len(set(ids)) != len(ids):
            raise ValueError(f"the host refuses an id used twice: {ids}")


class NodeOutput:
    def __init__(self, *args: object, ui: Mapping[str, list[object]] | None = None) -> None:
        self.args = args
        self.ui = ui


class ComfyNode(ABC):
    @classmethod
    @abstractmethod
    def define_schema(cls) -> Schema: ...

    @classmethod
    @abstractmethod
    def execute(cls, **inputs: object) -> NodeOutput: ...

    @classmethod
    def fingerprint_inputs(cls, **inputs: object) -> object:
        raise NotImplementedError

    @classmethod
    def run(cls, **inputs: object) -> NodeOutput:
        """Execute as the host does: inputs checked, no state kept, results laid out and sent."""
        schema, before = cls.define_schema(), dict(vars(cls))
        _check_inputs(schema, inputs)
        result = cls.execute(**inputs)
        if dict(vars(cls)) != before:
            raise AttributeError("the host locks node classes while they run")
        _check_result(schema, result)
        return result


def _check_inputs(schema: Schema, inputs: Mapping[str, object]) -> None:
    known = {part.id: part for part in schema.inputs}
    if unknown := inputs.keys() - known.keys():
        raise TypeError(f"no input {unknown}")
    if missing := {name for name, part in known.items() if not part.optional} - inputs.keys():
        raise TypeError(f"required inputs missing: {missing}")
    for name, value in inputs.items():
        if not known[name].accepts(value):
            raise ValueError(f"{name}: the host does not let {value!r} through")


def _check_result(schema: Schema, result: NodeOutput) -> None:
    if len(result.args) != len(schema.outputs):
        raise ValueError(f"{len(schema.outputs)} outputs declared, {len(result.args)} returned")
    for output, value in zip(schema.outputs, result.args, strict=True):
        items = value if output.is_output_list else [value]
        if not isinstance(items, list) or not all(map(output.accepts, items)):
            raise TypeError(f"{output.id}: {value!r} is no {output.kind}")
    for key, value in (result.ui or {}).items():
        if not isinstance(value, list):
            raise TypeError(f"ui[{key!r}] must be a list")
        json.dumps(value)
