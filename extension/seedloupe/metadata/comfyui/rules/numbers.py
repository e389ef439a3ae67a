"""Nodes that make or hand on numbers, words and switches; seeds and sizes come through them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from ....errors import SeedError
from ....noise import parse_seeds
from ...parsing import whole_number
from ..evaluation import Inputs, Rule
from ..flow import Flow, TableSeed
from ..values import OTHER, Many, NoiseMaker, Slots, Value
from .arithmetic import calculated

_LARGEST_EXACT = 2**53
"""Beyond it a number that goes through a float is no longer the same."""
_MOST_PICKED = 10_000
_BY_HAND = "by hand"
_RULES = ("golden", "diverse", "layout", "clean")
_RANDOM_SEEDS = (-1, -2, -3)
"""What rgthree's node holds where the server draws, raises or lowers a seed of its own."""

HANDED_ON: Mapping[str, str] = {
    "PrimitiveNode": "value",
    "PrimitiveInt": "value",
    "PrimitiveFloat": "value",
    "PrimitiveString": "value",
    "PrimitiveStringMultiline": "value",
    "PrimitiveBoolean": "value",
    "SeedNode": "seed",
    "CustomCombo": "choice",
    # KJNodes
    "INTConstant": "value",
    "FloatConstant": "value",
    "StringConstant": "string",
    "BOOLConstant": "value",
    # Use Everywhere
    "Seed Everywhere": "seed",
    "Simple String": "string",
    # Easy Use
    "easy seed": "seed",
    "easy int": "value",
    "easy float": "value",
    "easy string": "value",
    "easy boolean": "value",
    # Comfyroll
    "CR Seed": "seed",
    # Impact
    "ImpactInt": "value",
    "ImpactFloat": "value",
    "ImpactBoolean": "value",
    # Crystools
    "Primitive integer [Crystools]": "int",
    "Primitive float [Crystools]": "float",
    "Primitive string [Crystools]": "string",
    "Primitive boolean [Crystools]": "boolean",
    # tinyterraNodes
    "ttN int": "int",
    "ttN float": "float",
    "ttN seed": "seed",
    # LayerStyle
    "LayerUtility: Seed": "seed",
    "LayerUtility: Integer": "int_value",
    # Image Saver
    "Int Literal (Image Saver)": "int",
    "Width/Height Literal (Image Saver)": "size",
    # comfyui-various, ComfyLiterals, mxToolkit
    "JWInteger": "value",
    "Int": "Number",
    "mxSeed": "X",
}
"""Nodes whose first output is one input as it stands."""


def _handed_on(inputs: Inputs, *, name: str) -> Value | Slots:
    return Slots((inputs.value(name),))


def _rgthree_seed(inputs: Inputs) -> Value | Slots:
    """The page of rgthree draws before it sends; a special number left over the server draws."""
    if inputs.number("seed") in _RANDOM_SEEDS:
        return inputs.unknown(f"{inputs.called}, which drew a seed of its own")
    return Slots((inputs.value("seed"),))


def _raised_seed(inputs: Inputs) -> Value | Slots:
    """Image Saver's generator returns the seed plus its increment."""
    seed, increment = inputs.number("seed"), inputs.number("increment", default=0)
    return inputs.unknown() if seed is None or increment is None else Slots((seed + increment,))


def _was_seed(inputs: Inputs) -> Value | Slots:
    """WAS Node Suite's seed: a seed for its own samplers, then the number three times."""
    seed = inputs.value("seed")
    return Slots((OTHER, seed, seed, seed))


def _golden(inputs: Inputs) -> Slots:
    """Our own node: seeds of a table as a list, then the best of them."""
    table, count = inputs.value("table"), inputs.number("count")
    name = table if isinstance(table, str) else None
    known = count if count is not None and 1 <= count <= _MOST_PICKED else None
    return Slots((TableSeed(name, known), TableSeed(name, 1)))


def _picked(inputs: Inputs) -> Slots:
    """Our "Pick Seeds": a list of seeds, and a NOISE of them that the table's generator draws.

    The graph holds the rule and the position, and only the table knows the seeds.
    """
    table, count, position = (
        inputs.value("table"),
        inputs.number("count"),
        inputs.number("position"),
    )
    rule = inputs.value("pick")
    if rule == _BY_HAND:
        return _by_hand(inputs, count, position)
    named = isinstance(table, str) and not table.startswith("(")
    known = count if count is not None and 1 <= count <= _MOST_PICKED else None
    rule = rule if rule in _RULES else "a rule it does not name"
    at = "" if position is None or position < 0 else f", position {position}"
    seed = TableSeed(str(table) if named else None, known, f"{rule}{at}")
    return Slots((seed, NoiseMaker(seed, doubts=_carried(inputs), drawer="Pick Seeds")))


