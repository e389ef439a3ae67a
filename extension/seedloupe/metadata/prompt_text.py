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
_ZEROED = "ConditioningZeroOut"
"""A node that passes on no words, only their place: what goes in is not what is avoided."""
_LONGEST = 100_000
_PROMPTS = ("prompt", "positive_prompt", "c", "Description")
_NEGATIVES = ("negativeprompt", "negative_prompt", "negative", "uc")
_RECORD_MODELS = ("model", "base_model", "Source")
_SAMPLERS = ("sampler", "scheduler")
_STEPS = ("steps", "num_steps")
_GUIDANCES = ("cfg_scale", "cfgscale", "guidance_scale", "scale", "cfg", "guidance")
"""What other programs' records call these."""


@dataclass(frozen=True)
class Words:
    """What a graph says in words; several models or samplers stand with commas between.

    Steps and guidance are as they stand there, and None where it says none, or several.
    """

    prompt: str
    model: str
    sampler: str
    negative: str = ""
    schedule: str = ""
    steps: object = None
    guidance: object = None


def parameters_prompt(text: str) -> str:
    """Return the prompt of the web UI's ``parameters``: all before the negative one.

    A text without a line of settings still says what was asked for.
    """
    return _parts(text)[0]


def parameters_negative(text: str) -> str:
    """Return the negative prompt of the web UI's ``parameters``, empty where there is none."""
    return _parts(text)[1]


def _parts(text: str) -> tuple[str, str]:
    """Return the prompt and the negative one."""
    text = text[:_LONGEST]
    try:
        found = read_infotext(text)
    except InputError:
        lines = text.strip().split("\n")
        starts = (n for n, line in enumerate(lines) if line.strip().startswith(_NEGATIVE))
        at = next(starts, len(lines))
        negative = "\n".join(lines[at:]).strip().removeprefix(_NEGATIVE).strip()
        return "\n".join(lines[:at]).strip(), negative
    return found.prompt, found.negative


def record_words(record: Mapping[str, object]) -> Words:
    """Return what another program's record says in words, as far as its names are the usual ones.

    Args:
        record: SwarmUI's, Fooocus's, InvokeAI's, NovelAI's or one like them, read from JSON.
    """
    inner = record.get("sui_image_params")
    told = inner if isinstance(inner, Mapping) else record
    names = (_PROMPTS, _NEGATIVES, _RECORD_MODELS, _SAMPLERS)
    prompt, negative, model, sampler = (_first_text(told, among) for among in names)
    # Some have one name for both, and then it stands under the scheduler's.
    named = sampler if _first_text(told, ("sampler",)) else ""
    schedule = _first_text(told, ("scheduler",)) if named else ""
    steps, guidance = (_first_number(told, among) for among in (_STEPS, _GUIDANCES))
    return Words(prompt, model, sampler, negative, schedule, steps, guidance)


def _first_number(told: Mapping[str, object], names: tuple[str, ...]) -> object:
    """Return the first entry that is there, as it stands; some programs write numbers as text."""
    return next((told[name] for name in names if name in told), None)


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
    asked = _said(nodes, behind, "positive")
    # Where one text goes both ways, as it does without guidance, it is asked for.
    avoided = [text for text in _said(nodes, behind, "negative") if text not in asked]
    return Words(
        "\n".join(asked)[:_LONGEST],
        ", ".join(dict.fromkeys(_named(nodes, behind, *_MODELS))),
        ", ".join(dict.fromkeys(_named(nodes, behind, "sampler_name"))),
        "\n".join(avoided)[:_LONGEST],
        ", ".join(dict.fromkeys(_named(nodes, behind, "scheduler"))),
        _only(nodes, behind, "steps"),
        _only(nodes, behind, "cfg"),
    )


def _said(nodes: Nodes, names: list[str], side: str) -> list[str]:
    """Return the texts on one side of some nodes, each once."""
    return list(dict.fromkeys(text for name in names for text in _asked(nodes, name, side)))


def _asked(nodes: Nodes, name: str, side: str) -> Iterator[str]:
    """Return the texts behind what a sampler or guider is to go towards, or away from."""
    node = nodes[name]
    only = node.kind == "BasicGuider" and side == "positive"
    goal = node.link("conditioning" if only else side)
    waiting, seen = [] if goal is None else [goal.node], set[str]()
    while waiting:
        at = waiting.pop()
        if at not in nodes or at in seen or nodes[at].kind == _ZEROED:
            continue
        seen.add(at)
        yield from _texts(nodes, at)
        waiting += _onward(nodes, at, side)


def _onward(nodes: Nodes, name: str, side: str) -> list[str]:
    """Return where conditioning comes from; of nodes that pass on two, only that side."""
    node = nodes[name]
    wanted = node.link(side)
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


def _only(nodes: Nodes, names: list[str], key: str) -> object:
    """Return the number that every node with such an input agrees on, or None."""
    values = {
        value
        for name in names
        if isinstance(value := nodes[name].inputs.get(key), (int, float))
        and not isinstance(value, bool)
    }
    return values.pop() if len(values) == 1 else None


def _named(nodes: Nodes, names: list[str], *inputs: str) -> Iterator[str]:
    for name in names:
        for key in inputs:
            value = nodes[name].inputs.get(key)
            if isinstance(value, str) and value:
                yield value
