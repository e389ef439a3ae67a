"""The pack as a whole: its entry, its menu and its pages."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from seedloupe.errors import TableError

from ...outside_packages import SOUND, install
from .conftest import Host

ROOT = Path(__file__).parents[3]
WEB = ROOT / "javascript" / "comfyui"


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
    return asyncio.run(host.ours("extension").SeedloupeNodes().get_node_list())


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


def test_no_widget_is_randomised_by_the_page(host: Host) -> None:
    """A page that randomises a seed would take away the seed that was chosen."""
    for part in _all_inputs(host):
        assert getattr(part, "control_after_generate", None) in (None, False, "fixed", "increment")


def test_every_output_and_every_widget_says_what_it_is(host: Host) -> None:
    for node in node_classes(host):
        schema = node.define_schema()
        assert schema.description
        assert schema.search_aliases
        for output in schema.outputs:
            assert output.display_name
    for part in _all_inputs(host):
        assert part.tooltip or part.kind in ("MODEL", "CLIP", "VAE"), part.id


def test_no_input_is_required_whose_value_an_old_workflow_cannot_have(host: Host) -> None:
    """An advanced input may be hidden, so a graph sent by a program may lack it."""
    for part in _all_inputs(host):
        assert part.optional or not part.advanced, part.id


def _all_inputs(host: Host) -> Iterator[Any]:
    for node in node_classes(host):
        for part in node.define_schema().inputs:
            yield part
            yield from part.nested() if hasattr(part, "nested") else ()


def test_a_file_that_cannot_be_imported_takes_no_other_node_away(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = host.ours("nodes")
    found = nodes.node_classes(("golden_seed", "nowhere", "seedling_loader"))
    assert [one.__name__ for one in found] == ["SeedloupeGoldenSeed", "SeedloupeSeedlingLoader"]
    (line,) = [one.getMessage() for one in caplog.records]
    assert line.startswith("Seedloupe: the nodes of nowhere are left out. ModuleNotFoundError")


def test_every_file_of_nodes_is_listed_once(host: Host) -> None:
    nodes = host.ours("nodes")
    files = {path.stem for path in Path(nodes.__file__).parent.glob("*.py")} - {"__init__"}
    assert len(set(nodes.NODE_FILES)) == len(nodes.NODE_FILES)
    assert set(nodes.NODE_FILES) == files


def test_an_older_host_gets_one_line_and_no_nodes(
    host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(host.module("comfyui_version"), "__version__", "0.3.64")
    assert node_classes(host) == []
    (line,) = [one.getMessage() for one in caplog.records]
    assert "0.33 or newer, this is 0.3.64" in line


@pytest.mark.parametrize(
    ("version", "old"),
    [("0.32.9", True), ("0.33.0", False), ("0.99.99", False), ("1.0", False), ("v0.3.64", True)],
)
def test_the_floor_is_read_off_the_version(host: Host, version: str, old: bool) -> None:
    assert bool(host.ours("floor").too_old(version)) is old


@pytest.mark.parametrize("version", [None, "", "nightly"])
def test_a_host_that_does_not_tell_its_version_is_let_through(
    host: Host, version: str | None
) -> None:
    assert host.ours("floor").too_old(version) is None


def test_a_refusal_is_the_errors_own_sentence(host: Host) -> None:
    def fails() -> None:
        raise TableError("table", expected="a file", got="none", advice="Choose another.")

    validation = host.ours("refusal").validation
    assert validation(fails) == "table: expected a file, got none. Choose another."
    assert validation(lambda: None) is True


def test_a_bug_is_no_refusal(host: Host) -> None:
    with pytest.raises(ZeroDivisionError):
        host.ours("refusal").validation(lambda: 1 / 0)


def test_a_field_that_a_schema_does_not_know_is_left_out(host: Host) -> None:
    schema = host.ours("schema").node_schema("SeedloupeX", name="X", description="x", tomorrow=1)
    assert not hasattr(schema, "tomorrow")


def test_every_node_has_a_help_page_and_every_page_a_node(host: Host) -> None:
    ids = {node.define_schema().node_id for node in node_classes(host)}
    assert {page.stem for page in (WEB / "docs").glob("*.md")} == ids


def test_the_script_names_nodes_that_exist(host: Host) -> None:
    ids = {node.define_schema().node_id for node in node_classes(host)}
    named = set(re.findall(r'"(Seedloupe\w+)"', _scripts()))
    assert named
    assert named <= ids


def test_texts_never_become_markup() -> None:
    """A table's name, a prompt or an error may hold anything."""
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in _scripts()


def test_scripts_import_only_what_the_page_goes_on_offering() -> None:
    imported = set(re.findall(r'from "(\.\./[^"]+)"', _scripts()))
    assert imported <= {"../../scripts/app.js", "../../scripts/api.js"}


def test_each_extension_has_a_name_of_its_own() -> None:
    """The page refuses a name it knows, and the part behind it would be lost."""
    names = re.findall(r'registerExtension\(\{\s*name: "([^"]+)"', _scripts())
    assert names
    assert len(set(names)) == len(names) == _scripts().count("registerExtension(")


def test_elements_are_added_under_types_of_our_own() -> None:
    """Nodes 2.0 shows a widget of its own where it knows the type: ``text`` is an empty box."""
    added = re.findall(r"addDOMWidget\(\s*([^,]+),\s*([^,]+),", _scripts())
    assert added
    assert {kind for _, kind in added} == {"type"}
    assert 'const PREFIX = "seedloupe_"' in (WEB / "panel.js").read_text("utf-8")


def _scripts() -> str:
    return "\n".join(path.read_text("utf-8") for path in WEB.rglob("*.js"))
