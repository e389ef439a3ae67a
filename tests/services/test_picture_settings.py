from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from seedloupe.errors import ImageError
from seedloupe.generation.describe import picture_texts
from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.sampler_names import SamplerName, ScheduleType
from seedloupe.services.picture_settings import settings_in_file

from ..requests import INFO, request_of

PARAMETERS = """a boat on a lake
Negative prompt: fog
Steps: 12, Sampler: Euler a, Schedule type: Automatic, CFG scale: 5.5, Seed: 77, Size: 64x96, \
Model hash: 0123456789, Model: boats, RNG: CPU, Version: v1.10.1"""


def saved(path: Path, **texts: str) -> Path:
    chunks = PngInfo()
    for name, text in texts.items():
        chunks.add_itxt(name, text)
    Image.new("RGB", (64, 96)).save(path, pnginfo=chunks)
    return path


def test_the_web_uis_words_are_taken_over(tmp_path: Path) -> None:
    told = settings_in_file(saved(tmp_path / "a.png", parameters=PARAMETERS))
    assert (told.prompt, told.negative, told.seed) == ("a boat on a lake", "fog", 77)
    assert (told.size, told.steps, told.guidance) == ((64, 96), 12, 5.5)
    assert told.sampler is not None
    assert told.sampler.sampler is Sampler.EULER_A
    assert told.model == "boats"
    assert told.said[0].startswith("AUTOMATIC1111")


def test_what_we_write_comes_back_whole(tmp_path: Path) -> None:
    plan = Plan(Sampler.DDIM, 7, 2.5)
    request = replace(request_of(INFO, "a boat", (5,), negative="fog"), plan=plan)
    told = settings_in_file(saved(tmp_path / "a.png", **picture_texts(request, 5, {})))
    assert (told.prompt, told.negative, told.seed) == ("a boat", "fog", 5)
    assert told.sampler is not None
    assert (told.sampler.sampler, told.steps, told.guidance) == (Sampler.DDIM, 7, 2.5)
    assert told.size == request.size
    assert "noise exact" in told.said[0]


def test_a_graph_of_comfyui_is_taken_over(tmp_path: Path) -> None:
    graph = {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "boats.ckpt"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a boat", "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "fog", "clip": ["1", 1]}},
        "4": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 64, "height": 96, "batch_size": 1},
        },
        "5": {
            "class_type": "KSampler",
            "inputs": {
                **{"seed": 9, "steps": 11, "cfg": 3.5, "sampler_name": "dpmpp_2m"},
                **{"scheduler": "normal", "denoise": 1.0, "model": ["1", 0]},
                **{"positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0]},
            },
        },
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "x"}},
    }
    told = settings_in_file(saved(tmp_path / "a.png", prompt=json.dumps(graph)))
    assert (told.prompt, told.negative, told.seed) == ("a boat", "fog", 9)
    assert (told.steps, told.guidance) == (11, 3.5)
    assert told.sampler == SamplerName(Sampler.DPMPP_2M, ScheduleType.UNIFORM)


def test_a_sampler_we_lack_is_said_and_not_guessed(tmp_path: Path) -> None:
    strange = PARAMETERS.replace("Euler a", "Restart")
    told = settings_in_file(saved(tmp_path / "a.png", parameters=strange))
    assert told.sampler is None
    assert "Its sampler, Restart Automatic, is none of ours." in told.said


def test_a_picture_without_words_says_so(tmp_path: Path) -> None:
    told = settings_in_file(saved(tmp_path / "a.png"))
    assert told.is_silent
    assert told.said[0].startswith("Its noise cannot be told. Needed is ")
    assert "expected" not in told.said[0]


@pytest.mark.parametrize("steps", ["0", "-3", "many", "nan", "2.5", ""])
def test_steps_that_cannot_be_are_left_out(tmp_path: Path, steps: str) -> None:
    odd = PARAMETERS.replace("Steps: 12", f"Steps: {steps}")
    told = settings_in_file(saved(tmp_path / "a.png", parameters=odd))
    assert told.steps is None


def test_a_text_file_named_like_a_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(ImageError):
        settings_in_file(tmp_path / "a.png")
