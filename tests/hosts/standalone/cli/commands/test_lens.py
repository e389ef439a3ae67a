from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from PIL import Image

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.images import is_drawing
from seedloupe.lens import FeatureMap, list_layers
from seedloupe.lens.file import read_lens, write_lens
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


def test_words_watched_in_a_run_are_in_its_lens_file(cli: Cli, model: Path, tmp_path: Path) -> None:
    words = ("--model", model, "--seeds", "3", "--steps", 6, "--negative", "fog, rain", "--json")
    asked = ("--words", "hill", "--layers", "mid-vit-out", "--size", "160x96")
    ended = cli("lens", "run", "a green hill", *words, *asked, "--out", tmp_path / "a")
    path = tmp_path / "a" / ended.json["images"][0]["lens"]
    said = re.search(r"take about ([\d.]+) kB", ended.err)
    assert said is not None
    assert float(said[1]) * 1000 == pytest.approx(path.stat().st_size, rel=0.05)
    record = read_lens(path)
    assert {one.layer: one.tokens for one in record.spec.words} == {
        "prompt": ("a", "green", "hill"),
        "negative": ("fog", ",", "rain"),
    }
    assert sorted({key.step for key in record.words}) == list(range(6))
    assert record.spec.truth["words"][0]["label"] == "same"  # type: ignore[index]
    bare = cli("lens", "run", "a green hill", *words, "--out", tmp_path / "b")
    assert not read_lens(tmp_path / "b" / bare.json["images"][0]["lens"]).words


