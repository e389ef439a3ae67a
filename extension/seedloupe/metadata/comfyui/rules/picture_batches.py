"""Several pictures: cut out of a batch, repeated, in lists, behind each other, over each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ..evaluation import Inputs, Rule
from ..flow import Flow, blended, in_line
from ..values import Many, Slots, Unknown, Value
from .empty_latents import require_batch
from .harmless_pixels import MAIN_INPUT

IMAGES = ("image", "images", "pixels", "input", "image1", "any_input", "anything")
"""What nodes call the picture they are handed."""

_LAID_OVER: Mapping[str, tuple[str, ...]] = {
    "ImageBlend": ("image1", "image2"),
    "ImageCompositeMasked": ("destination", "source"),
    "ImageComposite+": ("destination", "source"),
    "ImageStitch": ("image1", "image2"),
    "ImageConcanate": ("image1", "image2"),
    "Image Blend": ("image_a", "image_b"),
    "Image Blend by Mask": ("image_a", "image_b"),
    "Image Blending Mode": ("image_a", "image_b"),
    "Image Stitch": ("image_a", "image_b"),
    "InpaintStitch": ("inpainted_image",),
    "InpaintStitchImproved": ("inpainted_image",),
    "JoinImageWithAlpha": ("image",),
}
"""Nodes that show several pictures in one."""
_SIDE_BY_SIDE = frozenset(
    ("ImageStitch", "ImageConcanate", "Image Stitch", "InpaintStitch", "InpaintStitchImproved")
)
"""Those of them whose size is not that of the first."""


def on_pixels(inputs: Inputs, change: Callable[[Inputs, Flow], Value]) -> Slots:
    """Change the picture a node is handed; one not known stays so."""
    main = MAIN_INPUT.get(inputs.node.kind)
    flow = inputs.pixels(*(IMAGES if main is None else (main,)))
    return Slots((flow if isinstance(flow, Unknown) else change(inputs, flow),))


def _from_batch(inputs: Inputs, flow: Flow, *, first: str = "batch_index") -> Value:
    at, length = inputs.number(first, default=0), inputs.number("length", default=1)
    if at is None or length is None or at < 0 or length < 1 or not flow.counted:
        return inputs.unknown()
    at = min(at, len(flow.rows) - 1)
    return flow.picked(range(at, min(at + length, len(flow.rows))))


def _repeated(inputs: Inputs, flow: Flow) -> Value:
    turns = inputs.number("amount", default=1)
    if turns is None or not flow.counted:
        return inputs.unknown()
    require_batch(inputs, len(flow.rows) * require_batch(inputs, turns))
    return replace(flow, rows=flow.rows * turns)


def _listed(inputs: Inputs, flow: Flow) -> Value:
    """Turn a batch into a list of pictures."""
    if not flow.counted:
        return inputs.unknown()
    return Many(tuple(flow.picked([place]) for place in range(len(flow.rows))))


def _laid_over(inputs: Inputs, *, names: tuple[str, ...]) -> Slots:
    flows = [inputs.pixels(name) for name in names]
    known = [flow for flow in flows if isinstance(flow, Flow)]
    if len(known) < len(flows):
        return Slots((inputs.unknown(),))
    # Only a picture pasted onto others decides how many there are.
    flow = blended(known, as_many=inputs.node.kind == "ImageCompositeMasked")
    return Slots((flow.resized(None) if inputs.node.kind in _SIDE_BY_SIDE else flow,))


def _put_in_line(inputs: Inputs) -> Value:
    """Put all wired pictures behind each other."""
    flows = [value for value in inputs.values.values() if isinstance(value, Flow)]
    strange = any(isinstance(value, (Unknown, Many)) for value in inputs.values.values())
    if strange or not flows or not all(flow.counted for flow in flows):
        return inputs.unknown()
    joined = in_line(flows)
    require_batch(inputs, len(joined.rows))
    return joined


def _rebatched(inputs: Inputs) -> Value:
    """Cut a list of batches into a list of batches of another size; a list of one is a batch."""
    value = inputs.value(*IMAGES)
    items = value.items if isinstance(value, Many) else (value,)
    flows = [item for item in items if isinstance(item, Flow) and item.counted]
    size = inputs.value("batch_size")
    size = size.items[0] if isinstance(size, Many) and size.items else size
    if len(flows) < len(items):
        return inputs.unknown()
    joined = in_line(flows)
    require_batch(inputs, len(joined.rows))
    if inputs.node.kind != "RebatchImages":
        return joined
    if not isinstance(size, int) or size < 1:
        return inputs.unknown()
    cuts = range(0, len(joined.rows), size)
    return Many(tuple(joined.picked(range(at, min(at + size, len(joined.rows)))) for at in cuts))


_CHANGES: Mapping[str, Callable[[Inputs, Flow], Value]] = {
    "ImageFromBatch": _from_batch,
    "ImageFromBatch+": partial(_from_batch, first="start"),
    "RepeatImageBatch": _repeated,
    "ImpactImageBatchToImageList": _listed,
    "ImageBatchToList+": _listed,
}

RULES: Mapping[str, Rule] = {
    **{kind: partial(on_pixels, change=change) for kind, change in _CHANGES.items()},
    **{kind: partial(_laid_over, names=names) for kind, names in _LAID_OVER.items()},
    **dict.fromkeys(("ImageBatch", "BatchImagesNode", "ImpactMakeImageBatch"), _put_in_line),
    **dict.fromkeys(("RebatchImages", "ImageListToImageBatch", "ImageListToBatch+"), _rebatched),
}
WHOLE_LISTS = frozenset(("RebatchImages", "ImageListToImageBatch", "ImageListToBatch+"))
"""Nodes here that take a list as a whole."""
