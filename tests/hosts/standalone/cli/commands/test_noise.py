from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors.torch import load_file

from seedloupe.generation.describe import picture_texts
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.metadata.write_png import save_png
from seedloupe.noise import NoiseResize, NoiseSource, ResizeWay, initial_noise, resized_noise

from .....requests import request_of
from .conftest import Cli


def test_the_noise_of_a_seed_is_torchs_own_and_is_written_as_float32(
    cli: Cli, tmp_path: Path
) -> None:
    out = tmp_path / "noise.safetensors"
    ended = cli("noise", 2**32 + 42, "--shape", "4,6,8", "--out", out, "--json")
    expected = torch.randn(4, 6, 8, generator=torch.Generator().manual_seed(42))
    assert ended.code == 0
    assert ended.json["canonical_seed"] == "42"
    assert ended.json["first"] == expected.flatten()[:8].tolist()
    assert ended.json["mean"] == pytest.approx(expected.mean((1, 2)).tolist())
    assert ended.json["std"] == pytest.approx(expected.std((1, 2), correction=0).tolist())
    assert torch.equal(load_file(out)["noise"], expected)


def test_people_get_lines(cli: Cli) -> None:
    ended = cli("noise", 42, "--shape", "4,8,8")
    assert ended.out.splitlines()[1].startswith("first values    1.92692  1.48728  0.90072")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-1", "--shape", "4,8,8"), "SEED"),
        ((2**64, "--shape", "4,8,8"), "expected a seed from 0 to 18446744073709551615"),
        (("1", "--shape", "4,8"), "expected C,H,W"),
        (("1", "--shape", "4,0,8"), "shape"),
        (("1", "--shape", "4,8,8", "--source", "gpu"), "cpu, nv or cuda:GRID"),
        (("1", "--shape", "4,8,8", "--out", "x.txt"), r"ending in .safetensors"),
        ((), "SEED: expected a seed, or a picture with --of"),
        (("1",), "shape: expected --shape C,H,W"),
        (("1", "--shape", "4,8,8", "--channels", "4"), "channels: expected nothing without --of"),
        (("1", "--shape", "4,8,8", "--index", "0"), "index: expected nothing without --of"),
        (("1", "--of", __file__), "expected a picture, got a text file"),
        (("1", "--shape", "4,8,8", "--size", "64x64"), "size: expected nothing without --of"),
        (
            ("--of", "gone.png"),
            "gone.png: expected a picture, got no such file",
        ),
        (("--of", "."), ".: expected a picture, got a folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    cli: Cli,
    words: tuple[object, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("noise", *words)
    assert ended.code == 2
    assert ended.out == ""
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def picture(path: Path, **texts: str) -> Path:
    """A picture with texts, as other programs save it."""
    chunks = PngInfo()
    for name, text in texts.items():
        chunks.add_text(name, text)
    Image.new("RGB", (48, 32)).save(path, pnginfo=chunks)
    return path


PARAMETERS = "a hill\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 42, Size: 48x32"
SIZE = {"width": 48, "height": 32}
PROMPT = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 42, "latent_image": ["5", 0]}},
    "5": {"class_type": "EmptyLatentImage", "inputs": SIZE},
}


def test_the_noise_of_a_picture_of_ours_is_the_one_it_was_made_from(
    cli: Cli, tiny: Model, tmp_path: Path
) -> None:
    path, out = tmp_path / "a.png", tmp_path / "noise.safetensors"
    carried = NoiseResize(ResizeWay.STRETCH, (4, 4, 4))
    request = request_of(tiny.info, "a hill", (2**32 + 5,), width=48, height=32, resize=carried)
    save_png(torch.zeros(3, 32, 48), path, picture_texts(request, 2**32 + 5, {}))
    ended = cli("noise", "--of", path, "--out", out, "--json")
    expected = resized_noise(2**32 + 5, (4, 4, 6), carried)
    assert (ended.code, ended.json["level"], ended.json["host"]) == (0, "exact", "Seedloupe")
    assert ended.json["carried"] == {"way": "stretch", "shape": [4, 4, 4]}
    assert ended.json["noise"]["canonical_seed"] == "5"
    assert ended.json["noise"]["file"] == str(out)
    assert torch.equal(load_file(out)["noise"], expected)
    lines = cli("noise", "--of", path).out
    assert "carried from    4x4 cells, stretch" in lines
    assert f"{expected.flatten()[0]:.5f}" in lines


