"""The double and our code keep to names that were read off the real web UI."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from pathlib import Path

import pytest

from .conftest import FAKES, Host

SURFACE = json.loads((FAKES / "surface.json").read_text("utf-8"))
OURS = Path(__file__).parents[3] / "extension" / "seedloupe" / "hosts" / "webui"


def processing_names(kind: str) -> set[str]:
    plain = {"processing", "processing_properties", "processing_methods", f"processing_{kind}"}
    return {name for part in plain for name in SURFACE[part]}


@pytest.mark.parametrize("kind", ["Txt2Img", "Img2Img"])
def test_the_doubles_processing_object_has_only_real_fields(host: Host, kind: str) -> None:
    double = getattr(host.module("processing"), f"StableDiffusionProcessing{kind}")
    names = {field.name for field in dataclasses.fields(double)}
    assert names <= processing_names(kind.lower())


def test_the_doubles_script_has_the_real_methods_and_parameters(host: Host) -> None:
    script = host.module("scripts").Script
    for name, method in inspect.getmembers(script, inspect.isfunction):
        assert list(inspect.signature(method).parameters) == SURFACE["script"][name], name
    attributes = {name for name in vars(script) if not name.startswith("__")}
    assert attributes <= {*SURFACE["script"], *SURFACE["script_attributes"]}


def test_the_doubles_callbacks_come_in_the_real_order(host: Host) -> None:
    ours = list(host.module("scripts").CALLBACKS)
    assert set(ours) <= set(SURFACE["callbacks"])
    assert ours.index("process") < ours.index("before_process_batch")


def test_the_doubles_settings_have_the_real_defaults(host: Host) -> None:
    for key, value in SURFACE["options"].items():
        if key != "seedloupe_table_folder":
            assert getattr(host.opts, key) == value, key


def test_the_doubles_samplers_have_the_real_options(host: Host) -> None:
    for name, config in host.module("sd_samplers").all_samplers_map.items():
        assert config.options == SURFACE["sampler_options"][name], name
        assert list(config._fields) == SURFACE["sampler_config"]


def test_the_doubles_options_take_the_real_parameters(host: Host) -> None:
    options = host.module("options")
    parameters = list(inspect.signature(options.OptionInfo.__init__).parameters)[1:]
    assert parameters == SURFACE["option_info"]


def test_our_script_overrides_only_what_the_web_ui_calls(host: Host) -> None:
    defined = {name for name in vars(type(host.script)) if not name.startswith("_")}
    assert defined <= set(SURFACE["script"])


def attributes_of_p() -> set[str]:
    """What our files read from, or set on, anything they call ``p``."""
    return {
        node.attr
        for path in OURS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "p"
    }


def test_we_read_only_what_a_processing_object_has() -> None:
    everything = processing_names("txt2img") | processing_names("img2img")
    used = attributes_of_p()
    assert used <= everything
    assert "all_seeds" in used


def names_from_modules() -> dict[str, set[str]]:
    """Which names our files take from each of the web UI's modules."""
    taken: dict[str, set[str]] = {}
    for path in OURS.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "modules"
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = imported.get(node.value.id)
                if module is not None:
                    taken.setdefault(module, set()).add(node.attr)
    return taken


def test_we_take_only_what_the_modules_have() -> None:
    taken = names_from_modules()
    assert taken
    for module, names in taken.items():
        assert names <= set(SURFACE["modules"][module]), module
