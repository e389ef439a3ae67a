from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.app.inpaint import tab as app_inpaint
from seedloupe.hosts.standalone.app.inpaint.mask_editor import view_of
from seedloupe.hosts.standalone.app.inpaint.state import InpaintState
from seedloupe.hosts.standalone.app.inpaint.tab import InpaintTab
from seedloupe.hosts.standalone.app.state import AppState
from seedloupe.hosts.standalone.engine.models import Model

from ..app_stands import SOMEBODY, Reader, Writing, built, edited, flow, path_of, state_of

Page = dict[Any, Any]
#: Some part of the repainted half of the stand-in's picture.
BOX = (1, 1, 9, 9)


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would pop up in the browser."""
    lines: list[str] = []
    monkeypatch.setattr(app_inpaint, "toast", lines.append)
    return lines


@pytest.fixture
def state(tiny: Model, tmp_path: Path) -> AppState:
    def stream(model: Model, request: Any, sinks: Any = (), **watched: object) -> Any:
        return flow(request, size=model.native_size, sinks=sinks)

    return state_of(tmp_path, tiny, stream=stream, reader=Reader(BOX))


class Browser:
    """Somebody looking at the tab: keeps what it shows, and hands it over as Gradio does."""

    def __init__(self, tab: InpaintTab) -> None:
        self.tab, form = tab, tab.form
        self.pages: list[Page] = []
        parts = {*form.wishes, tab._sheet, tab._chosen, tab._boxes, tab._model}
        self.shown: Page = {part: part.value for part in (*parts, form.limit, form.alone)}
        self.set(steps=2, guidance=2.0, sampler="euler", count=2, prompt="a boat")

    def set(self, **values: Any) -> None:
        form = self.tab.form
        named = {
            **{"editor": form.editor, "prompt": form.prompt, "level": form.level},
            **{"limit": form.limit, "alone": form.alone, "boxes": self.tab._boxes},
            **{"seeds": form._seeds, "count": form._count, "strength": form._strength},
            **{"source": form.source, "seen": form.seen, "softness": form._softness},
            **{"steps": form._steps, "guidance": form._guidance, "sampler": form._sampler},
        }
        self.shown |= {named[name]: value for name, value in values.items()}

    def take(self, pages: Any) -> list[Page]:
        """Let the page change; return how."""
        new = [pages] if isinstance(pages, dict) else []
        for page in [] if new else pages:
            new.append(page)
            self.shown |= page
        self.shown |= new[-1] if new else {}
        self.pages += new
        return new

    def repaint(self, **values: Any) -> list[Page]:
        self.set(**values)
        return self.take(self.tab.on_repaint(self.shown, SOMEBODY))

    def retry(self) -> list[Page]:
        return self.take(self.tab.on_retry(self.shown, SOMEBODY))

    def select(self, seed: int) -> list[Page]:
        return self.take(self.tab.on_select(self.shown, SimpleNamespace(value=str(seed))))

    @property
    def sheet(self) -> InpaintState:
        return self.shown[self.tab._sheet]

    def text(self, name: str) -> Any:
        """What a part of the page shows last."""
        (found,) = (value for part, value in self.shown.items() if part.elem_id == name)
        return found


@pytest.fixture(scope="module")
def tab(tiny: Model, tmp_path_factory: pytest.TempPathFactory) -> InpaintTab:
    """The page, built once."""
    state = state_of(tmp_path_factory.mktemp("page"), tiny)

    def build() -> InpaintTab:
        with gr.Blocks(analytics_enabled=False):
            return InpaintTab(state, gr.State("tiny"), Plan(Sampler.DPMPP_2M))

    return built(build)


@pytest.fixture
def browser(tab: InpaintTab, state: AppState, toasts: list[str], tiny: Model) -> Browser:
    tab._state = state
    width, height = tiny.native_size
    browser = Browser(tab)
    browser.set(editor=edited((0, 0, width // 2, height), (width, height)))
    return browser


def reads(browser: Browser, reader: Any) -> None:
    object.__setattr__(browser.tab._state, "reader", reader)


def writing(*seeds: int) -> Writing:
    reader = Writing(seeds)
    reader.box = BOX
    return reader


def test_repainting_shows_a_verdict_on_every_result(browser: Browser, toasts: list[str]) -> None:
    browser.repaint()
    assert browser.text("sl-repaint-frames").count("text found") == 2
    assert "Read by stand-in." in browser.text("sl-repaint-status")
    assert "text found" in browser.text("sl-verdict")
    assert toasts == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"editor": None}, "There is no picture to repaint."),
        ({"editor": edited(None)}, "Nothing is brushed."),
        ({"editor": edited((0, 0, 48, 32))}, "All of the picture is brushed."),
        ({"seeds": "seven"}, "Seeds: needs whole numbers"),
        ({"strength": 0.0}, "How much is forgotten: needs more than 0"),
    ],
)
def test_what_cannot_be_repainted_is_one_line_and_leaves_what_there_was(
    changes: Page, said: str, browser: Browser, toasts: list[str]
) -> None:
    browser.repaint()
    before = browser.sheet.results
    browser.repaint(**changes)
    (line,) = toasts
    assert line.startswith(said)
    assert browser.sheet.results == before
    assert browser.text("sl-repaint")["interactive"]


def test_boxes_are_put_over_results_without_drawing_again(browser: Browser) -> None:
    browser.repaint()
    for boxes in (True, False):
        browser.set(boxes=boxes)
        browser.take(browser.tab.on_boxes(browser.shown))
        shown = [browser.text(name) for name in ("sl-repaint-frames", "sl-split")]
        assert ["-boxes.png" in html for html in shown] == [boxes, boxes]


def test_a_reader_that_hangs_or_dies_costs_no_picture(browser: Browser, toasts: list[str]) -> None:
    reads(browser, Reader(broken=True))
    browser.repaint()
    assert browser.text("sl-repaint-frames").count("<img") == 2
    assert "engine on fire" in browser.text("sl-verdict")
    assert not browser.text("sl-retry")["interactive"]
    assert toasts == []


def test_retry_is_offered_for_what_is_flagged_and_only_then(browser: Browser) -> None:
    reads(browser, writing(101))
    browser.repaint()
    assert browser.text("sl-retry") == gr.update(value="Retry seed 101", interactive=True)
    reads(browser, Reader())
    browser.repaint()
    assert browser.text("sl-retry") == gr.update(value="Nothing to retry", interactive=False)


def test_a_retry_shows_its_attempts_and_puts_the_one_it_kept_on_the_page(
    browser: Browser, toasts: list[str]
) -> None:
    reads(browser, writing(100, 101, 102, 103))
    browser.repaint()
    browser.select(101)
    pages = browser.retry()
    attempts = re.findall(r"<p><b>(\d+)</b>", browser.text("sl-attempts"))
    assert attempts == ["101", "102", "103", "104"]
    assert "Kept seed 104, after 3 retries" in browser.text("sl-repaint-status")
    assert "Seed 104" in browser.text("sl-verdict")
    assert "Seed 104" in browser.text("sl-repaint-preview")
    waiting = [page[part] for page in pages for part in page if part.elem_id == "sl-repaint-stop"]
    assert [update["interactive"] for update in waiting] == [True, False]
    assert toasts == []


def test_the_chosen_picture_stays_on_the_page_until_an_attempt_is_there(browser: Browser) -> None:
    reads(browser, writing(100, 101))
    browser.repaint()
    browser.select(100)
    shown = []
    for page in browser.tab.on_retry(browser.shown, SOMEBODY):
        browser.shown |= page
        shown.append(re.findall(r"<h3>Seed (\d+)", browser.text("sl-verdict"))[0])
    assert list(dict.fromkeys(shown)) == ["100", "102"]


def test_buttons_of_results_wait_while_something_is_drawn(browser: Browser) -> None:
    reads(browser, writing(100, 101))
    browser.repaint()
    states = []
    for page in browser.tab.on_retry(browser.shown, SOMEBODY):
        browser.shown |= page
        states.append(browser.text("sl-retry")["interactive"])
    assert states == sorted(states)
    assert states[-3:] == [False, True, True]


def test_stop_ends_a_retry_of_this_browser(browser: Browser) -> None:
    reads(browser, writing(*range(100, 120)))
    browser.repaint()
    for page in browser.tab.on_retry(browser.shown, SOMEBODY):
        browser.shown |= page
        if 102 in browser.sheet.results:
            browser.tab.on_stop(SOMEBODY)
    assert browser.text("sl-repaint-status").count("Stopped. Kept seed") == 1
    assert list(browser.sheet.results) == [100, 101, 102]


def test_no_seed_of_the_page_is_tried_again_by_a_second_retry(browser: Browser) -> None:
    reads(browser, writing(*range(100, 120)))
    browser.repaint(limit=2)
    browser.retry()
    browser.retry()
    assert list(browser.sheet.results) == list(range(100, 106))


def test_retrying_unasked_is_off_and_can_be_chosen(browser: Browser) -> None:
    assert browser.tab.form.alone.value is False
    reads(browser, writing(100, 101, 102, 104, 105))
    browser.repaint()
    assert browser.text("sl-attempts") == ""
    browser.repaint(seeds="104, 105", alone=True)
    assert browser.sheet.kept() == 103
    assert browser.text("sl-attempts").count("<figure") == 3


def test_corrections_are_kept_counted_and_taken_back(browser: Browser, state: AppState) -> None:
    reads(browser, writing(101))
    browser.repaint()
    browser.select(101)
    assert browser.text("sl-correct")["value"] == "Seed 101 is fine"
    assert "2 pictures looked at, 1 with text" in browser.text("sl-tally")
    browser.take(browser.tab.on_correct(browser.shown))
    assert "2 pictures looked at, 0 with text" in browser.text("sl-tally")
    assert "fine, you say" in browser.text("sl-repaint-frames")
    assert not browser.text("sl-retry")["interactive"]
    assert "You corrected the check once" in browser.text("sl-tally")
    browser.take(browser.tab.on_undo(browser.shown))
    assert "2 pictures looked at, 1 with text" in browser.text("sl-tally")
    assert browser.text("sl-retry")["interactive"]
    browser.select(100)
    assert browser.text("sl-correct")["value"] == "You missed text in seed 100"
    browser.take(browser.tab.on_correct(browser.shown))
    assert "2 pictures looked at, 2 with text" in browser.text("sl-tally")


def test_missed_text_changes_verdict_count_and_card_and_can_be_retried(browser: Browser) -> None:
    reads(browser, writing(102))
    browser.repaint()
    assert browser.text("sl-repaint-status").count("2 no text found") == 1
    browser.select(101)
    assert browser.text("sl-retry")["value"] == "Nothing to retry"
    browser.take(browser.tab.on_correct(browser.shown))
    assert "2 pictures: 1 no text found, 1 text, you say." in browser.text("sl-repaint-status")
    for part in ("sl-repaint-frames", "sl-verdict"):
        assert 'sl-bad">text, you say</i>' in browser.text(part)
    assert "You said that text was missed" in browser.text("sl-repaint-preview")
    assert "No text found" not in browser.text("sl-repaint-preview")
    assert browser.text("sl-retry") == gr.update(value="Retry seed 101", interactive=True)
    assert browser.text("sl-undo")["value"] == "Take that back for seed 101"
    browser.retry()
    attempts = re.findall(r"<p><b>(\d+)</b>", browser.text("sl-attempts"))
    assert attempts == ["101", "102", "103"]
    assert "Kept seed 103, after 2 retries" in browser.text("sl-repaint-status")
    browser.select(101)
    browser.take(browser.tab.on_undo(browser.shown))
    assert "No text found" in browser.text("sl-repaint-preview")
    assert "you say" not in browser.text("sl-verdict")


def test_a_correction_that_cannot_be_kept_is_one_line_and_changes_nothing(
    browser: Browser, state: AppState, toasts: list[str]
) -> None:
    browser.repaint()
    assert state.store is not None
    for path in state.store.folder.iterdir():
        path.unlink()
        path.mkdir()
    browser.take(browser.tab.on_correct(browser.shown))
    (line,) = toasts
    assert line.startswith("Tally: needs a file to write to")
    assert "you say" not in browser.text("sl-repaint-frames")


def test_nothing_is_counted_outside_the_given_folder(
    browser: Browser, state: AppState, tmp_path: Path, tallies_stay_in_tests: Path
) -> None:
    browser.repaint()
    browser.take(browser.tab.on_correct(browser.shown))
    assert state.store is not None
    (kept,) = state.store.folder.iterdir()
    copies = {path for path in tmp_path.rglob("*.jsonl") if "cache" not in path.parts}
    assert copies == {kept}
    assert not tallies_stay_in_tests.exists()


def test_what_was_counted_follows_what_the_prompt_is_for(browser: Browser) -> None:
    browser.repaint()
    there = browser.tab.on_subject("a dog", "tiny", "normal")
    away = browser.tab.on_subject("clear background", "tiny", "normal")
    assert "to put something there: 2 pictures looked at" in there
    assert "to clear something away: no picture looked at yet" in away


def test_the_level_is_the_one_chosen(browser: Browser) -> None:
    browser.repaint(level="low")
    assert "at level low" in browser.text("sl-verdict")


def test_a_file_is_shown_whole_kept_at_full_size_and_its_crop_said(
    browser: Browser, tiny: Model, tmp_path: Path
) -> None:
    path, form = tmp_path / "photo.png", browser.tab.form
    Image.linear_gradient("L").resize((2000, 500)).save(path)
    (page,) = browser.tab.on_file(str(path), "tiny", "most")
    assert page[form.source].size == (2000, 500)
    assert page[form.editor].size == (1024, 256)
    assert "of 2000 × 500 pixels, around the brush" in page[form.crop]
    assert "around the brush" in browser.tab.on_framing(page[form.source], "tiny", "close")
    # Gradio reports the view as an upload: nothing changes by that.
    shown = {"background": page[form.editor], "layers": []}
    assert list(browser.tab.on_upload(shown, page[form.source], "tiny", "most")) == []
    pasted = {"background": Image.new("RGBA", (90, 30), "red"), "layers": []}
    (page,) = browser.tab.on_upload(pasted, page[form.source], "tiny", "most")
    assert page[form.source].size == (90, 30)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.png", b"milk, eggs", "notes.png is not a picture."),
        ("empty.jpg", b"", "empty.jpg is not a picture."),
    ],
)
def test_a_file_that_is_no_picture_is_called_so(
    name: str, content: bytes, said: str, browser: Browser, tmp_path: Path, toasts: list[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    assert list(browser.tab.on_file(str(tmp_path / name), "tiny", "most")) == []
    (line,) = toasts
    assert line.startswith(said)


def test_a_large_picture_comes_back_at_its_size_with_the_rest_untouched(
    browser: Browser, tiny: Model, toasts: list[str]
) -> None:
    photo = Image.linear_gradient("L").resize((1500, 900)).convert("RGB")
    view = view_of(photo)
    browser.repaint(
        source=photo, editor={**edited((400, 200, 500, 300), view.size), "background": view}
    )
    assert toasts == []
    result = browser.sheet.results[100]
    with (
        Image.open(path_of(result.preview.link)) as whole,
        Image.open(path_of(result.url)) as small,
    ):
        assert (whole.size, small.size) == ((1500, 900), (1024, 614))
        left = (0, 0, 500, 900)
        assert whole.crop(left).tobytes() == photo.crop(left).tobytes()
        assert whole.convert("RGB").tobytes() != photo.tobytes()
    assert 'class="sl-framed"' in browser.text("sl-split")
    assert "aspect-ratio:1500/900" in browser.text("sl-split")


def test_a_picture_is_drawn_into_the_editor(browser: Browser, toasts: list[str]) -> None:
    (page,) = browser.tab.on_draw_one("a boat", "tiny", 2, 2.0, "euler", "most")
    assert page[browser.tab.form.source].size == browser.tab._state.models.get("tiny").native_size
    assert max(page[browser.tab.form.editor].size) >= 512
    assert list(browser.tab.on_draw_one("a boat", "tiny", 0, 2.0, "euler", "most")) == []
    assert toasts[0].startswith("Steps:")
