from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from seedloupe.artifacts.batch import GenerationInfo, told_by
from seedloupe.metadata.generation_info import told_by_file

from ..artifacts.batch.made import PARAMETERS, save

RECORD = {
    "format": "seedloupe.image",
    "version": "1",
    "prompt": "a red ball",
    "seed": "18446744073709551615",
    "noise": "nv",
    "size": [96, 64],
    "sampler": "euler",
    "task": "inpaint",
    "strength": 0.5,
    "model": {"name": "seedling", "family": "seedling", "sha256": "ab" * 32},
}
GRAPH = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a hill", "clip": ["1", 1]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "fog", "clip": ["1", 1]}},
    "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 96, "height": 64, "batch_size": 1}},
    "5": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 9,
            "sampler_name": "euler",
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["4", 0],
            "model": ["1", 0],
        },
    },
    "6": {"class_type": "SaveImage", "inputs": {"images": ["5", 0]}},
}
WEBUI = GenerationInfo(
    7,
    True,
    "cpu",
    (96, 64),
    "a clear sky\nover a hill",
    "dream",
    "0badc0de",
    "Euler a",
    "txt2img",
    negative="a letter",
    steps=20,
)


def test_the_web_uis_text_tells_all_of_it() -> None:
    assert told_by({"parameters": PARAMETERS}) == WEBUI


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_comment_in_exif_tells_as_much(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind.lower()}"
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + PARAMETERS.encode("utf-16-be")
    Image.new("RGB", (96, 64)).save(path, kind, exif=exif)

    assert told_by_file(path) == WEBUI


def test_our_own_record_goes_before_the_web_uis_text() -> None:
    told = told_by({"parameters": PARAMETERS, "seedloupe": json.dumps(RECORD)})

    assert told == GenerationInfo(
        2**64 - 1, True, "nv", (96, 64), "a red ball", "seedling", "ab" * 32, "euler", "inpaint"
    )


def test_a_graph_tells_what_it_goes_towards_and_not_what_it_avoids() -> None:
    told = told_by({"prompt": json.dumps(GRAPH)})

    assert told == GenerationInfo(
        9,
        True,
        "cpu",
        (96, 64),
        "a hill",
        "v1-5.safetensors",
        "",
        "euler",
        "txt2img",
        negative="fog",
    )


def test_a_later_picture_of_a_stream_has_no_seed_of_its_own() -> None:
    inputs = {"width": 96, "height": 64, "batch_size": 4}
    batch = GRAPH | {"4": {"class_type": "EmptyLatentImage", "inputs": inputs}}

    told = told_by({"prompt": json.dumps(batch)})

    assert (told.seed, told.alone) == (9, False)


@pytest.mark.parametrize(("place", "alone"), [(0, True), (2, False)])
def test_a_part_of_a_stream_is_its_seeds_own_noise_only_at_the_front(
    place: int, alone: bool
) -> None:
    empty = {"width": 64, "height": 48, "batch_size": 4}
    cut = {"samples": ["5", 0], "batch_index": place, "length": 1}
    prompt = {
        "3": {"class_type": "KSampler", "inputs": {"seed": 9, "latent_image": ["6", 0]}},
        "5": {"class_type": "EmptyLatentImage", "inputs": empty},
        "6": {"class_type": "LatentFromBatch", "inputs": cut},
    }
    assert told_by({"prompt": json.dumps(prompt)}).alone is alone


def test_a_variation_is_not_its_seeds_alone() -> None:
    more = ", Variation seed: 3, Variation seed strength: 0.5"

    assert not told_by({"parameters": PARAMETERS + more}).alone


def test_inpainting_is_known_by_what_only_it_writes() -> None:
    more = ", Denoising strength: 0.75, Mask blur: 4"

    assert told_by({"parameters": PARAMETERS + more}).task == "inpaint"


def test_a_picture_without_texts_tells_nothing_and_that_is_no_problem(tmp_path: Path) -> None:
    assert told_by_file(save(tmp_path / "a.png")) == GenerationInfo()
    assert told_by({"Software": "a scanner"}) == GenerationInfo()


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"parameters": PARAMETERS.replace("Seed: 7", "Seed: 1e9")}, "parameters.Seed"),
        ({"seedloupe": "{"}, "seedloupe"),
        ({"prompt": '{"1": 2}'}, "prompt.1"),
        ({"parameters": "only words"}, "parameters"),
    ],
)
def test_what_makes_no_sense_is_told_and_ends_nothing(texts: dict[str, str], problem: str) -> None:
    assert told_by(texts).problem.startswith(f"{problem}: expected")


def test_a_prompt_is_read_though_the_noise_cannot_be() -> None:
    told = told_by({"parameters": PARAMETERS.replace("Seed: 7", "Seed: 1e9")})

    assert told.prompt == "a clear sky\nover a hill"
    assert told.seed is None


@pytest.mark.parametrize(
    ("texts", "prompt", "model"),
    [
        (
            {"parameters": json.dumps({"sui_image_params": {"prompt": "a cat", "model": "xl"}})},
            "a cat",
            "xl",
        ),
        (
            {"invokeai_metadata": json.dumps({"positive_prompt": "a cat", "model": {"name": "m"}})},
            "a cat",
            "m",
        ),
        ({"Software": "NovelAI", "Comment": json.dumps({"prompt": "a cat"})}, "a cat", ""),
        (
            {"parameters": json.dumps({"version": "Fooocus v2", "prompt": "a", "base_model": "j"})},
            "a",
            "j",
        ),
    ],
)
def test_other_programs_say_what_was_asked_for(
    texts: dict[str, str], prompt: str, model: str
) -> None:
    told = told_by(texts)
    assert (told.prompt, told.model) == (prompt, model)


def test_a_template_is_no_part_of_the_prompt() -> None:
    told = told_by({"parameters": f"{PARAMETERS}\nTemplate: a sign, Steps: 3, Seed: 9, a: b"})
    assert (told.prompt, told.seed) == ("a clear sky\nover a hill", 7)


def test_a_grid_and_noise_that_something_replaced_are_not_a_seeds_alone() -> None:
    grid = told_by({"parameters": PARAMETERS}, file_size=(192, 128))
    assert (grid.seed, grid.alone) == (None, False)
    tiles = told_by({"parameters": f"{PARAMETERS}, SD upscale overlap: 64"})
    assert (tiles.seed, tiles.alone) == (7, False)


def test_a_text_of_comfyui_in_the_web_uis_words_may_be_of_a_batch() -> None:
    assert not told_by({"parameters": f"{PARAMETERS}, Version: ComfyUI"}).alone
