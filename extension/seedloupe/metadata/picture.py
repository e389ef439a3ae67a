"""Everything a picture may say about itself, the surest word first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import ImageError, NoiseError
from .comfyui import noise_in_graph, noise_in_workflow
from .containers.file import read_picture_file
from .containers.hidden_text import hidden_texts
from .found_noise import FoundHost, FoundNoise
from .infotext import noise_in_parameters
from .parsing import read_json
from .programs.fooocus import is_fooocus, noise_in_fooocus
from .programs.invokeai import noise_in_invokeai
from .programs.records import (
    named_program,
    noise_of_other,
    object_in,
    recorded_seeds,
    unread,
)
from .programs.swarmui import noise_in_swarmui
from .record import noise_in_record
from .seed_record import HOST_KEY

_MOST_NAMED = 5
_SILENT = "picture"
"""The field of the error for a file that says nothing of how it was made."""


def noise_in_picture(
    texts: Mapping[str, str],
    *,
    channels: int | None = None,
    file_size: tuple[int, int] | None = None,
    effort: int | None = None,
) -> FoundNoise:
    """Tell which noise a picture was made from.

    Our own entry leaves nothing out, a graph says what was run, a workflow what was to be run, and
    ``parameters`` are also written by programs that draw otherwise than the web UI; so they are
    asked in this order. Records of other programs are told by what only they write.

    Args:
        texts: its texts by name, as :func:`~seedloupe.metadata.read_picture_file` gives them.
        channels: of the model's latents; None takes 4 and calls that an assumption.
        file_size: ``(width, height)`` of the file in pixels, which tells a grid from a picture.
        effort: how hard a PNG's packer says it tried, which tells ComfyUI's previews from what it
            saves.

    Raises:
        ImageError: it says nothing, or something that cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    if "seedloupe" in texts:
        record = read_json(texts["seedloupe"], "seedloupe")
        found = noise_in_record(record, channels=channels)
        return _with_run(found, texts) if HOST_KEY in record else found
    # Other programs keep a prompt of words under the same name.
    if texts.get("prompt", "").lstrip().startswith("{"):
        prompt = _nodes_of(read_json(texts["prompt"], "prompt"))
        return noise_in_graph(prompt, channels=channels, file_size=file_size, effort=effort)
    if "workflow" in texts and (
        texts["workflow"].lstrip().startswith("{") or "parameters" not in texts
    ):
        workflow = read_json(texts["workflow"], "workflow")
        return noise_in_workflow(workflow, channels=channels, file_size=file_size, effort=effort)
    return _of_others(texts, channels=channels, file_size=file_size)


def noise_in_file(path: Path, *, channels: int | None = None) -> FoundNoise:
    """Tell which noise a picture file was made from, by its texts or one hidden in its pixels.

    Args:
        path: a PNG, JPEG, WebP or AVIF file.
        channels: of the model's latents; None takes 4 and calls that an assumption.

    Raises:
        ImageError: it cannot be read, says nothing, or something that cannot be.
        NoiseError: ``channels`` is no number of channels.
    """
    picture = read_picture_file(path)
    try:
        return noise_in_picture(
            picture.texts, channels=channels, file_size=picture.size, effort=picture.effort
        )
    except ImageError as error:
        hidden = hidden_texts(path, in_colours=True) if error.field == _SILENT else {}
        if not hidden:
            raise
        return noise_in_picture(hidden, channels=channels, file_size=picture.size)


def _with_run(found: FoundNoise, texts: Mapping[str, str]) -> FoundNoise:
    """Take from a host's graph what its record leaves to it: the task and later passes."""
    try:
        told = noise_in_graph(_nodes_of(read_json(texts.get("prompt", ""), "prompt")))
    except (ImageError, NoiseError):
        return found
    notes = tuple(dict.fromkeys((*found.notes, *told.notes)))
    return replace(found, task=told.task, strength=told.strength, later=told.later, notes=notes)


def _of_others(
    texts: Mapping[str, str], *, channels: int | None, file_size: tuple[int, int] | None
) -> FoundNoise:
    told = object_in(texts.get("invokeai_metadata", ""), "invokeai_metadata")
    if told is not None:
        return noise_in_invokeai(told)
    parameters = texts.get("parameters", "")
    told = object_in(parameters, "parameters")
    if told is not None:
        return _in_object(told, channels=channels, file_size=file_size)
    if parameters.strip():
        return _in_words(texts, channels=channels, file_size=file_size)
    other = noise_of_other(texts)
    if other is not None:
        return other
    raise _silent(texts)


def _in_object(
    told: Mapping[str, object], *, channels: int | None, file_size: tuple[int, int] | None
) -> FoundNoise:
    """Read an object in the web UI's place, which is none of the web UI's."""
    if "sui_image_params" in told:
        return noise_in_swarmui(told, channels=channels)
    if is_fooocus(told):
        return noise_in_fooocus(told, channels=channels)
    for name in ("prompt", "workflow"):
        inner = told.get(name)
        if isinstance(inner, str):
            inner = object_in(inner, f"parameters.{name}")
        if isinstance(inner, Mapping) and name == "prompt":
            return noise_in_graph(inner, channels=channels, file_size=file_size)
        if isinstance(inner, Mapping):
            return noise_in_workflow(inner, channels=channels, file_size=file_size)
    if _is_graph(told):
        return noise_in_graph(_nodes_of(told), channels=channels, file_size=file_size)
    other = noise_of_other({str(name): str(value) for name, value in told.items()})
    found = other or unread(FoundHost.OTHER, named_program(told), ())
    return replace(found, seeds=found.seeds or recorded_seeds(told))


def _in_words(
    texts: Mapping[str, str], *, channels: int | None, file_size: tuple[int, int] | None
) -> FoundNoise:
    """Read the web UI's words, whoever wrote them."""
    try:
        return noise_in_parameters(
            texts["parameters"],
            channels=channels,
            file_size=None if _is_enlarged(texts) else file_size,
            scheme=texts.get("fooocus_scheme", ""),
        )
    except ImageError as error:
        # Words that are no settings may stand beside another program's record.
        other = noise_of_other(texts) if error.field == "parameters" else None
        if other is None:
            raise
        return other


def _is_enlarged(texts: Mapping[str, str]) -> bool:
    """Whether the web UI's "Extras" worked on the file, which keeps the text of the picture."""
    return bool({"extras", "postprocessing"} & texts.keys())


def _is_graph(told: Mapping[str, object]) -> bool:
    """Whether an object is ComfyUI's graph, which Civitai's generator writes in EXIF."""
    return any(_is_node(node) for node in told.values())


def _nodes_of(told: Mapping[str, object]) -> Mapping[str, object]:
    """Return a graph without what services put beside its nodes; one without nodes as it is."""
    nodes = {name: node for name, node in told.items() if _is_node(node)}
    return nodes or told


def _is_node(node: object) -> bool:
    return isinstance(node, Mapping) and "class_type" in node


def _silent(texts: Mapping[str, str]) -> ImageError:
    """Say that there is no text, or that none of those there are tells how it was made."""
    if not texts:
        return ImageError(
            _SILENT,
            expected="a picture that says how it was made",
            got="one without any text",
            advice="Programs that edit or send pictures leave such texts out.",
        )
    names = ", ".join(repr(name)[1:-1][:40] for name in list(texts)[:_MOST_NAMED])
    more = " and more" if len(texts) > _MOST_NAMED else ""
    return ImageError(
        _SILENT,
        expected="a picture that says how it was made",
        got=f"only texts by the names {names}{more}",
        advice="Known are parameters, prompt, workflow, seedloupe, and other programs' records.",
    )
