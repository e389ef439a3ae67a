from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from seedloupe.hosts.standalone.cli import run_folder as making
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import generate
from seedloupe.images import to_pil
from seedloupe.lens import default_panel
from seedloupe.lens.file import read_lens
from seedloupe.metadata.write_png import read_png_metadata

from .....requests import request_of
from .conftest import Cli, size_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

QUICK = ("--steps", 2, "--size", "48x32", "--guidance", 2)


def test_pictures_are_those_of_their_seeds_and_say_so(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "run"
    words = ("--model", model, "--seeds", "7,2", "--negative", "fog")
    ended = cli("generate", "a hill", *words, *QUICK, "--out", out, "--json")
    request = request_of(
        tiny.info, "a hill", (7, 2), negative="fog", width=48, height=32, steps=2, guidance=2.0
    )
    assert ended.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["000-7.png", "001-2.png", "run.json"]
    for entry, expected in zip(ended.json["images"], generate(tiny, request), strict=True):
        made = Image.open(out / entry["file"])
        assert made.tobytes() == to_pil(expected.image).tobytes()
        record = read_png_metadata(out / entry["file"]).record
        assert record is not None
        assert (record["seed"], record["negative"]) == (entry["seed"], "fog")
    assert json.loads((out / "run.json").read_text("utf-8")) == ended.json
    assert ended.json["settings"]["sampler"] == "euler"


@pytest.mark.parametrize(
    "words",
    [("--sampler", "DPM++ 2M Karras"), ("--sampler", "dpmpp_2m", "--schedule", "karras")],
)
def test_a_sampler_has_the_hosts_names_and_is_written_as_the_web_ui_does(
    cli: Cli, model: Path, tmp_path: Path, words: tuple[object, ...]
) -> None:
    common = ("--model", model, "--seeds", "7", *QUICK, "--out", tmp_path / "a", "--json")
    ended = cli("generate", "a hill", *common, *words)
    settings = ended.json["settings"]
    assert (settings["sampler"], settings["schedule"]) == ("dpmpp_2m", "karras")
    text = read_png_metadata(tmp_path / "a" / "000-7.png").parameters or ""
    assert "Sampler: DPM++ 2M, Schedule type: Karras, " in text


def test_without_a_wish_seeds_are_drawn(cli: Cli, model: Path, tmp_path: Path) -> None:
    words = ("--model", model, "--count", 2, *QUICK, "--out", tmp_path / "a", "--json")
    ended = cli("generate", "a hill", *words)
    assert ended.json["chosen"]["pick"] == "random"
    assert len(set(ended.json["seeds"])) == 2


def test_a_stopped_run_keeps_whole_pictures_and_goes_on_with_the_rest(
    cli: Cli, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("generate", "a hill", "--model", model, "--seeds", "1,2,3", *QUICK)
    out = tmp_path / "a"
    with monkeypatch.context() as patch:
        patch.setattr(making, "save_png", stop_at_second(making.save_png))
        stopped = cli(*words, "--out", out, "--json")
    assert stopped.code == 3
    assert stopped.json["stopped"] is True
    assert sorted(path.name for path in out.iterdir()) == ["000-1.png", "run.json"]
    first = (out / "000-1.png").stat().st_mtime_ns
    ended = cli(*words, "--out", out, "--json")
    assert ended.code == 0
    assert [entry["made_now"] for entry in ended.json["images"]] == [False, True, True]
    assert "note: 2 made now, 1 was there already" in ended.err
    assert "note: 0 made now, 3 were there already" in cli(*words, "--out", out).err
    assert (out / "000-1.png").stat().st_mtime_ns == first
    again = cli(*words, "--out", tmp_path / "b", "--json")
    assert "made now" not in again.err
    for entry in again.json["images"]:
        kept, fresh = (Image.open(folder / entry["file"]) for folder in (out, tmp_path / "b"))
        assert kept.tobytes() == fresh.tobytes()


def stop_at_second(save: object) -> object:
    """A keyboard interrupt while the second picture is being written."""
    calls: list[object] = []

    def interrupted(*args: object, **settings: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        save(*args, **settings)  # type: ignore[operator]

    return interrupted


def test_pictures_of_other_settings_are_never_written_over(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    words = ("--model", model, "--seeds", "1", *QUICK, "--out", tmp_path / "a")
    assert cli("generate", "a hill", *words).code == 0
    before = (tmp_path / "a" / "000-1.png").read_bytes()
    ended = cli("generate", "a tower", *words)
    assert ended.code == 2
    assert "pictures of other settings" in ended.err
    assert (tmp_path / "a" / "000-1.png").read_bytes() == before


def test_the_lens_is_recorded_beside_the_picture(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    words = ("--model", model, "--seeds", "1", *QUICK, "--out", tmp_path / "a")
    ended = cli("generate", "a hill", *words, "--lens", "auto", "--json")
    (entry,) = ended.json["images"]
    record = read_lens(tmp_path / "a" / entry["lens"])
    assert {layer.name for layer in record.spec.layers} == set(default_panel(tiny.unet))
    assert (record.spec.prompt, record.spec.seeds, record.spec.rows) == (
        "a hill",
        ("1",),
        "conditional",
    )
    assert len(record.spec.sigmas) == 2
    assert size_of(tmp_path / "a" / "000-1.lens.png")[0] > 100
    plain = cli("generate", "a hill", *words[:-1], tmp_path / "b", "--json")
    pictures = [Image.open(tmp_path / f / "000-1.png").tobytes() for f in ("a", "b")]
    assert plain.code == 0
    assert pictures[0] == pictures[1]


def test_repainting_keeps_what_the_mask_leaves_out(cli: Cli, model: Path, tmp_path: Path) -> None:
    start = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    start.save(tmp_path / "start.png")
    mask = np.zeros((32, 48), np.uint8)
    mask[8:24, 8:40] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    words = ("--image", tmp_path / "start.png", "--mask", tmp_path / "mask.png", "--steps", 2)
    common = ("--model", model, "--seeds", "5", "--out", tmp_path / "a", "--json")
    ended = cli("generate", "a door", *words, *common)
    made = np.asarray(Image.open(tmp_path / "a" / "000-5.png"))
    assert (ended.json["settings"]["task"], ended.json["settings"]["strength"]) == ("inpaint", 1.0)
    assert np.array_equal(made[mask == 0], np.asarray(start)[mask == 0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--seeds", "1", "--pick", "golden"), "either --seeds or --pick"),
        (("--seeds", "1,2", "--count", 3), "count: expected 2"),
        (("--seeds", "18446744073709551616"), "expected a seed from 0"),
        (("--seeds", "1", "--size", "50x32"), "multiples of 8"),
        (("--seeds", "1", "--steps", 1001), "--steps: expected a whole number from 1 to 1000"),
        (("--seeds", "1", "--guidance", "nan"), "guidance"),
        (("--seeds", "1", "--noise", "gpu"), "cpu, nv or cuda:GRID"),
        (("--seeds", "1", "--sampler", "plms"), "expected one of Euler, Euler a, Heun"),
        (("--seeds", "1", "--image", "gone.png"), "gone.png"),
        (("--seeds", "1", "--image", "text.png"), "text.png"),
        (("--seeds", "1", "--mask", "mask.png"), "a mask alone"),
        (("--seeds", "1", "--image", "start.png", "--mask", "mask.png"), "48 x 32"),
        (("--seeds", "1", "--image", "start.png", "--size", "64x64"), "64x64 pixels, got 48x32"),
        (("--seeds", "1", "--image", "start.png", "--strength", "2"), "strength"),
        (("--seeds", "1", "--lens", "mid-vti-out"), "mid-vti-out"),
        (("--seeds", "1", "--device", "abacus"), "device"),
        (("--pick", "golden"), "table: expected a table to pick golden seeds from"),
        (("--pick", "golden", "--table", "no-such-table"), "no-such-table"),
        (("--pick", "layout"), "table: expected a table to pick layout seeds from"),
        (("--no-tag", "gray"), "pick: expected --pick golden, diverse, layout or clean"),
        (("--tag", "gray", "--pick", "random"), "beside --tag and --no-tag, got random"),
        (("--table", "T"), "layout or clean beside --table, or --carry to draw"),
        (("--table", "T", "--pick", "random"), "beside --table, or --carry to draw at the table's"),
        (("--table", "T", "--seeds", "1"), "beside --table, or --carry to draw at the table's"),
        (("--at", "0.2,0.5"), "pick: expected --pick layout beside --box"),
        (("--near", "--seeds", "1"), "pick: expected --pick layout beside --box"),
        (("--model", "gone.safetensors"), "gone.safetensors"),
        (("--model", "model.ckpt"), "can run any program"),
        (("--out", "text.png"), "out: expected a folder"),
    ],
)
def test_bad_input_is_told_by_field_and_nothing_is_written(
    cli: Cli,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[object, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (48, 32)).save("start.png")
    Image.new("L", (32, 48)).save("mask.png")
    Path("text.png").write_text("no picture", "utf-8")
    before = sorted(tmp_path.iterdir())
    defaults: dict[object, object] = {"--model": model, "--out": "new", "--steps": 10}
    for name, value in defaults.items():
        words = words if name in words else (*words, name, value)
    if "--device" in words:
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
    ended = cli("generate", "a hill", *words)
    assert ended.code == 2
    assert message in ended.err
    assert ended.out == ""
    assert [line for line in ended.err.splitlines() if not line.startswith("opening")][1:] == []
    assert sorted(tmp_path.iterdir()) == before


def test_everything_given_is_checked_before_the_model_is_opened(cli: Cli, tmp_path: Path) -> None:
    ended = cli("generate", "x", "--model", "gone.safetensors", "--noise", "gpu", "--out", tmp_path)
    assert "opening" not in ended.err
    words = ("--pick", "layout", "--table", "T", "--out", tmp_path / "a")
    ended = cli("generate", "x", "--model", "gone.safetensors", *words)
    assert "layout: expected --box, --at, --size-near, --near or --far" in ended.err
    assert torch.is_grad_enabled()
