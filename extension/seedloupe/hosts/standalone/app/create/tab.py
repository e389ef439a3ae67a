"""The tab *Create*: a prompt, and random, golden and diverse seeds side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr
from PIL import Image

from .....generation.model_info import ModelInfo
from .....generation.table_use import table_use
from .....sampler_names import sampler_choices
from .....services.picture_settings import PictureSettings
from .....services.seed_columns import (
    ColumnSource,
    SeedSource,
    plugin_sources,
    possible_ways,
    usual_ways,
    ways_of,
    ways_offered,
)
from .....services.table_fit import (
    NO_TABLE,
    SelectedSeeds,
    chosen_table_path,
    fit_table,
    require_whole,
    settings_from,
    table_choices,
)
from .....tables import SeedTable
from ..events import (
    CLICKED,
    EACH_CLICK,
    EXAMPLES,
    SILENT,
    draws_in,
    on,
    switch_name,
    toast,
    waits_at,
)
from ..html import Preview, columns_html, model_html, preview_html, status_html
from ..pictures_in import PageError
from ..state import AppState, Opening, guarded, open_page, open_page_with_table
from .compare_session import CompareRequest, CompareState, compare_columns, empty_columns
from .draft_form import USUAL, DraftForm
from .lead_html import lead_html
from .own_form import MOST_SEEDS, OwnForm, followed, own_wishes
from .pool_form import PoolForm, column_places

#: Names the switch that stops this tab.
_TAB = "create"
_IDLE = Preview(
    "The preview is empty",
    ("While a picture is drawn you see it here, beside what layers inside the network hold.",),
)
#: On a narrow screen the results are below the form; go there when drawing begins.
_SHOW_RESULTS = """(...given) => {
  if (window.innerWidth <= 700) {
    document.getElementById("sl-preview").scrollIntoView({behavior: "smooth"});
  }
  return given;
}"""


class CreateTab:
    """The components of the tab and what happens when they are used.

    Attributes:
        model: the chosen model's name, which the other tabs use too.
        table: the chosen seed table.
        settings: steps, guidance and sampler.
        ways: the columns to draw.
        chosen: seeds chosen by hand on another tab, if any.
        status: one line on what happens.
        seeds: the field for seeds of one's own.
    """

    def __init__(self, state: AppState, opening: Opening, model_line: gr.HTML) -> None:
        """Build the tab inside the open block; ``model_line`` shows the model in use."""
        self._state = state
        self._outside = plugin_sources(state.plugins.pickers)
        self._model_line = model_line
        self.model = gr.State(opening.name)
        self.chosen = gr.State(None)
        self._kept = gr.State(None)
        with gr.Row(elem_classes="sl-page"):
            with gr.Column(scale=0, min_width=280, elem_classes="sl-rail"):
                self._build_form(opening)
                self._build_model(opening)
            with gr.Column(scale=1, min_width=320, elem_classes="sl-results"):
                self._build_results(opening)
        self._connect()

    def _build_form(self, opening: Opening) -> None:
        self._prompt = gr.Textbox(
            EXAMPLES[0],
            label="Prompt",
            lines=1,
            max_lines=5,
            placeholder="What should be in the picture?",
            elem_id="sl-prompt",
        )
        with gr.Row(elem_classes="sl-buttons"):
            self._draw = gr.Button(
                "Draw", variant="primary", elem_id="sl-draw", scale=3, min_width=80
            )
            self._stop = gr.Button(
                "Stop", interactive=False, elem_id="sl-stop", scale=1, min_width=80
            )
        gr.Examples([[text] for text in EXAMPLES], self._prompt, label="Try one of these")
        ways = self._ways(opening.fit.table, opening.model.info)
        self.ways = gr.CheckboxGroup(
            ways_offered(ways),
            value=[way.value for way in self._usual(opening.fit.table)],
            label="Seeds side by side",
            elem_id="sl-ways",
        )
        self._draft = DraftForm(self.ways)
        self._pool = PoolForm(ways, _aspect(opening))
        self._own = OwnForm()
        self._own.build_seeds()
        self.seeds = self._own.seeds
        self._count = gr.Slider(1, MOST_SEEDS, 4, step=1, label="Pictures in each column")
        settings = opening.settings
        self._steps = gr.Slider(1, 60, settings.steps, step=1, label="Steps", elem_id="sl-steps")
        self._guidance = gr.Slider(0, 15, settings.guidance, step=0.5, label="Guidance")
        self._own.build_rest(opening.model.info)

    def _build_model(self, opening: Opening) -> None:
        with gr.Accordion("Model, seed table, sampler", open=False):
            self._name = gr.Textbox(
                opening.name,
                label="Model",
                info="seedling, seedling-fast, seedling-inpainting, seedling-dit, a folder, a "
                "file, or a hub id",
                lines=1,
                elem_id="sl-model",
            )
            self._apply = gr.Button("Use this model", elem_id="sl-apply")
            self._place = gr.HTML("", visible=False, elem_id="sl-apply-place")
            self.table = gr.Dropdown(
                table_choices(self._state.tables),
                value=str(opening.table or NO_TABLE),
                label="Seed table",
                info="One of these, or the path of another",
                allow_custom_value=True,
                elem_id="sl-table",
            )
            self._sampler = gr.Dropdown(
                sampler_choices(),
                value=opening.settings.name.key,
                label="Sampler",
                elem_id="sl-sampler",
            )
            self._renderer = gr.Dropdown(
                list(self._state.plugins.renderers),
                value="pca",
                label="Layers painted by",
                info="While a picture is drawn",
                elem_id="sl-renderer",
            )

    def _build_results(self, opening: Opening) -> None:
        self._note = gr.HTML(lead_html(opening.fit), elem_id="sl-fit")
        self._preview = gr.HTML(preview_html(_IDLE), elem_id="sl-preview")
        self.status = gr.HTML(status_html(""), elem_id="sl-status")
        self._columns = gr.HTML(
            columns_html(empty_columns(self._usual(opening.fit.table), 4)),
            js_on_load=CLICKED,
            elem_id="sl-columns",
        )

    def _connect(self) -> None:
        settings = self.settings = [self._steps, self._guidance, self._sampler]
        drawing = draws_in(self._state, _TAB, self.status, self._draw, self._stop)
        on(
            [self._draw.click, self._prompt.submit, self._own.seeds.submit],
            self.on_draw,
            [
                *(self._prompt, self.ways, self._count, self.model, self.table),
                *(*settings, self.chosen, self._renderer, *self._pool.inputs),
                *(*self._own.inputs, self._draft.drafts),
            ],
            [
                *(self._columns, self._preview, self.status, self._kept, self._draw, self._stop),
                self._pool.position,
            ],
            js=_SHOW_RESULTS,
            show_progress="minimal",
            show_progress_on=self.status,
            trigger_mode="once",
            turn=drawing,
        )
        on(self._stop.click, self.on_stop, None, self._stop, **SILENT)
        on(self._columns.select, self.on_select, self._kept, self._preview, **EACH_CLICK)
        shown = [self.table, self._note, self.ways, *settings, *self._pool.outputs]
        on(
            [self._apply.click, self._name.submit],
            self.on_model,
            [self._name, self.chosen],
            [
                *(self.model, self._model_line, self._columns, *shown, *self._own.sizing),
                self._place,
            ],
            show_progress="minimal",
            show_progress_on=self._name,
            turn=waits_at(self._state, self._place),
        )
        given = [self.model, self.table, self.chosen]
        on(self.table.input, self.on_table, given, shown, **SILENT)
        on(
            [part.change for part in (*settings, *self._own.sizing)],
            self.on_settings,
            [self.model, self.table, *settings, *self._own.sizing],
            self._note,
            trigger_mode="always_last",
            **SILENT,
        )
        dropped = [self._own.picture, *self.sent_to]
        on(self._own.picture.upload, self.on_picture, self._own.picture, dropped, **SILENT)

    def on_draw(
        self,
        prompt: str,
        ways: Sequence[str],
        count: int,
        model: str,
        table: str,
        steps: int,
        guidance: float,
        sampler: str,
        request: gr.Request,
        chosen: SelectedSeeds | None = None,
        renderer: str = "pca",
        frame: str | None = None,
        position: float | None = 0,
        best_first: bool = True,
        seeds: str | None = None,
        negative: str | None = None,
        size: str | None = None,
        keeping: str | None = None,
        drafts: float | None = USUAL,
    ) -> Iterator[dict[Any, Any]]:
        """Draw all columns; yield what changed on the page."""
        stop = self._state.switches.fresh(switch_name(request, _TAB))

        def compared() -> Iterator[CompareState]:
            settings = settings_from(steps, guidance, sampler)
            own = own_wishes(seeds, negative, size, keeping)
            wanted = ways_of(ways, self._outside) if ways or not own.seeds else ()
            path = chosen_table_path(table)
            number = require_whole(count, "count")
            places = column_places(frame, position, best_first)
            wish = CompareRequest(
                prompt, wanted, number, settings, model, path, chosen, renderer, places, own
            )
            if drafts is not None:
                wish = replace(wish, drafts=require_whole(drafts, "drafts"))
            yield from compare_columns(self._state, wish, stop)

        problems: list[str] = []
        shown: dict[Any, Any] = {}
        moment = None
        yield {self._draw: gr.update(interactive=False), self._stop: gr.update(interactive=True)}
        for moment in guarded(compared, problems.append):
            now = self._page(moment)
            yield {part: value for part, value in now.items() if shown.get(part) != value}
            shown = now
        yield {self._draw: gr.update(interactive=True), self._stop: gr.update(interactive=False)}
        if moment is not None and moment.next_position is not None:
            yield {self._pool.position: moment.next_position}
        for line in problems:
            toast(line)
            yield {self.status: status_html(line)}

    def on_stop(self, request: gr.Request) -> Any:
        """Stop what this browser draws."""
        self._state.switches.press(switch_name(request, _TAB))
        return gr.update(interactive=False)

    def on_leave(self, request: gr.Request) -> None:
        """Stop what a browser draws that has gone."""
        self._state.switches.leave(request.session_hash or "")

    def on_select(self, kept: CompareState | None, event: gr.SelectData) -> Any:
        """Put a finished picture back into the preview."""
        preview = kept.previews.get(int(event.value)) if kept else None
        return preview_html(preview) if preview else gr.skip()

    def on_model(self, name: str, chosen: SelectedSeeds | None = None) -> Iterator[dict[Any, Any]]:
        """Open another model; where that fails the one before stays."""

        def opened() -> Iterator[Opening]:
            yield open_page(self._state, name.strip())

        for opening in guarded(opened, toast):
            ways = self._usual(opening.fit.table)
            yield {
                self.model: opening.name,
                self._model_line: model_html(opening.model),
                self._columns: columns_html(empty_columns(ways, 4)),
                **self._opened(opening, chosen),
                **self._own.fresh_sizes(opening.model.info),
            }

    def on_table(
        self, model: str, table: str, chosen: SelectedSeeds | None = None
    ) -> Iterator[dict[Any, Any]]:
        """Say what another table is worth, offer what it has, and take over its settings."""

        def opened() -> Iterator[Opening]:
            yield open_page_with_table(self._state, model, chosen_table_path(table))

        for opening in guarded(opened, toast):
            yield self._opened(opening, chosen)

    def on_settings(
        self,
        model: str,
        table: str,
        steps: int,
        guidance: float,
        sampler: str,
        size: str | None = None,
        keeping: str | None = None,
    ) -> Iterator[str]:
        """Say again what the table is worth, now that settings have changed."""

        def said() -> Iterator[str]:
            settings, path = settings_from(steps, guidance, sampler), chosen_table_path(table)
            info = self._state.models.get(model).info
            own = own_wishes(None, None, size, keeping)
            wish = CompareRequest("", (), 1, settings, model, path, own=own)
            yield lead_html(fit_table(info, path, settings, use=table_use(wish.request(info))))

        return guarded(said, toast)

    def take(
        self,
        chosen: SelectedSeeds,
        known: SeedTable | None,
        ways: Sequence[str],
        words: str,
        *,
        model: ModelInfo | None = None,
    ) -> dict[Any, Any]:
        """Offer seeds chosen elsewhere as one more column, ready to be drawn.

        Args:
            chosen: the seeds.
            known: the table in use, if any.
            ways: the columns that are to be drawn anyway.
            words: what to say about them.
            model: facts of the model in use, if known.
        """
        offered = (*self._ways(known, model), SeedSource.CHOSEN)
        wanted = [way.value for way in offered if way.value in ways or way is SeedSource.CHOSEN]
        return {
            self.chosen: chosen,
            self._own.seeds: ", ".join(str(seed) for seed in chosen.seeds),
            self.ways: gr.update(choices=ways_offered(offered), value=wanted),
            self.status: status_html(words),
        }

    @property
    def sent_to(self) -> list[Any]:
        """What :meth:`take_settings` changes."""
        return [self._prompt, *self.settings, self.status, self.ways, *self._own.inputs]

    def take_settings(
        self, picture: Image.Image | None, told: PictureSettings, model: str
    ) -> dict[Any, Any]:
        """Take over prompt and settings of a picture, whoever made it."""
        del picture, model
        beyond: list[str] = []
        given = {
            self._prompt: told.prompt or None,
            **_within({self._steps: told.steps, self._guidance: told.guidance}, beyond),
            self._sampler: told.sampler.key if told.sampler else None,
        }
        taken = {part: value for part, value in given.items() if value is not None}
        if told.seed is not None:
            taken[self.ways] = []  # the picture is wanted, and at its size others may not fit
        said = status_html(" ".join((*told.said, *beyond)))
        return {**taken, **self._own.fill(told), self.status: said}

    def take_seed(self, picture: Image.Image, told: PictureSettings, model: str) -> dict[Any, Any]:
        """Take over the seed alone.

        Raises:
            PageError: the picture does not say it.
        """
        del picture, model
        if told.seed is None:
            raise PageError(f"This picture does not tell its seed. {' '.join(told.said)}")
        words = f"Seed {told.seed} is among your seeds: press Draw for it with this prompt."
        return {self._own.seeds: str(told.seed), self.status: status_html(words)}

    def on_picture(self, path: str | None) -> Iterator[dict[Any, Any]]:
        """Take over what a dropped picture says of itself, and make room for the next."""
        if path is None:
            return

        def told() -> Iterator[dict[Any, Any]]:
            yield self.take_settings(None, followed(path), "")

        yield {self._own.picture: gr.update(value=None)}
        yield from guarded(told, toast)

    def _opened(self, opening: Opening, chosen: SelectedSeeds | None) -> dict[Any, Any]:
        by_hand = (SeedSource.CHOSEN,) if chosen else ()
        ways = (*self._ways(opening.fit.table, opening.model.info), *by_hand)
        ticked = [way.value for way in (*self._usual(opening.fit.table), *by_hand)]
        table = str(opening.table or NO_TABLE)
        return {
            self.table: gr.update(choices=table_choices(self._state.tables), value=table),
            self._note: lead_html(opening.fit),
            self.ways: gr.update(choices=ways_offered(ways), value=ticked),
            **self._pool.offered(ways, _aspect(opening)),
            self._steps: opening.settings.steps,
            self._guidance: opening.settings.guidance,
            self._sampler: opening.settings.name.key,
        }

    def _ways(self, table: SeedTable | None, model: ModelInfo | None) -> tuple[ColumnSource, ...]:
        drafts = model is not None and self._state.draft_scores.usable(model)
        liked = self._state.ratings is not None
        return possible_ways(table, self._outside, drafts=drafts, liked=liked)

    def _usual(self, table: SeedTable | None) -> tuple[ColumnSource, ...]:
        """Return the columns to begin with; a plug-in was installed to be used."""
        return (*usual_ways(table), *(self._outside if table is not None else ()))

    def _page(self, shown: CompareState) -> dict[Any, Any]:
        page = {
            self._columns: columns_html(shown.columns()),
            self.status: status_html(shown.status),
            self._kept: shown,
        }
        return {**page, self._preview: preview_html(shown.preview)} if shown.preview else page


def _within(
    given: dict[gr.Slider, float | None], beyond: list[str]
) -> dict[gr.Slider, float | None]:
    """Return what sliders can show; what they cannot is said in a line added to ``beyond``."""
    kept: dict[gr.Slider, float | None] = {}
    for slider, value in given.items():
        if value is None or slider.minimum <= value <= slider.maximum:
            kept[slider] = value
        else:
            whole = f"{slider.minimum:g} to {slider.maximum:g}"
            beyond.append(f"{slider.label} {value:g} was not taken over: here it is {whole}.")
    return kept


def _aspect(opening: Opening) -> float:
    width, height = opening.model.native_size
    return width / height
