"""Descriptions of nodes as ComfyUI's server gives them to its page (``GET /object_info``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

_NAMES = {"force_input": "forceInput", "raw_link": "rawLink", "image_folder": "image_folder"}
_APART = {"id", "optional", "options", "extra_dict", "upload"}


def node_def(schema: Any) -> dict[str, Any]:
    """Describe one node, from what its ``define_schema`` returns."""
    sides = _sides(schema.inputs)
    return {
        "input": sides,
        "input_order": {side: list(parts) for side, parts in sides.items()},
        "is_input_list": schema.is_input_list,
        "output": [one.kind for one in schema.outputs],
        "output_is_list": [one.is_output_list for one in schema.outputs],
        "output_name": [one.display_name or one.kind for one in schema.outputs],
        "output_tooltips": [one.tooltip for one in schema.outputs],
        "name": schema.node_id,
        "display_name": schema.display_name,
        "description": schema.description,
        "python_module": "custom_nodes.seedloupe",
        "category": schema.category,
        "output_node": schema.is_output_node,
        "deprecated": schema.is_deprecated,
        "experimental": schema.is_experimental,
    }


def _sides(parts: Iterable[Any]) -> dict[str, dict[str, Any]]:
    sides: dict[str, dict[str, Any]] = {"required": {}, "optional": {}}
    for part in parts:
        sides["optional" if part.optional else "required"][part.id] = [part.kind, _said(part)]
    return sides


def _said(part: Any) -> dict[str, Any]:
    said = {_NAMES.get(one.name, one.name): getattr(part, one.name) for one in fields(part)}
    said = {name: value for name, value in said.items() if name not in _APART and value is not None}
    if hasattr(part, "nested"):
        options = [{"key": one.key, "inputs": _sides(one.inputs)} for one in part.options]
        return {**said, "options": options}
    return {**said, "options": list(part.options)} if hasattr(part, "options") else said
