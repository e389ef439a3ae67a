from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from seedloupe.errors import ModelError
from seedloupe.hosts.standalone.engine.checkpoint import Checkpoint, Family, identify

UNET = "model.diffusion_model."
SPREAD = UNET + "output_blocks.11.1.transformer_blocks.0.norm1.bias"
CONTEXT = UNET + "input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"


def whole(width: int, context: int, channels: int = 4) -> dict[str, tuple[int, ...]]:
    return {
        UNET + "input_blocks.0.0.weight": (width, channels, 3, 3),
        CONTEXT: (2 * width, context),
        "first_stage_model.decoder.conv_in.weight": (512, 4, 3, 3),
        "cond_stage_model.transformer.text_model.final_layer_norm.weight": (context,),
    }


def write(
    path: Path, shapes: Mapping[str, tuple[int, ...]], metadata: Mapping[str, str] | None = None
) -> Path:
    """A header, and behind it a hole of the weights' size, which takes no room on the disk."""
    header: dict[str, object] = {}
    end = 0
    for name, shape in shapes.items():
        begin, end = end, end + 2 * math.prod(shape)
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [begin, end]}
    if metadata:
        header["__metadata__"] = dict(metadata)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    with path.open("r+b") as stream:
        stream.truncate(8 + len(text) + end)
    return path


@pytest.mark.parametrize(
    ("width", "context", "family"),
    [
        (64, 64, Family.SEEDLING),
        (320, 768, Family.SD1),
        (320, 1024, Family.SD2),
        (320, 2048, Family.SDXL),
    ],
)
@pytest.mark.parametrize("channels", [4, 9])
def test_the_shapes_of_two_layers_tell_the_family(
    tmp_path: Path, width: int, context: int, family: Family, channels: int
) -> None:
    path = write(tmp_path / "model-base.safetensors", whole(width, context, channels))
    found = identify(path)
    assert found == Checkpoint(family, channels, "epsilon", guessed=found.guessed)
    assert bool(found.guessed) == (family is Family.SD2 and channels == 4)


@pytest.mark.parametrize(
    ("name", "metadata", "yaml", "prediction"),
    [
        ("v2-1_768", {}, "", "v_prediction"),
        ("v2-1_512-base", {}, "", "epsilon"),
        ("v2-1_768", {"modelspec.prediction_type": "epsilon"}, "", "epsilon"),
        ("v2-base", {"modelspec.prediction_type": "v"}, "", "v_prediction"),
        ("mine", {}, 'params:\n  parameterization: "v"\n', "v_prediction"),
        ("mine", {}, "params:\n  linear_start: 0.00085\n", "epsilon"),
    ],
)
def test_what_stable_diffusion_2_predicts_is_read_where_authors_note_it(
    tmp_path: Path, name: str, metadata: dict[str, str], yaml: str, prediction: str
) -> None:
    path = write(tmp_path / f"{name}.safetensors", whole(320, 1024), metadata)
    if yaml:
        path.with_suffix(".yaml").write_text(yaml, "utf-8")
    assert identify(path).prediction == prediction


def with_weight(folder: Path, name: str, values: torch.Tensor) -> Path:
    """A Stable Diffusion 2 whose telling weight holds ``values``; the other tensors are one row."""
    tensors = {key: torch.zeros(shape) for key, shape in whole(320, 1024).items()}
    path = folder / f"{name}.safetensors"
    save_file({**tensors, SPREAD: values}, path)
    return path


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str
)
@pytest.mark.parametrize(
    ("spread", "prediction"), [(0.05, "epsilon"), (0.085, "epsilon"), (0.095, "v_prediction")]
)
def test_what_stable_diffusion_2_predicts_is_guessed_by_the_spread_of_one_weight(
    tmp_path: Path, dtype: torch.dtype, spread: float, prediction: str
) -> None:
    wave = torch.tensor([-1.0, 1.0]).repeat(160) * spread + 0.25  # the deviation is the amplitude
    path = with_weight(tmp_path, "sd2-768-base", wave.to(dtype))  # the name says both and is silent
    found = identify(path)
    assert found.prediction == prediction
    assert f"{prediction} was guessed by the spread of one weight" in found.guessed
    assert "0.09" in found.guessed


