"""What ComfyUI calls the sampler and the scheduler a table was made with."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import InputError
from ...sampler_names import read_sampler_name
from ...tables import TableSpec

__all__ = ["comfyui_names"]


def comfyui_names(spec: TableSpec) -> Mapping[str, str]:
    """Return ComfyUI's words for a table's own; what nobody knows is left out.

    A label that has the schedule at its end, ``DPM++ 2M Karras``, stands for both.
    """
    sampling = spec.sampling
    if sampling is None or sampling.sampler is None:
        return {}
    try:
        found = read_sampler_name(sampling.sampler, sampling.scheduler)
    except InputError:
        return {}
    sampler, scheduler = found.comfyui
    if scheduler is None:
        return {sampling.sampler: sampler}
    if sampling.scheduler is None:
        return {sampling.sampler: f"{sampler}, scheduler {scheduler}"}
    return {sampling.sampler: sampler, sampling.scheduler: scheduler}
