"""Build every page of ours with the gradio of this interpreter; run by test_real_gradio.py.

``python build_pages.py VARIANT TARGET``: the web UI's stand-in gives everything but gradio. What
was built goes to the file TARGET as JSON.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
SETTINGS = {"SeedloupeScript": "seeds.controls", "SeedloupeLensScript": "lens.settings"}
SETTINGS |= {"SeedloupeTextCheckScript": "check.controls"}


def _start(variant: str) -> None:
    fakes = ROOT / "tests" / "hosts" / "fakes"
    parts = [
        ROOT / "extension",
        fakes / "webui",
        *([fakes / "webui_forge"] if variant != "a1111" else []),
    ]
    sys.path[:0] = [str(path) for path in parts]
    standin = importlib.import_module("modules.standin")
    standin.variant = standin.VARIANTS[variant]


def _told(control: Any) -> dict[str, Any]:
    value = getattr(control, "value", None)
    choices = getattr(control, "choices", None) or []
    return {
        "kind": type(control).__name__,
        "label": control.label,
        "elem_id": control.elem_id,
        "value": value if isinstance(value, (bool, int, float, str)) else None,
        "choices": [one[0] if isinstance(one, tuple) else one for one in choices],
    }


def _script(cls: Any, gr: Any, is_img2img: bool) -> list[dict[str, Any]]:
    script = cls()
    script.is_img2img, script.is_txt2img = is_img2img, not is_img2img
    script.tabname = "img2img" if is_img2img else "txt2img"
    for _ in range(3):  # as often as the web UI
        with gr.Blocks():
            controls = script.ui(is_img2img)
    return [_told(control) for control in controls]


def main(variant: str, target: str) -> None:
    """Build and write down."""
    _start(variant)
    gr = importlib.import_module("gradio")
    ours = importlib.import_module("seedloupe.hosts.webui.script")
    scripts = importlib.import_module("modules.scripts")
    told: dict[str, Any] = {"gradio": gr.__version__, "scripts": {}, "fields": {}}
    for name, cls in vars(ours).items():
        if not (isinstance(cls, type) and issubclass(cls, scripts.Script)):
            continue
        shown = [is_img2img for is_img2img in (False, True) if cls().show(is_img2img)]
        told["scripts"][name] = [_script(cls, gr, is_img2img) for is_img2img in shown]
        told["fields"][name] = _fields(cls, name)
    ours.register_callbacks()
    callbacks = importlib.import_module("modules.script_callbacks")
    callbacks.ui_settings_callback()
    tabs = callbacks.ui_tabs_callback()
    told["tabs"] = [[title, elem_id, len(page.blocks)] for page, title, elem_id in tabs]
    errors = importlib.import_module("modules.errors")
    told["errors"] = [repr(error) for error in errors.swallowed]
    Path(target).write_text(json.dumps(told), encoding="utf-8")


def _fields(cls: Any, name: str) -> list[list[Any]]:
    package = cls.__module__.rpartition(".")[0].rpartition(".")[0]
    module = importlib.import_module(f"{package}.{SETTINGS[name]}")
    settings = next(
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and dataclasses.is_dataclass(one)
        and one.__module__ == module.__name__
        and one.__name__.endswith("Settings")
    )
    return [[field.name, getattr(settings(), field.name)] for field in dataclasses.fields(settings)]


if __name__ == "__main__":
    main(*sys.argv[1:])
