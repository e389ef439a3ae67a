"""Which pictures a graph writes, and which of them a file can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .evaluation import Evaluation, Inputs
from .flow import Flow, Form, Row
from .graph import Node, Nodes
from .rules import RULES
from .values import Many, Unknown, Value, is_unsampled, passed_on


@dataclass(frozen=True)
class Writer:
    """A node that writes pictures with the graph in them.

    Attributes:
        inputs: what it calls the pictures it is handed.
        effort: what zlib writes of how hard it was told to try, in a PNG of this node: 0 for
            levels 0 and 1, 1 for 2 to 5; None where versions differ or nobody looked.
    """

    inputs: tuple[str, ...] = ("images",)
    effort: int | None = None


_FAST, _USUAL = 0, 1

WRITERS: Mapping[str, Writer] = {
    "SaveImage": Writer(effort=_USUAL),
    "PreviewImage": Writer(effort=_FAST),
    "SaveAnimatedPNG": Writer(),
    "SaveAnimatedWEBP": Writer(),
    "SaveImageAdvanced": Writer(),
    "SaveImageWebsocket": Writer(),
    "ImageCompare": Writer(("image_a", "image_b")),
    "MaskPreview": Writer(("mask",)),
    "Image Comparer (rgthree)": Writer(("image_a", "image_b"), _FAST),
    "Image Save": Writer(),
    "Image Saver": Writer(),
    "Image Saver Simple": Writer(),
    "Save Image (LoraManager)": Writer(),
    "SaveImageKJ": Writer(),
    "SaveImageWithAlpha": Writer(),
    "PreviewBridge": Writer(),
    "Save image with extra metadata [Crystools]": Writer(("image",)),
    "SeedloupeSaveWithSeeds": Writer(),
    "VHS_VideoCombine": Writer(),
}
"""Nodes that write pictures; ``effort`` as in ComfyUI's ``nodes.py`` (levels 4 and 1)."""

_NO_PICTURE_FILES = frozenset(
    (
        "Anything Everywhere",
        "Anything Everywhere?",
        "Anything Everywhere3",
        "Prompts Everywhere",
        "CheckpointSave",
        "CLIPSave",
        "LoraSave",
        "ModelSave",
        "SaveAudio",
        "SaveAudioMP3",
        "SaveAudioOpus",
        "SaveLatent",
        "SaveSVGNode",
        "SaveVideo",
        "SaveWEBM",
        "PreviewAny",
        "PreviewAudio",
        "VAESave",
        # ours
        "SeedloupeCheckText",
        "SeedloupeGoldenSeed",
        "SeedloupeLensCompare",
        "SeedloupeLensView",
        "SeedloupeNoiseFromSeeds",
        "SeedloupePickSeeds",
        "SeedloupeRetry",
        "SeedloupeSaveLens",
        "SeedloupeSeedOfPicture",
    )
)
"""Nodes at the end of a graph whose files are no pictures."""
_SHOW_THEMSELVES = frozenset(
    ("KSampler (Efficient)", "KSampler Adv. (Efficient)", "KSampler SDXL (Eff.)")
)
"""Samplers that also write a preview of what they made, with the graph in it."""
_WHOLE_BATCH = frozenset(("SaveAnimatedPNG", "SaveAnimatedWEBP", "VHS_VideoCombine"))
"""Those that write all their pictures into one file."""


@dataclass(frozen=True)
class Shown:
    """One picture that a graph writes, or what keeps it from being known.

    Attributes:
        where: the node that writes it, for people.
        flow: what it comes out of; None where that is not known.
        row: what it began with; empty where no noise was drawn for it.
        unknown: what is not known of it; None where nothing is.
        with_others: whether it shares a file with the rest of its batch.
    """

    where: str
    flow: Flow | None = None
    row: Row = frozenset()
    unknown: Unknown | None = None
    with_others: bool = False


