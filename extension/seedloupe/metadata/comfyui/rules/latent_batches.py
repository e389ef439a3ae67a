"""Batches of latents: cut, repeated, joined, and which parts of the stream they draw.

The semantics are those of ``nodes.py``, ``comfy_extras/nodes_latent.py`` and
``comfy_extras/nodes_rebatch.py``, in our words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ..evaluation import Inputs, Rule
from ..flow import Flow, in_line
from ..values import Many, Unknown, Value
from .empty_latents import maker, require_batch

SAMPLES = ("samples", "latent", "latents", "latent_image", "samples1", "samples_to", "destination")
"""What nodes call the latents they are handed."""


def on_latents(inputs: Inputs, change: Callable[[Inputs, Flow], Value]) -> Value:
    """Change the latents a node is handed; those not known stay so."""
    flow = inputs.latents(*SAMPLES)
    return flow if isinstance(flow, Unknown) else change(inputs, flow)


def _from_batch(inputs: Inputs, flow: Flow) -> Flow:
    """Keep some of a batch, and what parts of the stream they have."""
    at, length = inputs.number("batch_index", default=0), inputs.number("length", default=1)
    if at is None or length is None or at < 0 or length < 1 or not flow.counted:
        return flow.doubted(maker(inputs, "batch_index", "length"))
    at = min(at, len(flow.rows) - 1)
    places = range(at, min(at + length, len(flow.rows)))
    index = flow.index or tuple(range(len(flow.rows)))
    return replace(flow.picked(places), index=index[at : at + length])


def _repeated(inputs: Inputs, flow: Flow) -> Flow:
    """Repeat a batch; picked parts go on counting from repetition to repetition."""
    amount = inputs.value("amount")
    if isinstance(amount, Unknown) or not flow.counted:
        return replace(flow, counted=False, index=None).doubted(maker(inputs, "amount"))
    turns = require_batch(inputs, inputs.number("amount", default=1))
    require_batch(inputs, len(flow.rows) * turns)
    index = flow.index
    if index is not None:
        step = max(index) - min(index) + 1
        index = tuple(place + turn * step for turn in range(turns) for place in index)
    return replace(flow, rows=flow.rows * turns, index=index)


def _seed_behavior(inputs: Inputs, flow: Flow) -> Flow:
    behavior = inputs.word("seed_behavior", default="fixed")
    if behavior == "random":
        return replace(flow, index=None)
    if behavior != "fixed" or not flow.counted:
        return flow.doubted(maker(inputs, "seed_behavior"))
    first = flow.index[0] if flow.index else 0
    return replace(flow, index=(first,) * len(flow.rows))


def _batched(inputs: Inputs) -> Value:
    """Core's "Latent Batch": one behind the other, each counting its own stream from 0."""
    parts = [inputs.latents(name) for name in ("samples1", "samples2")]
    flows = [part for part in parts if isinstance(part, Flow)]
    if len(flows) < len(parts) or not all(flow.counted for flow in flows):
        return inputs.unknown()
    joined = in_line(flows)
    require_batch(inputs, len(joined.rows))
    index = [place for flow in flows for place in flow.index or range(len(flow.rows))]
    return replace(joined, index=tuple(index))


def _rebatched(inputs: Inputs) -> Value:
    """Core's "Rebatch Latents": a list of batches, each with its parts of the stream."""
    value, size = inputs.value(*SAMPLES), _first(inputs.value("batch_size"))
    items = value.items if isinstance(value, Many) else (value,)
    flows = [item for item in items if isinstance(item, Flow) and item.counted]
    if len(flows) < len(items) or not isinstance(size, int) or size < 1:
        return inputs.unknown()
    if len({flow.size for flow in flows}) > 1:
        return inputs.unknown()
    index: list[int] = []
    for flow in flows:
        start = len(index)
        index.extend(flow.index or range(start, start + len(flow.rows)))
    joined = in_line(flows)
    cuts = range(0, len(joined.rows), size)
    pieces = (joined.picked(range(at, min(at + size, len(joined.rows)))) for at in cuts)
    return Many(
        tuple(
            replace(piece, index=tuple(index[at : at + size]))
            for at, piece in zip(cuts, pieces, strict=True)
        )
    )


def _first(value: Value) -> Value:
    return value.items[0] if isinstance(value, Many) and value.items else value


RULES: Mapping[str, Rule] = {
    "LatentFromBatch": partial(on_latents, change=_from_batch),
    "RepeatLatentBatch": partial(on_latents, change=_repeated),
    "LatentBatchSeedBehavior": partial(on_latents, change=_seed_behavior),
    "LatentBatch": _batched,
    "RebatchLatents": _rebatched,
}
WHOLE_LISTS = frozenset({"RebatchLatents"})
"""Nodes here that take a list as a whole."""
