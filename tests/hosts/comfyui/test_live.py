"""The same nodes in a ComfyUI that runs: set ``COMFYUI_HOST``, e.g. to ``http://127.0.0.1:8188``.

The pack has to be among its custom nodes. Start it with ``--cpu`` and ``OMP_NUM_THREADS=1``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from io import BytesIO
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from seedloupe.hosts.standalone.engine.models import open_model
from seedloupe.hosts.standalone.engine.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.picking import pick_golden
from seedloupe.tables import bundled_folder, find_table, read_table

ADDRESS = os.environ.get("COMFYUI_HOST", "")
TABLE = "seedling/seedling-cpu-128x128"
PATIENCE = 240
PROMPT = "a red ball on grass"
pytestmark = pytest.mark.skipif(not ADDRESS, reason="COMFYUI_HOST names no running ComfyUI")

Graph = dict[str, dict[str, object]]


def ask(path: str, body: object = None) -> object:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{ADDRESS}{path}", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


def run(graph: Graph) -> Mapping[str, object]:
    """Queue a workflow and wait for its entry in the history, which comes last."""
    # Newer hosts keep what a cached node shows to themselves unless somebody is named.
    number = ask("/prompt", {"prompt": graph, "client_id": "tests"})["prompt_id"]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if entry := ask(f"/history/{number}").get(number):
            return entry
        time.sleep(0.3)
    raise TimeoutError(f"nothing after {PATIENCE} s")


def workflow(
    seeds: object, *, width: int = 128, count: int = 2, steps: int = 2, cfg: float = 1.0
) -> Graph:
    """From seeds to pictures; ``seeds`` is a number or an output of the node ``gold``."""
    golden = {"table": TABLE, "count": count, "width": width, "height": 128, "model": ["load", 0]}
    conditioning = {"positive": ["text", 0], "negative": ["none", 0], "latent_image": ["empty", 0]}
    settings = {"steps": steps, "cfg": cfg, "sampler_name": "euler", "scheduler": "normal"}
    inputs = {
        "load": ("SeedloupeSeedlingLoader", {}),
        "gold": ("SeedloupeGoldenSeed", golden),
        "text": ("CLIPTextEncode", {"clip": ["load", 1], "text": PROMPT}),
        "none": ("CLIPTextEncode", {"clip": ["load", 1], "text": ""}),
        "empty": ("EmptyLatentImage", {"width": width, "height": 128, "batch_size": 1}),
        "sample": (
            "KSampler",
            {"model": ["load", 0], "seed": seeds, "denoise": 1.0, **conditioning, **settings},
        ),
        "decode": ("VAEDecode", {"samples": ["sample", 0], "vae": ["load", 2]}),
        "show": ("PreviewImage", {"images": ["decode", 0]}),
    }
    return {name: {"class_type": kind, "inputs": given} for name, (kind, given) in inputs.items()}


def pictures(entry: Mapping[str, object]) -> list[NDArray[np.uint8]]:
    shown = entry["outputs"]["show"]["images"]
    return [np.asarray(Image.open(urlopen(f"{ADDRESS}/view?{urlencode(one)}"))) for one in shown]


def test_the_sampler_runs_once_for_every_golden_seed() -> None:
    entry = run(workflow(["gold", 0]))
    first, second = pictures(entry)
    seeds = pick_golden(read_table(find_table(TABLE, [bundled_folder()])), 2).seeds
    report = "\n".join(entry["outputs"]["gold"]["seedloupe_report"])
    assert ", ".join(map(str, seeds)) in report
    assert "model.sha256" not in report  # the loader's model is the table's
    for seed, picture in zip(seeds, (first, second), strict=True):
        (alone,) = pictures(run(workflow(seed)))
        np.testing.assert_array_equal(picture, alone)
    assert (first != second).any()


def test_the_golden_node_runs_alone_and_shows_its_report_again() -> None:
    alone = {name: workflow(1)[name] for name in ("load", "gold")}
    reports = [run(alone)["outputs"]["gold"]["seedloupe_report"] for _ in range(2)]
    assert reports[0] == reports[1]


def test_the_first_seed_alone_gives_one_picture() -> None:
    assert len(pictures(run(workflow(["gold", 1])))) == 1


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("seed", [1, 5, 2**32 - 1])
def test_a_picture_is_that_of_the_command_line_but_for_rounding(seed: int) -> None:
    (theirs,) = pictures(run(workflow(seed, steps=20, cfg=4.0)))
    noise = initial_noise(seed, (4, 16, 16))[None]
    ours = sample_batch(open_model("seedling"), [PROMPT], noise, steps=20, guidance=4.0)[0]
    apart = np.abs(ours.permute(1, 2, 0).numpy() * 255 - theirs)
    assert apart.max() <= 4  # 8 steps of any of twelve seeds come to 1
    assert apart.mean() < 0.75  # 0.25 is what rounding to whole numbers alone gives


def test_another_size_is_refused_before_anything_is_sampled() -> None:
    entry = run(workflow(["gold", 0], width=192))
    errors = [what for kind, what in entry["status"]["messages"] if kind == "execution_error"]
    assert [error["node_type"] for error in errors] == ["SeedloupeGoldenSeed"]
    assert "Set width and height to 128x128" in errors[0]["exception_message"]
    assert "sample" not in errors[0]["executed"]


def test_help_is_served() -> None:
    with urlopen(f"{ADDRESS}/extensions/seedloupe/docs/SeedloupeGoldenSeed.md") as page:
        assert b"Golden Seeds" in page.read()


def upload(picture: Image.Image, name: str) -> str:
    """Put a picture among the host's inputs."""
    content = BytesIO()
    picture.save(content, "PNG")
    edge = "seedloupe-tests"
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode() + content.getvalue()
    body += (
        f'\r\n--{edge}\r\nContent-Disposition: form-data; name="overwrite"\r\n\r\ntrue\r\n'.encode()
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    with urlopen(
        Request(f"{ADDRESS}/upload/image", body + f"--{edge}--\r\n".encode(), headers)
    ) as answer:
        return json.load(answer)["name"]


def written(words: str) -> Image.Image:
    made = Image.new("RGB", (112, 40), "white")
    ImageDraw.Draw(made).text((4, 4), words, fill="black", font=ImageFont.load_default(30))
    return made


def test_text_in_every_picture_is_drawn_again_as_often_as_allowed() -> None:
    graph = workflow(["gold", 0])
    graph["words"] = {
        "class_type": "LoadImage",
        "inputs": {"image": upload(written("WORDS"), "w.png")},
    }
    pasted = {"destination": ["decode", 0], "source": ["words", 0], "x": 8, "y": 40}
    graph["paste"] = {
        "class_type": "ImageCompositeMasked",
        "inputs": pasted | {"resize_source": False},
    }
    checked = {
        "images": ["paste", 0],
        "seeds": ["gold", 0],
        "retries": 2,
        "more_seeds": ["gold", 1],
    }
    graph["retry"] = {"class_type": "SeedloupeRetry", "inputs": checked}
    graph["show"]["inputs"]["images"] = ["retry", 4]
    entry = run(graph)
    assert entry["status"]["status_str"] == "success", entry["status"]
    shown = pictures(entry)
    assert len(shown) == 4  # two golden seeds, two more
    assert len({picture.tobytes() for picture in shown}) == 4
    told = [name for name in entry["outputs"] if name.startswith("retry")]
    (report,) = entry["outputs"][told[-1]]["seedloupe_report"]
    assert "after 2 retries" in report
    assert report.count("WORDS") >= 3


def test_pictures_are_parted_and_what_is_wired_to_none_does_not_run() -> None:
    graph = workflow(["gold", 0])
    checked = {"images": ["decode", 0], "reader": "rapidocr"}
    graph["check"] = {"class_type": "SeedloupeCheckText", "inputs": checked}
    graph["show"]["inputs"]["images"] = ["check", 3]
    graph["bad"] = {"class_type": "PreviewImage", "inputs": {"images": ["check", 4]}}
    entry = run(graph)
    assert entry["status"]["status_str"] == "success", entry["status"]
    assert len(pictures(entry)) == 2
    assert "bad" not in entry["outputs"]


def batch_workflow(**picked: object) -> Graph:
    """Three seeds in one batch, each picture from its own seed's noise."""
    graph = workflow(1, steps=4, cfg=4.0)
    given = {"table": TABLE, "pick": "golden", "count": 3, "position": 0, "latent": ["empty", 0]}
    graph["pick"] = {"class_type": "SeedloupePickSeeds", "inputs": given | picked}
    graph["empty"]["inputs"]["batch_size"] = 3
    parts = {
        "guide": (
            "CFGGuider",
            {"model": ["load", 0], "positive": ["text", 0], "negative": ["none", 0], "cfg": 4.0},
        ),
        "solver": ("KSamplerSelect", {"sampler_name": "euler_ancestral"}),
        "levels": (
            "BasicScheduler",
            {"model": ["load", 0], "scheduler": "normal", "steps": 4, "denoise": 1.0},
        ),
        "own": ("SeedloupeStepNoise", {"sampler": ["solver", 0], "noise": ["pick", 1]}),
        "sample": (
            "SamplerCustomAdvanced",
            {
                "noise": ["pick", 1],
                "guider": ["guide", 0],
                "sampler": ["own", 0],
                "sigmas": ["levels", 0],
                "latent_image": ["empty", 0],
            },
        ),
    }
    graph |= {name: {"class_type": kind, "inputs": given} for name, (kind, given) in parts.items()}
    del graph["gold"]
    return graph


def test_a_batch_with_step_noise_is_its_single_runs() -> None:
    entry = run(batch_workflow())
    (picked,) = entry["outputs"]["pick"]["seedloupe_picks"]
    for shown, one in zip(pictures(entry), picked["seeds"], strict=True):
        alone = batch_workflow()
        seeds = {"seeds": one["seed"], "source": "cpu"}
        alone["pick"] = {"class_type": "SeedloupeNoiseFromSeeds", "inputs": seeds}
        alone["sample"]["inputs"] |= {"noise": ["pick", 0], "sampler": ["solver", 0]}
        alone["own"]["inputs"]["noise"] = ["pick", 0]
        alone["empty"]["inputs"]["batch_size"] = 1
        (single,) = pictures(run(alone))
        assert np.abs(shown.astype(int) - single).max() <= 1


def test_what_a_table_cannot_answer_is_refused_before_anything_runs() -> None:
    graph = batch_workflow(table="nowhere")
    prompt = json.dumps({"prompt": graph, "client_id": "tests"}).encode()
    request = Request(f"{ADDRESS}/prompt", prompt, {"Content-Type": "application/json"})
    with pytest.raises(HTTPError) as refusal:
        urlopen(request, timeout=60)
    answer = json.load(refusal.value)
    details = [error["details"] for error in answer["node_errors"]["pick"]["errors"]]
    assert any("expected one of seedling/" in line for line in details)
