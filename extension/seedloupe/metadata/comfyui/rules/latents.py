"""Latents on their way: of a picture, masked, turned, resized, laid over each other.

The semantics are those of ``nodes.py`` and ``comfy_extras/nodes_latent.py``, in our words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

from ....noise.stream import CELL
from ..evaluation import Inputs, Rule
from ..flow import Flow, Form, blended
from ..values import Slots, Unknown, Value
from .empty_latents import maker
from .latent_batches import on_latents

_SMALLEST_SIDE, _SMALLEST_CUT = 64, 8

ENCODERS = ("VAEEncode", "VAEEncodeTiled", "VAEEncodeTiled_TiledDiffusion")
"""Nodes that encode a picture, cut down to whole cells."""

HARMLESS_LATENTS: Mapping[str, str] = {
    "RemoveLatentMask+": "takes off a mask; what is drawn stays",
    "RemoveNoiseMask": "takes off a mask; what is drawn stays",
    "LatentFlip": "mirrors; latents of nothing stay as they are",
    "LatentMultiply": "multiplies; latents of nothing stay nothing",
    "PreviewLatentNoiseMask": "looks at the mask only",
}
"""Nodes that leave size and number as they are, with the reason they have no say."""

_LAID_OVER: Mapping[str, tuple[str, str]] = {
    "LatentAdd": ("samples1", "samples2"),
    "LatentBlend": ("samples1", "samples2"),
    "LatentComposite": ("samples_to", "samples_from"),
    "LatentCompositeMasked": ("destination", "source"),
    "LatentInterpolate": ("samples1", "samples2"),
    "LatentSubtract": ("samples1", "samples2"),
}
"""Nodes that mix two, at the size of the first."""


def encoded(inputs: Inputs, *names: str, masked: bool = False) -> Flow | Unknown:
    """Return a picture as latents."""
    pixels = inputs.pixels(*names)
    if isinstance(pixels, Unknown):
        return pixels
    size = None if pixels.size is None else (pixels.size[0] // CELL, pixels.size[1] // CELL)
    flow = replace(pixels, form=Form.LATENTS, size=size, cell=CELL, index=None, empty=False)
    return replace(flow, masked=masked or pixels.masked)


def _encode(inputs: Inputs) -> Value:
    return encoded(inputs, "pixels", "image")


def _encode_masked(inputs: Inputs) -> Value:
    return encoded(inputs, "pixels", masked=True)


def _inpaint_conditioning(inputs: Inputs) -> Slots:
    """Conditioning twice, then the picture; the mask is a widget that may be off."""
    masked = inputs.is_on("noise_mask") is not False
    return Slots((None, None, encoded(inputs, "pixels", masked=masked)))


def _kept(inputs: Inputs, flow: Flow) -> Flow:
    return flow


def _masked(inputs: Inputs, flow: Flow) -> Flow:
    return replace(flow, masked=True)


def _rotated(inputs: Inputs, flow: Flow) -> Flow:
    turned = inputs.word("rotation", default="none")
    if turned.startswith(("90", "270")):
        return flow.resized(flow.size and flow.size[::-1], by=None)
    return flow


def _resized(inputs: Inputs, flow: Flow) -> Flow:
    """Core's "Upscale Latent": sizes in pixels, eight to a cell; 0 keeps the proportions."""
    width, height = inputs.number("width", default=0), inputs.number("height", default=0)
    if width is None or height is None:
        return replace(flow.resized(None), size_from=maker(inputs, "width", "height"))
    if width == height == 0:
        return flow
    if not width or not height:
        if flow.size is None:
            return flow.resized(None)
        height = max(_SMALLEST_SIDE, height or round(flow.size[1] * width / flow.size[0]))
        width = max(_SMALLEST_SIDE, width or round(flow.size[0] * height / flow.size[1]))
    sides = max(_SMALLEST_SIDE, width), max(_SMALLEST_SIDE, height)
    return flow.resized((sides[0] // CELL, sides[1] // CELL))


def _scaled(inputs: Inputs, flow: Flow) -> Flow:
    by = inputs.share("scale_by", 1.5)
    if by is None or not 0 < by <= 64:
        return replace(flow.resized(None), size_from=maker(inputs, "scale_by"))
    size = flow.size and (round(flow.size[0] * by), round(flow.size[1] * by))
    return flow.resized(size, by=Fraction(by).limit_denominator(1000))


def _cropped(inputs: Inputs, flow: Flow) -> Flow:
    """Core's "Crop Latent": never begins within the last eight cells, and ends at the edge."""
    numbers = [inputs.number(name) for name in ("width", "height", "x", "y")]
    is_told = flow.size is not None and min(flow.size) >= _SMALLEST_CUT
    if not is_told or any(number is None or number < 0 for number in numbers):
        return replace(flow.resized(None), size_from=maker(inputs, "width", "height", "x", "y"))
    assert flow.size is not None
    width, height, x, y = ((number or 0) // CELL for number in numbers)
    left, top = min(x, flow.size[0] - _SMALLEST_CUT), min(y, flow.size[1] - _SMALLEST_CUT)
    return flow.resized((min(width, flow.size[0] - left), min(height, flow.size[1] - top)))


def _laid_over(inputs: Inputs, *, names: tuple[str, str]) -> Value:
    flows = [inputs.latents(name) for name in names]
    known = [flow for flow in flows if isinstance(flow, Flow)]
    return blended(known) if len(known) == len(flows) else inputs.unknown()


def _beside_conditioning(inputs: Inputs, *, name: str) -> Slots:
    """Conditioning twice, then latents of nothing in the size of a picture."""
    flow = encoded(inputs, name)
    if isinstance(flow, Unknown):
        return Slots((None, None, flow))
    nothing = Flow(Form.LATENTS, flow.size, empty=True, size_from=flow.size_from)
    count = len(flow.rows) if flow.counted else 1
    return Slots((None, None, replace(nothing, rows=nothing.rows * count, counted=flow.counted)))


_CHANGES: Mapping[str, Callable[[Inputs, Flow], Value]] = {
    **dict.fromkeys(HARMLESS_LATENTS, _kept),
    "SetLatentNoiseMask": _masked,
    "LatentRotate": _rotated,
    "LatentUpscale": _resized,
    "LatentUpscaleBy": _scaled,
    "LatentCrop": _cropped,
}

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(ENCODERS, _encode),
    "VAEEncodeForInpaint": _encode_masked,
    "InpaintModelConditioning": _inpaint_conditioning,
    "InstructPixToPixConditioning": partial(_beside_conditioning, name="pixels"),
    **{kind: partial(on_latents, change=change) for kind, change in _CHANGES.items()},
    **{kind: partial(_laid_over, names=names) for kind, names in _LAID_OVER.items()},
}
