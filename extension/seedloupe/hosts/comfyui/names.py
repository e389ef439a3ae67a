"""What ComfyUI calls the samplers and schedulers that tables name otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["COMFYUI_NAMES"]

COMFYUI_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "uniform": "normal",
        "euler_a": "euler_ancestral",
        "dpm2": "dpm_2",
        "dpm2_a": "dpm_2_ancestral",
        "unipc": "uni_pc",
    }
)
