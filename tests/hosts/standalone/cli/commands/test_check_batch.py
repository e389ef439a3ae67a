from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from seedloupe.artifacts import Availability, TextRegion
from seedloupe.artifacts.batch import Checked
from seedloupe.artifacts.readers import require
from seedloupe.hosts.standalone.cli.commands.check_batch import is_batch, run_batch
from seedloupe.hosts.standalone.cli.console import Console
from seedloupe.hosts.standalone.cli.main import build_parser

from .conftest import Cli, size_of

PARAMETERS = "a clear sky\nSteps: 20, Seed: {seed}, Size: 128x64, Model: dream, RNG: CPU"


class Reader:
    """Finds a word wherever a picture is red, and may stop the user's patience."""

    name = "stub"
    version = "1"

    def __init__(self, patience: int = 10**9) -> None:
        self.asked = 0
        self.patience = patience

    def available(self) -> Availability:
        return Availability(True, "ready")

    def read(self, image: np.ndarray) -> tuple[TextRegion, ...]:
        self.asked += 1
        if self.asked > self.patience:
            raise KeyboardInterrupt
        if float(image[0].mean()) < 0.5:
            return ()
        quad = np.array([[40, 20], [80, 20], [80, 32], [40, 32]], np.float32)
        return (TextRegion(quad, "CLEAR", 0.97, 0.9),)


def save(path: Path, *, red: bool, seed: int = 7) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = PngInfo()
    texts.add_text("parameters", PARAMETERS.format(seed=seed))
    Image.new("RGB", (128, 64), (200 if red else 20, 20, 20)).save(path, pnginfo=texts)
    return path


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr(require, "choose_reader", lambda name, **how: made)
    return made


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "out/a.png", red=True, seed=2**64 - 1)
    save(tmp_path / "out/b.png", red=False)
    (tmp_path / "out/c.png").write_bytes(b"")
    save(tmp_path / "out/below/d.png", red=True)
    return tmp_path / "out"


@pytest.mark.usefixtures("reader", "out")
def test_a_folder_is_one_document_with_a_row_a_picture(cli: Cli) -> None:
    ended = cli("check", "out", "--json")

    assert ended.code == 1
    assert ended.json["counts"] == {"clean": 1, "flagged": 1, "not_checked": 1}
    first, second, third = ended.json["rows"]
    assert (first["seed"], first["echo"], first["prompt"]) == (
        "18446744073709551615", ["clear"], "a clear sky",
    )  # fmt: skip
    assert (second["verdict"], third["verdict"]) == ("clean", "not_checked")
    assert third["problem"]
    assert "3/3 pictures (100%)" in ended.err


@pytest.mark.usefixtures("reader", "out")
def test_people_are_told_of_each_find_and_each_failure_in_a_line(cli: Cli) -> None:
    lines = cli("check", "out", "--recursive").out.splitlines()

    places = [str(Path("out", name)) for name in ("a.png", "c.png")] + [
        str(Path("out", "below", "d.png"))
    ]
    assert [line.split(": ")[:2] for line in lines[:3]] == [
        ["flagged", places[0]], ["not checked", places[1]], ["flagged", places[2]],
    ]  # fmt: skip
    assert lines[3:] == ["4 in all: 1 not flagged, 2 flagged, 1 not checked"]


@pytest.mark.usefixtures("reader", "out")
def test_no_picture_of_a_folder_is_passed_over_and_drawings_of_ours_are(cli: Cli) -> None:
    assert cli("check", "out/a.png", "--overlay", "out/drawn.png").code == 1
    for name in ("e.avif", "f.jxl"):
        Path("out", name).write_bytes(b"\0\0\0\x1cftypavif")
    ended = cli("check", "out", "--json")
    found = {Path(row["file"]).name: row["message"] for row in ended.json["rows"]}
    assert set(found) == {"a.png", "b.png", "c.png", "e.avif", "f.jxl"}
    assert found["f.jxl"] == "JPEG XL pictures are not read; save it as PNG"
    assert ended.json["left_out"] == [str(Path("out", "drawn.png"))]
    assert "left out 1 drawing of Seedloupe's own" in ended.err
    assert cli("check", "out/drawn.png").code == 1