def shown_pictures(
    graph: Evaluation, size: tuple[int, int] | None, effort: int | None
) -> list[Shown]:
    """Return the pictures a file can be, in the order they are written.

    Args:
        graph: followed through.
        size: ``(width, height)`` of the file; where some picture has it, those that surely have
            another are left out.
        effort: what a PNG's zlib stream says of its level; where some node writes such files, those
            that surely write others are left out.
    """
    writers = list(_writers(graph.nodes))
    if effort is not None and any(_effort(graph.nodes[name]) == effort for name in writers):
        writers = [n for n in writers if _effort(graph.nodes[n]) in (effort, None)]
    found = _running([shown for name in writers for shown in _written(graph, name)])
    if not found:
        found = [shown for name in _ends(graph.nodes) for shown in _written(graph, name, own=True)]
    sized = [shown for shown in found if shown.flow is not None and shown.flow.pixels == size]
    if size is None or not sized:
        return found
    return [shown for shown in found if shown.flow is None or shown.flow.pixels in (size, None)]


def _running(found: list[Shown]) -> list[Shown]:
    """Leave out what the host refuses to run, unless it is everything."""
    running = [s for s in found if s.unknown is None or not s.unknown.is_broken]
    return running or found


def _writers(nodes: Nodes) -> Iterator[str]:
    """Return the nodes that may have written the file."""
    ends = set(_ends(nodes))
    for name, node in nodes.items():
        if node.kind in _NO_PICTURE_FILES:
            continue
        called = node.kind.lower()
        # A node at the end whose kind is not known may write pictures whatever it is called.
        is_open_end = name in ends and node.kind not in RULES
        if (
            node.kind in _SHOW_THEMSELVES
            or node.kind in WRITERS
            or "save" in called
            or "preview" in called
            or is_open_end
        ):
            yield name


def _effort(node: Node) -> int | None:
    return WRITERS[node.kind].effort if node.kind in WRITERS else None


def _ends(nodes: Nodes) -> list[str]:
    """Return the nodes that nothing is wired to."""
    used = {link.node for node in nodes.values() for link in node.links}
    return [name for name in nodes if name not in used]


def _written(graph: Evaluation, name: str, *, own: bool = False) -> Iterator[Shown]:
    """Return what a node writes, or with ``own`` what comes out of it."""
    inputs = graph.inputs(name)
    where = f"{inputs.called} {name[:20]}"
    if not own and _may_sample(inputs):
        yield Shown(where, unknown=inputs.unknown())
        return
    own = own or inputs.node.kind in _SHOW_THEMSELVES
    for value in graph.outputs_of(name) if own else _handed(inputs):
        items = value.items if isinstance(value, Many) else (value,)
        for item in items:
            yield from _pictures(where, item, inputs.node)


def _may_sample(inputs: Inputs) -> bool:
    """Whether a writer that is not known may make its picture itself, of a model or a pipe.

    One that is handed a picture is taken to write that.
    """
    if inputs.node.kind in RULES or any(_handed(inputs)):
        return False
    return inputs.unknown().may_draw or "sampler" in inputs.node.kind.lower()


def _handed(inputs: Inputs) -> Iterator[Value]:
    """Return the pictures a node is handed."""
    if inputs.node.kind in WRITERS:
        names = WRITERS[inputs.node.kind].inputs
        given = [name for name in names if name in inputs.node.inputs]
        for name in given:
            value = inputs.values[name]
            lacking = Unknown((f"{inputs.called} without a picture",), is_broken=True)
            yield lacking if value is None else value
        return
    for value in inputs.values.values():
        flows = [value] if isinstance(value, Flow) else []
        if isinstance(value, Unknown):
            flows = list(value.flows)
        if isinstance(value, Many) or any(flow.form is Form.PIXELS for flow in flows):
            yield value


def _pictures(where: str, value: Value, node: Node) -> Iterator[Shown]:
    passed = passed_on(value) if isinstance(value, Unknown) else value
    if isinstance(passed, Unknown):
        if is_unsampled(passed):
            yield Shown(where, Flow(Form.PIXELS, None, size_from=passed.names[0]))
        else:
            yield Shown(where, unknown=passed)
    if not isinstance(passed, Flow):
        return
    together = node.kind in _WHOLE_BATCH and len(passed.rows) > 1
    for row in passed.rows:
        yield Shown(where, passed, row, with_others=together)
