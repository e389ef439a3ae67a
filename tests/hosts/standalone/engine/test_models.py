from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from seedloupe.errors import InputError, ModelError, ShapeError
from seedloupe.hosts.standalone.engine.checkpoint import Family
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.seedling.training.architecture import build_text_encoder, build_unet, build_vae
from seedloupe.seedling.training.export import checkpoint

from ....seed_tables import random_states

#: CLIP's own numbers for "a photo of a cat", marks included.
CLIP_CAT = [49406, 320, 1125, 539, 320, 2368, 49407]


@pytest.fixture(scope="session")
def seedling_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seedling's architecture with random weights, in one file as other programs write them."""
    with torch.random.fork_rng(devices=[]):
        parts = [part.state_dict() for part in (build_unet(), build_vae(), build_text_encoder())]
    path = tmp_path_factory.mktemp("file") / "random.safetensors"
    save_file(checkpoint(*parts), path)
    return path


def test_a_single_file_is_opened_with_the_configuration_of_its_family(seedling_file: Path) -> None:
    before = random_states()
    model = open_model(str(seedling_file))
    stored = load_file(seedling_file)
    assert (model.name, model.family, model.info.in_channels) == ("random", Family.SEEDLING, 4)
    assert model.native_size == (128, 128)
    assert torch.equal(
        model.unet.conv_in.weight, stored["model.diffusion_model.input_blocks.0.0.weight"].float()
    )
    words = stored["cond_stage_model.transformer.text_model.embeddings.token_embedding.weight"]
    embedding = model.pipe.text_encoder.get_input_embeddings().weight
    assert torch.equal(embedding, words.float())
    assert model.pipe.tokenizer("a photo of a cat").input_ids == CLIP_CAT
    assert model.info.sha256 == hashlib.sha256(seedling_file.read_bytes()).hexdigest()
    assert random_states() == before


def test_a_single_file_for_inpainting_gets_its_five_more_inputs(
    seedling_file: Path, tmp_path: Path
) -> None:
    tensors = load_file(seedling_file)
    first = "model.diffusion_model.input_blocks.0.0.weight"
    width = len(tensors[first])
    tensors[first] = torch.cat([tensors[first], torch.ones(width, 5, 3, 3).half()], dim=1)
    path = tmp_path / "inpaint.safetensors"
    save_file(tensors, path)
    model = open_model(str(path))
    assert (model.info.in_channels, model.info.latent_shape(64, 32)) == (9, (4, 4, 8))
    assert torch.equal(model.unet.conv_in.weight, tensors[first].float())


def test_a_single_file_that_lacks_one_tensor_is_refused(
    seedling_file: Path, tmp_path: Path
) -> None:
    tensors = load_file(seedling_file)
    del tensors["model.diffusion_model.out.2.bias"]
    path = tmp_path / "torn.safetensors"
    save_file(tensors, path)
    with pytest.raises(ModelError, match=r"torn\.safetensors.*lacks some tensors"):
        open_model(str(path))


def test_a_folder_keeps_its_name_and_hashes_all_its_weights(tiny: Model, tiny_folder: Path) -> None:
    assert (tiny.name, tiny.family, tiny.info.prediction) == ("tiny", Family.SD1, "epsilon")
    content = b"".join(path.read_bytes() for path in sorted(tiny_folder.glob("*/*.safetensors")))
    assert len(tiny.files) == 3
    assert tiny.info.sha256 == hashlib.sha256(content).hexdigest()


def test_weights_that_do_not_fit_their_configuration_are_refused_in_one_line(
    tiny_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "broken"))
    config = folder / "unet" / "config.json"
    config.write_text(
        config.read_text("utf-8").replace('"layers_per_block": 1', '"layers_per_block": 2')
    )
    with pytest.raises(ModelError, match="broken, which cannot be loaded") as caught:
        open_model(str(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("model.ckpt", "can run any program"),
        ("no/such/folder/at/all", "which is not there"),
        ("missing.safetensors", "which is not there"),
        ("x" * 260, "which is not there"),  # longer than any file's name may be
        (" ", "got nothing"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_the_reason(name: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        open_model(name)


def test_a_hub_id_that_cannot_be_fetched_is_refused_in_one_line() -> None:
    with pytest.raises(ModelError, match="no such path, and from the hub") as caught:
        open_model("nobody/no-such-model")
    assert "\n" not in str(caught.value)


def test_a_device_this_machine_lacks_is_refused(tiny_folder: Path) -> None:
    with pytest.raises(InputError, match="device: expected a torch device"):
        open_model(str(tiny_folder), device="abacus")


@pytest.mark.parametrize("size", [(0, 32), (20, 32), (32, 4), (-8, 32)])
def test_sizes_no_latent_has_are_refused(tiny: Model, size: tuple[int, int]) -> None:
    with pytest.raises(ShapeError, match="multiples of 8"):
        tiny.info.latent_shape(*size)


def test_a_latent_is_higher_than_wide_when_the_picture_is(tiny: Model) -> None:
    assert tiny.info.latent_shape(48, 80) == (4, 10, 6)
