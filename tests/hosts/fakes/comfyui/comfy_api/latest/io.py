"""Schema, node and result of the double, checked as the real host checks them and a bit harder."""

from __future__ import annotations

import json
from abc import ABC, ABCMeta, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from inspect import isawaitable
from types import SimpleNamespace
from typing import ClassVar

from comfy_execution.graph_utils import ExecutionBlocker, is_link

_KINDS: dict[str, type] = {}


class ControlAfterGenerate(str, Enum):
    fixed = "fixed"
    increment = "increment"
    decrement = "decrement"
    randomize = "randomize"


class UploadType(str, Enum):
    image = "image_upload"


class FolderType(str, Enum):
    input = "input"
    output = "output"
    temp = "temp"


class Hidden(str, Enum):
    unique_id = "UNIQUE_ID"
    prompt = "PROMPT"
    extra_pnginfo = "EXTRA_PNGINFO"
    dynprompt = "DYNPROMPT"


@dataclass(frozen=True)
class _Input:
    id: str
    display_name: str | None = None
    optional: bool = False
    tooltip: str | None = None
    lazy: bool | None = None
    extra_dict: Mapping[str, object] | None = None
    raw_link: bool | None = None
    advanced: bool | None = None

    kind: ClassVar[str] = ""

    def accepts(self, value: object) -> bool:
        return value is not None


@dataclass(frozen=True)
class _WidgetInput(_Input):
    default: object = None
    socketless: bool | None = None


@dataclass(frozen=True)
class _LinkableInput(_WidgetInput):
    """A widget that can be told to be a socket only."""

    force_input: bool | None = None


@dataclass(frozen=True)
class _Output:
    id: str | None = None
    display_name: str | None = None
    tooltip: str | None = None
    is_output_list: bool = False

    kind: ClassVar[str] = ""

    def accepts(self, value: object) -> bool:
        return value is not None


class _Plain:
    """A type that is only passed on."""


def _plain(kind: str) -> type:
    return type(
        kind.title(),
        (_Plain,),
        {
            "Input": type("Input", (_Input,), {"kind": kind}),
            "Output": type("Output", (_Output,), {"kind": kind}),
        },
    )


def Custom(io_type: str) -> type:  # noqa: N802 - the host's own name
    return _KINDS.setdefault(io_type, _plain(io_type))


Image, Mask, Latent, Conditioning = map(_plain, ("IMAGE", "MASK", "LATENT", "CONDITIONING"))
Model, Clip, Vae, Noise = map(_plain, ("MODEL", "CLIP", "VAE", "NOISE"))
Sampler, Sigmas, Guider, AnyType = map(_plain, ("SAMPLER", "SIGMAS", "GUIDER", "*"))


@dataclass(frozen=True)
class _IntInput(_LinkableInput):
    min: int | None = None
    max: int | None = None
    step: int | None = None
    control_after_generate: bool | ControlAfterGenerate | None = None
    display_mode: object = None

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
class _FloatInput(_LinkableInput):
    min: float | None = None
    max: float | None = None
    step: float | None = None
    round: float | None = None
    display_mode: object = None

    kind: ClassVar[str] = "FLOAT"

    def accepts(self, value: object) -> bool:
        low = -1e9 if self.min is None else self.min
        high = 1e9 if self.max is None else self.max
        return type(value) in (int, float) and low <= value <= high


@dataclass(frozen=True)
class _FloatOutput(_Output):
    kind: ClassVar[str] = "FLOAT"

    def accepts(self, value: object) -> bool:
        return type(value) is float


@dataclass(frozen=True)
class _BooleanInput(_LinkableInput):
    label_on: str | None = None
    label_off: str | None = None

    kind: ClassVar[str] = "BOOLEAN"

    def accepts(self, value: object) -> bool:
        return type(value) is bool


@dataclass(frozen=True)
class _BooleanOutput(_Output):
    kind: ClassVar[str] = "BOOLEAN"

    def accepts(self, value: object) -> bool:
        return type(value) is bool


