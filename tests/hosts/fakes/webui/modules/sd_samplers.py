"""A few of the web UI's samplers, with the options that matter to a seed."""

from __future__ import annotations

from typing import Any, NamedTuple


class SamplerData(NamedTuple):
    name: str
    constructor: Any
    aliases: list[str]
    options: dict[str, Any]


_OPTIONS: dict[str, dict[str, Any]] = {
    "DPM++ 2M": {"scheduler": "karras"},
    "Euler a": {"uses_ensd": True},
    "Euler": {},
    "DDIM": {},
}
all_samplers_map = {
    name: SamplerData(name, None, [], options) for name, options in _OPTIONS.items()
}


def find_sampler_config(name: str | None) -> SamplerData | None:
    return next(iter(all_samplers_map.values())) if name is None else all_samplers_map.get(name)
