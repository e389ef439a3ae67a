from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedloupe.errors import ModelError
from seedloupe.hosts.standalone.engine.checkpoint import Family
from seedloupe.hosts.standalone.engine.folders import FolderLayout, find_weights, read_layout

NETWORKS = ("text_encoder", "unet", "vae")


def make(
    folder: Path, *, kind: object = "StableDiffusionPipeline", context: int = 768, xl: bool = False
) -> Path:
    index: dict[str, object] = {"_class_name": kind, "safety_checker": [None, None]}
    for network in (*NETWORKS, *(["text_encoder_2"] if xl else [])):
        index[network] = ["diffusers", "Anything"]
        (folder / network).mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps(index), "utf-8")
    config = {"cross_attention_dim": context}
    (folder / "unet" / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("context", "family"), [(64, Family.SEEDLING), (768, Family.SD1), (1024, Family.SD2)]
)
def test_the_width_of_a_token_tells_the_family(
    tmp_path: Path, context: int, family: Family
) -> None:
    assert read_layout(make(tmp_path, context=context)) == FolderLayout(family, NETWORKS)


def test_an_xl_folder_has_two_text_encoders(tmp_path: Path) -> None:
    layout = read_layout(make(tmp_path, kind="StableDiffusionXLInpaintPipeline", xl=True))
    assert layout.family is Family.SDXL
    assert "text_encoder_2" in layout.networks


@pytest.mark.parametrize("kind", ["FluxPipeline", ["my_module", "Custom"], None])
def test_pipelines_we_cannot_run_are_refused_by_name(tmp_path: Path, kind: object) -> None:
    with pytest.raises(ModelError, match="pipeline"):
        read_layout(make(tmp_path, kind=kind))


def test_a_folder_without_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model_index\.json"):
        read_layout(tmp_path)


def test_plain_weights_come_before_half_precision_copies(tmp_path: Path) -> None:
    folder = make(tmp_path)
    for network in NETWORKS:
        for name in ("model.fp16.safetensors", "model.safetensors"):
            (folder / network / name).touch()
    weights = find_weights(folder, read_layout(folder))
    assert weights.variant is None
    assert weights.files == tuple(folder / network / "model.safetensors" for network in NETWORKS)


def test_half_precision_weights_alone_will_do(tmp_path: Path) -> None:
    folder = make(tmp_path)
    for network in NETWORKS:
        (folder / network / "model.fp16.safetensors").touch()
    assert find_weights(folder, read_layout(folder)).variant == "fp16"


def test_pickled_weights_are_refused_with_the_reason(tmp_path: Path) -> None:
    folder = make(tmp_path)
    for network in NETWORKS:
        (folder / network / "pytorch_model.bin").touch()
    with pytest.raises(ModelError, match="run any program"):
        find_weights(folder, read_layout(folder))
