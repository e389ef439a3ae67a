"""Nodes that hand on one of several inputs, or several values on one wire."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ..evaluation import Inputs, Rule
from ..values import OTHER, Bundle, Slots, Unknown, Value

_MOST_INPUTS = 64

FIRST: Mapping[str, str] = {
    "Reroute": "",
    "easy cleanGpuUsed": "anything",
    "easy clearCacheAll": "anything",
    "easy showAnything": "anything",
    "LayerUtility: AnyRerouter": "any",
    "LayerUtility: PurgeVRAM V2": "anything",
    "ImpactDummyInput": "",
    "VRAM_Debug": "any_input",
    "ImagePass": "image",
    "PreviewImage": "images",
    "SaveImage": "images",
    "SaveImageAdvanced": "images",
    "ModelPassThrough": "model",
}
"""Nodes whose first output is what they are wired to; empty names their only wire."""

BOOLEAN_SWITCHES: Mapping[str, tuple[str, str, str]] = {
    "ComfySwitchNode": ("switch", "on_true", "on_false"),
    "Switch any [Crystools]": ("boolean", "on_true", "on_false"),
    "Switch image [Crystools]": ("boolean", "on_true", "on_false"),
    "Switch latent [Crystools]": ("boolean", "on_true", "on_false"),
    "Switch string [Crystools]": ("boolean", "on_true", "on_false"),
    "LazySwitchKJ": ("switch", "on_true", "on_false"),
    "easy ifElse": ("boolean", "on_true", "on_false"),
    "ImpactConditionalBranch": ("cond", "tt_value", "ff_value"),
}
"""Nodes that hand on one of two inputs: the switch, and what it stands for on and off."""

NUMBERED_SWITCHES: Mapping[str, tuple[str, str, int]] = {
    "ImpactSwitch": ("select", "input", 1),
    "LatentSwitch": ("select", "input", 1),
    "CR Latent Input Switch": ("Input", "latent", 1),
    "CR Model Input Switch": ("Input", "model", 1),
    "CR Image Input Switch": ("Input", "image", 1),
    "easy anythingIndexSwitch": ("index", "value", 0),
}
"""Nodes that hand on the input with a number: the number's name, the inputs', and the first."""

_CONTEXT = ("model", "clip", "vae", "positive", "negative", "latent", "images", "seed")
_BIG_CONTEXT = (*_CONTEXT, "steps", "step_refiner", "cfg", "ckpt_name", "sampler", "scheduler")
_BASIC_PIPE = ("model", "clip", "vae", "positive", "negative")
_SDXL_TUPLE = (
    "base_model",
    "base_clip",
    "base_positive",
    "base_negative",
    "refiner_model",
    "refiner_clip",
    "refiner_positive",
    "refiner_negative",
)


def _first(inputs: Inputs, *, name: str) -> Value | Slots:
    wired = [key for key, entry in inputs.node.inputs.items() if inputs.values[key] is not None]
    if not name and len(wired) != 1:
        return inputs.unknown()
    value = inputs.values.get(name or wired[0])
    return inputs.unknown() if value is None else Slots((value,))


def _by_switch(inputs: Inputs, *, switch: str, on: str, off: str) -> Value | Slots:
    is_on = inputs.is_on(switch)
    value = None if is_on is None else inputs.value(on if is_on else off)
    return inputs.unknown() if value is None else Slots((value,))


def _by_number(inputs: Inputs, *, number: str, prefix: str, first: int) -> Value | Slots:
    place = inputs.number(number)
    if place is None or not first <= place < first + _MOST_INPUTS:
        return inputs.unknown()
    value = inputs.value(f"{prefix}{place}")
    return inputs.unknown() if value is None else Slots((value,))


def _first_filled(inputs: Inputs, *, prefix: str) -> Value | Slots:
    """Switches of rgthree take the first input that is wired, in the order of the file.

    A context may be empty when it runs, so one that is not known ends the search.
    """
    for name, value in inputs.values.items():
        if name.startswith(prefix) and value is not None and not _is_empty(value):
            return value if isinstance(value, Bundle) else Slots((value,))
    return inputs.unknown()


def _is_empty(value: Value) -> bool:
    return isinstance(value, Bundle) and all(item is None for item in value.items.values())


def _context(inputs: Inputs, *, names: tuple[str, ...]) -> Value | Slots:
    """Contexts of rgthree: what is wired here replaces what the context before had."""
    base = inputs.value("base_ctx")
    if isinstance(base, Unknown):
        return inputs.unknown()
    items = dict(base.items) if isinstance(base, Bundle) else {}
    items.update(
        {name: inputs.values[name] for name in _BIG_CONTEXT if inputs.value(name) is not None}
    )
    return _opened(Bundle(items), names)


def _context_switch(inputs: Inputs) -> Value | Slots:
    chosen = _first_filled(inputs, prefix="ctx_")
    return _opened(chosen, _CONTEXT) if isinstance(chosen, Bundle) else inputs.unknown()


def _opened(bundle: Bundle, names: tuple[str, ...]) -> Slots:
    return Slots((bundle, *(bundle.items.get(name, OTHER) for name in names)))


def _packed(inputs: Inputs, *, names: tuple[str, ...]) -> Bundle:
    return Bundle({name: inputs.values.get(name) for name in names})


def _unpacked(
    inputs: Inputs, *, names: tuple[str, ...], wire: str, with_bundle: bool = False
) -> Value | Slots:
    bundle = inputs.value(wire)
    if not isinstance(bundle, Bundle):
        return inputs.unknown()
    opened = _opened(bundle, names)
    return opened if with_bundle else Slots(opened.items[1:])


def _edited_pipe(inputs: Inputs) -> Value | Slots:
    """Impact's "Edit BasicPipe": what is wired here replaces what the pipe had."""
    pipe = inputs.value("basic_pipe")
    if not isinstance(pipe, Bundle):
        return inputs.unknown()
    wired = {name: inputs.values.get(name) for name in _BASIC_PIPE}
    return Bundle({**pipe.items, **{k: v for k, v in wired.items() if v is not None}})


RULES: Mapping[str, Rule] = {
    **{kind: partial(_first, name=name) for kind, name in FIRST.items()},
    **{
        kind: partial(_by_switch, switch=switch, on=on, off=off)
        for kind, (switch, on, off) in BOOLEAN_SWITCHES.items()
    },
    **{
        kind: partial(_by_number, number=number, prefix=prefix, first=first)
        for kind, (number, prefix, first) in NUMBERED_SWITCHES.items()
    },
    "Any Switch (rgthree)": partial(_first_filled, prefix="any_"),
    "Context (rgthree)": partial(_context, names=_CONTEXT),
    "Context Big (rgthree)": partial(_context, names=_BIG_CONTEXT),
    "Context Switch (rgthree)": _context_switch,
    "ToBasicPipe": partial(_packed, names=_BASIC_PIPE),
    "FromBasicPipe": partial(_unpacked, names=_BASIC_PIPE, wire="basic_pipe"),
    "FromBasicPipe_v2": partial(_unpacked, names=_BASIC_PIPE, wire="basic_pipe", with_bundle=True),
    "EditBasicPipe": _edited_pipe,
    "Pack SDXL Tuple": partial(_packed, names=_SDXL_TUPLE),
    "Unpack SDXL Tuple": partial(_unpacked, names=_SDXL_TUPLE, wire="sdxl_tuple"),
}
