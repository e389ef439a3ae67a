"""Pictures on their way, as pixels: loaded, decoded, resized, cut, laid over each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

from ...found_noise import LaterPass
from ...parsing import whole_number
from ..evaluation import Inputs, Rule
from ..flow import Flow, Form
from ..values import OTHER, Slots, Unknown, Value
from .empty_latents import require_batch
from .harmless_pixels import KEEPS_SIZE, LOSES_SIZE, NO_PICTURE, PICTURE_SAMPLERS
from .picture_batches import IMAGES, on_pixels
from .schedules import part

_MEGAPIXEL = 1024 * 1024
_SEVERAL_FRAMES = (".gif", ".webp", ".apng", ".avif")

DECODERS = ("VAEDecode", "VAEDecodeTiled", "VAEDecodeTiled_TiledDiffusion", "CR VAE Decode")

_SHOWN_MAPS = ("Canny", "MaskToImage")
"""Nodes whose map or mask comes out as a picture."""

LOADERS: Mapping[str, str] = {
    "LoadImage": "image",
    "LoadImageOutput": "image",
    "LoadImageMask": "image",
    "LoadImageFromUrl": "image",
    "Load image with metadata [Crystools]": "image",
    "Image Load": "image_path",
    "easy loadImageBase64": "base64_data",
    "ETN_LoadImageBase64": "image",
}
"""Nodes that read a picture from outside: what they call its file."""


def _loaded(inputs: Inputs, *, name: str) -> Slots:
    """A picture of unknown size, and its mask; of an animation there may be several."""
    several = inputs.word(name).endswith(_SEVERAL_FRAMES)
    flow = Flow(Form.PIXELS, None, counted=not several)
    mask = replace(flow, form=Form.MASKS)
    return Slots((mask, mask) if inputs.node.kind == "LoadImageMask" else (flow, mask))


def _blank(inputs: Inputs) -> Flow:
    """A picture or a mask of one colour."""
    sides = inputs.number("width"), inputs.number("height")
    flow = Flow(Form.PIXELS if inputs.node.kind == "EmptyImage" else Form.MASKS, None)
    if sides[0] is not None and sides[1] is not None:
        flow = flow.resized((sides[0], sides[1]))
    batch = inputs.value("batch_size")
    if isinstance(batch, Unknown):
        return replace(flow, counted=False)
    return replace(
        flow, rows=flow.rows * require_batch(inputs, inputs.number("batch_size", default=1))
    )


def decoded(flow: Flow | Unknown) -> Flow | Unknown:
    """Return latents as a picture."""
    if isinstance(flow, Unknown):
        return flow
    # A cell's size in pixels is the model's; only where its node and eight agree is it certain.
    size = flow.pixels if flow.cell in (1, 8) else None
    return replace(flow, form=Form.PIXELS, size=size, index=None, masked=False)


def _decode(inputs: Inputs) -> Slots:
    return Slots((decoded(inputs.latents("samples", "latents", "latent")),))


def _kept(inputs: Inputs, flow: Flow) -> Flow:
    return flow


def _resized_somehow(inputs: Inputs, flow: Flow) -> Flow:
    return flow.resized(None)


def _map_of(inputs: Inputs) -> Slots:
    """Return a mask or a map of a picture, which has no noise of its own."""
    value = inputs.value(*IMAGES, "mask", "destination")
    size = value.size if isinstance(value, Flow) else None
    form = Form.PIXELS if inputs.node.kind in _SHOWN_MAPS else Form.MASKS
    return Slots((Flow(form, size),))


def _scaled(inputs: Inputs, flow: Flow) -> Flow:
    """Core's "Upscale Image": 0 keeps the proportions."""
    width, height = inputs.number("width", default=0), inputs.number("height", default=0)
    if width is None or height is None or min(width, height) < 0:
        return flow.resized(None)
    if width == height == 0:
        return flow
    if not width or not height:
        if flow.size is None:
            return flow.resized(None)
        width = width or max(1, round(flow.size[0] * height / flow.size[1]))
        height = height or max(1, round(flow.size[1] * width / flow.size[0]))
    return flow.resized((width, height))


def _scaled_by(inputs: Inputs, flow: Flow, *, name: str = "scale_by") -> Flow:
    by = inputs.share(name, 1.0)
    if by is None or not 0 < by <= 64:
        return flow.resized(None)
    size = flow.size and (round(flow.size[0] * by), round(flow.size[1] * by))
    return flow.resized(size, by=Fraction(by).limit_denominator(1000))


