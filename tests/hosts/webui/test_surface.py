"""The double and our code keep to names that were read off the real web UI."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from pathlib import Path

import pytest

from .conftest import EVERY_WEB_UI, FAKES, Host

SURFACES = {
    variant: json.loads((FAKES / name).read_text("utf-8"))
    for variant, name in {
        "a1111": "surface.json",
        "forge": "surface_forge.json",
        "neo": "surface_neo.json",
    }.items()
}
OURS = Path(__file__).parents[3] / "extension" / "seedloupe" / "hosts" / "webui"

DOUBLES_OWN = {
    "PhiloxGenerator",
    "KINDS",
    "pasted",
    "conditions",
    "unconditions",
    "lengthened",
    "at_step",
}
DOUBLES_SETTINGS = {"samples_format", "sd_model_checkpoint"}
DOUBLES_OWN |= {"stacked", "listed", "saved", "swallowed", "first_noise", "standin_noise_source"}


def processing_names(kind: str, variant: str) -> set[str]:
    plain = {"processing", "processing_properties", "processing_methods", f"processing_{kind}"}
    return {name for part in plain for name in SURFACES[variant][part]}


@EVERY_WEB_UI
@pytest.mark.parametrize("kind", ["Txt2Img", "Img2Img"])
def test_the_doubles_processing_object_has_only_real_fields(host: Host, kind: str) -> None:
    double = getattr(host.module("processing"), f"StableDiffusionProcessing{kind}")
    names = {field.name for field in dataclasses.fields(double)}
    assert names <= processing_names(kind.lower(), host.variant)


@EVERY_WEB_UI
def test_the_doubles_script_has_the_real_methods_and_parameters(host: Host) -> None:
    script = host.module("scripts").Script
    for name, method in inspect.getmembers(script, inspect.isfunction):
        assert (
            list(inspect.signature(method).parameters) == SURFACES[host.variant]["script"][name]
        ), name
    attributes = {name for name in vars(script) if not name.startswith("__")}
    assert attributes <= {
        *SURFACES[host.variant]["script"],
        *SURFACES[host.variant]["script_attributes"],
    }


@EVERY_WEB_UI
def test_the_doubles_callbacks_come_in_the_real_order(host: Host) -> None:
    ours = list(host.module("scripts").CALLBACKS)
    assert set(ours) <= set(SURFACES[host.variant]["runner_methods"]) | {"setup"}
    assert ours.index("process") < ours.index("before_process_batch")


@EVERY_WEB_UI
def test_the_doubles_settings_have_the_real_defaults(host: Host) -> None:
    told = SURFACES[host.variant]["options"]
    for key in set(host.opts.data_labels) - DOUBLES_SETTINGS:
        if key.startswith("seedloupe_"):
            continue
        assert getattr(host.opts, key) == told[key], key
    assert "randn_source" in host.opts.data_labels


@EVERY_WEB_UI
def test_the_doubles_samplers_have_the_real_options(host: Host) -> None:
    for name, config in host.module("sd_samplers").all_samplers_map.items():
        assert config.options == SURFACES[host.variant]["sampler_options"][name], name
        assert list(config._fields) == SURFACES[host.variant]["sampler_config"]


@EVERY_WEB_UI
def test_the_doubles_options_take_the_real_parameters(host: Host) -> None:
    options = host.module("options")
    parameters = list(inspect.signature(options.OptionInfo.__init__).parameters)[1:]
    assert parameters == SURFACES[host.variant]["option_info"]


@EVERY_WEB_UI
def test_our_script_overrides_only_what_the_web_ui_calls(host: Host) -> None:
    defined = {name for name in vars(type(host.script)) if not name.startswith("_")}
    assert defined <= set(SURFACES[host.variant]["script"])


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
    used = attributes_of_p() - {"batch_index"}  # set while the pictures are finished
    for variant in SURFACES:
        assert used <= processing_names("txt2img", variant) | processing_names("img2img", variant)
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


@pytest.mark.parametrize("variant", SURFACES)
def test_we_take_only_what_the_modules_have(variant: str) -> None:
    taken = names_from_modules()
    assert taken
    for module, names in taken.items():
        assert names <= set(SURFACES[variant]["modules"][module]), module


@EVERY_WEB_UI
def test_what_the_double_hands_to_callbacks_has_the_real_fields(host: Host) -> None:
    told, callbacks = SURFACES[host.variant], host.module("script_callbacks")
    for name, fields in told["callback_params"].items():
        record = getattr(callbacks, name, None)
        if record is not None:
            assert [field.name for field in dataclasses.fields(record)] == fields, name
    registrars = {name for name in dir(callbacks) if name.startswith("on_")}
    assert registrars <= set(told["callback_registrars"])


@EVERY_WEB_UI
def test_the_doubles_state_has_only_real_names(host: Host) -> None:
    state = host.module("shared").state
    public = {name for name in dir(state) if not name.startswith("_")}
    assert public <= set(SURFACES[host.variant]["state"])


@EVERY_WEB_UI
def test_the_doubles_modules_have_only_real_names(host: Host) -> None:
    for name, real in SURFACES[host.variant]["modules"].items():
        if not (FAKES / "modules" / f"{name}.py").exists():
            continue
        module = host.module(name)
        ours = {
            key
            for key, value in vars(module).items()
            if not key.startswith("_")
            and getattr(value, "__module__", None) == module.__name__
            and key not in DOUBLES_OWN
        }
        assert ours <= set(real), name
