"""The templates and the blueprint that come along, against the nodes they use."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seedloupe.tables import bundled_folder, find_table, list_tables

from ..conftest import Host
from .checks import as_prompt, faults
from .facts import (
    BLUEPRINTS,
    NOTES,
    ROOT,
    SAVED,
    TEMPLATES,
    Kind,
    core_kinds,
    graphs_of,
    our_kind,
    page_of,
    used_kinds,
)

BUNDLED = list_tables([bundled_folder()])
NAMES = {
    "diverse_batch",
    "golden_batch",
    "inpaint_text_check",
    "layout",
    "live_lens",
    "sdxl_other_size",
    "seed_ab",
    "seed_variance",
}
LARGEST_PICTURE = 60_000
Page = dict[str, Any]


@pytest.fixture
def kinds(host: Host) -> dict[str, Kind]:
    """Our own nodes as they are, the host's as they were written down."""
    schemas = [node.define_schema() for node in host.ours("nodes").node_classes()]
    return core_kinds() | {schema.node_id: our_kind(schema) for schema in schemas}


def nodes_of(path: Path) -> Iterator[Page]:
    for graph in graphs_of(page_of(path)):
        yield from graph["nodes"]


def by_name(paths: list[Path]) -> Any:
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


def test_the_templates_are_those_that_are_named() -> None:
    assert {path.stem for path in TEMPLATES} == {f"seedloupe_{name}" for name in NAMES}
    assert len(BLUEPRINTS) == 1


def test_every_node_that_is_used_was_looked_up(kinds: dict[str, Kind]) -> None:
    assert used_kinds() <= set(kinds)


@by_name([*TEMPLATES, *BLUEPRINTS])
def test_a_page_fits_the_nodes_it_uses(kinds: dict[str, Kind], path: Path) -> None:
    assert faults(page_of(path), kinds) == []


@by_name(SAVED)
def test_a_page_saved_with_an_older_host_lacks_only_what_the_page_adds(
    kinds: dict[str, Kind], path: Path
) -> None:
    later = ["SeedloupeSeedlingLoader: inputs ['variant']", "SaveImage: outputs differ"]
    assert faults(page_of(path), kinds) == later


def _first(page: Page, kind: str) -> Page:
    return next(node for node in page["nodes"] if node["type"] == kind)


def _rename(page: Page) -> None:
    _first(page, "VAEDecode")["type"] = "VAEDecoder"


def _lose_a_value(page: Page) -> None:
    _first(page, "SeedloupePickSeeds")["widgets_values"].pop()


def _take_another_value(page: Page) -> None:
    _first(page, "SeedloupePickSeeds")["widgets_values"][2] = 100_000


def _choose_what_is_not_there(page: Page) -> None:
    _first(page, "KSamplerSelect")["widgets_values"] = ["dpmpp_9m"]


def _cross_a_link(page: Page) -> None:
    page["links"][0][5] = "GUIDER"


def _forget_a_link(page: Page) -> None:
    page["links"].pop()


def _unwire(page: Page) -> None:
    sampler = _first(page, "SamplerCustomAdvanced")
    sampler["inputs"][0]["link"] = None


def _lose_an_input(page: Page) -> None:
    _first(page, "SeedloupePickSeeds")["inputs"].pop(0)


def _rename_an_output(page: Page) -> None:
    _first(page, "SeedloupePickSeeds")["outputs"][0]["name"] = "seed"


@pytest.mark.parametrize(
    "spoil",
    [
        _rename,
        _lose_a_value,
        _take_another_value,
        _choose_what_is_not_there,
        _cross_a_link,
        _forget_a_link,
        _unwire,
        _lose_an_input,
        _rename_an_output,
    ],
    ids=lambda spoil: spoil.__name__.strip("_"),
)
def test_a_fault_in_a_page_is_seen(kinds: dict[str, Kind], spoil: Callable[[Page], None]) -> None:
    page = copy.deepcopy(page_of(ROOT / "example_workflows" / "seedloupe_layout.json"))
    spoil(page)
    assert faults(page, kinds)


@by_name([*TEMPLATES, *BLUEPRINTS])
def test_no_node_of_a_page_is_deprecated(host: Host, path: Path) -> None:
    schemas = {node.__name__: node.define_schema() for node in host.ours("nodes").node_classes()}
    ours = [schemas[node["type"]] for node in nodes_of(path) if node["type"] in schemas]
    assert ours
    assert not [schema.node_id for schema in ours if schema.is_deprecated]


@by_name(TEMPLATES)
def test_a_template_says_what_to_press(path: Path) -> None:
    (note,) = [node for node in nodes_of(path) if node["type"] in NOTES]
    assert "press *Run*" in note["widgets_values"][0].replace("Press", "press")


def test_the_template_that_the_tests_cannot_run_says_so() -> None:
    path = ROOT / "example_workflows" / "seedloupe_sdxl_other_size.json"
    (note,) = [node for node in nodes_of(path) if node["type"] in NOTES]
    assert "checked and not run by our tests" in note["widgets_values"][0]
    loaders = {node["type"] for other in TEMPLATES if other != path for node in nodes_of(other)}
    assert "CheckpointLoaderSimple" not in loaders


@by_name(TEMPLATES)
def test_a_template_paints_the_same_picture_twice(kinds: dict[str, Kind], path: Path) -> None:
    """A page that rolls dice after each run would take away the seed that was chosen."""
    for node in nodes_of(path):
        kind = kinds.get(node["type"])
        if kind and any(part.control for part in kind.inputs):
            assert "randomize" not in node["widgets_values"], node["type"]


@pytest.mark.skipif(not BUNDLED, reason="this checkout has no seed tables yet")
@by_name([*TEMPLATES, *SAVED])
def test_a_template_names_a_table_that_comes_along(
    host: Host, kinds: dict[str, Kind], path: Path
) -> None:
    prompt = as_prompt(page_of(path), kinds)
    named = {node["inputs"]["table"] for node in prompt.values() if "table" in node["inputs"]}
    for table in named - {host.ours("tables").OF_THE_MODEL}:
        assert find_table(table, [Path(__file__).parents[4] / "seed_tables"]) in BUNDLED


@by_name(TEMPLATES)
def test_a_template_has_a_small_picture_beside_it(path: Path) -> None:
    picture = path.with_suffix(".jpg")
    assert picture.read_bytes()[:2] == b"\xff\xd8"
    assert picture.stat().st_size < LARGEST_PICTURE


@by_name([*TEMPLATES, *BLUEPRINTS])
def test_the_guide_names_every_template(path: Path) -> None:
    guide = (ROOT / "docs" / "comfyui.md").read_text("utf-8")
    assert f"`{path.stem}`" in guide