def _scaled_to_area(inputs: Inputs, flow: Flow) -> Flow:
    area, step = inputs.share("megapixels", 1.0), inputs.number("resolution_steps", default=1)
    if flow.size is None or area is None or not 0 < area <= 64 or not step or step < 1:
        return flow.resized(None)
    by = math.sqrt(area * _MEGAPIXEL / (flow.size[0] * flow.size[1]))
    return flow.resized(
        (round(flow.size[0] * by / step) * step, round(flow.size[1] * by / step) * step)
    )


def _scaled_to_side(inputs: Inputs, flow: Flow) -> Flow:
    """Core's "Scale Image to Max Dimension": the longer side is given."""
    largest = inputs.number("largest_size")
    if flow.size is None or largest is None or largest < 1:
        return flow.resized(None)
    width, height = flow.size
    if width >= height:
        return flow.resized((largest, round(height / width * largest)))
    return flow.resized((round(width / height * largest), largest))


def _cropped(inputs: Inputs, flow: Flow) -> Flow:
    """Core's "Crop Image": begins within the picture, and ends at its edge."""
    numbers = [inputs.number(name, default=0) for name in ("width", "height", "x", "y")]
    if flow.size is None or any(number is None or number < 0 for number in numbers):
        return flow.resized(None)
    width, height, x, y = (number or 0 for number in numbers)
    left, top = min(x, flow.size[0] - 1), min(y, flow.size[1] - 1)
    return flow.resized((min(width, flow.size[0] - left), min(height, flow.size[1] - top)))


def _padded(inputs: Inputs, flow: Flow) -> Value:
    """Core's "Pad Image for Outpainting"."""
    sides = [inputs.number(name, default=0) for name in ("left", "right", "top", "bottom")]
    if flow.size is None or any(side is None or side < 0 for side in sides):
        return flow.resized(None)
    left, right, top, bottom = (side or 0 for side in sides)
    return flow.resized((flow.size[0] + left + right, flow.size[1] + top + bottom))


def _to_canvas(inputs: Inputs, flow: Flow) -> Flow:
    """Core's "Resize and Pad Image"."""
    width, height = inputs.number("target_width"), inputs.number("target_height")
    return flow.resized(None if width is None or height is None else (width, height))


def _rotated(inputs: Inputs, flow: Flow) -> Flow:
    turned = inputs.word("rotation", default="none")
    return flow.resized(flow.size and flow.size[::-1]) if turned.startswith(("90", "270")) else flow


def _cut_out(inputs: Inputs) -> Slots:
    """Inpaint Crop: what stitches, then the part to repaint, of a size it works out, and a mask."""
    flow = inputs.pixels(*IMAGES)
    if isinstance(flow, Unknown):
        return Slots((OTHER, flow, flow))
    return Slots((OTHER, replace(flow.resized(None), size_from=inputs.called), OTHER))


def _sampled_again(inputs: Inputs) -> Slots:
    """A sampler that takes a picture: its noise is a later one, unless the picture has none."""
    flow = inputs.pixels("image", "upscaled_image", "pixels")
    if isinstance(flow, Unknown) or not flow.started:
        return Slots((inputs.unknown(),))
    enlarged = inputs.node.kind in ("UltimateSDUpscale", "UltimateSDUpscaleCustomSample")
    size = _scaled_by(inputs, flow, name="upscale_by") if enlarged else flow
    if "Upscal" in inputs.node.kind and not enlarged and "NoUpscale" not in inputs.node.kind:
        size = flow.resized(None)
    seed, share = whole_number(inputs.value("seed")), inputs.share("denoise")
    step = LaterPass(inputs.called, seed, size.size, None if share is None else part(share))
    return Slots((replace(size, later=(*size.later, step)), OTHER, OTHER))


_CHANGES: Mapping[str, Callable[[Inputs, Flow], Value]] = {
    **dict.fromkeys(KEEPS_SIZE, _kept),
    **dict.fromkeys(LOSES_SIZE, _resized_somehow),
    "ImageScale": _scaled,
    "ImageScaleBy": _scaled_by,
    "ImageScaleToTotalPixels": _scaled_to_area,
    "ImageScaleToMaxDimension": _scaled_to_side,
    "ResizeAndPadImage": _to_canvas,
    "ResizeImageMaskNode": _resized_somehow,
    "ImageCrop": _cropped,
    "ImagePadForOutpaint": _padded,
    "ImageRotate": _rotated,
}

RULES: Mapping[str, Rule] = {
    **{kind: partial(_loaded, name=name) for kind, name in LOADERS.items()},
    **dict.fromkeys(DECODERS, _decode),
    **{kind: partial(on_pixels, change=change) for kind, change in _CHANGES.items()},
    **dict.fromkeys(NO_PICTURE, _map_of),
    **dict.fromkeys(PICTURE_SAMPLERS, _sampled_again),
    "InpaintCropImproved": _cut_out,
    "InpaintCrop": _cut_out,
    "EmptyImage": _blank,
    "SolidMask": _blank,
}
