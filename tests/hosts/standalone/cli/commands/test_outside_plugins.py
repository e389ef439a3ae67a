"""Plug-ins other installed packages announce, on the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from PIL import Image

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.lens import FeatureMap, LensSpec, Recorder
from seedloupe.lens.file import write_lens
from seedloupe.tables import read_table

from .....outside_packages import SOUND, install
from .conftest import Cli
from .test_generate_tables import QUICK, made_for

README = Path(__file__).parents[5] / "README.md"
BROKEN = "import no_such_engine"
SKIPPED = "plug-in seedloupe-broken of the package seedloupe-broken was skipped: ModuleNotFound"


@pytest.fixture(autouse=True)
def _packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    install(folder, monkeypatch, "seedloupe-sound", SOUND)
    install(folder, monkeypatch, "seedloupe-broken", BROKEN)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lens_file(tmp_path: Path) -> Path:
    recorder, numbers = Recorder(), torch.Generator().manual_seed(1)
    for step in range(2):
        values = torch.randn(1, 8, 2, 3, generator=numbers)
        recorder(FeatureMap("mid-vit-out", step, 1.0, values))
    spec = LensSpec("tiny", "euler", prompt="a hill", seeds=("7",))
    return write_lens(tmp_path / "a.lens.safetensors", recorder.finish(spec))


def test_a_reader_is_listed_and_reads(cli: Cli, tmp_path: Path) -> None:
    listed = cli("readers", "--json")
    assert listed.json["readers"][-1]["name"] == "loud"
    assert listed.err.count(SKIPPED) == 1
    Image.new("RGB", (128, 64), (90, 120, 150)).save(tmp_path / "a.png")

    alone = cli("check", "a.png", "--reader", "loud", "--json")
    many = cli("check", "a.png", "--reader", "loud", "--report", "r.csv", "--json")

    assert (alone.code, alone.json["reader"], alone.json["flags"][0]["text"]) == (1, "loud", "LOUD")
    assert (many.code, many.json["rows"][0]["reader"]) == (1, "loud")
    assert [ended.err.count(SKIPPED) for ended in (alone, many)] == [1, 1]


def test_a_picker_picks(cli: Cli, tiny: Model, tmp_path: Path) -> None:
    table = made_for(tiny, tmp_path)
    last = [str(seed) for seed in read_table(table).seeds[::-1][:3].tolist()]

    ended = cli("pick", "by", "last", "--table", table, "--count", 3, "--json")

    assert (ended.code, [pick["seed"] for pick in ended.json["picks"]]) == (0, last)
    assert ended.json["rule"] == "by last, a plug-in"
    assert ended.err.count(SKIPPED) == 1
    unknown = cli("pick", "by", "lost", "--table", table, "--count", 3)
    assert (unknown.code, unknown.out) == (2, "")
    assert "expected one of golden, diverse, layout, clean, last, got 'lost'" in unknown.err


def test_a_picker_picks_for_pictures(cli: Cli, model: Path, tiny: Model, tmp_path: Path) -> None:
    table = made_for(tiny, tmp_path)
    words = ("generate", "a hill", "--model", model, "--out", "out", *QUICK)

    ended = cli(*words, "--pick", "last", "--table", table, "--count", 1, "--json")

    assert (ended.code, ended.json["chosen"]["pick"]) == (0, "last")
    assert ended.json["seeds"] == [str(int(read_table(table).seeds[-1]))]
    assert ended.err.count(SKIPPED) == 1
    unknown = cli(*words, "--pick", "lost", "--table", table)
    assert (unknown.code, unknown.out) == (2, "")
    assert (
        "pick: expected one of random, early, golden, diverse, layout, clean, last" in unknown.err
    )
    tagged = cli(*words, "--pick", "last", "--table", table, "--tag", "gray")
    assert "expected --pick golden, diverse, layout or clean beside --tag" in tagged.err


def test_a_renderer_paints_a_lens_file(cli: Cli, lens_file: Path) -> None:
    ended = cli("lens", "show", lens_file, "--renderer", "grey", "--json")

    assert (ended.code, ended.json["renderer"]) == (0, "grey")
    assert ended.json["out"].endswith("a.lens.rendered.png")
    assert len(ended.json["answers"]) == 2
    assert ended.err.count(SKIPPED) == 1
    with Image.open(ended.json["out"]) as picture:
        assert (128, 128, 128) in [colour for _, colour in picture.getcolors(2**16) or ()]
    ours = cli("lens", "show", lens_file, "--renderer", "clusters")
    assert "1 layers at 2 steps" in ours.out
    unknown = cli("lens", "show", lens_file, "--renderer", "lost")
    assert "expected one of pca, clusters, grey, got 'lost'" in unknown.err


def test_the_readmes_renderer_paints_a_lens_file(
    cli: Cli, lens_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.M | re.S)
    (example,) = (block for block in blocks if "def register" in block)
    (tmp_path / "more").mkdir()
    install(tmp_path / "more", monkeypatch, "seedloupe-strength", example, name="strength")

    ended = cli("lens", "show", lens_file, "--renderer", "strength", "--json")

    assert (ended.code, ended.json["renderer"]) == (0, "strength")


def test_the_doctor_lists_all_and_names_the_broken_one_in_its_report(cli: Cli) -> None:
    ended = cli("doctor", "--json")

    assert ended.json["pickers"] == ["golden", "diverse", "layout", "clean", "last"]
    assert ended.json["renderers"] == ["pca", "clusters", "grey"]
    assert "loud" in ended.json["readers"]
    (line,) = ended.json["skipped_plugins"]
    assert line.startswith(SKIPPED)
    assert SKIPPED not in ended.err
    lines = cli("doctor").out.splitlines()
    assert "renderers pca, clusters, grey" in lines
    assert line in lines


def test_a_renderer_that_fails_is_named_and_paints_nothing(
    cli: Cli, lens_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SOUND.replace("return torch.full", "raise LookupError('no colours')\n        return")
    (tmp_path / "more").mkdir()
    source = source.replace('"grey"', '"ghost"').replace('"loud"', '"l2"').replace('"last"', '"p2"')
    install(tmp_path / "more", monkeypatch, "seedloupe-ghost", source)

    ended = cli("lens", "show", lens_file, "--renderer", "ghost")

    assert (ended.code, ended.out) == (2, "")
    assert "renderer ghost: expected a picture (3, H, W) of mid-vit-out" in ended.err
    assert "LookupError: no colours" in ended.err
    assert not lens_file.with_name("a.lens.rendered.png").exists()