def test_a_budget_too_small_for_words_keeps_the_layers(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    words = ("--model", model, "--seeds", "3", "--steps", 4, "--size", "128x128", "--json")
    asked = ("--words", "hill", "--layers", "mid-vit-out", "--lens-budget", "5k")
    ended = cli("lens", "run", "a green hill", *words, *asked, "--out", tmp_path / "a")
    assert "leaves out word maps" in ended.err
    record = read_lens(tmp_path / "a" / ended.json["images"][0]["lens"])
    assert record.rgb
    assert not record.words


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
    for name in ("film.gif", "film.webp"):
        film = lens_file.with_name(name)
        assert cli("lens", "show", lens_file, "--out", film).code == 0
        with Image.open(film) as frames:
            assert frames.n_frames == 3
            assert frames.width < sheet
        assert is_drawing(film)
    assert is_drawing(ended.json["out"])
    page = lens_file.with_name("page.html")
    assert cli("lens", "show", lens_file, "--out", page).code == 0
    text = page.read_text("utf-8")
    assert "a &lt;b&gt; &amp; c" in text
    assert "http:" not in text
    assert "https:" not in text


@pytest.fixture
def words_file(cli: Cli, model: Path, tmp_path: Path) -> Path:
    """A run of three steps with the words of both prompts."""
    how = ("--seeds", "3", "--steps", 3, "--negative", "fog", "--layers", "mid-vit-out")
    where = ("--model", model, "--out", tmp_path / "a", "--size", "48x32", "--json")
    ended = cli("lens", "run", "a green hill", *where, *how, "--words", "auto")
    return tmp_path / "a" / ended.json["images"][0]["lens"]


def test_words_of_a_file_are_painted_over_its_steps(cli: Cli, words_file: Path) -> None:
    sheet = words_file.with_name("000-3.lens.png").read_bytes()
    ended = cli("lens", "show", words_file, "--words", "auto", "--json")
    assert (ended.json["words"], ended.json["steps"]) == (["green", "hill"], 3)
    assert ended.json["out"] == str(words_file.with_name("000-3.words.png"))
    assert size_of(Path(ended.json["out"]))[0] > 3 * 96
    assert words_file.with_name("000-3.lens.png").read_bytes() == sheet
    for name in ("hill.gif", "hill.webp"):
        film = words_file.with_name(name)
        assert cli("lens", "show", words_file, "--word", "hill,fog", "--out", film).code == 0
        with Image.open(film) as frames:
            assert frames.n_frames == 3
    page = words_file.with_name("hill.html")
    assert cli("lens", "show", words_file, "--word", "hill", "--out", page).code == 0
    assert "words by steps" in page.read_text("utf-8")


def test_words_a_file_does_not_have_are_refused(
    cli: Cli, words_file: Path, lens_file: Path
) -> None:
    ended = cli("lens", "show", words_file, "--word", "valley")
    assert ended.code == 2
    assert "green" in ended.err
    ended = cli("lens", "show", lens_file, "--word", "hill")
    assert ended.code == 2
    assert "lens run --words" in ended.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gone.lens.safetensors",), "gone.lens.safetensors"),
        (("torn.lens.safetensors",), "torn"),
        (("a.lens.safetensors", "--out", "a.mp4"), "a name ending in .png, .gif, .webp, .html"),
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


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture of 53 by 37 pixels lying on its side, as cameras store it."""
    numbers = torch.Generator().manual_seed(2)
    pixels = (torch.rand(53, 37, 3, generator=numbers) * 255).byte().numpy()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "photo.jpg", exif=exif)
    return tmp_path / "photo.jpg"


def test_a_picture_made_elsewhere_is_recorded_upright(cli: Cli, model: Path, picture: Path) -> None:
    ended = cli("lens", "image", picture, "--model", model, "--json")
    assert ended.code == 0
    assert "looked at as 48x32 pixels" in ended.err
    record = read_lens(ended.json["out"])
    assert Path(ended.json["out"]) == picture.with_name("photo.look.lens.safetensors")
    assert size_of(picture.with_name("photo.look.lens.png"))[0] > 50
    (layer,) = [x for x in record.spec.layers if x.name == "mid-vit-out"]
    assert (layer.height, layer.width) == (2, 3)
    assert record.spec.timesteps == (50.0,)
    assert {key.step for key in record.codes} == {0}


def test_a_look_at_another_time_with_more_noises_says_so(
    cli: Cli, model: Path, picture: Path, tmp_path: Path
) -> None:
    words = ("--model", model, "--t", 261, "--noises", 3, "--prompt", "a hill", "--seed", 5)
    out = tmp_path / "look.lens.safetensors"
    assert cli("lens", "image", picture, *words, "--out", out).code == 0
    spec = read_lens(out).spec
    assert (spec.timesteps, spec.seeds, spec.prompt) == ((261.0,), ("5", "6", "7"), "a hill")
    assert spec.extra == {"look": {"time": 261, "noises": 3}}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--t", "1000"), "0 to 999"),
        (("--t", "-1"), "whole number"),
        (("--noises", "0"), "whole number"),
        (("--noises", "5000"), "1 to 1000"),
        (("--layers", "mid-vti-out"), "mid-vti-out"),
        (("--out", "a.png"), ".lens.safetensors"),
    ],
)
def test_a_look_that_cannot_be_is_refused(
    cli: Cli, model: Path, picture: Path, words: tuple[str, ...], message: str
) -> None:
    ended = cli("lens", "image", picture, "--model", model, *words)
    assert ended.code == 2
    assert message in ended.err


@pytest.fixture
def two_runs(cli: Cli, model: Path, tmp_path: Path) -> tuple[Path, Path]:
    words = ("--model", model, "--seeds", "3,4", "--steps", 2, "--out", tmp_path / "a", "--json")
    images = cli("lens", "run", "a hill", *words).json["images"]
    one, other = (tmp_path / "a" / image["lens"] for image in images)
    return one, other


def test_two_runs_are_compared(cli: Cli, two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "apart.png"
    ended = cli("lens", "compare", *two_runs, "--out", out, "--json")
    assert ended.code == 0
    assert ended.json["differing"] == {"seeds": ["3", "4"]}
    points = ended.json["layers"][0]["points"]
    assert [point["step"] for point in points] == [0, 1]
    assert all(point["cosine"] > 0 for point in points)
    assert size_of(out)[0] > 50
    same = cli("lens", "compare", two_runs[0], two_runs[0], "--json").json
    assert max(p["cosine"] for layer in same["layers"] for p in layer["points"]) < 1e-3
    page = tmp_path / "apart.html"
    assert cli("lens", "compare", *two_runs, "--out", page).out.startswith("seeds: 3 and 4")
    assert "https:" not in page.read_text("utf-8")


def test_runs_that_cannot_be_compared_are_refused(
    cli: Cli, two_runs: tuple[Path, Path], lens_file: Path
) -> None:
    ended = cli("lens", "compare", two_runs[0], lens_file)
    assert ended.code == 2
    assert "colours alone" in ended.err
    assert cli("lens", "compare", *two_runs, "--out", "a.gif").code == 2


def test_the_size_of_lens_files_is_said_and_kept_to(cli: Cli, model: Path, tmp_path: Path) -> None:
    words = ("--model", model, "--seeds", "3", "--steps", 4, "--json")
    ended = cli("lens", "run", "a hill", *words, "--out", tmp_path / "a")
    said = re.search(r"take about ([\d.]+) kB", ended.err)
    size = (tmp_path / "a" / ended.json["images"][0]["lens"]).stat().st_size
    assert said is not None
    assert float(said[1]) * 1000 == pytest.approx(size, rel=0.1)
    small = cli("lens", "run", "a hill", *words, "--out", tmp_path / "b", "--lens-budget", "6k")
    assert "note: the lens" in small.err
    assert (tmp_path / "b" / small.json["images"][0]["lens"]).stat().st_size < 6600
    nothing = cli("lens", "run", "a hill", *words, "--out", tmp_path / "c", "--lens-budget", "10")
    assert "nothing is recorded" in nothing.err
    assert nothing.code == 0
    assert nothing.json["images"][0]["lens"] is None
    assert cli("lens", "run", "a hill", *words, "--lens-budget", "lots").code == 2


def test_a_page_shows_the_picture_the_run_made_and_no_other_of_that_name(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    run = ("lens", "run", "a hill", "--model", model, "--seeds", 7, "--steps", 2)
    cli(*run, "--out", tmp_path / "a")
    lens = tmp_path / "a" / "000-7.lens.safetensors"
    cli("lens", "show", lens, "--out", tmp_path / "page.html")
    assert '"picture": "data:image/webp' in (tmp_path / "page.html").read_text("utf-8")
    Image.new("RGB", (9, 9)).save(tmp_path / "a" / "000-7.png")
    cli("lens", "show", lens, "--out", tmp_path / "page.html")
    assert '"picture": ""' in (tmp_path / "page.html").read_text("utf-8")


def test_neither_finished_pictures_nor_recordings_are_written_over(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    cli("lens", "run", "a hill", "--model", model, "--seeds", 7, "--steps", 2, "--out", tmp_path)
    lens, picture = tmp_path / "000-7.lens.safetensors", tmp_path / "000-7.png"
    before = lens.read_bytes(), picture.read_bytes()
    for words in (
        ("lens", "show", lens, "--out", picture),
        ("lens", "image", picture, "--model", model, "--out", lens),
    ):
        ended = cli(*words)
        assert ended.code == 2
        assert "out: expected a new file" in ended.err
    assert (lens.read_bytes(), picture.read_bytes()) == before


def test_other_layers_are_recorded_anew_in_the_same_folder(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    run = ("lens", "run", "a hill", "--model", model, "--seeds", 7, "--steps", 2, "--out", tmp_path)
    cli(*run)
    cli(*run, "--layers", "mid-vit-out")
    record = read_lens(tmp_path / "000-7.lens.safetensors")
    assert [layer.name for layer in record.spec.layers] == ["mid-vit-out"]
    made = cli(*run, "--layers", "mid-vit-out", "--json").json
    assert not made["images"][0]["made_now"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--step", 0), "step: expected --like, --groups, --renderer or --health beside it"),
        (("--stretch",), "stretch: expected --like beside it"),
        (("--measure", "l2"), "measure: expected --like beside it"),
        (("--word", "hill", "--groups", 2), "word: expected words or a question"),
        (("--health", "--out", "h.png"), "out: expected no --out"),
    ],
)
def test_options_that_would_be_passed_over_are_refused(
    cli: Cli, model: Path, tmp_path: Path, words: tuple[object, ...], message: str
) -> None:
    cli("lens", "run", "a hill", "--model", model, "--seeds", 7, "--steps", 2, "--out", tmp_path)
    ended = cli("lens", "show", tmp_path / "000-7.lens.safetensors", *words)
    assert (ended.code, message in ended.err) == (2, True)


def test_a_huge_picture_is_looked_at_in_a_size_the_model_can_take(
    cli: Cli, model: Path, tiny: Model, tmp_path: Path
) -> None:
    Image.linear_gradient("L").resize((3000, 1500)).save(tmp_path / "huge.png")
    ended = cli("lens", "image", tmp_path / "huge.png", "--model", model, "--json")
    side = 2 * max(tiny.native_size)
    assert ended.code == 0
    assert f"looked at as {side}x{side // 2} pixels" in ended.err
