"""A workflow is read as the graph ComfyUI would run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import FoundHost, FoundLevel, noise_in_workflow
from seedloupe.metadata.comfy_workflow import graph_of

from .told import SHAPE, workflow

ROOT = Path(__file__).parents[2]


def test_a_workflow_is_read_as_the_graph_it_stands_for() -> None:
    found = noise_in_workflow(workflow())
    assert (found.host, found.level) == (FoundHost.COMFYUI, FoundLevel.EXACT)
    assert (found.seeds, found.shape) == ((11,), SHAPE)
    assert noise_in_workflow(workflow(mode=2)).level is FoundLevel.UNKNOWN


def test_our_example_workflow_is_told_by_its_table() -> None:
    text = (ROOT / "example_workflows" / "seedloupe_golden_seeds.json").read_text("utf-8")
    found = noise_in_workflow(json.loads(text))
    assert found.level is FoundLevel.DEPENDS
    assert "best seeds of the table" in found.verdict
    assert found.shape == (4, 16, 16)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"nodes": None}, "workflow.nodes"),
        ({"nodes": [{}] * 8193}, "workflow.nodes"),
        ({"links": {}}, "workflow.links"),
        ({"nodes": []}, "prompt"),
    ],
)
def test_what_is_no_workflow_is_refused_by_name(changed: dict, field: str) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_workflow({**workflow(), **changed})
    assert caught.value.field == field


def test_values_get_their_names_and_links_their_origin() -> None:
    graph = graph_of(workflow())
    assert graph["3"] == {
        "class_type": "KSampler",
        "inputs": {
            "seed": 11,
            "steps": 20,
            "cfg": 8,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1,
            "model": ["4", 0],
            "latent_image": ["5", 0],
        },
    }
    assert graph["9"] == {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}}


def test_a_wired_input_counts_more_than_the_value_it_hides() -> None:
    changed = workflow()
    changed["nodes"][1]["inputs"] = [{"name": "width", "link": 9, "widget": {"name": "width"}}]
    changed["links"].append([9, 20, 0, 5, 0, "INT"])
    changed["nodes"].append({"id": 20, "type": "PrimitiveInt", "widgets_values": [128, "fixed"]})
    assert noise_in_workflow(changed).shape == (4, 6, 16)


@pytest.mark.parametrize("mode", [2, 4])
def test_muted_and_bypassed_nodes_are_left_out(mode: int) -> None:
    assert "3" not in graph_of(workflow(mode=mode))
