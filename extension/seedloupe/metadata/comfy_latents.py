"""What reaches a sampler's latent input in ComfyUI: size, batch, and parts of the stream.

The semantics are those of ``nodes.py`` and ``comfy_extras/nodes_latent.py``, in our words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import ImageError
from .comfy_nodes import LONGEST_CHAIN, Link, Node, Nodes, follow_choice, follow_number
from .parsing import latent_size

_LARGEST_BATCH = 4096

_EMPTY = {"EmptyLatentImage": None, "EmptySD3LatentImage": 16}
"""Nodes that make latents out of nothing, with their channels; None is as many as the model has."""
_ENCODERS = ("VAEEncode", "VAEEncodeTiled")
"""Nodes that encode a picture."""
_MASKING = ("VAEEncodeForInpaint", "InpaintModelConditioning")
"""Nodes that also bring a mask."""
_SAMPLES = ("samples", "latent_image", "latent", "samples1", "")


@dataclass(frozen=True)
class LatentInput:
    """What a sampler is handed.

    Attributes:
        shape: ``(C, H, W)`` of one picture; None where the graph does not tell.
        batch: how many pictures.
        index: which parts of the stream they have, where some were picked.
        from_picture: they are an encoded picture.
        masked: only a part of them is to change.
        sampler: the sampler they come out of, where there is one.
        strange: the kind of a node on the way that nobody here knows; empty without one.
    """

    shape: tuple[int, int, int] | None = None
    batch: int = 1
    index: tuple[int, ...] | None = None
    from_picture: bool = False
    masked: bool = False
    sampler: str = ""
    strange: str = ""


def latents_at(
    nodes: Nodes, link: Link | None, samplers: frozenset[str], *, channels: int
) -> LatentInput:
    """Tell what an input is handed.

    Args:
        nodes: the graph.
        link: what the input is wired to.
        samplers: the names of all samplers.
        channels: of a model's latents, where its node leaves them to the model.

    Raises:
        ImageError: a size or a batch cannot be.
    """
    passed: list[str] = []
    while link is not None and link.node in nodes and len(passed) < LONGEST_CHAIN:
        node = nodes[link.node]
        if link.node in samplers or node.kind in (*_EMPTY, *_ENCODERS, *_MASKING):
            latents = _origin(nodes, link.node, samplers, channels)
            for name in reversed(passed):
                latents = _pass(nodes, name, latents)
            return latents
        if link.node in passed:
            break
        passed.append(link.node)
        link = node.link(*_SAMPLES)
    last = nodes[passed[-1]].called if passed else "latents from nowhere"
    return LatentInput(strange=last)


def _origin(nodes: Nodes, name: str, samplers: frozenset[str], channels: int) -> LatentInput:
    node = nodes[name]
    if name in samplers:
        return LatentInput(sampler=name)
    if node.kind not in _EMPTY:
        return LatentInput(from_picture=True, masked=node.kind in _MASKING)
    width, height = (follow_number(nodes, node.inputs.get(side)) for side in ("width", "height"))
    batch = _batch(name, follow_number(nodes, node.inputs.get("batch_size", 1)))
    if not isinstance(width, int) or not isinstance(height, int):
        return LatentInput(batch=batch, strange=f"{node.kind} without a size")
    shape = latent_size(_EMPTY[node.kind] or channels, (width, height), f"prompt.{name[:40]}")
    return LatentInput(shape, batch)


def _pass(nodes: Nodes, name: str, latents: LatentInput) -> LatentInput:
    """Let latents go through one node."""
    node = nodes[name]
    if node.kind == "SetLatentNoiseMask":
        return replace(latents, masked=True)
    if node.kind == "LatentFromBatch":
        return _cut(nodes, node, latents)
    if node.kind == "RepeatLatentBatch":
        return _repeated(nodes, name, latents)
    if node.kind == "LatentBatchSeedBehavior":
        if follow_choice(nodes, node.inputs.get("seed_behavior")) == "random":
            return replace(latents, index=None)
        first = latents.index[0] if latents.index else 0
        return replace(latents, index=(first,) * latents.batch)
    if node.kind == "Reroute":
        return latents
    return replace(latents, shape=None, strange=node.called)


def _cut(nodes: Nodes, node: Node, latents: LatentInput) -> LatentInput:
    """Keep some of a batch, and what parts of the stream they had."""
    at = follow_number(nodes, node.inputs.get("batch_index", 0))
    length = follow_number(nodes, node.inputs.get("length", 1))
    if not isinstance(at, int) or not isinstance(length, int) or at < 0 or length < 1:
        return replace(latents, shape=None, strange=node.called)
    at = min(at, latents.batch - 1)
    parts = (latents.index or tuple(range(latents.batch)))[at : at + length]
    return replace(latents, batch=len(parts), index=parts)


def _repeated(nodes: Nodes, name: str, latents: LatentInput) -> LatentInput:
    """Repeat a batch; picked parts go on counting from repetition to repetition."""
    amount = follow_number(nodes, nodes[name].inputs.get("amount", 1))
    if not isinstance(amount, int):
        return replace(latents, shape=None, strange=nodes[name].called)
    batch = _batch(name, latents.batch * amount)
    index = latents.index
    if index is not None:
        step = max(index) - min(index) + 1
        index = tuple(part + turn * step for turn in range(amount) for part in index)
    return replace(latents, batch=batch, index=index)


def _batch(name: str, size: object) -> int:
    if not isinstance(size, int) or not 1 <= size <= _LARGEST_BATCH:
        got = "an unknown number" if isinstance(size, Link) or size is None else f"{size}"
        raise ImageError(
            f"prompt.{name[:40]}", expected=f"a batch of 1 to {_LARGEST_BATCH}", got=got
        )
    return size
