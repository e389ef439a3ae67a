from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedloupe.errors import ModelError
from seedloupe.hosts.webui.demo_model import add_seedling, main
from seedloupe.seedling import weights_folder
from seedloupe.seedling.training.architecture import TEXT, UNET, VAE
from seedloupe.seedling.transformer import CONTEXT_WIDTH

yaml = pytest.importorskip("yaml")

TOKENIZER = {"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Seedling's folder with the real sizes and configuration, and four bytes of weights."""
    folder = tmp_path / "weights"
    (folder / "config/tokenizer").mkdir(parents=True)
    (folder / "config/text_encoder").mkdir()
    for name in TOKENIZER:
        (folder / "config/tokenizer" / name).write_text("{}")
    (folder / "config/text_encoder/config.json").write_text(json.dumps(TEXT))
    (folder / "seedling.yaml").write_bytes((weights_folder() / "seedling.yaml").read_bytes())
    (folder / "seedling.safetensors").write_bytes(b"0123")
    return folder


def sizes_of(folder: Path) -> dict[str, dict[str, object]]:
    params = yaml.safe_load((folder / "seedling.yaml").read_text("utf-8"))["model"]["params"]
    return {name: part["params"] for name, part in params.items() if name.endswith("_config")}


def test_the_text_encoder_is_named_by_its_full_path(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    checkpoint = add_seedling(Path("models"), weights=weights)
    named = Path(str(sizes_of(checkpoint.parent)["cond_stage_config"]["version"]))
    assert named.is_absolute()
    assert {path.name for path in named.iterdir()} == {*TOKENIZER, "config.json"}


def test_a_folder_with_odd_characters_survives_the_yaml(tmp_path: Path, weights: Path) -> None:
    odd = tmp_path / 'a "b" é: #c'
    checkpoint = add_seedling(odd, weights=weights)
    named = sizes_of(checkpoint.parent)["cond_stage_config"]["version"]
    assert named == str((odd / "seedling/text_encoder").resolve())


def test_checkpoint_and_sizes_lie_side_by_side_under_one_name(
    tmp_path: Path, weights: Path
) -> None:
    checkpoint = add_seedling(tmp_path, weights=weights)
    assert checkpoint.read_bytes() == b"0123"
    assert checkpoint.with_suffix(".yaml").is_file()


def test_adding_it_again_renews_it(tmp_path: Path, weights: Path) -> None:
    add_seedling(tmp_path, weights=weights)
    (weights / "seedling.safetensors").write_bytes(b"new")
    assert add_seedling(tmp_path, weights=weights).read_bytes() == b"new"


def test_a_missing_file_is_named_and_no_checkpoint_appears(tmp_path: Path, weights: Path) -> None:
    (weights / "config/text_encoder/config.json").unlink()
    with pytest.raises(ModelError, match=r"config\.json"):
        add_seedling(tmp_path / "models", weights=weights)
    assert not list((tmp_path / "models").rglob("*.safetensors"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, weights: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelError, match="to write"):
        add_seedling(tmp_path / "models", weights=weights)


def test_the_command_wants_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "MODELS_FOLDER" in capsys.readouterr().err


def test_the_sizes_are_those_seedling_is_built_with() -> None:
    sizes = sizes_of(weights_folder())
    unet, vae = sizes["unet_config"], sizes["first_stage_config"]["ddconfig"]
    widths, first = UNET["block_out_channels"], UNET["block_out_channels"][0]
    assert unet["model_channels"] == first
    assert [first * times for times in unet["channel_mult"]] == list(widths)
    assert unet["num_res_blocks"] == UNET["layers_per_block"]
    assert unet["num_heads"] == UNET["attention_head_dim"]
    assert unet["context_dim"] == CONTEXT_WIDTH == TEXT["hidden_size"]
    # Attention on every level: these are the factors by which the levels shrink the latent.
    assert sorted(unet["attention_resolutions"]) == [2**level for level in range(len(widths))]
    assert [vae["ch"] * times for times in vae["ch_mult"]] == list(VAE["block_out_channels"])
    assert vae["num_res_blocks"] == VAE["layers_per_block"]
