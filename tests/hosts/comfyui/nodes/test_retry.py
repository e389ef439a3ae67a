"""Trying again as ComfyUI runs it: the node's own graphs are run by a small loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from seedloupe.errors import InputError

from ..conftest import Host
from ..planted_text import PlantedReader, picture, prompt_nodes

IMAGE, SEED, VERDICT, OVERLAY, TRIED, REPORT = range(6)
ID = "9"
Draw = Callable[[int], torch.Tensor]


def nodes_of(seeds: object = None) -> dict[str, dict[str, Any]]:
    """Seeds, a sampler with a model and a prompt, a decoder, and the node under test."""
    return {
        "1": {"class_type": "SeedloupePickSeeds", "inputs": {"table": "mine"}},
        "2": {"class_type": "Loader", "inputs": {"name": "a.safetensors"}},
        "3": {"class_type": "KSampler", "inputs": {"seed": seeds or ["1", 0], "model": ["2", 0]}},
        "4": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["2", 2]}},
        ID: {
            "class_type": "SeedloupeRetry",
            "inputs": {"images": ["4", 0], "seeds": ["1", 0], "retries": 3},
        },
    }


class Run:
    """Runs the node, and in the graphs it hands back its copies, as the host does."""

    def __init__(self, host: Host, draw: Draw) -> None:
        self.node = host.node("SeedloupeRetry")
        self.draw = draw
        self.nodes = nodes_of()
        self.graphs: list[dict[str, dict[str, Any]]] = []
        self.server = host.module("server").PromptServer.instance

    def __call__(self, pictures: list[torch.Tensor], seeds: list[int], **more: Any) -> Any:
        node_id, inputs = ID, {"images": pictures, "seeds": seeds, "retries": [3]} | more
        while True:
            hidden = {"unique_id": node_id, "dynprompt": prompt_nodes(self.nodes)}
            result = self.node.run_hidden(hidden, **inputs)
            if result.expand is None:
                return result
            self.graphs.append(result.expand)
            self.nodes |= result.expand
            node_id = result.args[0][0]
            given = self.nodes[node_id]["inputs"]
            seed = self.nodes[self.nodes[given["images"][0]]["inputs"]["samples"][0]]["inputs"]
            inputs |= {"images": [self.draw(seed["seed"])], "tries": [given["tries"]]}


Begin = Callable[[Draw], Run]


@pytest.fixture
def run(host: Host, monkeypatch: pytest.MonkeyPatch) -> Begin:
    monkeypatch.setattr(host.ours("text_check"), "reader_named", lambda name: PlantedReader())
    return lambda draw: Run(host, draw)


def never(_: int) -> torch.Tensor:
    pytest.fail("nothing was to be drawn")


def test_a_picture_without_text_among_those_that_came_is_kept(run: Begin) -> None:
    args = run(never)([picture(text=True), picture(text=False, value=0.5)], [3, 4]).args
    assert args[SEED] == 4
    assert float(args[IMAGE].mean()) == 0.5
    assert len(args[TRIED]) == 2


def test_pictures_of_a_batch_have_a_seed_each(run: Begin) -> None:
    both = torch.cat([picture(text=True), picture(text=False)])
    assert run(never)([both], [3, 4]).args[SEED] == 4


def test_more_is_drawn_until_a_picture_is_free_of_text(run: Begin) -> None:
    loop = run(lambda seed: picture(text=seed != 12))
    args = loop([picture(text=True)], [1], more_seeds=[11, 12, 13]).args
    assert args[SEED] == 12
    assert args[VERDICT] == "Kept seed 12, after 2 retries: no text found that nobody asked for."
    (event, shown, _), *_ = loop.server.sent
    assert event == "progress_text"
    assert shown[0] == "Retry 1 of at most 3: 11, next of the table's cleanest seeds"
    assert len(args[TRIED]) == 3
    assert args[REPORT].splitlines().count("Read by planted.") == 1


def test_only_what_hangs_on_the_seed_is_copied(run: Begin) -> None:
    loop = run(lambda _: picture(text=False))
    loop([picture(text=True)], [1], more_seeds=[11])
    (graph,) = loop.graphs
    assert sorted(node["class_type"] for node in graph.values()) == [
        "KSampler",
        "SeedloupeRetry",
        "VAEDecode",
    ]
    sampler = next(node for node in graph.values() if node["class_type"] == "KSampler")
    assert sampler["inputs"] == {"seed": 11, "model": ["2", 0]}


def test_where_all_have_text_the_one_with_least_is_kept(run: Begin) -> None:
    amounts = {11: 0.5, 12: 0.1, 13: 0.9}
    loop = run(lambda seed: picture(text=True, amount=amounts[seed]))
    args = loop([picture(text=True)], [1], more_seeds=[11, 12, 13]).args
    assert args[SEED] == 12
    assert len(loop.graphs) == 3
    assert "the least of all" in args[VERDICT]


def test_no_retry_is_no_graph(run: Begin) -> None:
    assert run(never)([picture(text=True)], [1], retries=[0]).args[SEED] == 1


def test_pictures_that_do_not_depend_on_the_seeds_are_not_drawn_again(run: Begin) -> None:
    loop = run(never)
    loop.nodes = nodes_of(seeds=42)
    report = loop([picture(text=True)], [1]).args[REPORT]
    assert "do not depend on what is wired to seeds" in report


def test_nothing_is_drawn_again_where_nobody_can_look(
    host: Host, run: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = run(never)
    monkeypatch.setattr(host.ours("text_check"), "reader_named", lambda name: None)
    args = loop([picture(text=True)], [1]).args
    assert args[SEED] == 1
    assert "No retry without a look" in args[VERDICT]


def test_another_number_of_seeds_than_of_pictures_is_refused(run: Begin) -> None:
    with pytest.raises(InputError, match=r"seeds.*2, one a picture.*3.*Wire the list"):
        run(never)([picture(text=True), picture(text=True)], [1, 2, 3])


def test_a_planted_circle_in_the_graph_ends(run: Begin) -> None:
    loop = run(never)
    loop.nodes["4"]["inputs"]["vae"] = ["4", 0]
    loop.nodes["3"]["inputs"]["seed"] = 5
    assert loop([picture(text=True)], [1]).args[SEED] == 1
