"""Asking lens files, and the default panel, on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.lens import ENCODER_OR_DECODER, FeatureMap, LensSpec, Recorder, default_panel
from seedloupe.lens.file import write_lens
from seedloupe.lens.record import LensRecord

from .conftest import Cli, size_of


@pytest.fixture
def lens_file(tmp_path: Path) -> Path:
    """Two layers at three steps, left and right unlike."""
    numbers = torch.Generator().manual_seed(1)
    recorder = Recorder()
    for step in range(3):
        for layer, height, width in (("mid-vit-out", 2, 3), ("unet-out", 8, 12)):
            values = 0.1 * torch.randn(1, 8, height, width, generator=numbers)
            values[:, 0, :, : width // 2] += 1
            values[:, 1, :, width // 2 :] += 1
            recorder(FeatureMap(layer, step, 1.0, values))
    spec = LensSpec("tiny", "euler", prompt="a <b> & c", seeds=("7",))
    return write_lens(tmp_path / "a.lens.safetensors", recorder.finish(spec))


def test_what_is_like_a_spot_is_painted_and_told(cli: Cli, lens_file: Path) -> None:
    ended = cli("lens", "show", lens_file, "--like", "0.1,0.5", "--json")
    assert ended.code == 0
    assert ended.json["out"] == str(lens_file.with_name("a.lens.like.png"))
    assert size_of(Path(ended.json["out"]))[0] > 100
    answers = [one for one in ended.json["answers"] if one["layer"] == "unet-out"]
    assert [one["step"] for one in answers] == [0, 1, 2]
    assert all(one["at"][0] < 0.5 and one["best"] > 0.9 for one in answers)
    lines = cli("lens", "show", lens_file, "--like", "0.1,0.5").out.splitlines()
    assert len(lines) == 4
    assert lines[0].endswith("2 layers at 3 steps; at step 2:")


@pytest.mark.parametrize("measure", ["centred", "centred-cosine", "l2", "dot", "relative-norm"])
def test_likeness_has_several_measures(cli: Cli, lens_file: Path, measure: str) -> None:
    words = ("--like", "0.1,0.5", "--like", "0.2,0.5", "--measure", measure, "--step", 1)
    ended = cli("lens", "show", lens_file, *words, "--json")
    assert ended.code == 0
    assert {one["step"] for one in ended.json["answers"]} == {1}
    assert ended.json["like"] == [[0.1, 0.5], [0.2, 0.5]]


def test_a_map_too_small_for_elsewhere_says_nothing_there(cli: Cli, lens_file: Path) -> None:
    ended = cli("lens", "show", lens_file, "--like", "0.5,0.5", "--json")
    small = [one for one in ended.json["answers"] if one["layer"] == "mid-vit-out"]
    assert {(one["best"], one["at"]) for one in small} == {(None, None)}
    assert cli("lens", "show", lens_file, "--like", "0.5,0.5").code == 0


@pytest.mark.parametrize(("asked", "most"), [("2", 2), ("auto", 8)])
def test_cells_are_grouped(cli: Cli, lens_file: Path, asked: str, most: int) -> None:
    ended = cli("lens", "show", lens_file, "--groups", asked, "--json")
    assert ended.json["out"] == str(lens_file.with_name("a.lens.groups.png"))
    found = [one for one in ended.json["answers"] if one["layer"] == "unet-out"]
    assert all(2 <= one["groups"] <= most and one["silhouette"] > 0.5 for one in found)


def test_answers_become_films_and_pages(cli: Cli, lens_file: Path) -> None:
    film, page = lens_file.with_name("film.gif"), lens_file.with_name("page.html")
    assert cli("lens", "show", lens_file, "--groups", 2, "--out", film).code == 0
    with Image.open(film) as frames:
        assert frames.n_frames == 3
    assert cli("lens", "show", lens_file, "--like", "0,0", "--out", page).code == 0
    text = page.read_text("utf-8")
    assert "a &lt;b&gt; &amp; c" in text
    assert "components" not in text


def test_health_is_told_of_the_last_step_unless_asked_otherwise(cli: Cli, lens_file: Path) -> None:
    ended = cli("lens", "show", lens_file, "--health", "--json")
    found = {one["layer"]: one for one in ended.json["answers"]}
    assert [one["step"] for one in ended.json["answers"]] == [2, 2]
    assert found["unet-out"]["noise"] < 0.5
    assert found["unet-out"]["position"]["score"] > 0.5
    assert found["mid-vit-out"]["noise"] is None
    assert found["mid-vit-out"]["unanswered"] == ["position", "corners", "borders"]
    early = cli("lens", "show", lens_file, "--health", "--step", 0)
    assert "Too few cells to tell: position, corners, borders." in early.out
    assert not list(lens_file.parent.glob("*.png"))


def test_massive_channels_are_scored_where_the_layers_own_channels_are_kept(
    cli: Cli, lens_file: Path, tmp_path: Path
) -> None:
    """Codes are sums over all channels: of them nobody can tell, and nothing is said."""
    values = torch.rand(1, 20, 6, 8)
    values[:, 13] += 40
    features = [FeatureMap("vit-block0-out", 0, 1.0, values)]
    record = LensRecord.of_features(LensSpec("tiny", "euler"), features)
    raw = {key: values for key in record.rgb}
    file = write_lens(tmp_path / "raw.lens.safetensors", replace(record, raw=raw))
    (one,) = cli("lens", "show", file, "--health", "--json").json["answers"]
    assert one["massive"] == 1
    assert one["massive_share"] > 0.99
    assert "1 (100%)" in cli("lens", "show", file, "--health").out
    (one, *_) = cli("lens", "show", lens_file, "--health", "--json").json["answers"]
    assert (one["massive"], one["massive_share"]) == (None, None)
    assert "MASSIVE" not in cli("lens", "show", lens_file, "--health").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--like", "2,0"), "shares of the picture"),
        (("--like", "0,0", "--groups", "2"), "not allowed with"),
        (("--groups", "0"), "auto or a whole number"),
        (("--groups", "some"), "auto or a whole number"),
        (("--like", "0,0", "--measure", "taste"), "centred-cosine"),
        (("--like", "0,0", "--measure", "l1"), "lengths and angles"),
        (("--health", "--step", "9"), "0 to 2"),
        (("--groups", "2", "--out", "a.mp4"), ".png"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    cli: Cli, lens_file: Path, words: tuple[str, ...], message: str
) -> None:
    ended = cli("lens", "show", lens_file, *words)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert ended.err.count("\n") == 1


def test_a_file_of_colours_alone_cannot_be_asked(cli: Cli, tmp_path: Path) -> None:
    features = [FeatureMap("unet-out", 0, 1.0, torch.rand(1, 4, 6, 8))]
    record = LensRecord.of_features(LensSpec("tiny", "euler"), features)
    file = write_lens(tmp_path / "a.lens.safetensors", record)
    ended = cli("lens", "show", file, "--health")
    assert ended.code == 2
    assert "colours alone" in ended.err


def test_the_panel_says_whose_finding_each_layer_is(cli: Cli, model: Path, tiny: Model) -> None:
    ended = cli("lens", "layers", "--panel", "--model", model, "--json")
    panel = ended.json["panel"]
    assert tuple(one["layer"] for one in panel) == default_panel(tiny.unet)
    assert all(one["paper"] and one["task"] and one["inferred"] for one in panel)
    assert ended.json["disagreement"] == ENCODER_OR_DECODER
    said = cli("lens", "layers", "--panel", "--model", model).out
    assert said.count("an inference of ours") == len(panel)
    assert " ".join(said.split()).endswith(ENCODER_OR_DECODER)


def test_the_panel_is_not_asked_for_by_name(cli: Cli, model: Path) -> None:
    ended = cli("lens", "layers", "mid-*", "--panel", "--model", model)
    assert ended.code == 2
    assert "--panel alone" in ended.err