@dataclass(frozen=True)
class _StringInput(_LinkableInput):
    multiline: bool = False
    placeholder: str | None = None
    dynamic_prompts: bool | None = None

    kind: ClassVar[str] = "STRING"

    def accepts(self, value: object) -> bool:
        return type(value) is str


@dataclass(frozen=True)
class _StringOutput(_Output):
    kind: ClassVar[str] = "STRING"

    def accepts(self, value: object) -> bool:
        return type(value) is str


@dataclass(frozen=True)
class _ComboInput(_WidgetInput):
    options: Sequence[str] = ()
    upload: object = None
    image_folder: object = None

    kind: ClassVar[str] = "COMBO"

    def __post_init__(self) -> None:
        if not isinstance(self.options, list):
            raise TypeError("the host sends the options as they are, as a JSON list")

    def accepts(self, value: object) -> bool:
        return value in self.options


@dataclass(frozen=True)
class _BoundingBoxInput:
    id: str
    display_name: str | None = None
    optional: bool = False
    tooltip: str | None = None
    socketless: bool = True
    default: object = None
    component: str | None = None
    force_input: bool | None = None

    kind: ClassVar[str] = "BOUNDING_BOX"
    advanced: ClassVar[None] = None

    def accepts(self, value: object) -> bool:
        sides = ("x", "y", "width", "height")
        return isinstance(value, dict) and all(type(value.get(name)) is int for name in sides)


@dataclass(frozen=True)
class _Option:
    key: str
    inputs: Sequence[_Input]


@dataclass(frozen=True)
class _DynamicComboInput:
    id: str
    options: Sequence[_Option]
    display_name: str | None = None
    optional: bool = False
    tooltip: str | None = None
    lazy: bool | None = None
    extra_dict: Mapping[str, object] | None = None

    kind: ClassVar[str] = "COMFY_DYNAMICCOMBO_V3"
    advanced: ClassVar[None] = None

    def accepts(self, value: object) -> bool:
        """A dictionary: the choice under the input's own name, and its inputs by theirs."""
        if not isinstance(value, dict):
            return False
        chosen = [one for one in self.options if one.key == value.get(self.id)]
        if not chosen:
            return False
        _check_inputs(chosen[0].inputs, {k: v for k, v in value.items() if k != self.id})
        return True

    def nested(self) -> Iterator[_Input]:
        for option in self.options:
            yield from option.inputs


def _typed(given: type, returned: type | None = None) -> type:
    parts = {"Input": given} | ({} if returned is None else {"Output": returned})
    return type(given.kind.title(), (), parts)


Int = _typed(_IntInput, _IntOutput)
Float = _typed(_FloatInput, _FloatOutput)
Boolean = _typed(_BooleanInput, _BooleanOutput)
String = _typed(_StringInput, _StringOutput)
Combo = _typed(_ComboInput)
BoundingBox = _typed(_BoundingBoxInput)


class DynamicCombo:
    Input = _DynamicComboInput
    Option = _Option


@dataclass(frozen=True)
class NodeReplace:
    new_node_id: str
    old_node_id: str
    old_widget_ids: Sequence[str] | None = None
    input_mapping: Sequence[Mapping[str, object]] | None = None
    output_mapping: Sequence[Mapping[str, object]] | None = None


@dataclass
class Schema:
    node_id: str
    display_name: str | None = None
    category: str = "sd"
    inputs: Sequence[_Input] = ()
    outputs: Sequence[_Output] = ()
    hidden: Sequence[Hidden] = ()
    description: str = ""
    search_aliases: Sequence[str] = field(default_factory=list)
    is_input_list: bool = False
    is_output_node: bool = False
    is_deprecated: bool = False
    is_experimental: bool = False
    not_idempotent: bool = False
    enable_expand: bool = False
    has_intermediate_output: bool = False

    def __post_init__(self) -> None:
        for parts in (self.inputs, self.outputs):
            ids = [part.id for part in parts]
            if len(set(ids)) != len(ids):
                raise ValueError(f"the host refuses an id used twice: {ids}")