@pytest.mark.usefixtures("reader")
def test_a_photograph_beside_a_picture_is_no_mask_unless_it_is_said_to_be(
    cli: Cli, out: Path
) -> None:
    grain = np.random.default_rng(3).normal(170, 25, (64, 128)).clip(0, 255).astype(np.uint8)
    Image.fromarray(grain).save(out / "a-mask.png")
    row = cli("check", "out", "--json").json["rows"][0]
    assert row["verdict"] == "not_checked"
    assert "as in a photograph" in row["message"]
    assert cli("check", "out", "--json", "--soft-mask").json["rows"][0]["verdict"] == "flagged"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("out/b.png", "out/c.png"), 0),
        (("out/c.png", "gone.png"), 2),
        (("out/a.png", "out/c.png"), 1),
        (("empty",), 2),
        (("out", "--reader", "none"), 0),
        (("out", "--prompt", "a sign with text"), 0),
    ],
)
@pytest.mark.usefixtures("reader")
def test_the_exit_code_says_found_or_clean_or_nothing_checked(
    cli: Cli, out: Path, words: tuple[str, ...], code: int
) -> None:
    (out.parent / "empty").mkdir()

    assert cli("check", *words).code == code


@pytest.mark.usefixtures("out")
def test_reports_hold_the_rows_and_spare_the_work_the_next_time(cli: Cli, reader: Reader) -> None:
    words = ("check", "out", "--report", "r.html", "--report", "r.csv", "--report", "new/r.json")
    assert cli(*words).code == 1
    assert reader.asked == 2
    with Path("r.csv").open(encoding="utf-8", newline="") as sheet:
        found = {line["file"]: line["seed"] for line in csv.DictReader(sheet)}
    assert found[str(Path("out", "a.png"))] == "18446744073709551615"
    page = Path("r.html").read_text("utf-8")

    again = cli(*words, "--json")

    assert (again.code, reader.asked, again.json["kept"]) == (1, 2, 2)
    assert Path("r.html").read_text("utf-8") == page
    assert len(json.loads(Path("new/r.json").read_text("utf-8"))["rows"]) == 3


@pytest.mark.parametrize("change", ["picture", "mask", "level", "overlay"])
def test_what_has_changed_is_checked_anew(cli: Cli, reader: Reader, out: Path, change: str) -> None:
    words = ["check", "out", "--report", "r.json"]
    cli(*words)
    if change == "picture":
        os.utime(out / "b.png", ns=(5, 5))
    elif change == "mask":
        Image.new("L", (128, 64), 255).save(out / "b-mask.png")
    else:
        words += {"level": ["--level", "high"], "overlay": ["--overlay", "seen"]}[change]
    cli(*words)

    assert reader.asked == 2 + (1 if change in ("picture", "mask") else 2)


@pytest.mark.usefixtures("out")
def test_what_was_done_before_a_stop_is_written_and_gone_on_from(
    cli: Cli, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.patience = 1
    ended = cli("check", "out", "--report", "r.html", "--json")

    assert ended.code == 3
    assert (ended.json["stopped"], ended.json["finished"]) == (True, False)
    assert [row["file"] for row in ended.json["rows"]] == [str(Path("out", "a.png"))]
    assert "stopped after 1 of 3 pictures" in Path("r.html").read_text("utf-8")

    reader.patience = 10**9
    again = cli("check", "out", "--report", "r.html", "--json")
    assert (again.code, again.json["kept"], reader.asked) == (1, 1, 3)


def test_a_stop_loses_nothing_that_an_earlier_report_knew(
    cli: Cli, reader: Reader, out: Path
) -> None:
    cli("check", "out", "--report", "r.json")
    os.utime(out / "a.png", ns=(5, 5))
    reader.patience = 0

    assert cli("check", "out", "--report", "r.json").code == 3
    (row,) = json.loads(Path("r.json").read_text("utf-8"))["rows"]
    assert (row["file"], row["verdict"]) == (str(Path("out", "b.png")), "clean")


@pytest.mark.usefixtures("reader")
def test_drawings_go_to_a_folder_and_leave_the_pictures_as_they_are(cli: Cli, out: Path) -> None:
    save(out / "more/a.png", red=True)
    before = {path: path.read_bytes() for path in out.rglob("*.png")}
    for _ in range(2):
        assert cli("check", "out", "out/more", "--overlay", "out/seen").code == 1

    drawn = sorted((out / "seen").iterdir())
    assert [path.name for path in drawn] == ["a-2-check.png", "a-check.png", "b-check.png"]
    assert size_of(drawn[0]) == (128, 64)
    assert {path: path.read_bytes() for path in before} == before
    assert (
        cli("check", "out", "--recursive", "--overlay", "out/seen", "--json").json["pictures"] == 5
    )


@pytest.mark.usefixtures("reader")
def test_a_single_picture_is_drawn_to_the_file_that_is_named(cli: Cli, out: Path) -> None:
    ended = cli("check", "out/a.png", "--report", "r.csv", "--overlay", "one.png")

    assert ended.code == 1
    assert size_of(Path("one.png")) == (128, 64)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("out", "--overlay", "out"), "overlay: expected a place apart from the pictures"),
        (("out/a.png", "--report", "r.csv", "--overlay", "out/a.png"), "overlay: expected a place"),
        (("out", "--report", "notes.csv"), "report: expected a new file, or a report"),
        (("out", "--report", "r.pdf"), "report: expected a file name ending in .html"),
        (
            ("out", "--mask", "gone"),
            "gone: expected a picture or a folder as mask",
        ),
        (("out", "--report", "notes.csv/r.csv"), "report: "),
    ],
)
@pytest.mark.usefixtures("reader")
def test_bad_use_is_one_line_and_costs_no_file(
    cli: Cli, out: Path, words: tuple[str, ...], message: str
) -> None:
    Path("notes.csv").write_text("my notes")
    kept = (out / "a.png").read_bytes()
    ended = cli("check", *words)

    assert (ended.code, ended.out) == (2, "")
    (line,) = [line for line in ended.err.splitlines() if not line.startswith("checking")]
    assert message in line
    assert Path("notes.csv").read_text() == "my notes"
    assert (out / "a.png").read_bytes() == kept