def test_a_note_of_the_author_is_no_guess(tmp_path: Path) -> None:
    for kind in ("v", "epsilon"):
        noted = {"modelspec.prediction_type": kind}
        path = write(tmp_path / f"{kind}.safetensors", whole(320, 1024), noted)
        assert identify(path).guessed == ""


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_weight_that_tells_nothing_leaves_the_name(tmp_path: Path, value: float) -> None:
    found = identify(with_weight(tmp_path, "sd2-768", torch.full((320,), value)))
    assert found.prediction == "v_prediction"
    assert "by its name alone" in found.guessed


@pytest.mark.parametrize(
    ("name", "prediction"),
    [
        ("turbo", "epsilon"),
        ("mine", "epsilon"),
        ("v2-768", "v_prediction"),
        ("vpred", "v_prediction"),
    ],
)
def test_without_the_weight_only_a_name_that_says_v_is_taken_for_it(
    tmp_path: Path, name: str, prediction: str
) -> None:
    found = identify(write(tmp_path / f"{name}.safetensors", whole(320, 1024)))
    assert found.prediction == prediction
    assert "by its name alone" in found.guessed


def test_a_header_without_weights_still_tells_the_kind(tmp_path: Path) -> None:
    header = {
        name: {"dtype": "F16", "shape": list(shape), "data_offsets": [0, 0]}
        for name, shape in whole(320, 1024).items()
    }
    path = tmp_path / "header.safetensors"
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    assert identify(path).family is Family.SD2
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"1")
    with pytest.raises(ModelError, match="expected a safetensors file"):
        identify(path)


@pytest.mark.parametrize("prefix", ["", UNET])
def test_a_u_net_alone_is_called_that(tmp_path: Path, prefix: str) -> None:
    shapes = {
        name.replace(UNET, prefix): shape
        for name, shape in whole(320, 768).items()
        if name.startswith(UNET)
    }
    path = write(tmp_path / "alone.safetensors", shapes)
    with pytest.raises(ModelError, match="a U-Net without its VAE and text encoder in alone"):
        identify(path)


def test_a_v_prediction_mark_among_the_tensors_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "xl.safetensors", {**whole(320, 2048), "v_pred": (0,)})
    assert identify(path).prediction == "v_prediction"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["lora_unet_down_blocks_0.alpha"], "a LoRA"),
        (["control_model.input_blocks.0.0.weight"], "a ControlNet"),
        (["double_blocks.0.img_attn.qkv.weight"], "a Flux model"),
        (["model.diffusion_model.joint_blocks.0.weight"], "a Stable Diffusion 3 model"),
        (["down_blocks.0.resnets.0.conv1.weight"], "without its VAE and text encoder"),
        (["encoder.conv_in.weight"], "a VAE"),
        (["anything.else"], "without a Stable Diffusion U-Net"),
    ],
)
def test_other_kinds_of_files_are_called_by_their_name(
    tmp_path: Path, names: list[str], words: str
) -> None:
    path = write(tmp_path / "other.safetensors", dict.fromkeys(names, (1, 2)))
    with pytest.raises(ModelError, match=words):
        identify(path)


@pytest.mark.parametrize(
    ("prefix", "words"), [("first_stage_model", "VAE"), ("cond_stage_model", "text encoder")]
)
def test_a_file_that_lacks_a_part_is_refused_by_the_part(
    tmp_path: Path, prefix: str, words: str
) -> None:
    shapes = {name: s for name, s in whole(320, 768).items() if not name.startswith(prefix)}
    with pytest.raises(ModelError, match=f"without its {words}"):
        identify(write(tmp_path / "part.safetensors", shapes))


def test_a_u_net_of_unknown_width_is_refused_with_its_sizes(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="96 wide over 768-wide tokens with 4 inputs"):
        identify(write(tmp_path / "odd.safetensors", whole(96, 768)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 7,
        struct.pack("<Q", 10**12) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 4) + b"\xff\xfe{}",
        struct.pack("<Q", 14) + b'{"a": {"b":1}}',
        struct.pack("<Q", 60) + b'{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,800000]}} ',
    ],
)
def test_damaged_files_are_refused_before_anything_is_allocated(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged\.safetensors"):
        identify(path)
