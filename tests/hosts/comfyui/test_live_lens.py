"""The lens nodes in a ComfyUI that runs: set ``COMFYUI_HOST``, as for the other live tests."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest

from .test_live import ADDRESS, PROMPT, ask, pictures, run, workflow

pytestmark = pytest.mark.skipif(not ADDRESS, reason="COMFYUI_HOST names no running ComfyUI")

Graph = dict[str, dict[str, Any]]


def tapped(seed: int, *, sampler: str = "euler", view: str = "spot", **settings: Any) -> Graph:
    graph = workflow(seed, **{"steps": 4, "cfg": 4.0, **settings})
    del graph["gold"]
    graph["sample"]["inputs"] |= {"model": ["tap", 0], "sampler_name": sampler}
    watch = {"model": ["load", 0], "layers": "auto", "live": True, "clip": ["load", 1]}
    look = {"lens": ["tap", 1], "view": view, "layer": "auto", "step": -1, "word": "ball"}
    look |= {"x": 0.5, "y": 0.5, "picture": ["decode", 0]}
    graph["tap"] = {"class_type": "SeedloupeLensTap", "inputs": {**watch, "prompt": PROMPT}}
    graph["view"] = {"class_type": "SeedloupeLensView", "inputs": look}
    return graph


def plain(graph: Graph) -> Graph:
    """The same without the tap."""
    kept = {name: node for name, node in graph.items() if name not in ("tap", "view")}
    return kept | {"sample": {**kept["sample"], "inputs": _untapped(kept["sample"]["inputs"])}}


def _untapped(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {**inputs, "model": ["load", 0]}


def seed() -> int:
    """One that no run before had, as the host keeps results."""
    return time.time_ns() % 2**32


def shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    return entry["outputs"]["view"]["seedloupe_view"][0]


@pytest.mark.parametrize("sampler", ["euler", "heun", "euler_ancestral", "dpmpp_2m_sde", "uni_pc"])
def test_the_picture_is_the_same_to_the_bit(sampler: str) -> None:
    graph = tapped(seed(), sampler=sampler)
    watched, unwatched = run(graph), run(plain(graph))
    for one, other in zip(pictures(watched), pictures(unwatched), strict=True):
        np.testing.assert_array_equal(one, other)
    assert shown(watched)["steps"] == [0, 1, 2, 3]
    assert shown(watched)["notes"] == []


def test_the_page_asks_on_without_running_anything_again() -> None:
    asked = {**shown(run(tapped(seed()))), "view": "word", "word": "red", "step": 2}
    question = {name: asked[name] for name in ("run", "view", "word", "step")}
    assert (
        "Attention to 'red' over all layers and step 2"
        in ask("/seedloupe/lens/view", question)["sentence"]
    )


def test_a_run_that_was_stopped_leaves_the_next_as_it_should_be() -> None:
    queued = ask("/prompt", {"prompt": tapped(seed(), steps=500), "client_id": "tests"})
    time.sleep(5)
    urlopen(Request(f"{ADDRESS}/interrupt", b"{}", {"Content-Type": "application/json"})).close()
    deadline = time.monotonic() + 60
    while not (entry := ask(f"/history/{queued['prompt_id']}")) and time.monotonic() < deadline:
        time.sleep(0.3)
    kinds = [kind for kind, _ in entry[queued["prompt_id"]]["status"]["messages"]]
    assert "execution_interrupted" in kinds
    graph = tapped(seed())
    for one, other in zip(pictures(run(graph)), pictures(run(plain(graph))), strict=True):
        np.testing.assert_array_equal(one, other)


def test_models_that_were_unloaded_are_watched_again() -> None:
    run(tapped(seed()))
    body = json.dumps({"unload_models": True}).encode()
    urlopen(Request(f"{ADDRESS}/free", body, {"Content-Type": "application/json"})).close()
    time.sleep(2)
    assert shown(run(tapped(seed())))["steps"] == [0, 1, 2, 3]


def test_a_view_without_the_picture_says_what_to_wire() -> None:
    graph = tapped(seed())
    del graph["view"]["inputs"]["picture"]
    errors = [said for kind, said in run(graph)["status"]["messages"] if kind == "execution_error"]
    assert [error["node_type"] for error in errors] == ["SeedloupeLensView"]
    assert "Wire it in" in errors[0]["exception_message"]


def test_an_equal_tap_under_another_id_is_told_apart() -> None:
    number = seed()
    first = tapped(number)
    run(first)
    again = json.loads(json.dumps(tapped(number + 1)).replace('"tap"', '"another tap"'))
    assert shown(run(again))["steps"] == [0, 1, 2, 3]


def test_two_seeds_through_one_tap_are_compared() -> None:
    graph = tapped(seed())
    for name in ("sample", "decode"):
        graph[f"{name} again"] = json.loads(json.dumps(graph[name]))
    graph["sample again"]["inputs"]["seed"] = seed() + 1
    graph["decode again"]["inputs"]["samples"] = ["sample again", 0]
    wired = {"one": ["tap", 1], "other": ["tap", 1], "run_of_one": 1, "run_of_other": 0}
    wired |= {"picture_of_one": ["decode", 0], "picture_of_other": ["decode again", 0]}
    graph["compare"] = {"class_type": "SeedloupeLensCompare", "inputs": wired}
    said = run(graph)["outputs"]["compare"]["seedloupe_compare"][0]["sentence"]
    seeds = [str(graph[name]["inputs"]["seed"]) for name in ("sample", "sample again")]
    assert said.startswith("seeds: ")
    assert all(number in said for number in seeds)
    assert "mid-vit-out: 0.000 apart" not in said


def test_a_saved_lens_is_loaded_and_looked_into() -> None:
    graph = tapped(seed())
    save = {"lens": ["tap", 1], "filename_prefix": "lens/live", "picture": ["decode", 0]}
    graph["save"] = {"class_type": "SeedloupeSaveLens", "inputs": save}
    entry = run(graph)
    name = entry["outputs"]["save"]["seedloupe_report"][0].partition(",")[0]
    file = {"class_type": "SeedloupeLoadLens", "inputs": {"file": f"output/lens/{name}"}}
    look = {**graph["view"]["inputs"], "lens": ["file", 0]}
    del look["picture"]
    alone = run({"file": file, "view": {"class_type": "SeedloupeLensView", "inputs": look}})
    assert shown(alone)["sentence"] == shown(entry)["sentence"]
    assert shown(alone)["picture"] == shown(entry)["picture"]


def test_help_and_translations_are_served() -> None:
    for node in ("LensTap", "LensView", "LensCompare", "SaveLens", "LoadLens"):
        with urlopen(f"{ADDRESS}/extensions/seedloupe/docs/Seedloupe{node}.md") as page:
            assert page.read().startswith(b"# ")
    assert ask("/i18n")["de"]["nodeDefs"]["SeedloupeLensTap"]["display_name"] == "Linse: Abgriff"