@pytest.mark.usefixtures("reader")
def test_masks_of_a_folder_are_used_and_one_of_another_size_costs_its_row(
    cli: Cli, out: Path
) -> None:
    masks = out.parent / "masks"
    masks.mkdir()
    mask = Image.new("L", (128, 64))
    mask.paste(255, (0, 40, 20, 60))
    mask.save(masks / "a.png")
    Image.new("L", (9, 9)).save(masks / "b_mask.png")
    first, second, third = cli("check", "out", "--mask", "masks", "--json").json["rows"]

    assert (first["verdict"], first["mask"]) == ("clean", str(Path("masks", "a.png")))
    assert "expected 128 x 64 pixels" in second["message"]
    assert "holds no mask named like it" in third["message"]


@pytest.mark.usefixtures("out")
def test_an_observer_is_told_of_every_picture_a_report_knows_already_or_not(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Checked] = []
    for _ in range(2):
        args = build_parser().parse_args(["check", "out", "--report", "r.json"])
        assert run_batch(args, Console(), reader, observe=seen.append) == 1

    told = [
        (checked.generation_info.seed, checked.generation_info.model, checked.generation_info.noise)
        for checked in seen
    ]
    assert told == [(2**64 - 1, "dream", "cpu"), (7, "dream", "cpu")] * 2
    assert all(checked.report is not None for checked in seen)


@pytest.mark.parametrize(
    ("words", "batch"),
    [
        (["a.png"], False),
        (["a.png", "--mask", "m.png", "--overlay", "o.png"], False),
        (["a.png", "b.png"], True),
        (["out"], True),
        (["a.png", "--mask", "out"], True),
        (["a.png", "--report", "r.csv"], True),
    ],
)
@pytest.mark.usefixtures("out")
def test_one_picture_keeps_its_own_answer(words: list[str], batch: bool) -> None:
    assert is_batch(build_parser().parse_args(["check", *words])) is batch


@pytest.mark.usefixtures("reader", "out")
def test_a_place_that_cannot_be_drawn_to_still_leaves_a_report(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise artifacts_error

    from seedloupe import images
    from seedloupe.errors import InputError

    artifacts_error = InputError("out", expected="a place to write to", got="no space left")
    monkeypatch.setattr(images, "save_plain", full)
    ended = cli("check", "out/b.png", "out/a.png", "--report", "r.json", "--overlay", "seen")

    assert ended.code == 2
    assert json.loads(Path("r.json").read_text("utf-8"))["finished"] is False


def test_a_folder_of_repaints_counts_for_their_seeds(
    tmp_path: Path, cli: Cli, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path / "tallies"))
    tail = ", Denoising strength: 1, Mask blur: 4, Masked area padding: 32"
    monkeypatch.setattr(f"{__name__}.PARAMETERS", PARAMETERS + tail)
    for seed, red in ((7, True), (8, False)):
        save(tmp_path / f"out/{seed}.png", red=red, seed=seed)
        Image.new("L", (128, 64), 255).save(tmp_path / f"out/{seed}-mask.png")

    ended = cli("check", tmp_path / "out", "--tally", "--json")

    assert ended.code == 1
    assert "2 counted for their seeds" in ended.err
    listed = cli("tally", "list", "--json").json["tallies"]
    assert [(one["name"], one["looked_at"], one["flagged"]) for one in listed] == [("dream", 2, 1)]


def test_without_being_asked_nothing_is_counted(
    tmp_path: Path, out: Path, cli: Cli, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path / "tallies"))
    cli("check", out)
    assert not (tmp_path / "tallies").exists()
