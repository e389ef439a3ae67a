"""Every template in a ComfyUI that runs: set ``COMFYUI_HOST``, as for ``test_live.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ..conftest import Host
from ..test_live import ADDRESS, ask, run
from .checks import as_prompt
from .facts import BLUEPRINTS, TEMPLATES, core_kinds, our_kind, page_of

pytestmark = pytest.mark.skipif(not ADDRESS, reason="COMFYUI_HOST names no running ComfyUI")

WIDE = {"width": 192, "height": 128, "batch_size": 4}


def prompt_of(host: Host, path: Path) -> dict[str, dict[str, Any]]:
    schemas = [node.define_schema() for node in host.ours("nodes").node_classes()]
    kinds = core_kinds() | {schema.node_id: our_kind(schema) for schema in schemas}
    return as_prompt(page_of(path), kinds)


def with_seedling(prompt: dict[str, dict[str, Any]]) -> None:
    """Puts our own model in place of one that has to be fetched, at a size small enough for it."""
    for node in prompt.values():
        if node["class_type"] == "CheckpointLoaderSimple":
            node.update({"class_type": "SeedloupeSeedlingLoader", "inputs": {}})
        elif node["class_type"] == "EmptyLatentImage" and node["inputs"]["width"] > WIDE["width"]:
            node["inputs"] = WIDE


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_runs(host: Host, path: Path) -> None:
    prompt = prompt_of(host, path)
    with_seedling(prompt)
    entry = run(prompt)
    assert entry["status"]["status_str"] == "success", entry["status"]
    for kind in ("PreviewImage", "SeedloupeSaveWithSeeds"):
        for name in [name for name, node in prompt.items() if node["class_type"] == kind]:
            assert entry["outputs"][name]["images"]


def test_the_host_offers_templates_and_blueprint() -> None:
    offered = ask("/workflow_templates")["seedloupe"]
    assert {path.stem for path in TEMPLATES} <= set(offered)
    named = {one["name"] for one in ask("/global_subgraphs").values()}
    assert {path.stem for path in BLUEPRINTS} <= named