def test_a_picture_of_the_web_ui_says_what_is_missing_until_it_is_given(
    cli: Cli, tmp_path: Path
) -> None:
    path = picture(tmp_path / "a.png", parameters=PARAMETERS)
    asked = cli("noise", "--of", path, "--json")
    assert (asked.code, asked.json["level"], asked.json["noise"]) == (0, "depends", None)
    assert "No RNG key" in asked.json["verdict"]
    refused = cli("noise", "--of", path, "--out", tmp_path / "x.safetensors")
    assert (refused.code, "No RNG key" in refused.err) == (2, True)
    given = cli("noise", "--of", path, "--source", "nv", "--channels", 16, "--json")
    expected = initial_noise(42, (16, 4, 6), source=NoiseSource.parse("nv"))
    assert given.json["noise"]["first"] == expected.flatten()[:8].tolist()
    assert not (tmp_path / "x.safetensors").exists()


def test_whoever_is_asked_is_told_the_option_and_not_asked_again(cli: Cli, tmp_path: Path) -> None:
    inputs = {**SIZE, "batch_size": 2}
    batch = {**PROMPT, "5": {"class_type": "EmptyLatentImage", "inputs": inputs}}
    pictures = (
        ({"parameters": PARAMETERS}, "--source cpu|nv", ("--source", "nv"), "drawn with nv noise"),
        ({"prompt": json.dumps(batch)}, "--index K", ("--index", 1), "picture 1 of a batch of 2"),
    )
    for texts, option, answer, words in pictures:
        path = picture(tmp_path / "a.png", **texts)
        asked = cli("noise", "--of", path).out
        assert "depends: " in asked
        assert option in asked
        refused = cli("noise", "--of", path, "--out", tmp_path / "x.safetensors").err
        assert option in refused
        told = cli("noise", "--of", path, *answer).out
        assert f"noise           as told: {words}" in told
        assert "Say " not in told
        assert "depends" not in told


