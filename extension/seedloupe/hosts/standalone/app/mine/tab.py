"""The tab *Mine*: plan, watch the leader board, stop, go on, and find the table in *Create*."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from .....mining import MiningRun, MiningStage
from .....mining.board import board_html
from .....services.scorer_form import ScorerOffer
from ..error_words import words_of
from ..events import SILENT, on, switch_name, waits_at
from ..html import status_html
from ..kept.local import is_local
from ..state import AppState, Opening
from .form import MineForm
from .session import estimated, place_for, reports, run_of, variance_of
from .variance_html import answer_html

_TAB = "mine"
_IDLE = (
    "First ask whether the seed matters with this model: a few dozen pictures tell whether mining "
    "is worth anything. Then mine: seeds race, those that are unlikely to be any good leave, and "
    "held-out prompts say whether the best are better. Plan says what it takes."
)
Page = dict[Any, Any]


class MineTab:
    """The components of the tab and what happens when they are used."""

    def __init__(self, state: AppState, model: gr.State, opening: Opening, folder: Path) -> None:
        """Build the tab inside the open block.

        Args:
            state: what the page works with.
            model: names the model in use.
            opening: what the page begins with.
            folder: of the user's own tables.
        """
        self._state, self._model, self._folder = state, model, folder
        self._offer = ScorerOffer.of_user(state.plugins.scorers, state.plugins.readers)
        with gr.Row(elem_classes="sl-page"):
            with gr.Column(scale=0, min_width=320, elem_classes="sl-rail sl-wide"):
                self.form = MineForm(opening.settings, self._offer, opening.model.info)
            with gr.Column(scale=1, min_width=320, elem_classes="sl-results"):
                self._status = gr.HTML(status_html(_IDLE), elem_id="sl-mine-status")
                self._said = gr.HTML("", elem_id="sl-mine-said")
                self._answer = gr.HTML("", elem_id="sl-mine-answer")
                self._board = gr.HTML("", elem_id="sl-mine-board")
        self._connect()

    def _connect(self) -> None:
        form = self.form
        asked = {*form.parts, self._model}
        buttons = [form.go, form.stop, form.plan, form.ask]
        shown = [self._status, self._said, self._board, *buttons]
        answered = [self._status, self._said, self._answer, *buttons]
        offered = [*form.sampling, *form.scorers.offered]
        on(
            form.plan.click,
            self.on_plan,
            asked,
            [self._status],
            show_progress_on=self._status,
            turn=waits_at(self._state, self._status),
        )
        on(form.ask.click, self.on_ask, asked, answered, **SILENT, concurrency_limit=None)
        on(form.go.click, self.on_mine, asked, shown, **SILENT, concurrency_limit=None)
        on(form.stop.click, self.on_stop, None, form.stop, **SILENT)
        on(self._model.change, self.on_model, self._model, offered, **SILENT)

    def on_plan(self, given: Page, request: gr.Request) -> Page:
        """Say what it would take."""
        model = self._state.models.get(given[self._model])
        found = estimated(model, self.form.wish(given, local=is_local(request)))
        lines = "".join(f"<p>{escape(line)}</p>" for line in found.lines())
        return {self._status: gr.update(value=f'<div class="sl-mine">{lines}</div>', visible=True)}

    def on_ask(self, given: Page, request: gr.Request) -> Iterator[Page]:
        """Say whether choosing seeds is worth anything with this model, picture by picture."""
        stop = self._state.switches.fresh(switch_name(request, _TAB))
        said: list[str] = []
        yield {**self._buttons(busy=True), self._said: "", self._answer: ""}
        try:
            model = self._state.models.get(given[self._model])
            asked = self.form.wish(given, local=is_local(request))
            run = variance_of(model, asked, self._offer, said.append)
            for standing in reports(run, self._state.line, stop):
                lines = "".join(map(status_html, said))
                yield {
                    self._answer: answer_html(run, standing),
                    self._said: lines,
                    self._status: "",
                }
        except Exception as error:  # noqa: BLE001 - models, scorers and drivers raise anything
            yield {self._status: status_html(words_of(error))}
        yield self._buttons(busy=False)

    def on_mine(self, given: Page, request: gr.Request) -> Iterator[Page]:
        """Mine, batch by batch, until done or stopped; what was measured is kept."""
        stop = self._state.switches.fresh(switch_name(request, _TAB))
        said: list[str] = []
        yield {**self._buttons(busy=True), self._said: ""}
        try:
            model = self._state.models.get(given[self._model])
            asked = self.form.wish(given, local=is_local(request))
            place = place_for(self._folder, model, asked)
            run = run_of(model, asked, place, self._offer, said.append)
            for report in reports(run, self._state.line, stop, asked.minutes):
                lines = "".join(map(status_html, said))
                yield {self._board: board_html(report), self._said: lines, self._status: ""}
                if report.stage is MiningStage.DONE and run.table is not None:
                    page = place.keep(run.table)
                    yield {self._status: status_html(_kept(run, place.table, page))}
        except Exception as error:  # noqa: BLE001 - models, scorers and drivers raise anything
            yield {self._status: status_html(words_of(error))}
        yield self._buttons(busy=False)

    def on_model(self, name: str) -> Any:
        """Begin with the sampling that is usual for a model just chosen."""
        model = self._state.models.opened(name)
        if model is None:
            return None
        usual = model.info.usual
        sampling = (usual.steps, usual.guidance, usual.name.key)
        return (*sampling, *self.form.scorers.offers(model.info))

    def on_stop(self, request: gr.Request) -> Any:
        """End after the batch in flight."""
        self._state.switches.press(switch_name(request, _TAB))
        return gr.update(interactive=False)

    def _buttons(self, *, busy: bool) -> Page:
        return {
            self.form.go: gr.update(interactive=not busy),
            self.form.plan: gr.update(interactive=not busy),
            self.form.ask: gr.update(interactive=not busy),
            self.form.stop: gr.update(interactive=busy),
        }


def _kept(run: MiningRun, table: Path, page: Path) -> str:
    made = "raced" if run.race else "measured with every prompt"
    return (
        f"{len(run.plan.seeds)} seeds {made}. The table is {table}, its report {page.name} beside "
        "it; Create and the other hosts find it there."
    )
