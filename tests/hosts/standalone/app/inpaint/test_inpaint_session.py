from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from seedloupe.artifacts import Correction, Level, Purpose, Verdict
from seedloupe.artifacts.verdict_html import stamp_of
from seedloupe.errors import InputError
from seedloupe.generation.picture_folder import PictureFolder
from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.app.inpaint import session
from seedloupe.hosts.standalone.app.inpaint.html import results_html
from seedloupe.hosts.standalone.app.inpaint.mask_editor import EDITOR_SIDE
from seedloupe.hosts.standalone.app.inpaint.session import (
    Repaint,
    draw_one,
    job_of,
    repaint,
    typed_seeds,
)
from seedloupe.hosts.standalone.app.inpaint.state import InpaintState
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.images import from_pil

from ..app_stands import Reader, Writing, edited, flow, job_for, path_of, state_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def sheets(
    reader: Any,
    seeds: tuple[int, ...] = (3, 4),
    stop: threading.Event | None = None,
    **more: Any,
) -> list[InpaintState]:
    return list(repaint(job_for(reader, seeds, **more), stop or threading.Event()))


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("4, 8, 15", (4, 8, 15)), (" 4;8\n8 ", (4, 8)), ("18446744073709551615", (2**64 - 1,))],
)
def test_seeds_are_read_as_typed_and_each_once(text: str, seeds: tuple[int, ...]) -> None:
    assert typed_seeds(text, 6, lambda: 1) == seeds


def test_an_empty_line_throws_dice() -> None:
    dice = itertools.count(9)
    assert typed_seeds("  ", 3, lambda: next(dice)) == (9, 10, 11)


@pytest.mark.parametrize("text", ["four", "-4", "4.5", "²", "4, x"])
def test_what_is_no_seed_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match="seeds"):
        typed_seeds(text, 1, lambda: 1)


def test_no_text_found_text_found_and_not_checked_are_three_answers() -> None:
    marks = {}
    for name, reader in {
        "clean": Reader(),
        "found": Reader((2, 8, 20, 20)),
        "outside": Reader((30, 8, 46, 20)),
        "broken": Reader(broken=True),
        "none": None,
    }.items():
        marks[name] = stamp_of(sheets(reader, (3,))[-1].results[3].report)[0]
    assert marks == {
        "clean": "no text found",
        "found": "text found",
        "outside": "no text found",
        "broken": "not checked",
        "none": "not checked",
    }


def test_a_failing_reader_costs_no_picture() -> None:
    last = sheets(Reader(broken=True), (3, 4))[-1]
    assert [result.url for result in last.results.values()] == ["file/3", "file/4"]
    assert {result.report.verdict for result in last.results.values()} == {Verdict.NOT_CHECKED}
    assert "engine on fire" in last.results[3].report.message


def test_boxes_can_be_put_over_the_results_and_taken_away() -> None:
    last = sheets(Reader((2, 8, 20, 20)), (3,))[-1]
    assert 'src="file/seed-3-boxes"' in results_html(last, boxes=True)
    assert 'src="file/3"' in results_html(last, boxes=False)


def test_boxes_are_drawn_where_the_text_is_and_large_enough_to_read() -> None:
    drawn: list[Image.Image] = []

    def keep(picture: Image.Image, name: str) -> str:
        drawn.append(picture)
        return name

    sheets(Reader((2, 8, 20, 20)), (3,), keep_boxes=keep)
    (boxed,) = drawn
    times = boxed.width // 48
    assert boxed.size == (48 * times, 32 * times)
    assert boxed.width >= EDITOR_SIDE
    red = torch.tensor([230, 30, 60])
    is_red = (from_pil(boxed).mul(255).round() == red[:, None, None]).all(0)
    rows, columns = is_red[: 20 * times + 4].nonzero(as_tuple=True)
    assert columns.max().item() == pytest.approx(20 * times, abs=4)
    assert rows.max().item() == pytest.approx(20 * times, abs=4)


def test_results_come_one_by_one_and_the_last_line_counts_them_and_names_the_reader() -> None:
    pages = sheets(Reader((2, 8, 20, 20)), (3, 4))
    assert [len(page.results) for page in pages] == sorted(len(page.results) for page in pages)
    assert {len(page.results) for page in pages} == {0, 1, 2}
    assert [page.drawing for page in pages if page.drawing is None] == [None]
    assert pages[0].drawing == 3
    assert pages[-1].status == "2 pictures: 2 text found. Read by stand-in."


def test_a_picture_is_shown_before_it_is_read() -> None:
    reader = Reader((2, 8, 20, 20))
    asked = [
        (page.looking, reader.asked) for page in repaint(job_for(reader, (3,)), threading.Event())
    ]
    assert ("file/3", 0) in asked
    assert asked[-1] == ("", 2)


def test_of_a_large_picture_it_is_said_what_takes_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> list[str]:
        pages = sheets(Reader(), (3, 4))
        return [page.status for page in pages if ":" in page.status and page.drawing is not None]

    assert said() == []
    monkeypatch.setattr(session, "LONGEST_VIEW", 40)
    back, reading = "putting it back", "reading it"
    assert said() == [f"Picture {n} of 2: {what}" for n in (1, 2) for what in (back, reading)]