def test_a_picture_of_comfyui_needs_its_place_in_a_batch(cli: Cli, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", prompt=json.dumps(PROMPT))
    assert cli("noise", "--of", path, "--json").json["noise"]["seed"] == "42"
    empty = {"class_type": "EmptyLatentImage", "inputs": {**SIZE, "batch_size": 2}}
    path = picture(tmp_path / "b.png", prompt=json.dumps({**PROMPT, "5": empty}))
    asked = cli("noise", "--of", path, "--json")
    assert (asked.code, asked.json["noise"], asked.json["batch"]) == (0, None, 2)
    placed = cli("noise", "--of", path, "--index", 1, "--json")
    stream = torch.randn(2, 4, 4, 6, generator=torch.Generator().manual_seed(42))
    assert placed.json["noise"]["first"] == stream[1].flatten()[:8].tolist()
    for words in (("--index", 2), ("--index", 0, "--source", "nv")):
        assert cli("noise", "--of", path, *words).code == 2


def test_a_jpeg_of_the_web_ui_is_read_by_its_exif(cli: Cli, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0x9286: b"UNICODE\0" + f"{PARAMETERS}, RNG: CPU".encode("utf-16-be")}
    path = tmp_path / "a.jpg"
    Image.new("RGB", (48, 32)).save(path, exif=exif)
    told = cli("noise", "--of", path, "--json").json
    assert (told["level"], told["noise"]["seed"]) == ("exact", "42")


def test_a_png_that_is_cut_off_behind_its_texts_will_do(cli: Cli, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png", prompt=json.dumps(PROMPT))
    path.write_bytes(path.read_bytes()[:-30])
    assert cli("noise", "--of", path, "--json").json["noise"]["seed"] == "42"
    path.write_bytes(path.read_bytes()[:40])
    ended = cli("noise", "--of", path)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "cut short before any text" in ended.err


def test_a_picture_that_says_nothing_is_refused(cli: Cli, tmp_path: Path) -> None:
    ended = cli("noise", "--of", picture(tmp_path / "a.png", Software="editor"), "--json")
    assert (ended.code, ended.json["error"]["field"]) == (2, "picture")


def test_a_size_that_the_picture_leaves_out_can_be_said(cli: Cli, tmp_path: Path) -> None:
    text = f"{PARAMETERS}, RNG: CPU, Version: v1.10.1".replace(", Size: 48x32", "")
    path = picture(tmp_path / "a.png", parameters=text)
    asked = cli("noise", "--of", path).out
    assert "depends: The picture does not tell its size. Say the size with --size WxH" in asked
    for words, told in (
        (("--size", "48x32"), "48x32 pixels"),
        (("--shape", "4,4,6"), "4,4,6 cells"),
    ):
        ended = cli("noise", "--of", path, *words)
        assert f"as told: drawn at {told}" in ended.out
        assert "1.92692" in ended.out
    known = picture(tmp_path / "b.png", parameters=f"{PARAMETERS}, RNG: CPU, Version: v1.10.1")
    assert cli("noise", "--of", known, "--size", "48x40").code == 2
    assert cli("noise", "--of", known, "--shape", "16,4,6", "--json").json["noise"]["shape"] == [
        *(16, 4, 6)
    ]


def test_assumed_channels_are_named_in_the_sentence_and_in_the_document(
    cli: Cli, tmp_path: Path
) -> None:
    path = picture(tmp_path / "a.png", parameters=f"{PARAMETERS}, RNG: CPU, Version: v1.10.1")
    assert "exact: Drawn with cpu noise, alike on every machine, for a 4-channel model." in (
        cli("noise", "--of", path).out
    )
    assert cli("noise", "--of", path, "--json").json["channels_assumed"] is True
    settled = cli("noise", "--of", path, "--channels", 4, "--json").json
    assert settled["channels_assumed"] is False
    assert "channel" not in settled["verdict"]


def test_a_grid_names_its_cells_and_draws_the_one_that_is_asked_for(
    cli: Cli, tmp_path: Path
) -> None:
    text = f"{PARAMETERS}, RNG: CPU, Version: v1.10.1".replace("48x32", "24x16")
    path = picture(tmp_path / "a.png", parameters=text)
    asked = cli("noise", "--of", path)
    assert "candidate       row 2, column 1: seed 44" in asked.out
    assert "first values" not in asked.out
    document = cli("noise", "--of", path, "--json").json
    assert (document["grid"], document["noise"], document["seeds"][:2]) == (
        True,
        None,
        ["42", "43"],
    )
    chosen = cli("noise", "--of", path, "--index", 2)
    assert "as told: row 2, column 1" in chosen.out
    assert f"{initial_noise(44, (4, 2, 3)).flatten()[0]:.5f}" in chosen.out
    assert cli("noise", "--of", path, "--index", 4).code == 2
    assert cli("noise", "--of", path, "--source", "nv").code == 0, "nothing is claimed of a grid"


def test_a_noise_multiplier_is_in_the_tensor(cli: Cli, tmp_path: Path) -> None:
    more = "Denoising strength: 0.5, Noise multiplier: 1.25, RNG: CPU, Version: v1.10.1"
    path, out = (
        picture(tmp_path / "a.png", parameters=f"{PARAMETERS}, {more}"),
        tmp_path / "n.safetensors",
    )
    assert cli("noise", "--of", path, "--out", out).code == 0
    assert torch.allclose(load_file(out)["noise"], initial_noise(42, (4, 4, 6)) * 1.25)


def test_a_later_pass_is_told_with_seed_size_and_strength(cli: Cli, tmp_path: Path) -> None:
    more = "Denoising strength: 0.7, Hires resize: 96x0, RNG: CPU, Version: v1.10.1"
    path = picture(tmp_path / "a.png", parameters=f"{PARAMETERS}, {more}")
    assert (
        "later pass      96x64, seed 42, strength 0.7 (Hires. fix)"
        in cli("noise", "--of", path).out
    )
    document = cli("noise", "--of", path, "--json").json
    assert document["later"] == ["96x64"]
    assert document["later_passes"][0]["seed"] == "42"


def test_another_programs_record_is_named_and_is_no_refusal(cli: Cli, tmp_path: Path) -> None:
    record = json.dumps({"seed": 42, "signed_hash": "x"})
    ended = cli("noise", "--of", picture(tmp_path / "a.png", Software="NovelAI", Comment=record))
    assert ended.code == 0
    assert "unknown: Written by NovelAI" in ended.out
    assert "42" in ended.out


def test_a_seed_beside_a_picture_is_one_too_many(cli: Cli, tmp_path: Path) -> None:
    given = picture(tmp_path / "a.png")
    ended = cli("noise", "1", "--of", given)
    assert (ended.code, "seed: expected nothing beside --of" in ended.err) == (2, True)
