"""The tab *Inpaint*: brush over a part, try seeds, see which leave text behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr
from PIL import Image

from .app_create import CLICKED, EXAMPLES, PRIVATE, SILENT, toast
from .app_desk import Desk, guarded
from .app_repaint import BRUSH, EDITOR_SIDE, Repaint, Sheet, draw_one, for_editor, try_seeds
from .app_tables import Settings, settings_from
from .app_view import Bench, Frame, bench_html, frames_html, status_html
from .denoise import Sampler

_IDLE = Bench(
    "Nothing repainted yet",
    (
        "Upload a picture or have one drawn, brush over a part of it, and say what should be "
        "there. Each result is looked over for text that nobody asked for.",
    ),
)


class InpaintTab:
    """The components of the tab and what happens when they are used."""

    def __init__(self, desk: Desk, model: gr.State, settings: Settings) -> None:
        """Build the tab inside the open block; ``model`` names the model in use."""
        self._desk = desk
        self._model = model
        self._sheet = gr.State(Sheet())
        with gr.Row(elem_classes="sl-page"):
            with gr.Column(scale=0, min_width=320, elem_classes="sl-rail sl-wide"):
                self._build_form(settings)
            with gr.Column(scale=1, min_width=320, elem_classes="sl-results"):
                self._build_results()
        self._connect()

    def _build_form(self, settings: Settings) -> None:
        gr.HTML('<p class="sl-label">Picture: brush over what should change</p>')
        self._editor = gr.ImageEditor(
            label="Picture",
            show_label=False,
            height=460,
            type="pil",
            sources=("upload", "clipboard"),
            transforms=(),
            layers=False,
            brush=gr.Brush(default_size=48, colors=[BRUSH], color_mode="fixed"),
            eraser=gr.Eraser(default_size=48),
            canvas_size=(EDITOR_SIDE, EDITOR_SIDE),
            buttons=[],
            elem_id="sl-editor",
        )
        with gr.Row(elem_classes="sl-buttons"):
            self._source_prompt = gr.Textbox(
                EXAMPLES[3],
                show_label=False,
                lines=1,
                max_lines=1,
                container=False,
                scale=3,
                elem_id="sl-source-prompt",
            )
            self._draw_one = gr.Button("Draw me one", scale=1, min_width=120, elem_id="sl-draw-one")
        self._prompt = gr.Textbox(
            "a blue ball on grass",
            label="What should be there",
            lines=1,
            max_lines=5,
            elem_id="sl-repaint-prompt",
        )
        with gr.Row(elem_classes="sl-buttons"):
            self._go = gr.Button(
                "Repaint", variant="primary", scale=3, min_width=80, elem_id="sl-repaint"
            )
            self._stop = gr.Button("Stop", interactive=False, scale=1, min_width=80)
        self._count = gr.Slider(1, 16, 6, step=1, label="Seeds to try")
        with gr.Accordion("More", open=False):
            self._seeds = gr.Textbox(
                "",
                label="These seeds",
                placeholder="any",
                info="Numbers such as 4, 8, 15; leave empty to throw dice",
                lines=1,
            )
            self._strength = gr.Slider(0.05, 1, 1, step=0.05, label="How much is forgotten")
            self._steps = gr.Slider(1, 60, settings.steps, step=1, label="Steps")
            self._guidance = gr.Slider(0, 15, settings.guidance, step=0.5, label="Guidance")
            self._sampler = gr.Dropdown(
                [(sampler.label, sampler.value) for sampler in Sampler],
                value=settings.sampler.value,
                label="Sampler",
            )

    def _build_results(self) -> None:
        self._bench = gr.HTML(bench_html(_IDLE), elem_id="sl-repaint-bench")
        with gr.Row(elem_classes="sl-over"):
            self._status = gr.HTML(
                status_html(self._reader_line()), elem_id="sl-repaint-status", scale=1
            )
            self._boxes = gr.Checkbox(
                label="Show what was read", container=False, scale=0, min_width=190
            )
        self._frames = gr.HTML(
            frames_html([Frame()] * 6), js_on_load=CLICKED, elem_id="sl-repaint-frames"
        )

    def _connect(self) -> None:
        alone = {"concurrency_limit": 1, "concurrency_id": "model", **PRIVATE}
        wish = [self._editor, self._prompt, self._seeds, self._count, self._strength, self._boxes]
        sampling = [self._model, self._steps, self._guidance, self._sampler]
        results = [self._frames, self._bench, self._status, self._sheet]
        gr.on(
            [self._go.click, self._prompt.submit],
            self.on_repaint,
            [*wish, *sampling],
            [*results, self._go, self._stop],
            show_progress="minimal",
            show_progress_on=self._status,
            trigger_mode="once",
            **alone,
        )
        gr.on(
            [self._draw_one.click, self._source_prompt.submit],
            self.on_draw_one,
            [self._source_prompt, *sampling],
            self._editor,
            show_progress_on=self._editor,
            **alone,
        )
        self._editor.upload(self.on_upload, [self._editor, self._model], self._editor, **SILENT)
        self._stop.click(self.on_stop, None, self._stop, queue=False, **PRIVATE)
        boxes = [self._sheet, self._boxes]
        self._boxes.change(self.on_boxes, boxes, self._frames, queue=False, **SILENT)
        self._frames.select(self.on_select, self._sheet, self._bench, queue=False, **SILENT)

    def on_repaint(
        self,
        edited: Mapping[str, Any] | None,
        prompt: str,
        seeds: str,
        count: int,
        strength: float,
        boxes: bool,
        model: str,
        steps: int,
        guidance: float,
        sampler: str,
        request: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        """Repaint with several seeds; yield what changed on the page."""
        stop = self._desk.switches.fresh(request.session_hash or "")
        settings = settings_from(steps, guidance, sampler)
        wish = Repaint(edited, prompt, seeds, int(count), float(strength), settings, model)
        problems: list[str] = []
        yield {self._go: gr.update(interactive=False), self._stop: gr.update(interactive=True)}
        for sheet in guarded(lambda: try_seeds(self._desk, wish, stop), problems.append):
            yield self._page(sheet, boxes=boxes)
        yield {self._go: gr.update(interactive=True), self._stop: gr.update(interactive=False)}
        for line in problems:
            toast(line)
            yield {self._status: status_html(line)}

    def on_draw_one(
        self, prompt: str, model: str, steps: int, guidance: float, sampler: str
    ) -> Iterator[Image.Image]:
        """Draw a picture into the editor."""

        def drawn() -> Iterator[Image.Image]:
            yield draw_one(self._desk, prompt, settings_from(steps, guidance, sampler), model)

        yield from guarded(drawn, toast)

    def on_upload(self, edited: Mapping[str, Any], model: str) -> Any:
        """Show an uploaded picture as the model will see it: its middle, in the model's shape."""
        background = edited.get("background")
        if background is None:
            return gr.skip()
        return for_editor(background, self._desk.shelf.get(model).native_size)

    def on_stop(self, request: gr.Request) -> Any:
        """Stop what this browser draws."""
        self._desk.switches.press(request.session_hash or "")
        return gr.update(interactive=False)

    def on_boxes(self, sheet: Sheet, boxes: bool) -> str:
        """Show the results with or without what was read in them."""
        return frames_html(sheet.frames(boxes=boxes))

    def on_select(self, sheet: Sheet, event: gr.SelectData) -> Any:
        """Put a result back on the bench."""
        result = sheet.results.get(int(event.value))
        return bench_html(result.bench) if result else gr.skip()

    def _page(self, sheet: Sheet, *, boxes: bool) -> dict[Any, Any]:
        page = {
            self._frames: frames_html(sheet.frames(boxes=boxes)),
            self._status: status_html(sheet.status),
            self._sheet: sheet,
        }
        return {**page, self._bench: bench_html(sheet.bench)} if sheet.bench else page

    def _reader_line(self) -> str:
        reader = self._desk.reader
        if reader is None:
            return "No text reader works here, so results cannot be looked over for text."
        return f"Results are looked over by {reader.name}."
