"""Variants are kept as what they change, and open as whole models."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from seedloupe.errors import ModelError
from seedloupe.files import hash_files
from seedloupe.hosts.standalone.engine.checkpoint import identify
from seedloupe.hosts.standalone.engine.models import open_model, weight_files
from seedloupe.hosts.standalone.engine.sampling import generate
from seedloupe.lens import Truth, list_layers
from seedloupe.seedling.training.architecture import build_unet
from seedloupe.seedling.training.export import unet_to_ldm
from seedloupe.seedling.training.variants import (
    FAST,
    INPAINTING,
    VariantTraining,
    save_difference,
    widen_input,
)
from seedloupe.seedling.variants import MARK, Variant, main, write_variant

from ..requests import request_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
PREFIX = "model.diffusion_model."


@pytest.mark.parametrize(("variant", "channels"), [(INPAINTING, 9), (FAST, 4)])
def test_a_variant_laid_over_its_checkpoint_is_the_variant(
    variant: VariantTraining, channels: int, tmp_path: Path
) -> None:
    base = build_unet()
    named = {PREFIX + n: w.half().contiguous() for n, w in unet_to_ldm(base.state_dict()).items()}
    save_file({**named, "first_stage_model.x": torch.ones(1)}, tmp_path / "base.safetensors")
    changed = variant.freeze(widen_input(base, channels))
    for weight in changed.parameters():
        if weight.requires_grad:
            weight.data += 1
    save_difference(changed, variant, tmp_path / "some.safetensors")
    write_variant(tmp_path / "base.safetensors", tmp_path / "some.safetensors", tmp_path / "whole")
    whole = load_file(tmp_path / "whole")
    expected = unet_to_ldm(changed.state_dict())
    assert set(whole) == {PREFIX + name for name in expected} | {"first_stage_model.x"}
    assert all(torch.equal(whole[PREFIX + name], w.half()) for name, w in expected.items())
    assert (tmp_path / "some.safetensors").stat().st_size < 3_000_000
    with safe_open(tmp_path / "whole", "pt") as file:
        assert file.metadata()[MARK] == variant.name


def test_a_difference_of_another_model_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.ones(1)}, tmp_path / "base.safetensors")
    save_file({"b": torch.ones(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match=r"other\.safetensors: expected weights that base"):
        write_variant(tmp_path / "base.safetensors", tmp_path / "other.safetensors", tmp_path / "x")


@pytest.mark.parametrize(
    ("variant", "channels", "trailing"), [(Variant.INPAINTING, 9, False), (Variant.FAST, 4, True)]
)
def test_a_variant_opens_by_name_as_the_whole_file_does(
    variant: Variant, channels: int, trailing: bool, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.safetensors"
    assert main([variant.value, str(whole)]) == 0
    named, single, plain = open_model(variant.value), open_model(str(whole)), open_model("seedling")
    for model in (named, single):
        assert (model.info.in_channels, model.info.trailing) == (channels, trailing)
    assert (named.name, named.files) == (variant.value, weight_files(variant.value))
    assert named.info.sha256 == hash_files(variant.files) != plain.info.sha256
    weights, others = named.unet.state_dict(), single.unet.state_dict()
    assert all(torch.equal(weights[name], others[name]) for name in weights)
    same = plain.unet.state_dict()
    untouched = [name for name in weights if weights[name].equal(same[name])]
    assert 0 < len(untouched) < len(weights)
    assert plain.vae.state_dict().keys() == named.vae.state_dict().keys()
    assert (plain.info.in_channels, plain.info.trailing) == (4, False)


def test_only_the_mark_of_few_steps_makes_a_model_of_few_steps(tmp_path: Path) -> None:
    tensors = load_file(Variant.PLAIN.files[0])
    for mark, trailing in (("fast", True), ("inpainting", False), ("faster", False)):
        path = tmp_path / f"{mark}.safetensors"
        save_file(tensors, path, {MARK: mark})
        assert identify(path).trailing is trailing


def test_heads_are_marked_as_they_are_named() -> None:
    assert [variant.mark for variant in Variant] == ["", "inpainting", "fast", "dit"]
    for variant in (Variant.INPAINTING, Variant.FAST, Variant.DIT):
        with safe_open(variant.files[1], "pt") as file:
            assert file.metadata()[MARK] == variant.mark


def test_a_head_whose_weights_are_gone_is_refused_by_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "seedling.safetensors"
    whole.write_bytes(b"")
    monkeypatch.setattr("seedloupe.seedling.variants.weights_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"no file .*inpainting\.safetensors"):
        open_model("seedling-inpainting")


def test_the_transformer_opens_by_name_with_its_layers_and_both_files_in_its_hash() -> None:
    model = open_model("seedling-dit")
    assert model.info.sha256 == hash_files(Variant.DIT.files)
    assert model.info.prediction == "epsilon"
    assert model.native_size == (128, 128)
    assert not Variant.DIT.is_unet
    names = {layer.name for layer in list_layers(model.unet)}
    assert {"vit-block0-q", "vit-block5-out", "vit-block4-text-out"} <= names


def test_watching_the_transformer_changes_no_bit_of_its_picture() -> None:
    model = open_model("seedling-dit")
    request = request_of(model.info, "a red house on grass", (3,), steps=3)
    (plain,) = generate(model, request)
    (watched,) = generate(model, request, panel=("vit-block*-out",), words=True)
    assert torch.equal(plain.image, watched.image)
    assert watched.words is not None
    assert {one.label for one in watched.words.tally.truths.values()} == {Truth.SAME}
    assert len(watched.words.tally.layers) == 6
    assert watched.notes == ()
