"""The tab *Lens*: watch layers while a picture forms, then ask them."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from .....lens.explorer import explorer_html, explorer_script
from .....sampler_names import sampler_choices
from .....services.concept_files import concept_choices
from .....services.picture_settings import PictureSettings
from .....services.table_fit import settings_from
from ..events import SILENT, draws_in, on, switch_name, toast, waits_at
from ..html import Preview, preview_html, status_html
from ..pictures_in import NoPicture, PageError, not_a_picture, required_picture, say_what_is_none
from ..state import AppState, Opening, guarded
from ..stop_and_throttle import Stopped, StopSwitch
from .example import WISH, read_example
from .notes_html import concepts_html, files_html, more_html, plan_html
from .session import (
    Observation,
    Sight,
    exhibit,
    layers_from,
    observe,
    observe_pictures,
    plan_words,
    seeds_from,
)

#: Names the switch that stops this tab.
_TAB = "lens"
_IDLE = Preview(
    "Nothing under the lens yet",
    (
        "Have a picture drawn: its layers show here while it forms. Afterwards click a spot, and "
        "every layer shows what it takes to be alike.",
    ),
)
#: Steps enough to see a picture form.
_LEAST_STEPS = 12
_DEFAULT_TIME = 50
#: Gradio hands in: element, props, watch. Each observation starts from untouched parts.
_SHOW = """
const blank = element.firstElementChild.cloneNode(true);
blank.hidden = true;
element.firstElementChild.hidden = true;
async function fresh() {
  const told = JSON.parse(props.value || "{}");
  const parts = blank.cloneNode(true);
  element.replaceChildren(parts);
  if (!told.data) return;
  let data;
  try {
    const answer = await fetch(told.data);
    if (!answer.ok) throw new Error(`the server said ${answer.status}`);
    data = await answer.json();
  } catch (error) {
    element.append(`What was recorded could not be fetched: ${error.message}.`);
    return;
  }
  if (told.data !== JSON.parse(props.value || "{}").data) return; // something newer came
  parts.hidden = false;
  openLens(element, data);
}
watch("value", fresh);
fresh();
"""


class LensTab:
    """The components of the tab and what happens when they are used."""

    def __init__(self, state: AppState, opening: Opening, model: gr.State) -> None:
        """Build the tab inside the open block; ``model`` names the model in use."""
        self._state = state
        self._model = model
        self._example: dict[Any, Any] | None = None
        self._recording = threading.Lock()
        self._begun = gr.State(False)
        with gr.Row(elem_classes="sl-page"):
            with gr.Column(scale=0, min_width=280, elem_classes="sl-rail"):
                self._build_drawing(opening)
                self._build_picture()
            with gr.Column(scale=1, min_width=320, elem_classes="sl-results"):
                self._build_results()
        self._connect()

    def _build_drawing(self, opening: Opening) -> None:
        settings = opening.settings
        self._prompt = gr.Textbox(
            WISH.prompt, label="Prompt", lines=1, max_lines=5, elem_id="sl-lens-prompt"
        )
        self._seeds = gr.Textbox(
            " ".join(str(seed) for seed in WISH.seeds),
            label="Seeds",
            info="One, or two to compare; empty throws dice",
            lines=1,
            elem_id="sl-lens-seeds",
        )
        with gr.Row(elem_classes="sl-buttons"):
            self._go = gr.Button(
                "Watch", variant="primary", scale=3, min_width=80, elem_id="sl-lens-go"
            )
            self._stop = gr.Button(
                "Stop", interactive=False, scale=1, min_width=80, elem_id="sl-lens-stop"
            )
        self._concepts = gr.Dropdown(
            concept_choices(self._state.concepts),
            value="",
            label="Concepts",
            info="Painted meanwhile; one of these, or the path of a file from study sae",
            allow_custom_value=True,
            elem_id="sl-lens-concepts",
        )
        self._plan = gr.HTML("", elem_id="sl-lens-plan")
        with gr.Accordion("More", open=False):
            self._layers = gr.Textbox(
                "auto",
                label="Layers",
                info="auto; published; a study's NAME.panel.json in your folder panels; or names, "
                "aliases and globs such as IN07, up-level1-*-vit-out",
                lines=1,
            )
            self._steps = gr.Slider(1, 60, max(settings.steps, _LEAST_STEPS), step=1, label="Steps")
            self._guidance = gr.Slider(0, 15, settings.guidance, step=0.5, label="Guidance")
            self._sampler = gr.Dropdown(
                sampler_choices(),
                value=settings.name.key,
                label="Sampler",
            )

    def _build_picture(self) -> None:
        with gr.Accordion("A picture of your own", open=False) as self._own:
            self._picture, self._other = (
                say_what_is_none(
                    gr.Image(
                        label=label,
                        type="pil",
                        sources=("upload", "clipboard"),
                        height=180,
                        elem_id=name,
                    )
                )
                for label, name in (
                    ("Picture", "sl-lens-picture"),
                    ("Another to compare with", "sl-lens-other"),
                )
            )
            self._time = gr.Slider(
                0,
                999,
                _DEFAULT_TIME,
                step=1,
                label="How much noise is laid over it",
                info="Of 999 steps of training; papers use 50 most",
            )
            self._noises = gr.Slider(
                1, 16, 1, step=1, label="How often, each time with other noise"
            )
            self._look = gr.Button("Look at it", elem_id="sl-lens-look")
            self._place = gr.HTML("", visible=False, elem_id="sl-lens-look-place")

    def _build_results(self) -> None:
        self._preview = gr.HTML(preview_html(_IDLE), elem_id="sl-lens-preview")
        self._status = gr.HTML(status_html(""), elem_id="sl-lens-status")
        self._explorer = gr.HTML(
            "{}",
            html_template=explorer_html(),
            js_on_load=explorer_script() + _SHOW,
            apply_default_css=False,
            elem_id="sl-lens-explorer",
        )
        self._files = gr.HTML("", elem_id="sl-lens-files")

    def _connect(self) -> None:
        shown = [self._preview, self._status, self._explorer, self._files]
        sampling = [self._model, self._layers, self._steps, self._guidance, self._sampler]
        on(
            [self._go.click, self._prompt.submit, self._seeds.submit],
            self.on_watch,
            [self._prompt, self._seeds, *sampling, self._concepts],
            [*shown, self._go, self._stop, self._begun],
            show_progress="minimal",
            show_progress_on=self._status,
            trigger_mode="once",
            turn=draws_in(self._state, _TAB, self._status, self._go, self._stop),
        )
        on(self._stop.click, self.on_stop, None, self._stop, **SILENT)
        on(
            self._look.click,
            self.on_look,
            [self._picture, self._other, self._time, self._noises, self._model, self._layers],
            [*shown, self._begun, self._place],
            show_progress="minimal",
            show_progress_on=self._status,
            turn=waits_at(self._state, self._place),
        )

        for picture in (self._picture, self._other):
            on(picture.upload, self.on_upload, picture, picture, **SILENT)
        planned = [self._seeds, self._model, self._layers, self._steps]
        on([part.change for part in planned], self.on_plan, planned, self._plan, **SILENT)
        self._planned = planned

    @property
    def sent_to(self) -> list[Any]:
        """What :meth:`take` changes."""
        return [self._prompt, self._seeds, self._own, self._picture, self._status]

    def take(self, picture: Image.Image, told: PictureSettings, model: str) -> dict[Any, Any]:
        """Put a picture sent from elsewhere under the lens, and its prompt and seed beside it."""
        del model
        words = "The picture is under “A picture of your own”: press Look at it."
        page = {self._own: gr.update(open=True), self._picture: picture}
        if told.seed is not None:
            page |= {self._prompt: told.prompt, self._seeds: str(told.seed)}
            words += " Watch draws it once more from its seed, with every layer."
        return {**page, self._status: status_html(words)}

    def open_with(self, shown: Any) -> None:
        """Say what *Watch* will do, and show the example, when the tab is first looked at."""
        on(shown, self.on_plan, self._planned, self._plan, **SILENT)
        parts = [self._preview, self._status, self._explorer, self._files, self._begun]
        on(shown, self.on_open, self._begun, parts, **SILENT)

    def on_open(self, begun: bool) -> dict[Any, Any]:
        """Show the recorded example, unless something was recorded or is being recorded."""
        if begun:
            return {}
        with self._recording:
            if self._example is None:
                seedling = self._state.models.opened(WISH.model)
                self._example = self._shown(read_example(self._state.files, seedling))
        return {**self._example, self._begun: True}

    def on_plan(self, seeds: str, model: str, layers: str, steps: int) -> str:
        """Say what *Watch* will do, or what keeps it from doing so."""
        problems: list[str] = []

        def said() -> Iterator[str]:
            unet = self._state.models.get(model).unet
            yield plan_words(unet, seeds, layers_from(layers), int(steps))

        words = next(guarded(said, problems.append), "")
        return plan_html(words, problems)

    def on_upload(self, picture: Image.Image | NoPicture | None) -> Any:
        """Take back at once what is no picture."""
        if not isinstance(picture, NoPicture):
            return gr.skip()
        toast(str(not_a_picture(picture.name)))
        return gr.update(value=None)

    def on_watch(
        self,
        prompt: str,
        seeds: str,
        model: str,
        layers: str,
        steps: int,
        guidance: float,
        sampler: str,
        request: gr.Request,
        concepts: str | None = None,
    ) -> Iterator[dict[Any, Any]]:
        """Draw with every step recorded; show the layers meanwhile, and the explorer at the end."""
        stop = self._state.switches.fresh(switch_name(request, _TAB))
        problems: list[str] = []
        # What stands below belongs to the run before.
        yield {
            self._go: gr.update(interactive=False),
            self._stop: gr.update(interactive=True),
            self._explorer: "{}",
            self._files: "",
            self._begun: True,
        }

        def watched() -> Iterator[dict[Any, Any]]:
            settings = settings_from(steps, guidance, sampler)
            asked = seeds_from(seeds, self._state.dice())
            named = (concepts or "").strip()
            wish = Observation(prompt, asked, settings, model, layers_from(layers), named)
            last = Sight()
            for last in observe(self._state, wish, stop):
                yield self._page(last)
            yield self._shown(last, _stopped_later(stop))

        try:
            yield from guarded(watched, problems.append)
        except Stopped:
            yield {self._status: status_html("Stopped before the layers could be shown.")}
        yield {self._go: gr.update(interactive=True), self._stop: gr.update(interactive=False)}
        for line in problems:
            toast(line)
            yield {self._status: status_html(line)}

    def on_look(
        self,
        picture: Image.Image | NoPicture | None,
        other: Image.Image | NoPicture | None,
        time: float,
        noises: float,
        model: str,
        layers: str = "auto",
    ) -> Iterator[dict[Any, Any]]:
        """Look at one or two pictures somebody brought along."""

        def looked() -> Iterator[dict[Any, Any]]:
            pictures = [required_picture(given) for given in (picture, other) if given is not None]
            if not pictures:
                raise PageError("There is no picture to look at. Choose one first.")
            sight = observe_pictures(
                self._state,
                pictures,
                model=model,
                time=int(time),
                noises=int(noises),
                layers=layers_from(layers),
            )
            yield {**self._shown(sight), self._begun: True}

        yield from guarded(looked, toast)

    def on_stop(self, request: gr.Request) -> Any:
        """Stop what this tab of this browser draws."""
        self._state.switches.press(switch_name(request, _TAB))
        return gr.update(interactive=False)

    def _page(self, sight: Sight) -> dict[Any, Any]:
        page = {self._status: status_html(sight.status)}
        return {**page, self._preview: preview_html(sight.preview)} if sight.preview else page

    def _shown(self, sight: Sight, between: Callable[[], object] = lambda: None) -> dict[Any, Any]:
        """Return the finished page: the explorer in place of the preview."""
        words = " ".join((sight.status, *sight.notes))
        if not sight.runs:
            return {self._status: status_html(words)}
        with tempfile.TemporaryDirectory() as folder:
            found = exhibit(self._state, sight.runs, Path(folder), between=between)
        return {
            self._preview: "",
            self._status: status_html(words),
            self._explorer: json.dumps({"data": found.data}),
            self._files: concepts_html(sight.concepts)
            + files_html(found, sight.pictures)
            + more_html(sight),
        }


def _stopped_later(stop: StopSwitch) -> Callable[[], None]:
    """Return what ends the work when Stop is pressed from now on, or the window closed.

    Who pressed it before wants to see what was finished until then.
    """
    before = stop.is_set()

    def look() -> None:
        stop.require_somebody()
        if stop.is_set() and not before:
            raise Stopped

    return look