def _by_hand(inputs: Inputs, count: int | None, position: int | None) -> Slots:
    """Seeds that were written into it, each once, round and round from the position."""
    written = inputs.value("pick.seeds")
    try:
        seeds = tuple(dict.fromkeys(parse_seeds(written if isinstance(written, str) else "")))
    except SeedError:
        seeds = ()
    known = 0 < len(seeds) <= _MOST_PICKED and inputs.word("order", default="turning") == "turning"
    if not known or not count or count < 0 or position is None or position < 0:
        return Slots((inputs.unknown(), inputs.unknown()))
    turned = tuple(seeds[(position + place) % len(seeds)] for place in range(len(seeds)))
    taken = turned[:count]
    maker = NoiseMaker(None, doubts=_carried(inputs), drawer="Pick Seeds", each=taken)
    return Slots((Many(taken), maker))


def _carried(inputs: Inputs) -> tuple[str, ...]:
    """Return what keeps the noise from being that of the seed at this very size."""
    if inputs.word("other_size", default="refuse") == "refuse":
        return ()
    return ("Pick Seeds, which may have carried noise of another size",)


def _converted(inputs: Inputs) -> Value | Slots:
    """Core's "Convert Number": a float, then the number without its fraction."""
    value = inputs.value("value")
    whole = int(value) if isinstance(value, (bool, float)) and abs(value) < _LARGEST_EXACT else None
    whole = whole_number(value) if whole is None else whole
    return inputs.unknown() if whole is None else Slots((float(whole), whole))


def _expression(inputs: Inputs) -> Value | Slots:
    """Core's "Math Expression": a float, a whole number and a switch."""
    names = {
        key.removeprefix("values."): value
        for key, value in inputs.values.items()
        if isinstance(value, (int, float)) and re.fullmatch(r"values\.[a-z]", key)
    }
    text = inputs.value("expression")
    found = calculated(text, names) if isinstance(text, str) else None
    if found is None or abs(found) > _LARGEST_EXACT:
        return inputs.unknown()
    return Slots((float(found), int(found), bool(found)))


def _picture_size(inputs: Inputs) -> Value | Slots:
    """Width, height, then how many pictures."""
    flow = inputs.pixels("image", "images")
    if not isinstance(flow, Flow) or flow.size is None:
        return inputs.unknown()
    return Slots((*flow.size, len(flow.rows) if flow.counted else None))


def _picture_and_size(inputs: Inputs) -> Value | Slots:
    """KJNodes': the picture, then width, height and how many."""
    flow = inputs.pixels("image")
    if not isinstance(flow, Flow):
        return flow
    width, height = flow.size or (None, None)
    return Slots((flow, width, height, len(flow.rows) if flow.counted else None))


def _latent_size(inputs: Inputs) -> Value | Slots:
    """Width and height in pixels, as core counts them: eight to a cell."""
    flow = inputs.latents("latent", "samples")
    if not isinstance(flow, Flow) or flow.pixels is None:
        return inputs.unknown()
    return Slots(flow.pixels)


def _listed(inputs: Inputs) -> Value:
    """Core's "Create List": what it is wired to, one after the other."""
    items = tuple(value for value in inputs.values.values() if value is not None)
    return Many(items) if items else inputs.unknown()


RULES: Mapping[str, Rule] = {
    **{kind: partial(_handed_on, name=name) for kind, name in HANDED_ON.items()},
    "Seed (rgthree)": _rgthree_seed,
    "Seed Generator (Image Saver)": _raised_seed,
    "Seed": _was_seed,
    "SeedloupeGoldenSeed": _golden,
    "SeedloupePickSeeds": _picked,
    "ComfyNumberConvert": _converted,
    "ComfyMathExpression": _expression,
    "GetImageSize": _picture_size,
    "GetImageSize+": _picture_size,
    "GetImageSizeAndCount": _picture_and_size,
    "GetLatentSize": _latent_size,
    "CreateList": _listed,
}
