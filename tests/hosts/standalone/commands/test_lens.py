from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from seedloupe.hosts.standalone.models import Model
from seedloupe.lens import FeatureMap, list_layers
from seedloupe.lens.file import write_lens
from seedloupe.lens.record import LensRecord, LensSpec

from .conftest import Cli, size_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def lens_file(tmp_path: Path) -> Path:
    numbers = torch.Generator().manual_seed(1)
    features = [
        FeatureMap(layer, step, 1.0, torch.randn(1, 8, 4, 6, generator=numbers))
        for layer in ("mid-vit-out", "unet-out")
        for step in range(3)
    ]
    spec = LensSpec("tiny", "euler", prompt="a <b> & c", seeds=("7",), sigmas=(1.0,) * 3)
    return write_lens(tmp_path / "a.lens.safetensors", LensRecord.of_features(spec, features))


def test_layers_are_listed_with_shape_and_aliases(cli: Cli, model: Path, tiny: Model) -> None:
    ended = cli("lens", "layers", "--model", model, "--size", "48x32", "--json")
    found = {entry["name"]: entry for entry in ended.json["layers"]}
    assert list(found) == [layer.name for layer in list_layers(tiny.unet)]
    assert found["unet-out"]["shape"] == [4, 4, 6]
    assert found["mid-vit-out"]["shape"] == [64, 2, 3]
    assert "middle_block.1" in found["mid-vit-out"]["aliases"]


def test_layers_can_be_asked_for_by_glob(cli: Cli, model: Path) -> None:
    ended = cli("lens", "layers", "--model", model, "mid-*-out")
    assert {line.split("-")[0] for line in ended.out.splitlines()[1:]} == {"mid"}
    assert cli("lens", "layers", "--model", model, "mid-vti-out").code == 2


def test_a_run_records_the_panel_of_the_model(cli: Cli, model: Path, tmp_path: Path) -> None:
    words = ("--model", model, "--seeds", "3", "--steps", 2, "--out", tmp_path / "a", "--json")
    ended = cli("lens", "run", "a hill", *words)
    assert ended.code == 0
    assert (tmp_path / "a" / ended.json["images"][0]["lens"]).is_file()


def test_words_are_laid_over_the_picture_in_files_of_their_own(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    where = ("--model", model, "--seeds", "3", "--steps", 2, "--size", "48x32")
    prompt = "A hill, the well-lit hill"
    asked = ("--words", "well-lit,hill#2", "--out", tmp_path / "a", "--json")
    ended = cli("lens", "run", prompt, *where, *asked)
    words = ended.json["images"][0]["words"]
    assert words == {"well-lit": "000-3.word1-well-lit.png", "hill#2": "000-3.word2-hill-2.png"}
    assert size_of(tmp_path / "a" / words["hill#2"]) == (48, 32)
    bare = cli("generate", prompt, *where, "--out", tmp_path / "b", "--json")
    pictures = [tmp_path / folder / "000-3.png" for folder in "ab"]
    assert pictures[0].read_bytes() == pictures[1].read_bytes()
    assert bare.json["images"][0]["words"] == {}


def test_a_run_goes_on_where_a_word_is_missing(cli: Cli, model: Path, tmp_path: Path) -> None:
    words = ("--model", model, "--seeds", "3", "--steps", 2, "--out", tmp_path / "a", "--json")
    cli("lens", "run", "a hill", *words)
    more = cli("lens", "run", "a hill", *words, "--words", "auto")
    again = cli("lens", "run", "a hill", *words, "--words", "auto")
    assert [ended.json["images"][0]["made_now"] for ended in (more, again)] == [True, False]
    assert list(again.json["images"][0]["words"]) == ["hill"]


def test_a_word_the_prompt_does_not_have_is_bad_input(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    words = ("--model", model, "--seeds", "3", "--words", "valley", "--out", tmp_path / "a")
    ended = cli("lens", "run", "a hill", *words)
    assert ended.code == 2
    assert "hill" in ended.err
    assert not (tmp_path / "a").exists()


def test_a_file_is_painted_as_sheet_film_or_page(cli: Cli, lens_file: Path) -> None:
    ended = cli("lens", "show", lens_file, "--json")
    assert (ended.json["steps"], len(ended.json["layers"])) == (3, 2)
    assert ended.json["out"] == str(lens_file.with_name("a.lens.png"))
    sheet, _ = size_of(Path(ended.json["out"]))
    film = lens_file.with_name("film.gif")
    assert cli("lens", "show", lens_file, "--out", film).code == 0
    with Image.open(film) as frames:
        assert frames.n_frames == 3
        assert frames.width < sheet
    page = lens_file.with_name("page.html")
    assert cli("lens", "show", lens_file, "--out", page).code == 0
    text = page.read_text("utf-8")
    assert "a &lt;b&gt; &amp; c" in text
    assert "http" not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gone.lens.safetensors",), "gone.lens.safetensors"),
        (("torn.lens.safetensors",), "torn"),
        (("a.lens.safetensors", "--out", "a.mp4"), "a name ending in .png, .gif, .html"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    cli: Cli,
    lens_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(lens_file.parent)
    Path("torn.lens.safetensors").write_bytes(lens_file.read_bytes()[:-3])
    ended = cli("lens", "show", *words)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert ended.err.count("\n") == 1