def test_the_source_is_read_once_for_all_seeds() -> None:
    reader = Reader((2, 8, 20, 20))
    sheets(reader, (3, 4, 5))
    assert reader.asked == 4


def test_the_picture_is_the_same_with_the_check_and_without() -> None:
    def pictures(reader: Any) -> list[bytes]:
        kept: list[bytes] = []
        sheets(reader, keep=lambda picture: kept.append(picture.image.numpy().tobytes()) or "")
        return kept

    assert pictures(None) == pictures(Reader((2, 8, 20, 20))) == pictures(Reader(broken=True))


def test_stop_keeps_the_results_there_are() -> None:
    stop = threading.Event()
    pages = []
    for page in repaint(job_for(Reader(), (3, 4, 5)), stop):
        pages.append(page)
        if page.results:
            stop.set()
    assert pages[-1].status.startswith("Stopped after 1 of 3 pictures: 1 no text found.")
    assert pages[-1].drawing is None


def test_every_picture_looked_at_is_counted_once_and_under_its_seed(tmp_path: Path) -> None:
    for _ in range(2):
        job = job_for(Writing({4}), (3, 4, 4 + 2**32), folder=tmp_path)
        last = list(repaint(job, threading.Event()))[-1]
    assert last.job is not None
    assert last.job.log is not None
    tally, problem = last.job.log.read()
    assert problem == ""
    assert [(count.seed, count.flagged, count.trials) for count in tally.seeds()] == [
        (3, 0, 1),
        (4, 1, 1),
    ]


def test_a_picture_nobody_could_read_is_not_counted(tmp_path: Path) -> None:
    last = sheets(Reader(broken=True), (3,), folder=tmp_path)[-1]
    assert last.results[3].counted.check == ""
    assert list(tmp_path.iterdir()) == []


def test_a_tally_that_cannot_be_written_costs_a_line_and_no_picture(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    last = sheets(Reader(), (3, 4), folder=tmp_path / "file")[-1]
    assert [result.url for result in last.results.values()] == ["file/3", "file/4"]
    assert "only its check was not counted" in last.results[3].counted.problem
    assert any("not counted" in line for line in last.results[3].preview.lines)


def test_what_was_said_to_a_picture_is_known_when_it_is_drawn_again(tmp_path: Path) -> None:
    job = job_for(Writing({3}), (3,), folder=tmp_path)
    check = list(repaint(job, threading.Event()))[-1].results[3].counted.check
    again = list(repaint(replace(job, said={check: Correction.FINE}), threading.Event()))[-1]
    assert not again.results[3].has_text
    assert again.flagged(3) is None


def test_the_picture_shown_is_one_without_text_or_with_the_least_of_it() -> None:
    assert sheets(Writing({3}), (3, 4))[-1].kept() == 4
    assert sheets(Writing({3, 4}), (3, 4))[-1].kept() == 3
    assert InpaintState().kept() is None


def test_a_real_model_repaints_inside_the_brush_and_nowhere_else(
    tiny: Model, tmp_path: Path
) -> None:
    width, height = tiny.native_size
    brush = edited((0, 0, width // 2, height), tiny.native_size)
    wish = Repaint(brush, "a boat", "3", 1, 1.0, Plan(Sampler.DPMPP_2M, 2, 1.0), tiny.name)
    state = state_of(tmp_path, tiny, reader=Reader())
    last = list(repaint(job_of(state, wish), threading.Event()))[-1]
    result = last.results[3]
    after = from_pil(Image.open(path_of(result.url)))
    before = from_pil(brush["background"])
    beyond = width // 2 + 2  # a soft edge
    assert torch.equal(after[:, :, beyond:], before[:, :, beyond:])
    assert not torch.equal(after[:, :, : width // 2], before[:, :, : width // 2])
    assert path_of(result.overlay_url).is_file()


def test_a_picture_to_repaint_can_be_drawn(tiny: Model, tmp_path: Path) -> None:
    state = state_of(tmp_path / "cache", tiny)
    state.files.saved = PictureFolder(tmp_path / "saved")
    drawn = draw_one(state, "a boat", Plan(Sampler.DPMPP_2M, 1, 1.0), tiny.name)
    width, height = tiny.native_size
    assert drawn.width / drawn.height == width / height
    assert drawn.size == tiny.native_size
    (saved,) = (tmp_path / "saved").glob("*.png")  # as every picture that is made
    with Image.open(saved) as picture:
        assert "a boat" in picture.info["parameters"]


def test_a_job_takes_the_wish_as_it_was_made(tiny: Model, tmp_path: Path) -> None:
    width, height = tiny.native_size
    brush = edited((0, 0, width // 2, height), tiny.native_size)
    wish = Repaint(brush, "", "", 2, 0.5, Plan(Sampler.DPMPP_2M, 2, 1.0), tiny.name, Level.HIGH)
    job = job_of(state_of(tmp_path, tiny, stream=lambda model, request, **_: flow(request)), wish)
    assert job.check.level is Level.HIGH
    assert job.request.seeds == (100, 101)
    assert job.request.strength == 0.5
    assert path_of(job.before).is_file()
    assert job.log is not None
    subject = job.log.subject
    assert (subject.model, subject.purpose) == (tiny.info.sha256, Purpose.REMOVAL)
    assert subject.shape == tiny.info.latent_shape(width, height)
