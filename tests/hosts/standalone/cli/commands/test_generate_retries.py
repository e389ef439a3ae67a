"""Repaints from the command line, looked over and tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe import artifacts
from seedloupe.artifacts import Availability, Purpose, ResultStore, TextRegion
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.images import read_image
from seedloupe.metadata.write_png import read_png_metadata

from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
MASKED = (16, 8, 48, 24)


class Reader:
    """Finds a word in the first so many different pictures it is shown, always in the same.

    In the source, which is of one colour, there is none.
    """

    name, version = "stub", "1"

    def __init__(self, worded: int, fails_at: int = 10**9, begins: int = 0) -> None:
        self.worded, self.fails_at, self.begins = worded, fails_at, begins
        self.known: list[Tensor] = []

    def available(self) -> Availability:
        return Availability(True, "ready")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        if bool((image == image[0, 0, 0]).all()):
            return ()
        places = [at for at, known in enumerate(self.known) if torch.equal(known, image)]
        if not places:
            self.known.append(image)
            places = [len(self.known) - 1]
        if places[0] >= self.fails_at:
            raise RuntimeError("out of ink")
        if not self.begins <= places[0] < self.worded:
            return ()
        # The later, the smaller: so the last of those with a word is the best of them.
        right = 40 - 4 * places[0]
        quad = np.array([[18, 10], [right, 10], [right, 20], [18, 20]], np.float32)
        return (TextRegion(quad, "STOCK", 0.97, 0.9),)


Look = Callable[..., Reader]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Look:
    def look(**settings: int) -> Reader:
        made = Reader(**settings)
        monkeypatch.setattr(artifacts, "choose_reader", lambda name, **how: made)
        return made

    return look


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ResultStore:
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(tmp_path / "tallies"))
    return ResultStore(tmp_path / "tallies")


@pytest.fixture
def words(model: Path, tmp_path: Path, book: ResultStore) -> tuple[object, ...]:
    Image.new("RGB", (64, 32), (90, 90, 90)).save(tmp_path / "source.png")
    mask = Image.new("L", (64, 32))
    mask.paste(255, MASKED)
    mask.save(tmp_path / "mask.png")
    picture = ("--image", tmp_path / "source.png", "--mask", tmp_path / "mask.png")
    quick = ("--steps", 2, "--guidance", 2, "--seeds", "7", "--json")
    return ("generate", "clear background", "--model", model, *picture, *quick)


def test_a_repaint_with_text_is_tried_again_until_it_is_clean(
    cli: Cli, reader: Look, words: tuple[object, ...], tiny: Model, tmp_path: Path
) -> None:
    reader(worded=2)
    ended = cli(*words, "--retries", 5, "--out", tmp_path / "out")
    (text,) = ended.json["text"]
    assert ended.code == 0
    verdicts = [attempt["report"]["verdict"] for attempt in text["attempts"]]
    assert verdicts == ["flagged", "flagged", "clean"]
    assert text["ended"] == "clean"
    assert text["kept"] == text["attempts"][2]["file"] == f"000-7.retry2-{seed_of(text, 2)}.png"
    assert len({attempt["seed"] for attempt in text["attempts"]}) == 3
    record = read_png_metadata(tmp_path / "out" / text["kept"]).record
    assert record is not None
    assert (record["seed"], record["retry_of"]) == (seed_of(text, 2), "7")
    assert json.loads((tmp_path / "out/run.json").read_text("utf-8")) == ended.json


def seed_of(text: dict, index: int) -> str:
    return text["attempts"][index]["seed"]


def test_retries_end_at_the_limit_and_the_least_text_is_kept(
    cli: Cli, reader: Look, words: tuple[object, ...], tmp_path: Path
) -> None:
    reader(worded=9)
    (text,) = cli(*words, "--retries", 2, "--out", tmp_path / "out").json["text"]
    assert (len(text["attempts"]), text["ended"]) == (3, "limit")
    assert text["kept"] == text["attempts"][2]["file"]


def test_the_picture_asked_for_is_the_same_with_and_without_a_look(
    cli: Cli, reader: Look, words: tuple[object, ...], tmp_path: Path
) -> None:
    reader(worded=1)
    cli(*words, "--out", tmp_path / "plain")
    cli(*words, "--retries", 1, "--out", tmp_path / "looked")
    plain, looked = (read_image(tmp_path / name / "000-7.png") for name in ("plain", "looked"))
    assert torch.equal(plain, looked)


def test_no_two_pictures_of_a_run_are_of_one_seed(
    cli: Cli, reader: Look, words: tuple[object, ...], tmp_path: Path
) -> None:
    reader(begins=1, worded=2)
    several = [*words]
    several[several.index("7")] = "7,8,9"
    texts = cli(*several, "--retries", 3, "--out", tmp_path / "out").json["text"]
    seeds = [attempt["seed"] for text in texts for attempt in text["attempts"]]
    assert len(seeds) == 4
    assert len(set(seeds)) == len(seeds)


def test_asking_again_makes_nothing_anew(
    cli: Cli, reader: Look, words: tuple[object, ...], tmp_path: Path
) -> None:
    reader(worded=2)
    first = cli(*words, "--retries", 3, "--out", tmp_path / "out").json["text"]
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.png")}
    reader(worded=2)
    again = cli(*words, "--retries", 3, "--out", tmp_path / "out").json["text"]
    assert [attempt["file"] for attempt in again[0]["attempts"]] == [
        attempt["file"] for attempt in first[0]["attempts"]
    ]
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert len(times) == 3


def test_every_look_is_counted(
    cli: Cli, reader: Look, words: tuple[object, ...], book: ResultStore, tmp_path: Path
) -> None:
    reader(worded=1)
    (text,) = cli(*words, "--retries", 3, "--out", tmp_path / "out").json["text"]
    (tally,) = book.tallies()
    assert tally.subject.purpose is Purpose.REMOVAL
    counts = {count.seed: (count.flagged, count.trials) for count in tally.seeds()}
    assert counts == {7: (1, 1), int(seed_of(text, 1)): (0, 1)}


def test_a_reader_that_fails_costs_a_message_and_ends_the_retry(
    cli: Cli, reader: Look, words: tuple[object, ...], book: ResultStore, tmp_path: Path
) -> None:
    reader(worded=9, fails_at=1)
    ended = cli(*words, "--retries", 5, "--out", tmp_path / "out")
    (text,) = ended.json["text"]
    assert ended.code == 0
    verdicts = [attempt["report"]["verdict"] for attempt in text["attempts"]]
    assert verdicts == ["flagged", "not_checked"]
    assert (text["ended"], text["kept"]) == ("not_checked", "000-7.png")
    (tally,) = book.tallies()
    assert len(tally.checks) == 1


def test_looking_alone_tries_nothing_else(
    cli: Cli, reader: Look, words: tuple[object, ...], tmp_path: Path
) -> None:
    reader(worded=9)
    (text,) = cli(*words, "--check", "--level", "low", "--out", tmp_path / "out").json["text"]
    assert len(text["attempts"]) == 1
    assert text["attempts"][0]["report"]["level"] == "low"


def test_without_being_asked_nobody_looks(
    cli: Cli, words: tuple[object, ...], book: ResultStore, tmp_path: Path
) -> None:
    assert "text" not in cli(*words, "--out", tmp_path / "out").json
    assert not book.folder.exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("--level", "low"), "--check beside --level"),
        (("--reader", "auto"), "--check beside --reader"),
    ],
)
def test_settings_of_no_look_are_refused(
    line: tuple[str, ...], said: str, cli: Cli, words: tuple[object, ...], tmp_path: Path
) -> None:
    ended = cli(*words, *line, "--out", tmp_path / "out")
    assert ended.code == 2
    assert said in ended.err


def test_too_many_retries_are_refused_before_anything_is_drawn(
    cli: Cli, reader: Look, words: tuple[object, ...], tmp_path: Path
) -> None:
    reader(worded=1)
    ended = cli(*words, "--retries", 33, "--out", tmp_path / "out")
    assert ended.code == 2
    assert "retries: expected at most 32" in ended.err
    assert not (tmp_path / "out").exists()


def test_an_unknown_reader_is_refused_before_anything_is_drawn(
    cli: Cli, words: tuple[object, ...], tmp_path: Path
) -> None:
    ended = cli(*words, "--check", "--reader", "abacus", "--out", tmp_path / "out")
    assert ended.code == 2
    assert "rapidocr" in ended.err
    assert not (tmp_path / "out").exists()


def test_a_picture_that_is_no_repaint_cannot_be_looked_over(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    ended = cli("generate", "a hill", "--model", model, "--check", "--out", tmp_path / "out")
    assert ended.code == 2
    assert "--mask" in ended.err
