"""Whatever a picture says is read in the order of how sure it is, and nothing is made up."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.errors import ImageError, NoiseError
from seedloupe.noise import Carried, Carry, NoiseSource, carried_noise, initial_noise
from seedloupe.noise.found import (
    FoundHost,
    FoundLevel,
    draw_found,
    noise_in_picture,
    noise_in_record,
    noise_in_workflow,
)

from ...seed_tables import random_states

ROOT = Path(__file__).parents[3]
PARAMETERS = "a hill\nSteps: 20, Sampler: Euler, Seed: 7, Size: 64x48, RNG: NV"
RECORD: dict[str, Any] = {
    "format": "seedloupe.image",
    "version": "1",
    "seed": "18446744073709551615",
    "noise": "cuda:256",
    "size": [64, 48],
    "task": "txt2img",
    "strength": None,
}
PROMPT = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 9, "latent_image": ["5", 0]}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48}},
}
SHAPE = (4, 6, 8)


def workflow(mode: int = 0) -> dict[str, Any]:
    """The page's own file: values in order, links by number."""
    return {
        "last_node_id": 9,
        "nodes": [
            {
                "id": 3,
                "type": "KSampler",
                "mode": mode,
                "inputs": [
                    {"name": "model", "type": "MODEL", "link": 1},
                    {"name": "latent_image", "type": "LATENT", "link": 2},
                    {"name": "denoise", "type": "FLOAT", "widget": {"name": "denoise"}},
                ],
                "widgets_values": [11, "randomize", 20, 8, "euler", "normal", 1],
            },
            {"id": 5, "type": "EmptyLatentImage", "widgets_values": [64, 48, 1]},
            {
                "id": 9,
                "type": "SaveImage",
                "inputs": [{"name": "images", "link": 4}],
                "widgets_values": ["C"],
            },
            {"id": 8, "type": "VAEDecode", "inputs": [{"name": "samples", "link": 3}]},
            "odd",
        ],
        "links": [
            [1, 4, 0, 3, 0, "MODEL"],
            [2, 5, 0, 3, 3, "LATENT"],
            [3, 3, 0, 8, 0, "LATENT"],
            [4, 8, 0, 9, 0, "IMAGE"],
            "odd",
            [5],
        ],
        "version": 0.4,
    }


def texts(**kept: object) -> dict[str, str]:
    return {name: v if isinstance(v, str) else json.dumps(v) for name, v in kept.items()}


def test_our_own_record_names_its_noise_to_the_last_bit_of_the_seed() -> None:
    found = noise_in_record(RECORD)
    assert (found.host, found.level) == (FoundHost.SEEDLOUPE, FoundLevel.EXACT)
    source = NoiseSource.parse("cuda:256")
    assert torch.equal(draw_found(found), initial_noise(2**64 - 1, SHAPE, source=source))
    assert found.to_json()["seeds"] == ["18446744073709551615"]


def test_carried_noise_is_found_and_drawn() -> None:
    entry = {"way": "stretch", "from": [40, 72], "shape": [4, 9, 5]}
    found = noise_in_record({**RECORD, "noise": "cpu", "carried": entry})
    carried = Carried(Carry.STRETCH, (4, 9, 5))
    assert found.carried == carried
    assert torch.equal(draw_found(found), carried_noise(2**64 - 1, SHAPE, carried))
    assert found.to_json()["carried"] == {"way": "stretch", "shape": [4, 9, 5]}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"format": "other"}, "seedloupe.format"),
        ({"version": "2"}, "seedloupe.format"),
        ({"seed": None}, "seedloupe.seed"),
        ({"seed": 1.5}, "seedloupe.seed"),
        ({"seed": str(2**64)}, "seedloupe.seed"),
        ({"noise": "gpu"}, "seedloupe.noise"),
        ({"noise": None}, "seedloupe.noise"),
        ({"noise": "cuda:0"}, "seedloupe.noise"),
        ({"size": None}, "seedloupe.size"),
        ({"size": [64]}, "seedloupe.size"),
        ({"size": [64, 0]}, "seedloupe.size"),
        ({"size": [10**12, 10**12]}, "seedloupe.size"),
        ({"strength": math.inf}, "seedloupe.strength"),
        ({"strength": []}, "seedloupe.strength"),
        ({"carried": 5}, "seedloupe.carried"),
        ({"carried": {"way": "fold", "shape": [4, 6, 6]}}, "seedloupe.carried"),
        ({"carried": {"way": "middle", "shape": [4, 6]}}, "seedloupe.carried"),
        ({"carried": {"way": "middle", "shape": [16, 6, 6]}}, "seedloupe.carried"),
        ({"carried": {"way": "stretch", "shape": [4, 6, 10**6]}}, "seedloupe.carried"),
        ({"carried": {"way": [], "shape": [4, 6, 6]}}, "seedloupe.carried"),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_name(changed: dict, field: str) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_record({**RECORD, **changed})
    assert caught.value.field == field


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


@pytest.mark.parametrize(
    ("said", "seed"),
    [
        (texts(parameters=PARAMETERS), 7),
        (texts(parameters=PARAMETERS, workflow=workflow()), 11),
        (texts(parameters=PARAMETERS, workflow=workflow(), prompt=PROMPT), 9),
        (texts(parameters=PARAMETERS, prompt=PROMPT, seedloupe=RECORD), 2**64 - 1),
        (texts(parameters=PARAMETERS, prompt="a hill, in words"), 7),
    ],
)
def test_the_surest_word_comes_first(said: dict[str, str], seed: int) -> None:
    assert noise_in_picture(said).seeds == (seed,)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "picture"),
        ({"Software": "editor"}, "picture"),
        ({"prompt": "a hill"}, "picture"),
        ({"prompt": "{"}, "prompt"),
        ({"prompt": '{"1":' * 100_000}, "prompt"),
        ({"prompt": '{"1": ' + "9" * 5000 + "}"}, "prompt"),
        ({"workflow": "[]"}, "workflow"),
        ({"seedloupe": "no"}, "seedloupe"),
        ({"seedloupe": '"' + "x" * 2**22 + '"'}, "seedloupe"),
    ],
)
def test_a_picture_that_says_nothing_or_nonsense_is_refused(
    said: dict[str, str], field: str
) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_picture(said)
    assert caught.value.field == field


def test_whatever_was_found_can_be_written_as_json() -> None:
    for said in (
        texts(parameters=PARAMETERS),
        texts(prompt=PROMPT),
        texts(workflow=workflow()),
        texts(seedloupe=RECORD),
    ):
        written = json.loads(json.dumps(noise_in_picture(said, channels=4).to_json()))
        assert written["level"] == "exact"
        assert written["shape"] == [4, 6, 8]
    with pytest.raises(NoiseError, match="channels"):
        noise_in_picture(texts(seedloupe=RECORD), channels=0)


def test_reading_and_drawing_touch_no_global_generator() -> None:
    before = random_states()
    for said in (texts(parameters=PARAMETERS), texts(prompt=PROMPT), texts(seedloupe=RECORD)):
        draw_found(noise_in_picture(said))
    assert random_states() == before


def test_pictures_are_read_without_torch() -> None:
    code = f"""
import sys
from seedloupe.noise.found import noise_in_picture
noise_in_picture({{"parameters": {PARAMETERS!r}}})
print("torch" in sys.modules)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "extension"), "PATH": ""},
    )
    assert ended.stdout.strip() == "False"
