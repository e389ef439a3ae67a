"""What a picture was asked to show, out of the web UI's text or ComfyUI's graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import InputError
from .comfyui.graph import Nodes, read_nodes, upstream
from .infotext.settings import read_infotext

_NEGATIVE = "Negative prompt:"
_TEXTS = ("text", "text_g", "text_l", "clip_g", "clip_l", "t5xxl", "prompt")
"""What ComfyUI's own text encoders call their words."""
_HANDED = ("value", "string", "text")
"""What nodes call a text they only hand on."""
_MODELS = ("ckpt_name", "unet_name")
_LONGEST = 100_000
_PROMPTS = ("prompt", "positive_prompt", "c", "Description")
_RECORD_MODELS = ("model", "base_model", "Source")
_SAMPLERS = ("sampler", "scheduler")
"""What other programs' records call these."""


@dataclass(frozen=True)
class Words:
    """What a graph says in words; several models or samplers stand with commas between."""

    prompt: str
    model: str
    sampler: str


def parameters_prompt(text: str) -> str:
    """Return the prompt of the web UI's ``parameters``: all before the negative one.

    A text without a line of settings still says what was asked for.
    """
    text = text[:_LONGEST]
    try:
        return read_infotext(text).prompt
    except InputError:
        lines = text.strip().split("\n")
        starts = (n for n, line in enumerate(lines) if line.strip().startswith(_NEGATIVE))
        return "\n".join(lines[: next(starts, None)]).strip()


def record_words(record: Mapping[str, object]) -> Words:
    """Return what another program's record says in words, as far as its names are the usual ones.

    Args:
        record: SwarmUI's, Fooocus's, InvokeAI's, NovelAI's or one like them, read from JSON.
    """
    inner = record.get("sui_image_params")
    told = inner if isinstance(inner, Mapping) else record
    return Words(*(_first_text(told, names) for names in (_PROMPTS, _RECORD_MODELS, _SAMPLERS)))


def _first_text(told: Mapping[str, object], names: tuple[str, ...]) -> str:
    for name in names:
        value = told.get(name)
        if isinstance(value, Mapping):  # InvokeAI describes its model
            value = value.get("name", value.get("model_name"))
        if isinstance(value, str) and value:
            return value[:_LONGEST]
    return ""


def graph_words(prompt: Mapping[str, object]) -> Words:
    """Return what a graph of ComfyUI says in words, of the nodes behind its saved pictures.

    Raises:
        ImageError: it is no graph.
    """
    nodes = read_nodes(prompt)
    roots = [name for name, node in nodes.items() if "save" in node.kind.lower()]
    behind = sorted(upstream(nodes, roots or list(nodes)))
    asked = "\n".join(dict.fromkeys(text for name in behind for text in _asked(nodes, name)))
    return Words(
        asked[:_LONGEST],
        ", ".join(dict.fromkeys(_named(nodes, behind, *_MODELS))),
        ", ".join(dict.fromkeys(_named(nodes, behind, "sampler_name"))),
    )


def _asked(nodes: Nodes, name: str) -> Iterator[str]:
    """Return the texts behind what a sampler or guider is to go towards."""
    node = nodes[name]
    goal = node.link("conditioning" if node.kind == "BasicGuider" else "positive")
    waiting, seen = [] if goal is None else [goal.node], set[str]()
    while waiting:
        at = waiting.pop()
        if at not in nodes or at in seen:
            continue
        seen.add(at)
        yield from _texts(nodes, at)
        waiting += _onward(nodes, at)


def _onward(nodes: Nodes, name: str) -> list[str]:
    """Return where conditioning comes from; of nodes that pass on two, only the wanted one."""
    node = nodes[name]
    wanted = node.link("positive")
    if wanted is not None:
        return [wanted.node]
    return [link.node for link in node.links]


def _texts(nodes: Nodes, name: str) -> Iterator[str]:
    node = nodes[name]
    handing = any(word in node.kind.lower() for word in ("string", "text", "primitive"))
    for key in (*_TEXTS, *(_HANDED if handing else ())):
        value = node.inputs.get(key)
        if isinstance(value, str) and value.strip():
            yield value.strip()


def _named(nodes: Nodes, names: list[str], *inputs: str) -> Iterator[str]:
    for name in names:
        for key in inputs:
            value = nodes[name].inputs.get(key)
            if isinstance(value, str) and value:
                yield value
