"""Concepts painted beside pictures that they do not change, or refused before any is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn.functional import normalize

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.watching import layer_shapes
from seedloupe.lens import list_layers
from seedloupe.lens.concepts import SparseCoder, write_concepts
from seedloupe.lens.file import read_lens

from .conftest import Cli, size_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
QUICK = ("--seeds", "7,2", "--steps", 2, "--size", "48x32", "--guidance", 2)


def coder_for(tiny: Model, units: int = 8) -> SparseCoder:
    layer = next(one.name for one in list_layers(tiny.unet) if one.name.endswith("vit-out"))
    width = layer_shapes(tiny, [layer], 48, 32)[layer][0]
    generator = torch.Generator().manual_seed(1)
    decoder = normalize(torch.randn(units, width, generator=generator), dim=1)
    parts = (decoder.mT.contiguous(), torch.zeros(units), decoder, torch.zeros(width))
    return SparseCoder(layer, 50, 2, *parts, 1.0, model_sha256=tiny.info.sha256)


@pytest.fixture
def concepts(tiny: Model, tmp_path: Path) -> Path:
    path = tmp_path / "mine.concepts.safetensors"
    write_concepts(coder_for(tiny), path, plan={"whatever": 1})
    return path


def test_pictures_with_concepts_are_bit_for_bit_those_without(
    cli: Cli, model: Path, concepts: Path, tmp_path: Path
) -> None:
    words = ("generate", "a hill", "--model", model, *QUICK)
    plain = cli(*words, "--out", tmp_path / "plain", "--json")
    painted = cli(*words, "--lens-concepts", concepts, "--out", tmp_path / "painted", "--json")
    assert painted.code == 0
    for one, other in zip(plain.json["images"], painted.json["images"], strict=True):
        first, second = tmp_path / "plain" / one["file"], tmp_path / "painted" / other["file"]
        assert first.read_bytes() == second.read_bytes()
        assert "concepts" not in one
        width, height = size_of(tmp_path / "painted" / other["concepts"])
        assert width > height > 80
    kept = [path.stat().st_mtime_ns for path in sorted((tmp_path / "painted").glob("*.png"))]
    again = cli(*words, "--lens-concepts", concepts, "--out", tmp_path / "painted", "--json")
    assert [entry["made_now"] for entry in again.json["images"]] == [False, False]
    assert kept == [p.stat().st_mtime_ns for p in sorted((tmp_path / "painted").glob("*.png"))]


def test_a_recording_beside_concepts_holds_only_the_layers_asked_for(
    cli: Cli, model: Path, concepts: Path, tiny: Model, tmp_path: Path
) -> None:
    layer = "unet-after-conv-in"
    words = ("--model", model, *QUICK, "--lens", layer, "--lens-concepts", concepts)
    ended = cli("generate", "a hill", *words, "--out", tmp_path / "a", "--json")
    entry = ended.json["images"][0]
    assert [one.name for one in read_lens(tmp_path / "a" / entry["lens"]).spec.layers] == [layer]
    assert (tmp_path / "a" / entry["concepts"]).exists()


def test_concepts_of_another_layer_model_or_kind_are_refused_before_anything_is_drawn(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    fitting, path = coder_for(tiny), tmp_path / "other.concepts.safetensors"
    no_layer = replace(fitting, layer="up-level7-repeat0-vit-out")
    other_model = replace(fitting, model_sha256="ab" * 32)
    for wrong, words in (
        (no_layer, "other.concepts.safetensors, taught on up-level7-repeat0-vit-out"),
        (other_model, "taught on another (abababab"),
    ):
        write_concepts(wrong, path)
        given = ("--model", model, *QUICK, "--lens-concepts", path, "--out", tmp_path / "out")
        ended = cli("generate", "a hill", *given)
        assert ended.code == 2
        (said,) = [line for line in ended.err.splitlines() if "concepts" in line]
        assert words in said
        assert not (tmp_path / "out").exists()
    (tmp_path / "a.txt").write_text("no concepts", "utf-8")
    given = ("--model", model, *QUICK, "--lens-concepts", tmp_path / "a.txt", "--out", tmp_path)
    assert cli("generate", "a hill", *given).code == 2
    unknown = ("--model", model, *QUICK, "--lens-concepts", "nothing", "--out", tmp_path / "out")
    assert "got nothing" in cli("generate", "a hill", *unknown).err
