"""Our pages built with the web UIs' own old gradio, in interpreters that have it.

``SEEDLOUPE_GRADIO_3`` and ``SEEDLOUPE_GRADIO_4`` name a Python with gradio 3.41.2 or 4.40.0,
``SEEDLOUPE_GRADIO_NEO`` a Python 3.13 with 4.40.0 and numpy 2 as in Forge Neo; all with torch,
numpy, Pillow, safetensors and Jinja2. A web UI's own environment will do.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("build_pages.py")
CASES = {
    "a1111": "SEEDLOUPE_GRADIO_3",
    "forge": "SEEDLOUPE_GRADIO_4",
    "neo": "SEEDLOUPE_GRADIO_NEO",
}
_built: dict[str, Any] = {}


@pytest.fixture(params=CASES)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    variant = request.param
    python = os.environ.get(CASES[variant], "")
    if not python:
        pytest.skip(f"no gradio of the web UI: {CASES[variant]} is not set")
    if variant not in _built:
        target = tmp_path_factory.mktemp("pages") / f"{variant}.json"
        done = subprocess.run(
            [python, str(PROGRAM), variant, str(target)],
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
            env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONPATH": ""},
            cwd=target.parent,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        _built[variant] = {"variant": variant, **json.loads(target.read_text("utf-8"))}
    return _built[variant]


def test_it_is_the_web_uis_gradio(built: Any) -> None:
    assert built["gradio"] == ("3.41.2" if built["variant"] == "a1111" else "4.40.0")
    assert built["errors"] == []


def test_each_script_has_one_control_a_setting_in_the_settings_order(built: Any) -> None:
    assert len(built["scripts"]) >= 2
    for name, tabs in built["scripts"].items():
        fields = built["fields"][name]
        for controls in tabs:
            assert len(controls) == len(fields), name
            for control, (field, default) in zip(controls, fields, strict=True):
                if isinstance(default, (bool, int, float, str)) and control["value"] is not None:
                    assert control["value"] == default, (name, field)


def test_every_control_has_a_label_and_an_id_of_its_own(built: Any) -> None:
    controls = [control for tabs in built["scripts"].values() for tab in tabs for control in tab]
    assert all(control["label"] for control in controls)
    ids = [control["elem_id"] for control in controls]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("script_") and "seedloupe" in one for one in ids)


def test_labels_within_a_script_can_be_told_apart(built: Any) -> None:
    for tabs in built["scripts"].values():
        for controls in tabs:
            labels = [control["label"] for control in controls]
            assert len(set(labels)) == len(labels)


def test_the_tab_is_built_too(built: Any) -> None:
    ((title, elem_id, blocks),) = built["tabs"]
    assert (title, elem_id) == ("Seedloupe", "seedloupe")
    assert blocks > 5