class NodeOutput:
    def __init__(
        self,
        *args: object,
        ui: Mapping[str, list[object]] | None = None,
        expand: Mapping[str, object] | None = None,
        block_execution: str | None = None,
    ) -> None:
        self.args = args
        self.ui = ui.as_dict() if hasattr(ui, "as_dict") else ui
        self.expand = expand
        self.block_execution = block_execution


class _Locked(ABCMeta):
    """The host runs a clone of a node's class, and locks it."""

    def __setattr__(cls, name: str, value: object) -> None:
        if cls.__dict__.get("_is_locked") and not name.startswith("_abc"):
            raise AttributeError(f"Cannot modify class attribute '{name}'")
        super().__setattr__(name, value)


class ComfyNode(ABC, metaclass=_Locked):
    hidden: ClassVar[SimpleNamespace | None] = None

    @classmethod
    @abstractmethod
    def define_schema(cls) -> Schema: ...

    @classmethod
    @abstractmethod
    def execute(cls, **inputs: object) -> NodeOutput: ...

    @classmethod
    def validate_inputs(cls, **inputs: object) -> bool | str:
        raise NotImplementedError

    @classmethod
    def fingerprint_inputs(cls, **inputs: object) -> object:
        raise NotImplementedError

    @classmethod
    def run(cls, **inputs: object) -> NodeOutput:
        """Execute as the host does: inputs checked, no state kept, results laid out and sent."""
        return cls.run_hidden({}, **inputs)

    @classmethod
    def run_hidden(cls, hidden: Mapping[str, object], **inputs: object) -> NodeOutput:
        """The same, with what the host gives to a node that asks for hidden inputs."""
        schema = cls.define_schema()
        if schema.is_input_list:
            assert all(isinstance(value, list) for value in inputs.values())
            _check_names(schema.inputs, inputs)
        else:
            _check_inputs(schema.inputs, inputs)
        asked = {one.name: hidden.get(one.name) for one in schema.hidden}
        clone = type(cls.__name__, (cls,), {"hidden": SimpleNamespace(**asked)})
        clone._is_locked = True
        result = clone.execute(**inputs)
        assert not isawaitable(result)
        _check_result(schema, result)
        return result


def _check_names(parts: Sequence[_Input], inputs: Mapping[str, object]) -> None:
    known = {part.id: part for part in parts}
    if unknown := inputs.keys() - known.keys():
        raise TypeError(f"no input {unknown}")
    if missing := {name for name, part in known.items() if not part.optional} - inputs.keys():
        raise TypeError(f"required inputs missing: {missing}")


def _check_inputs(parts: Sequence[_Input], inputs: Mapping[str, object]) -> None:
    _check_names(parts, inputs)
    known = {part.id: part for part in parts}
    for name, value in inputs.items():
        if not known[name].accepts(value):
            raise ValueError(f"{name}: the host does not let {value!r} through")


def _check_result(schema: Schema, result: NodeOutput) -> None:
    if result.block_execution is not None:
        return
    if result.expand is not None and not schema.enable_expand:
        raise ValueError("a node that expands has to say so")
    if len(result.args) != len(schema.outputs):
        raise ValueError(f"{len(schema.outputs)} outputs declared, {len(result.args)} returned")
    for output, value in zip(schema.outputs, result.args, strict=True):
        if result.expand is not None:
            if not is_link(value) or value[0] not in result.expand:
                raise ValueError(f"{output.id}: {value!r} links to no node of the graph")
            continue
        items = value if output.is_output_list else [value]
        if isinstance(items, list):
            items = [one for one in items if not isinstance(one, ExecutionBlocker)]
        if not isinstance(items, list) or not all(map(output.accepts, items)):
            raise TypeError(f"{output.id}: {value!r} is no {output.kind}")
    for key, value in (result.ui or {}).items():
        if not isinstance(value, list):
            raise TypeError(f"ui[{key!r}] must be a list")
        json.dumps(value)
