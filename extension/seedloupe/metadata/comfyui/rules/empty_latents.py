"""Latents made of nothing, of a width and a height.

The host rewrites their channels to the model's, so those tell nothing (``comfy/sample.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from ....errors import ImageError
from ....noise.stream import CELL
from ...parsing import latent_size
from ..evaluation import Inputs, Rule
from ..flow import MOST_PICTURES, Flow, Form
from ..values import Slots, Unknown


@dataclass(frozen=True)
class EmptyKind:
    """A node that makes latents of nothing.

    Attributes:
        channels: as it makes them; the host rewrites them to the model's.
        cell: pixels a side of a latent cell, as it counts them.
        frames: how many pixels' frames a latent frame stands for; 0 without frames.
        width: what it calls the picture's width.
        height: what it calls the picture's height.
    """

    channels: int
    cell: int = CELL
    frames: int = 0
    width: str = "width"
    height: str = "height"


EMPTY: Mapping[str, EmptyKind] = {
    "EmptyLatentImage": EmptyKind(4),
    "EmptySD3LatentImage": EmptyKind(16),
    "EmptyFlux2LatentImage": EmptyKind(128, 16),
    "EmptyHunyuanImageLatent": EmptyKind(64, 32),
    "EmptyHunyuanLatentVideo": EmptyKind(16, frames=4),
    "EmptyMochiLatentVideo": EmptyKind(12, frames=6),
    "EmptyCosmosLatentVideo": EmptyKind(16, frames=8),
    "EmptyHunyuanVideo15Latent": EmptyKind(32, 16, frames=4),
    "EmptyLTXVLatentVideo": EmptyKind(128, 32, frames=8),
    "EmptyChromaRadianceLatentImage": EmptyKind(3, 1),
    "EmptyHiDreamO1LatentImage": EmptyKind(3, 1),
    "ADE_EmptyLatentImageLarge": EmptyKind(4),
}
"""Nodes that make latents of a width and a height."""

_PRESETS: Mapping[str, str] = {
    "SDXL Empty Latent Image (rgthree)": "dimensions",
    "EmptyLatentImagePresets": "dimensions",
    "SDXLEmptyLatentSizePicker+": "resolution",
}
"""Nodes that make them of a size written as ``1024 x 768`` in one word."""


def require_batch(inputs: Inputs, value: object, *, of: str = "batch") -> int:
    """Return how many pictures a graph asks for.

    Raises:
        ImageError: nobody draws so many.
    """
    if not isinstance(value, int) or not 1 <= value <= MOST_PICTURES:
        raise ImageError(
            inputs.field,
            expected=f"a {of} of 1 to {MOST_PICTURES}",
            got="an unknown number" if value is None else f"{value}",
        )
    return value


def maker(inputs: Inputs, *names: str) -> str:
    """Return who makes a number that is not known."""
    values = (inputs.value(name) for name in names)
    makers = (value.names[0] for value in values if isinstance(value, Unknown))
    return next(makers, inputs.called)


def _empty(inputs: Inputs, *, kind: EmptyKind) -> Flow:
    sides = inputs.number(kind.width), inputs.number(kind.height)
    flow = of_nothing(inputs, sides, kind)
    frames = inputs.number("length", default=1) if kind.frames else 1
    # One latent frame is drawn as a picture is; more are one draw that no picture has of its own.
    if frames is None or (frames - 1) // max(kind.frames, 1):
        return flow.doubted(f"{inputs.called} with several frames")
    return flow


def of_nothing(inputs: Inputs, sides: tuple[int | None, int | None], kind: EmptyKind) -> Flow:
    """Return latents of nothing of so many pixels a side.

    Raises:
        ImageError: no latents can have that size, or nobody draws so many.
    """
    flow = Flow(Form.LATENTS, None, empty=True, channels=kind.channels, cell=kind.cell)
    width, height = sides
    if width is None or height is None:
        flow = replace(flow, size_from=maker(inputs, kind.width, kind.height))
    else:
        latent_size(4, (width, height), inputs.field)
        flow = replace(flow, size=(width // kind.cell, height // kind.cell))
    batch = inputs.value("batch_size")
    if isinstance(batch, Unknown):
        return replace(flow, counted=False)
    count = require_batch(inputs, inputs.number("batch_size", default=1))
    return replace(flow, rows=flow.rows * count)


def _preset(inputs: Inputs, *, name: str) -> Slots:
    """Latents, then width and height; either may be overridden by a number above 0."""
    written = _sides_in(inputs.word(name))
    sides = written[::-1] if inputs.is_on("invert") else written
    over = [inputs.number(f"{side}_override", default=0) for side in ("width", "height")]
    width, height = (o or side for o, side in zip(over, sides, strict=True))
    return Slots((of_nothing(inputs, (width, height), EmptyKind(4)), width, height))


def _aspect(inputs: Inputs) -> Slots:
    """Comfyroll's: width, height, a factor, the number, and latents of nothing."""
    written = inputs.word("aspect_ratio")
    sides = inputs.number("width"), inputs.number("height")
    if written != "custom":
        sides = _sides_in(written)
    if inputs.word("swap_dimensions") == "on":
        sides = sides[::-1]
    latents = of_nothing(inputs, sides, EmptyKind(4))
    return Slots((*sides, inputs.value("upscale_factor"), inputs.value("batch_size"), latents))


def _sides_in(text: str) -> tuple[int | None, int | None]:
    """Return a width and a height out of words such as ``2:3 portrait 512x768``."""
    match = re.search(r"\b([0-9]{2,5})\s*x\s*([0-9]{2,5})\b", text)
    return (int(match[1]), int(match[2])) if match else (None, None)


RULES: Mapping[str, Rule] = {
    **{kind: partial(_empty, kind=empty) for kind, empty in EMPTY.items()},
    **{kind: partial(_preset, name=name) for kind, name in _PRESETS.items()},
    "CR SD1.5 Aspect Ratio": _aspect,
    "CR SDXL Aspect Ratio": _aspect,
}
