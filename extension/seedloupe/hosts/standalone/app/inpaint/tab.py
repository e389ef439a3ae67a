"""The tab *Inpaint*: brush over a part, try seeds, see which leave text behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import Any

import gradio as gr
from PIL import Image

from .....artifacts import Level
from .....artifacts.tally.html import tally_html
from .....artifacts.tally.result_log import ResultLog, subject_of
from .....generation.sampler import Plan
from .....noise import NoiseSource
from .....services.picture_settings import PictureSettings
from .....services.table_fit import settings_from
from ..events import CLICKED, EACH_CLICK, SILENT, draws_in, on, switch_name, toast, waits_at
from ..html import Frame, Preview, frames_html, preview_html, status_html
from ..pictures_in import flattened, opened_picture
from ..state import AppState, guarded
from .canvas import CropChoice, crop_words
from .form import WISH, InpaintForm
from .html import attempts_html, correction_of, crop_html, results_html
from .mask_editor import picture_in, view_of
from .result import SHOW_RESULT, ResultParts
from .retry_session import seeds_to_try, try_again
from .session import draw_one, job_of, repaint
from .state import InpaintState

#: Names the switch that stops this tab.
_TAB = "inpaint"
_IDLE = Preview(
    "Nothing repainted yet",
    (
        "Upload a picture or have one drawn, brush over a part of it, and say what should be "
        "there. Each result is looked over for text that nobody asked for.",
    ),
)
#: The picture being drawn is above the button that has it drawn, and on a narrow screen below.
_SHOW_PREVIEW = """(...given) => {
  const block = window.innerWidth <= 900 ? "start" : "nearest";
  document.getElementById("sl-repaint-preview").scrollIntoView({behavior: "smooth", block});
  return given;
}"""
Page = dict[Any, Any]


class InpaintTab:
    """The components of the tab and what happens when they are used."""

    def __init__(self, state: AppState, model: gr.State, settings: Plan) -> None:
        """Build the tab inside the open block; ``model`` names the model in use."""
        self._state = state
        self._model = model
        self._sheet = gr.State(InpaintState())
        self._chosen = gr.State(None)
        with gr.Row(elem_classes="sl-page"):
            with gr.Column(scale=0, min_width=320, elem_classes="sl-rail sl-wide"):
                self.form = InpaintForm(settings)
            with gr.Column(scale=1, min_width=320, elem_classes="sl-results"):
                self._build_results()
        self._connect()

    def _build_results(self) -> None:
        self._preview = gr.HTML(preview_html(_IDLE), elem_id="sl-repaint-preview")
        with gr.Row(elem_classes="sl-over"):
            self._status = gr.HTML(
                status_html(self._reader_line()), elem_id="sl-repaint-status", scale=1
            )
            self._boxes = gr.Checkbox(
                label="Show what was read",
                container=False,
                scale=0,
                min_width=190,
                elem_id="sl-boxes",
            )
        self._frames = gr.HTML(
            frames_html([Frame()] * 6), js_on_load=CLICKED, elem_id="sl-repaint-frames"
        )
        self._attempts = gr.HTML("", js_on_load=CLICKED, elem_id="sl-attempts")
        self.result = ResultParts()
        first = self.on_subject(WISH, self._model.value, Level.NORMAL.value)
        self._tally = gr.HTML(first, elem_id="sl-tally")

    def _connect(self) -> None:
        form, result = self.form, self.result
        kept = {self._sheet, self._chosen, self._boxes, form.limit, form.level}
        drawn = [
            self._frames,
            self._preview,
            self._status,
            self._sheet,
            self._chosen,
            self._attempts,
        ]
        results = [*drawn, *result.parts, self._tally, form.go, form.stop]
        working: dict[str, Any] = {
            "js": _SHOW_PREVIEW,
            "show_progress": "minimal",
            "show_progress_on": self._status,
            "trigger_mode": "once",
        }
        turn = draws_in(self._state, _TAB, self._status, form.go, form.stop)
        on(
            [form.go.click, form.prompt.submit],
            self.on_repaint,
            {*form.wishes, *kept, form.alone, self._model},
            results,
            **working,
            turn=turn,
        )
        on(result.retry.click, self.on_retry, kept, results, **working, turn=turn)
        on(
            [form.draw_one.click, form.source_prompt.submit],
            self.on_draw_one,
            [form.source_prompt, self._model, *form.sampling, form.seen],
            [form.editor, form.source, form.crop, form.place],
            show_progress_on=form.editor,
            turn=waits_at(self._state, form.place),
        )
        placed = [form.editor, form.source, form.crop]
        given = [self._model, form.seen]
        on(form.upload.upload, self.on_file, [form.upload, *given], placed, **SILENT)
        pasted = [form.editor, form.source, *given]
        on(form.editor.upload, self.on_upload, pasted, placed, **SILENT)
        on(
            [form.seen.change, self._model.change],
            self.on_framing,
            [form.source, *given],
            form.crop,
            **SILENT,
        )
        on(form.stop.click, self.on_stop, None, form.stop, **SILENT)
        self._connect_results(kept)

    def _connect_results(self, kept: set[Any]) -> None:
        form, result = self.form, self.result
        shown = [self._frames, self._attempts, *result.parts]
        on(self._boxes.change, self.on_boxes, kept, shown, **SILENT)
        for pictures in (self._frames, self._attempts):
            on(
                pictures.select,
                self.on_select,
                kept,
                [self._chosen, self._preview, *result.parts],
                js=SHOW_RESULT,
                **EACH_CLICK,
            )
        corrected = [self._sheet, self._status, self._preview, *shown, self._tally]
        on(result.correct.click, self.on_correct, kept, corrected, **SILENT)
        on(result.undo.click, self.on_undo, kept, corrected, **SILENT)
        self.follow(form.prompt.blur, self._model.change, form.level.change)

    def follow(self, *events: Any) -> None:
        """Show anew what was counted whenever one of these happens."""
        subject = [self.form.prompt, self._model, self.form.level]
        on(events, self.on_subject, subject, self._tally, **SILENT)

    @property
    def sent_to(self) -> list[Any]:
        """What :meth:`take` changes."""
        return [self.form.editor, self.form.source, self.form.crop, self._status]

    def take(self, picture: Image.Image, told: PictureSettings, model: str) -> Page:
        """Put a picture sent from elsewhere into the editor."""
        del told
        words = "Brush over what should change, and say what should be there."
        placed = self.placed(flattened(picture), model, CropChoice.MOST.value)
        return {**placed, self._status: status_html(words)}

    def on_repaint(self, given: Mapping[Any, Any], request: gr.Request) -> Iterator[Page]:
        """Repaint with several seeds; yield what changed on the page."""
        stop = self._state.switches.fresh(switch_name(request, _TAB))

        def sheets() -> Iterator[InpaintState]:
            job = job_of(self._state, self.form.wish(given, given[self._model]))
            for sheet in repaint(job, stop):
                yield sheet
            if given[self.form.alone] and not stop.is_set():
                yield from self._retried(sheet, None, given, stop)

        yield from self._working(sheets, given)

    def on_retry(self, given: Mapping[Any, Any], request: gr.Request) -> Iterator[Page]:
        """Try the chosen picture again, or the worst; yield what changed on the page."""
        stop = self._state.switches.fresh(switch_name(request, _TAB))
        sheet, chosen = given[self._sheet], given[self._chosen]
        yield from self._working(lambda: self._retried(sheet, chosen, given, stop), given)

    def on_draw_one(
        self, prompt: str, model: str, steps: int, guidance: float, sampler: str, seen: str
    ) -> Iterator[Page]:
        """Draw a picture into the editor."""

        def drawn() -> Iterator[Page]:
            settings = settings_from(steps, guidance, sampler)
            yield self.placed(draw_one(self._state, prompt, settings, model), model, seen)

        yield from guarded(drawn, toast)

    def on_file(self, path: str | None, model: str, seen: str) -> Iterator[Page]:
        """Put a file somebody chose, or dropped onto the editor, into it."""

        def shown() -> Iterator[Page]:
            if path:
                yield self.placed(opened_picture(Path(path)), model, seen)

        yield from guarded(shown, toast)

    def on_upload(
        self, edited: Mapping[str, Any], source: Image.Image | None, model: str, seen: str
    ) -> Iterator[Page]:
        """Keep a picture that was put straight into the editor, as from the clipboard.

        Gradio reports our own views as uploads, too; those are of the picture that is kept.
        """

        def shown() -> Iterator[Page]:
            if edited.get("background") is None:
                return
            picture = picture_in(edited, source)
            if picture is not source:
                crop = self.on_framing(picture, model, seen)
                yield {self.form.source: picture, self.form.crop: crop}

        yield from guarded(shown, toast)

    def on_framing(self, source: Image.Image | None, model: str, seen: str) -> str:
        """Say anew what the model will see of the picture."""
        if source is None:
            return crop_html("")
        size = self._state.models.get(model).native_size
        return crop_html(crop_words(source.size, size, CropChoice(seen)))

    def placed(self, picture: Image.Image, model: str, seen: str) -> Page:
        """Return the page with a picture to be brushed on."""
        form = self.form
        return {
            form.editor: view_of(picture),
            form.source: picture,
            form.crop: self.on_framing(picture, model, seen),
        }

    def on_stop(self, request: gr.Request) -> Any:
        """Stop what this browser draws."""
        self._state.switches.press(switch_name(request, _TAB))
        return gr.update(interactive=False)

    def on_boxes(self, given: Mapping[Any, Any]) -> Page:
        """Show the results with or without what was read in them."""
        sheet, boxes = given[self._sheet], given[self._boxes]
        return {
            **self._pictures(sheet, boxes=boxes),
            **self.result.show(sheet, given[self._chosen], boxes=boxes),
        }

    def on_select(self, given: Mapping[Any, Any], event: gr.SelectData) -> Any:
        """Put a result back into the preview, and look at it closely."""
        sheet, seed = given[self._sheet], int(event.value)
        if seed not in sheet.results:
            return gr.skip()
        busy = sheet.drawing is not None
        return {
            self._chosen: seed,
            self._preview: preview_html(sheet.results[seed].preview),
            **self.result.show(sheet, seed, boxes=given[self._boxes], busy=busy),
        }

    def on_correct(self, given: Mapping[Any, Any]) -> Iterator[Page]:
        """Keep that somebody does not agree with the verdict on the chosen picture."""
        yield from guarded(lambda: self._corrected(given, undo=False), toast)

    def on_undo(self, given: Mapping[Any, Any]) -> Iterator[Page]:
        """Take that back."""
        yield from guarded(lambda: self._corrected(given, undo=True), toast)

    def on_subject(self, prompt: str, model: str, level: str) -> str:
        """Show what was counted for another model or purpose."""
        if self._state.store is None:
            return ""
        opened = self._state.models.get(model).info
        subject = subject_of(opened, prompt, opened.native_size, NoiseSource())
        log = ResultLog(self._state.store, subject)
        return tally_html(log, Level(level), self._state.files.keep_bytes)

    def _retried(
        self, sheet: InpaintState, chosen: int | None, given: Mapping[Any, Any], stop: Event
    ) -> Iterator[InpaintState]:
        first = sheet.flagged(chosen)
        if first is None or sheet.job is None:
            return
        seeds = seeds_to_try(self._state, sheet, sheet.job)
        yield from try_again(sheet, first, seeds, stop, limit=int(given[self.form.limit]))

    def _working(
        self, sheets: Callable[[], Iterator[InpaintState]], given: Mapping[Any, Any]
    ) -> Iterator[Page]:
        """Show sheets as they come, and at the end what went wrong."""
        form, boxes = self.form, bool(given[self._boxes])
        problems: list[str] = []
        sheet, chosen, shown = given[self._sheet], given[self._chosen], Page()
        newest = sheet.newest
        yield {
            form.go: gr.update(interactive=False),
            form.stop: gr.update(interactive=True),
            **self.result.rest(),
        }
        for sheet in guarded(sheets, problems.append):
            if sheet.newest != newest:
                chosen = newest = sheet.newest
            now = self._page(sheet, chosen, boxes=boxes)
            yield {part: value for part, value in now.items() if shown.get(part) != value}
            shown = now
        chosen = sheet.kept() if shown else chosen
        yield {
            **self._page(sheet.settled(), chosen, boxes=boxes),
            **self._tally_page(sheet, Level(given[form.level])),
            form.go: gr.update(interactive=True),
            form.stop: gr.update(interactive=False),
        }
        for line in problems:
            toast(line)
            yield {self._status: status_html(line)}

    def _page(self, sheet: InpaintState, chosen: int | None, *, boxes: bool) -> Page:
        busy = sheet.drawing is not None
        page = {
            self._sheet: sheet,
            self._chosen: chosen,
            self._status: status_html(sheet.status or self._reader_line()),
            **self._pictures(sheet, boxes=boxes),
            **self.result.show(sheet, chosen, boxes=boxes, busy=busy),
        }
        shown = sheet.preview if busy or chosen is None else sheet.results[chosen].preview
        return {**page, self._preview: preview_html(shown)} if shown else page

    def _pictures(self, sheet: InpaintState, *, boxes: bool) -> Page:
        """The results and the attempts; places nobody has yet before the first time."""
        frames = results_html(sheet, boxes=boxes) if sheet.seeds else frames_html([Frame()] * 6)
        return {self._frames: frames, self._attempts: attempts_html(sheet, boxes=boxes)}

    def _corrected(self, given: Mapping[Any, Any], *, undo: bool) -> Iterator[Page]:
        sheet, seed, boxes = given[self._sheet], given[self._chosen], given[self._boxes]
        result = sheet.results.get(seed)
        log = sheet.job.log if sheet.job else None
        if result is None or log is None or not result.counted.check:
            return
        said = None if undo else correction_of(result)
        log.correct(result.counted.check, said)
        sheet = sheet.corrected(seed, said)
        yield {
            self._sheet: sheet,
            self._status: status_html(sheet.status),
            self._preview: preview_html(sheet.results[seed].preview),
            **self._pictures(sheet, boxes=boxes),
            **self.result.show(sheet, seed, boxes=boxes),
            **self._tally_page(sheet, Level(given[self.form.level])),
        }

    def _tally_page(self, sheet: InpaintState, level: Level) -> Page:
        """What was counted for the job on the page; left as it is where nothing was."""
        log = sheet.job.log if sheet.job else None
        return {self._tally: tally_html(log, level, self._state.files.keep_bytes)} if log else {}

    def _reader_line(self) -> str:
        reader = self._state.reader
        if reader is None:
            return "No text reader works here, so results cannot be looked over for text."
        return f"Results are looked over by {reader.name}."
