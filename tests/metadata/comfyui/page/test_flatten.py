"""A page is read as the graph ComfyUI would run."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import FoundHost, FoundLevel, noise_in_workflow
from seedloupe.metadata.comfyui.page import graph_of

from ...told import SHAPE as TOLD_SHAPE
from ...told import workflow
from .pages import SEED, SHAPE, SIZE, Page, sampler_values, simple

ROOT = Path(__file__).parents[4]


def test_a_workflow_is_read_as_the_graph_it_stands_for() -> None:
    found = noise_in_workflow(workflow())
    assert (found.host, found.level) == (FoundHost.COMFYUI, FoundLevel.EXACT)
    assert (found.seeds, found.shape) == ((11,), TOLD_SHAPE)
    assert noise_in_workflow(workflow(mode=2)).level is FoundLevel.UNKNOWN


def test_our_example_workflow_is_told_by_its_table() -> None:
    text = (ROOT / "tests/hosts/comfyui/templates/saved/golden_seeds.json").read_text("utf-8")
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
            "latent_image": ["5", 0],
        },
    }
    assert graph["9"]["inputs"] == {"images": ["8", 0]}


def test_a_wired_input_counts_more_than_the_value_it_hides() -> None:
    changed = workflow()
    changed["nodes"][1]["inputs"] = [{"name": "width", "link": 9, "widget": {"name": "width"}}]
    changed["links"].append([9, 20, 0, 5, 0, "INT"])
    changed["nodes"].append({"id": 20, "type": "PrimitiveInt", "widgets_values": [128, "fixed"]})
    assert noise_in_workflow(changed).shape == (4, 6, 16)


@pytest.mark.parametrize("mode", [2, 4])
def test_muted_and_bypassed_nodes_are_left_out(mode: int) -> None:
    assert "3" not in graph_of(workflow(mode=mode))


def resized(mode: int, **more: Any) -> dict[str, Any]:
    """A node before the sampler that makes the latents larger, in some mode."""
    page = simple((20, 0, "LATENT"))
    values = ("nearest-exact", 768, 768, "disabled")
    wires = {"samples": (5, 0, "LATENT")}
    page.add(20, "LatentUpscale", values, wires, ("LATENT",), mode=mode)
    page.nodes[-1].update(more)
    return page.written()


def test_a_bypassed_node_is_passed_by() -> None:
    assert noise_in_workflow(resized(0)).shape == (4, 96, 96)
    found = noise_in_workflow(resized(4))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (SEED,), SHAPE)
    untyped = resized(4, outputs=[{"name": "LATENT"}])
    assert noise_in_workflow(untyped).shape == SHAPE
    wrong = resized(4, outputs=[{"name": "IMAGE", "type": "IMAGE"}])
    assert noise_in_workflow(wrong).level is FoundLevel.UNKNOWN


def test_a_bypassed_node_hands_on_what_fits_its_output() -> None:
    page = simple()
    page.nodes[2]["inputs"][0]["link"] = page.link(20, 0, 3, 0, "MODEL")
    wires = {"clip": (4, 1, "CLIP"), "model": (4, 0, "MODEL")}
    page.add(20, "Strange", (), wires, ("MODEL", "CLIP"), mode=4)
    assert noise_in_workflow(page.written()).level is FoundLevel.EXACT
    assert graph_of(page.written())["20>0"]["inputs"] == {"": ["4", 0]}
    assert graph_of(page.written())["20>1"]["inputs"] == {"": ["4", 1]}


def test_bypassed_nodes_in_a_circle_end() -> None:
    page = simple((20, 0, "LATENT"))
    page.add(20, "A", (), {"samples": (21, 0, "LATENT")}, ("LATENT",), mode=4)
    page.add(21, "B", (), {"samples": (20, 0, "LATENT")}, ("LATENT",), mode=4)
    assert noise_in_workflow(page.written()).level is FoundLevel.UNKNOWN


def test_a_branch_behind_a_muted_node_was_not_run() -> None:
    page = simple()
    page.add(30, "EmptyLatentImage", SIZE, outputs=("LATENT",), mode=2)
    page.add(31, "KSampler", sampler_values(7), {"latent_image": (30, 0, "LATENT")}, ("LATENT",))
    page.add(32, "VAEDecode", (), {"samples": (31, 0, "LATENT")}, ("IMAGE",))
    page.add(33, "SaveImage", ("C",), {"images": (32, 0, "IMAGE")})
    found = noise_in_workflow(page.written())
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (SEED,))


def subgraph(name: str, inner: Page, inputs: dict[str, list[int]], links: list[int]) -> dict:
    return {
        "id": name,
        "nodes": inner.nodes,
        "links": inner.links,
        "inputs": [{"name": called, "linkIds": ids} for called, ids in inputs.items()],
        "outputs": [{"name": "IMAGE", "linkIds": links}],
    }


def sampling(*, seed: int = 5) -> dict[str, Any]:
    """A subgraph that samples and decodes; its seed is one of its inputs."""
    inner = Page(links_as_objects=True)
    inner.add(4, "EmptyLatentImage", SIZE, outputs=("LATENT",))
    wires = {
        "model": (-10, 0, "MODEL"),
        "latent_image": (4, 0, "LATENT"),
        "seed": (-10, 1, "INT"),
    }
    inner.add(5, "KSampler", sampler_values(seed), wires, ("LATENT",))
    inner.add(9, "VAEDecode", (), {"samples": (5, 0, "LATENT")}, ("IMAGE",))
    out = inner.link(9, 0, -20, 0, "IMAGE")
    return subgraph("sampling", inner, {"model": [1], "seed": [3]}, [out])


def using(**node: Any) -> dict[str, Any]:
    """A page with one use of that subgraph."""
    page = Page()
    page.add(1, "UNETLoader", ("a",), outputs=("MODEL",))
    page.add(11, "sampling", node.pop("values", []), {"model": (1, 0, "MODEL")}, ("IMAGE",), **node)
    page.add(10, "SaveImage", ("C",), {"images": (11, 0, "IMAGE")})
    return page.written(definitions={"subgraphs": [sampling()]})


@pytest.mark.parametrize(
    ("node", "seed"),
    [
        ({"values": [77], "widgets_values_named": {"seed": 77}}, 77),
        ({"values": [77]}, 77),
        ({"values": []}, 5),
        ({"values": None}, 5),
    ],
)
def test_a_subgraph_is_opened_with_the_values_of_its_use(node: dict, seed: int) -> None:
    found = noise_in_workflow(using(**node))
    assert (found.level, found.seeds, found.shape) == (FoundLevel.EXACT, (seed,), SHAPE)
    assert {"11:4", "11:5", "11:9"} <= set(graph_of(using(**node)))


def test_values_that_fit_no_input_leave_the_seed_unknown() -> None:
    found = noise_in_workflow(using(values=[77, 78, 79]))
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, ())


def test_what_is_wired_into_a_subgraph_counts_more_than_its_values() -> None:
    written = using(values=[])
    node = next(entry for entry in written["nodes"] if entry["id"] == 11)
    written["links"].append([9, 20, 0, 11, 1, "INT"])
    node["inputs"].append({"name": "seed", "type": "INT", "link": 9, "widget": {"name": "seed"}})
    written["nodes"].append({"id": 20, "type": "PrimitiveInt", "widgets_values": [99, "fixed"]})
    assert noise_in_workflow(written).seeds == (99,)


def test_an_input_of_a_subgraph_that_was_renamed_is_known_by_its_place() -> None:
    written = using(values=[77])
    node = next(entry for entry in written["nodes"] if entry["id"] == 11)
    node["inputs"][0]["name"] = "my model"
    node["widgets_values_named"] = {"seed": 77}
    assert graph_of(written)["11:5"]["inputs"]["model"] == ["1", 0]


def test_a_subgraph_used_twice_is_opened_twice() -> None:
    page = Page()
    page.add(1, "UNETLoader", ("a",), outputs=("MODEL",))
    for number, seed in ((11, 77), (12, 88)):
        page.add(number, "sampling", [seed], {"model": (1, 0, "MODEL")}, ("IMAGE",))
        page.add(number + 10, "SaveImage", ("C",), {"images": (number, 0, "IMAGE")})
    written = page.written(definitions={"subgraphs": [sampling()]})
    found = noise_in_workflow(written)
    assert (found.level, found.seeds) == (FoundLevel.UNKNOWN, (77, 88))
    written["nodes"][3]["mode"] = 2
    assert noise_in_workflow(written).seeds == (77,)


def test_subgraphs_may_be_nested_and_used_with_their_own_seeds() -> None:
    outer = Page(links_as_objects=True)
    wires = {"model": (-10, 0, "MODEL"), "seed": (-10, 1, "INT")}
    outer.add(11, "sampling", [6], wires, ("IMAGE",))
    out = outer.link(11, 0, -20, 0, "IMAGE")
    nested = subgraph("outer", outer, {"model": [1], "seed": [2]}, [out])
    page = Page()
    page.add(1, "UNETLoader", ("a",), outputs=("MODEL",))
    page.add(12, "outer", [123], {"model": (1, 0, "MODEL")}, ("IMAGE",))
    page.add(10, "SaveImage", ("C",), {"images": (12, 0, "IMAGE")})
    written = page.written(definitions={"subgraphs": [sampling(), nested]})
    found = noise_in_workflow(written)
    assert (found.level, found.seeds) == (FoundLevel.EXACT, (123,))
    assert "12:11:5" in graph_of(written)


@pytest.mark.parametrize("mode", [2, 4])
def test_a_subgraph_can_be_switched_off(mode: int) -> None:
    written = using(values=[77], mode=mode)
    assert noise_in_workflow(written).level is FoundLevel.UNKNOWN
    assert not any(name.startswith("11:") for name in graph_of(written))


def test_a_subgraph_in_itself_is_refused_and_a_flood_of_them_too() -> None:
    for uses in (1, 4):
        inner = Page(links_as_objects=True)
        for number in range(uses):
            inner.add(number, "itself", [])
        page = Page()
        page.add(1, "itself", [])
        begun = time.process_time()
        with pytest.raises(ImageError, match="workflow"):
            graph_of(page.written(definitions={"subgraphs": [subgraph("itself", inner, {}, [])]}))
        assert time.process_time() - begun < 5


def test_a_value_that_is_set_is_got_by_its_name() -> None:
    page = simple((21, 0, "LATENT"))
    page.add(20, "SetNode", ("latents",), {"LATENT": (5, 0, "LATENT")}, ("*",))
    page.add(21, "GetNode", ("latents",), outputs=("LATENT",))
    assert noise_in_workflow(page.written()).seeds == (SEED,)
    page.add(22, "SetNode", ("latents",), {"LATENT": (5, 0, "LATENT")}, ("*",))
    assert noise_in_workflow(page.written()).level is FoundLevel.UNKNOWN


def test_use_everywhere_feeds_what_is_wired_to_nothing() -> None:
    page = simple()
    sockets = page.nodes[2]["inputs"]
    sockets[0]["link"] = None
    assert noise_in_workflow(page.written()).level is FoundLevel.EXACT
    page.add(30, "Anything Everywhere", (), {"anything": (4, 0, "MODEL")})
    unknown = noise_in_workflow(page.written())
    assert (unknown.level, unknown.unknown) == (FoundLevel.UNKNOWN, ("Anything Everywhere",))
    ends = {"downstream": 3, "downstream_slot": 0, "upstream": 4, "upstream_slot": 0}
    wired = noise_in_workflow(page.written(extra={"ue_links": [{**ends, "type": "MODEL"}]}))
    assert wired.level is FoundLevel.EXACT


def test_notes_and_reroutes_do_nothing() -> None:
    page = simple((20, 0, "LATENT"))
    page.add(20, "Reroute (rgthree)", None, {"": (5, 0, "LATENT")}, ("LATENT",))
    page.add(21, "MarkdownNote", ("# hills",))
    assert noise_in_workflow(page.written()).seeds == (SEED,)
    assert "21" not in graph_of(page.written())


@pytest.mark.parametrize(
    "odd",
    [
        {"definitions": []},
        {"definitions": {"subgraphs": [5, {"id": 1}]}},
        {"extra": 5},
        {"extra": {"groupNodes": 5, "ue_links": [5, {}]}},
    ],
)
def test_what_a_page_has_besides_may_be_anything(odd: dict) -> None:
    assert noise_in_workflow(simple().written(**odd)).seeds == (SEED,)


def test_a_seed_that_is_broadcast_may_have_replaced_the_one_in_a_socket() -> None:
    page = simple()
    page.add(30, "Seed Everywhere", (777, "randomize"), outputs=("INT",))
    assert noise_in_workflow(page.written()).seeds == (SEED,)
    socket = {"name": "seed", "type": "INT", "widget": {"name": "seed"}, "link": None}
    page.nodes[2]["inputs"].append(socket)
    assert noise_in_workflow(page.written()).level is FoundLevel.UNKNOWN
    socket["link"] = page.link(30, 0, 3, 2, "INT")
    assert noise_in_workflow(page.written()).seeds == (777,)


@pytest.mark.parametrize("kind", ["GlobalSeed //Inspire", "easy globalSeed"])
def test_a_seed_for_all_nodes_is_the_samplers_only_where_both_agree(kind: str) -> None:
    page = simple()
    page.add(30, kind, (777, True, "randomize", ""))
    found = noise_in_workflow(page.written())
    assert (found.level, found.unknown) == (FoundLevel.UNKNOWN, (kind,))
    page.nodes[-1]["widgets_values"][0] = SEED
    assert noise_in_workflow(page.written()).level is FoundLevel.EXACT
    page.nodes[-1].update(mode=2, widgets_values=[777, True, "randomize", ""])
    assert noise_in_workflow(page.written()).level is FoundLevel.EXACT
