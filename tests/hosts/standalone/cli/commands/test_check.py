from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seedloupe.artifacts import Availability, TextRegion
from seedloupe.artifacts.readers import require

from .conftest import Cli, size_of


class Stub:
    """Finds one word where it is told to."""

    name = "stub"

    def __init__(self, *, ok: bool = True) -> None:
        self._ok = ok

    def available(self) -> Availability:
        return Availability(self._ok, "ready" if self._ok else "not installed")

    def read(self, image: object) -> tuple[TextRegion, ...]:
        quad = np.array([[40, 20], [80, 20], [80, 32], [40, 32]], np.float32)
        return (TextRegion(quad, "CLEAR", 0.97, 0.9),)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.new("RGB", (128, 64), (90, 120, 150)).save(tmp_path / "picture.png")
    for name, box in (("on", (30, 10, 90, 40)), ("off", (0, 40, 20, 60))):
        mask = Image.new("L", (128, 64))
        mask.paste(255, box)
        mask.save(tmp_path / f"{name}.png")
    Image.new("L", (64, 64)).save(tmp_path / "other.png")
    return tmp_path / "picture.png"


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(require, "choose_reader", lambda name, **how: Stub())


@pytest.mark.usefixtures("reader")
def test_text_on_the_mask_is_a_finding_with_a_drawing(
    cli: Cli, picture: Path, tmp_path: Path
) -> None:
    words = (
        "--mask",
        tmp_path / "on.png",
        "--prompt",
        "a clear sky",
        "--overlay",
        tmp_path / "o.png",
    )
    ended = cli("check", picture, *words, "--json")
    assert ended.code == 1
    assert ended.json["verdict"] == "flagged"
    assert ended.json["flags"][0]["text"] == "CLEAR"
    assert ended.json["prompt_echo"] == ["clear"]
    assert size_of(tmp_path / "o.png") == (128, 64)
    assert "'CLEAR' at x 40 to 80, y 20 to 32" in cli("check", picture, *words[:4]).out


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("prompt", "negative", "code", "says"),
    [
        ("a sign with text", "", 0, "the prompt asks for text (text)"),
        ("a sign with text", "letters", 1, "may be wanted: the prompt asks for text"),
        ("a road sign", "", 1, "it may be wanted: the prompt names sign"),
        ("a hill, peace sign, don't add text", "", 1, "nobody asked for it"),
    ],
)
def test_text_is_excused_where_the_prompt_asks_for_it_and_the_negative_one_does_not_refuse(
    cli: Cli, picture: Path, prompt: str, negative: str, code: int, says: str
) -> None:
    ended = cli("check", picture, "--prompt", prompt, "--negative", negative)
    assert ended.code == code
    assert says in ended.out


@pytest.mark.usefixtures("reader")
def test_text_beside_the_mask_is_none(cli: Cli, picture: Path, tmp_path: Path) -> None:
    ended = cli("check", picture, "--mask", tmp_path / "off.png")
    assert (ended.code, ended.out.split(":")[0]) == (0, "no text found")


def test_without_a_reader_nothing_passes_for_clean(
    cli: Cli, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(require, "choose_reader", lambda name, **how: None)
    ended = cli("check", picture)
    assert (ended.code, ended.out) == (2, "")
    assert "reader: expected a text reader that is installed" in ended.err
    monkeypatch.setattr(require, "choose_reader", lambda name, **how: Stub(ok=False))
    assert "easyocr: not installed" in cli("check", picture, "--reader", "easyocr").err


def test_looking_away_on_purpose_is_told_as_not_checked(cli: Cli, picture: Path) -> None:
    ended = cli("check", picture, "--reader", "none", "--json")
    assert ended.code == 0
    assert ended.json["verdict"] == "not_checked"
    assert ended.json["new_text"] is None
    assert json.loads(ended.out)["mask"] is None


@pytest.mark.usefixtures("reader")
def test_without_a_mask_the_answer_speaks_of_the_picture(
    cli: Cli, picture: Path, tmp_path: Path
) -> None:
    whole = cli("check", picture).out
    assert whole.startswith('flagged: Text in the picture: "CLEAR"')
    assert "text covers 5.9% of the picture" in whole  # 40 x 12 of 128 x 64 pixels
    part = cli("check", picture, "--mask", tmp_path / "on.png").out
    assert part.startswith('flagged: Text in the repainted part: "CLEAR"')
    assert "of the repainted part" in part


@pytest.mark.usefixtures("reader")
def test_a_photograph_for_a_mask_is_asked_about_and_may_be_meant(
    cli: Cli, picture: Path, tmp_path: Path
) -> None:
    grain = np.random.default_rng(3).normal(170, 25, (64, 128)).clip(0, 255).astype(np.uint8)
    Image.fromarray(grain).save(tmp_path / "photo.png")
    asked = cli("check", picture, "--mask", tmp_path / "photo.png")
    assert (asked.code, asked.out) == (2, "")
    assert "greys, as in a photograph" in asked.err
    assert "--soft-mask" in asked.err
    assert cli("check", picture, "--mask", tmp_path / "photo.png", "--soft-mask").code == 1


@pytest.mark.usefixtures("reader")
def test_a_picture_with_a_text_hidden_in_alpha_is_checked(
    cli: Cli, picture: Path, tmp_path: Path
) -> None:
    with Image.open(picture) as plain:
        alpha = Image.new("L", plain.size, 255)
        alpha.paste(254, (0, 0, 60, 30))
        plain.putalpha(alpha)
        plain.save(tmp_path / "hidden.png")
    ended = cli("check", tmp_path / "hidden.png")
    assert (ended.code, ended.out.split(":")[0]) == (1, "flagged")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gone.png",), "gone.png"),
        (("picture.png", "--mask", "gone.png"), "gone.png"),
        (("picture.png", "--mask", "other.png"), "128 x 64"),
        (("picture.png", "--before", "other.png"), "before"),
        (("picture.png", "--overlay", "o.tiff"), "overlay: expected a file name ending in .png"),
    ],
)
@pytest.mark.usefixtures("reader")
def test_bad_input_is_one_line_and_exit_2(
    cli: Cli,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(picture.parent)
    ended = cli("check", *words)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("more", [(), ("--report", "r.csv")])
def test_an_unknown_reader_is_answered_with_those_there_are(
    cli: Cli, picture: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.chdir(picture.parent)
    ended = cli("check", "picture.png", "--reader", "eyes", *more)
    assert (ended.code, ended.out) == (2, "")
    assert "reader: expected one of auto, rapidocr, " in ended.err
    assert "none, got 'eyes'" in ended.err


@pytest.mark.usefixtures("reader")
def test_nothing_is_drawn_over_the_picture_its_mask_or_its_source(
    cli: Cli, picture: Path, tmp_path: Path
) -> None:
    mask, source = tmp_path / "on.png", tmp_path / "source.png"
    source.write_bytes(picture.read_bytes())
    before = {path: path.read_bytes() for path in (picture, mask, source)}
    for path in before:
        ended = cli("check", picture, "--mask", mask, "--before", source, "--overlay", path)
        assert ended.code == 2
        assert "apart from the pictures" in ended.err
    assert {path: path.read_bytes() for path in before} == before
