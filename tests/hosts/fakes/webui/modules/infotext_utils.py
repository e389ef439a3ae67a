"""Parameters as text, and back into the page's fields."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_PARAMETER = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_SIZE = re.compile(r"^(\d+)x(\d+)$")


class PasteField(NamedTuple):
    """A component, and the key or function that gives its value; a tuple does as well."""

    component: Any
    label: Any
    api: str | None = None

    @property
    def function(self) -> Any:
        return self.label if callable(self.label) else None


class ParamBinding:
    """What a "send to" button does; the double remembers it and presses nothing."""

    def __init__(
        self,
        paste_button: Any,
        tabname: str,
        source_text_component: Any = None,
        source_image_component: Any = None,
        source_tabname: str | None = None,
        override_settings_component: Any = None,
        paste_field_names: list[str] | None = None,
    ) -> None:
        self.paste_button, self.tabname = paste_button, tabname
        self.source_text_component = source_text_component
        self.source_image_component = source_image_component
        self.source_tabname = source_tabname
        self.override_settings_component = override_settings_component
        self.paste_field_names = paste_field_names or []


registered_param_bindings: list[ParamBinding] = []


def register_paste_params_button(binding: ParamBinding) -> None:
    registered_param_bindings.append(binding)


def quote(text: Any) -> str:
    text = str(text)
    if not any(mark in text for mark in ",\n:"):
        return text
    return json.dumps(text, ensure_ascii=False)


def unquote(text: str) -> str:
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def parse_generation_parameters(x: str, skip_fields: list[str] | None = None) -> dict[str, Any]:
    """Read the last line if it looks like parameters, and what is before it as prompts."""
    *lines, last = x.strip().split("\n")
    if len(_PARAMETER.findall(last)) < 3:
        lines, last = [*lines, last], ""
    prompts: list[list[str]] = [[], []]
    negative = 0
    for line in (line.strip() for line in lines):
        if line.startswith("Negative prompt:"):
            negative, line = 1, line.removeprefix("Negative prompt:").strip()
        prompts[negative].append(line)
    found: dict[str, Any] = {
        "Prompt": "\n".join(prompts[0]),
        "Negative prompt": "\n".join(prompts[1]),
    }
    for key, value in _PARAMETER.findall(last):
        value = unquote(value)
        size = _SIZE.match(value)
        if size:
            found[f"{key}-1"], found[f"{key}-2"] = size.groups()
        else:
            found[key] = value
    return found


def pasted(fields: list[Any], text: str) -> list[tuple[Any, Any]]:
    """Do what the paste button does: every field that finds a value, and that value.

    The web UI turns the text into the type of the component's own value; a wrong one is dropped.
    """
    parameters = parse_generation_parameters(text)
    results = []
    for field in fields:
        component, key = field[0], field[1]
        value = key(parameters) if callable(key) else parameters.get(key)
        if value is None:
            continue
        kind = type(getattr(component, "value", None))
        if not callable(key) and kind is bool:
            value = value == "True"
        elif not callable(key) and kind in (int, float):
            value = kind(float(value))
        results.append((component, value))
    return results
