"""The pack as a whole: its entry, its menu, its pages and its example workflows."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from seedloupe.tables import bundled_folder, find_table, list_tables

from ...outside_packages import SOUND, install
from .conftest import Host

ROOT = Path(__file__).parents[3]
WEB = ROOT / "javascript" / "comfyui"
WORKFLOWS = sorted((ROOT / "example_workflows").glob("*.json"))
BUNDLED = list_tables([bundled_folder()])


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Callable[[], ModuleType]:
    """Executes the root ``__init__.py`` as the host does, under its path as a name."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def load() -> ModuleType:
        name = str(ROOT).replace(".", "_x_")
        spec = importlib.util.spec_from_file_location(name, ROOT / "__init__.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def node_classes(host: Host) -> list[type]:
    return asyncio.run(host.ours("nodes").SeedloupeNodes().get_node_list())


def test_the_entry_loads_without_the_host(
    entry: Callable[[], ModuleType], without_host: Callable[[], set[str]]
) -> None:
    before = without_host()
    entry()
    assert without_host() == before


def test_the_entry_hands_over_an_extension(entry: Callable[[], ModuleType], host: Host) -> None:
    extension = asyncio.run(entry().comfy_entrypoint())
    assert isinstance(extension, host.module("comfy_api.latest").ComfyExtension)


def test_outside_plug_ins_are_there_and_a_broken_one_is_logged_once(
    entry: Callable[[], ModuleType],
    host: Host,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install(site, monkeypatch, "seedloupe-sound", SOUND)
    install(site, monkeypatch, "seedloupe-broken", "raise ImportError('no engine')")

    extension = asyncio.run(entry().comfy_entrypoint())

    assert "last" in extension.plugins.pickers
    (line,) = [one.getMessage() for one in caplog.records if "plug-in" in one.getMessage()]
    assert line.startswith("Seedloupe: plug-in seedloupe-broken of the package seedloupe-broken")
    assert "ImportError: no engine" in line


def test_the_entry_puts_itself_last_on_the_path(entry: Callable[[], ModuleType]) -> None:
    entry()
    assert Path(sys.path[-1]) == ROOT / "extension"


def test_the_web_folder_exists(entry: Callable[[], ModuleType]) -> None:
    assert (ROOT / entry().WEB_DIRECTORY).resolve() == WEB


def test_node_ids_and_category_are_ours(host: Host) -> None:
    schemas = [node.define_schema() for node in node_classes(host)]
    assert all(schema.node_id.startswith("Seedloupe") for schema in schemas)
    assert {schema.category for schema in schemas} == {"seedloupe"}


def test_outputs_carry_their_names_where_the_host_would_show_their_types(host: Host) -> None:
    for node in node_classes(host):
        for output in node.define_schema().outputs:
            assert (output.display_name or output.kind).lower() == output.id


def test_no_widget_is_randomised_by_the_page(host: Host) -> None:
    inputs = [part for node in node_classes(host) for part in node.define_schema().inputs]
    assert not any(getattr(part, "control_after_generate", None) for part in inputs)


def test_every_node_has_a_help_page_and_every_page_a_node(host: Host) -> None:
    ids = {node.define_schema().node_id for node in node_classes(host)}
    assert {page.stem for page in (WEB / "docs").glob("*.md")} == ids


def test_the_script_names_nodes_that_exist(host: Host) -> None:
    ids = {node.define_schema().node_id for node in node_classes(host)}
    named = set(re.findall(r'"(Seedloupe\w+)"', (WEB / "seedloupe.js").read_text("utf-8")))
    assert named
    assert named <= ids


def test_there_is_an_example_workflow() -> None:
    assert WORKFLOWS


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_workflow_fits_the_nodes_it_uses(host: Host, workflow: Path) -> None:
    schemas = {node.define_schema().node_id: node.define_schema() for node in node_classes(host)}
    ours = [node for node in _nodes(workflow) if node["type"].startswith("Seedloupe")]
    assert ours
    for node in ours:
        schema = schemas[node["type"]]
        widgets = [part for part in schema.inputs if part.kind in ("INT", "COMBO")]
        assert len(node.get("widgets_values", [])) == len(widgets)
        assert [part["name"] for part in node["outputs"]] == [part.id for part in schema.outputs]


@pytest.mark.skipif(not BUNDLED, reason="this checkout has no seed tables yet")
@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_workflow_names_a_table_that_comes_along(workflow: Path) -> None:
    for node in _nodes(workflow):
        if node["type"] == "SeedloupeGoldenSeed":
            assert find_table(node["widgets_values"][0], [bundled_folder()]) in BUNDLED


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_workflow_has_a_picture_beside_it(workflow: Path) -> None:
    assert workflow.with_suffix(".jpg").is_file()


def _nodes(workflow: Path) -> Iterator[dict[str, object]]:
    yield from json.loads(workflow.read_text("utf-8"))["nodes"]
