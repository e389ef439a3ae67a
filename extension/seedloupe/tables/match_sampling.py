"""In what two ways of sampling differ, whatever names they go by."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from enum import Enum

from ..errors import InputError
from ..sampler_names import Sampler, read_sampler_name, same_names
from .difference import UNKNOWN, Difference, MatchLevel
from .spec import SamplingSpec

_ALWAYS = {
    "sampler": "the sampler",
    "steps": "the number of steps",
    "guidance": "the guidance",
    "size": "the picture's size",
}
"""What every picture is sampled with, so that nothing recorded is something not known. The rest may
mean nothing to a sampler or task, and a host may leave the scheduler to the sampler."""

_OF_DRAWS = ("eta", "step_noise")
"""What means nothing to a sampler that draws no noise at its steps."""


def sampling_differences(made: SamplingSpec, used: SamplingSpec) -> Iterator[Difference]:
    """Return in what the sampling in use differs from a table's.

    Samplers and schedules are compared by what they are, not by their spelling: "DPM++ 2M Karras"
    is ``dpmpp_2m`` on ``karras``, and ComfyUI's ``normal`` is the web UI's "Uniform".

    Args:
        made: the table's.
        used: in use.
    """
    made, used = _same_spelling(made), _same_spelling(used)
    for field in dataclasses.fields(SamplingSpec):
        for found in _difference(field.name, made, used):
            yield _labelled(found, made, used)


def _difference(name: str, made: SamplingSpec, used: SamplingSpec) -> Iterator[Difference]:
    value, other = getattr(made, name), getattr(used, name)
    if name in _OF_DRAWS and not _may_draw(made, name):
        return
    unknown = name in _ALWAYS and (value is None or other is None)
    if name == "extra" or (not unknown and (value is None or value == other)):
        return
    says = ""
    if unknown:
        side = "The table does" if value is None else "The settings in use do"
        says = f"{side} not state {_ALWAYS[name]}."
    yield Difference(f"sampling.{name}", _word(value), _word(other), MatchLevel.NOISE_ONLY, says)


def _may_draw(made: SamplingSpec, name: str) -> bool:
    """Whether a sampler draws noise at its steps, as its name tells; DDIM may by its eta."""
    drawing = {sampler.value: sampler.draws for sampler in Sampler}
    own = name == "eta" and made.sampler == Sampler.DDIM.value
    return own or drawing.get(made.sampler or "", True)


def _same_spelling(sampling: SamplingSpec) -> SamplingSpec:
    """Return it with sampler and scheduler by one of their names, however they were spelled."""
    sampler, scheduler = same_names(sampling.sampler, sampling.scheduler)
    return dataclasses.replace(sampling, sampler=sampler, scheduler=scheduler)


def _labelled(found: Difference, made: SamplingSpec, used: SamplingSpec) -> Difference:
    """Name the sampler with its schedule, which alone says little."""
    if found.field != "sampling.scheduler" or found.table == UNKNOWN:
        return found
    labels = (_sampler_label(made), _sampler_label(used))
    return dataclasses.replace(found, table_label=labels[0], use_label=labels[1])


def _sampler_label(sampling: SamplingSpec) -> str:
    """Name sampler and schedule as web UIs do; empty where one is unknown."""
    if sampling.sampler is None or sampling.scheduler is None:
        return ""
    try:
        return read_sampler_name(sampling.sampler, sampling.scheduler).label
    except InputError:
        return ""


def sampling_words(sampling: SamplingSpec | None) -> str:
    """Say how pictures are sampled in a few words, and what of it is not stated."""
    if sampling is None:
        return UNKNOWN
    parts = [sampling.task.value]
    for value, words, name in (
        (sampling.sampler, sampling.sampler, "sampler"),
        (sampling.steps, f"{sampling.steps} steps", "steps"),
        (sampling.guidance, f"guidance {sampling.guidance or 0:g}", "guidance"),
        (sampling.size, "x".join(map(str, sampling.size or ())), "size"),
    ):
        parts.append(f"{name} not stated" if value is None else f"{words}")
    return ", ".join(parts)


def _word(value: object) -> str:
    if value is None:
        return UNKNOWN
    return str(value.value) if isinstance(value, Enum) else str(value)
