"""The tab *Atlas*: a table's seeds on a map, to look at, to pick from, and to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from .....atlas.page import (
    AtlasPage,
    Place,
    frame_html,
    frame_value,
    map_html,
    picking_html,
)
from .....atlas.queries import (
    ANY_KIND,
    MOST_CHOSEN,
    Charts,
    chosen_from,
    kinds_of,
    layout_request,
    places_from,
    possible_rules,
    sifted,
)
from .....errors import SeedloupeError
from .....picking import PickRequest, PickRule, pick_seeds, rules_for
from .....services.table_fit import (
    NO_TABLE,
    chosen_table_path,
    fit_table,
    require_fit,
    settings_from,
    table_choices,
)
from .....tables import SeedTable
from ..create.tab import CreateTab
from ..events import SILENT, on, toast
from ..html import fit_html
from ..state import AppState, Opening, guarded, open_page_with_table
from .filter_form import FilterForm, sifting_from, tags_from
from .links import SHOW_MAP, gradio_frame_script, gradio_map_script

#: What *Create* is called among the tabs.
CREATE = "create"
_TITLES = {
    PickRule.GOLDEN: "Golden seeds",
    PickRule.DIVERSE: "Diverse seeds",
    PickRule.CLEAN: "Clean seeds",
    PickRule.LAYOUT: "Seeds by layout",
}

_Asked = tuple[PickRequest, tuple[Place, ...]]
"""What is wanted, and the boxes it was drawn with."""


class AtlasTab:
    """The components of the tab and what happens when they are used."""

    def __init__(self, state: AppState, opening: Opening, create: CreateTab, tabs: gr.Tabs) -> None:
        """Build the tab inside the open block.

        Args:
            state: what the page works with.
            opening: the table to begin with.
            create: the tab that draws what is chosen here.
            tabs: what both are in.
        """
        self._state = state
        self._create = create
        self._tabs = tabs
        self._charts = Charts(state.files)
        page, table = self._look(opening)
        self._page = gr.State(page)
        with gr.Row(elem_classes="sl-page sl-atlas-page"):
            with gr.Column(scale=0, min_width=280, elem_classes="sl-rail"):
                self._build_layout(page, table)
                self._build_pick(opening, table)
            with gr.Column(scale=1, min_width=320, elem_classes="sl-results"):
                self._note = gr.HTML(fit_html(opening.fit), elem_id="sl-atlas-fit")
                self._map = gr.HTML(
                    page.to_json(),
                    html_template=map_html(),
                    js_on_load=gradio_map_script(),
                    apply_default_css=False,
                    elem_id="sl-atlas-map",
                )
                self._why = gr.HTML("", elem_id="sl-atlas-why")
        self._connect()

    def _build_layout(self, page: AtlasPage, table: SeedTable | None) -> None:
        kinds = kinds_of(table)
        with gr.Column(visible=_has_layouts(table), elem_classes="sl-by-box") as self._by_box:
            gr.HTML('<p class="sl-label">Draw a box: find seeds that put the thing there</p>')
            self._frame = gr.HTML(
                frame_value(page),
                html_template=frame_html(),
                js_on_load=gradio_frame_script(),
                apply_default_css=False,
                elem_id="sl-atlas-frame",
            )
            self._kind = gr.Dropdown([ANY_KIND, *kinds], value=ANY_KIND, label="Which thing")
            self._find = gr.Button("Find seeds", variant="primary", elem_id="sl-atlas-find")
        self._count = gr.Slider(1, MOST_CHOSEN, 4, step=1, label="How many seeds")

    def _build_pick(self, opening: Opening, table: SeedTable | None) -> None:
        rules = possible_rules(table)
        self._how = gr.Radio(
            [(rule.value.capitalize(), rule.value) for rule in rules],
            value=rules[0].value if rules else None,
            label="Or pick by what the table knows",
            elem_id="sl-atlas-how",
        )
        self._go = gr.Button("Pick", elem_id="sl-atlas-pick")
        self._filter = FilterForm(table)
        self._table = gr.Dropdown(
            table_choices(self._state.tables),
            value=str(opening.table or NO_TABLE),
            label="Seed table",
            allow_custom_value=True,
            elem_id="sl-atlas-table",
        )

    def _connect(self) -> None:
        tags, sieve = self._filter.tags, self._filter.parts
        shown = [self._page, self._map, self._why]
        everything = [
            *(*shown, self._note, self._by_box, self._frame, self._table, self._how, self._kind),
            *sieve,
        ]
        create = self._create
        on(
            [part.input for part in sieve],
            self.on_filter,
            [self._page, *sieve],
            [self._page, self._map, *self._filter.ticks],
            trigger_mode="always_last",
            **SILENT,
        )
        on(
            self._go.click,
            self.on_pick,
            [self._page, self._how, self._count, *tags],
            shown,
            js=SHOW_MAP,
            **SILENT,
        )
        on(
            self._find.click,
            self.on_layout,
            [self._page, self._frame, self._kind, self._count, *tags],
            shown,
            js=SHOW_MAP,
            **SILENT,
        )
        on(self._table.input, self.on_table, [create.model, self._table], everything, **SILENT)
        on(create.table.change, self.on_table, [create.model, create.table], everything, **SILENT)
        on(
            self._map.select,
            self.on_use,
            [self._page, create.model, create.table, *create.settings, create.ways],
            [self._tabs, create.chosen, create.ways, create.status, create.seeds],
            **SILENT,
        )

    def on_table(self, model: str, table: str) -> Iterator[dict[Any, Any]]:
        """Show another table, and offer what it can be asked for."""

        def opened() -> Iterator[Opening]:
            yield open_page_with_table(self._state, model, chosen_table_path(table))

        for opening in guarded(opened, toast):
            page, known = self._look(opening)
            rules = [rule.value for rule in possible_rules(known)]
            yield {
                self._page: page,
                self._map: page.to_json(),
                self._why: "",
                self._note: fit_html(opening.fit),
                self._frame: frame_value(page),
                self._table: gr.update(value=table or NO_TABLE),
                self._how: gr.update(
                    choices=[(rule.capitalize(), rule) for rule in rules],
                    value=rules[0] if rules else None,
                ),
                self._kind: gr.update(choices=[ANY_KIND, *kinds_of(known)], value=ANY_KIND),
                self._by_box: gr.update(visible=_has_layouts(known)),
                **self._filter.cleared(known),
            }

    def on_filter(
        self,
        page: AtlasPage,
        want: Sequence[str],
        avoid: Sequence[str],
        top: float,
        metric: str,
        share: float,
    ) -> Iterator[dict[Any, Any]]:
        """Fade the seeds that fail, and count anew what each tick would leave."""
        if not page.table:
            return

        def faded() -> Iterator[dict[Any, Any]]:
            sifting = sifting_from(want, avoid, top, metric, share)
            chart = self._charts.open(Path(page.table))
            shown = sifted(chart, page, sifting)
            counted = self._filter.counted(chart.table, sifting)
            yield {self._page: shown, self._map: shown.to_json(), **counted}

        yield from guarded(faded, toast)

    def on_pick(
        self,
        page: AtlasPage,
        how: str | None,
        count: int,
        want: Sequence[str],
        avoid: Sequence[str],
        top: float,
    ) -> Iterator[dict[Any, Any]]:
        """Pick seeds by a rule, and choose them on the map."""
        if page.table and how:
            tags = (want, avoid, top)
            yield from self._picked(
                page, lambda: (PickRequest(PickRule(how), int(count), tags=tags_from(*tags)), ())
            )

    def on_layout(
        self,
        page: AtlasPage,
        frame: str,
        kind: str,
        count: int,
        want: Sequence[str],
        avoid: Sequence[str],
        top: float,
    ) -> Iterator[dict[Any, Any]]:
        """Pick seeds whose objects stand where boxes were drawn."""

        def ask() -> _Asked:
            of = None if kind == ANY_KIND else kind
            places = places_from(frame)
            tags = tags_from(want, avoid, top)
            return layout_request(int(count), places, tags=tags, kind=of), places

        if page.table:
            yield from self._picked(page, ask)

    def on_use(
        self,
        page: AtlasPage,
        model: str,
        table: str,
        steps: int,
        guidance: float,
        sampler: str,
        ways: Sequence[str],
        event: gr.SelectData,
    ) -> Iterator[dict[Any, Any]]:
        """Carry the chosen seeds over to *Create*; where they mean other noise, say so instead."""

        def taken() -> Iterator[dict[Any, Any]]:
            chosen, said = chosen_from(self._charts.open(Path(page.table)), str(event.value))
            settings, opened = (
                settings_from(steps, guidance, sampler),
                self._state.models.get(model).info,
            )
            require_fit(opened, chosen, settings)
            known = fit_table(opened, chosen_table_path(table), settings).table
            yield self._create.take(chosen, known, ways, said, model=opened)

        for news in guarded(taken, toast):
            yield {self._tabs: gr.Tabs(selected=CREATE), **news}

    def _picked(self, page: AtlasPage, ask: Callable[[], _Asked]) -> Iterator[dict[Any, Any]]:
        def picked() -> Iterator[dict[Any, Any]]:
            request, places = ask()
            picking = pick_seeds(self._charts.open(Path(page.table)).table, request)
            shown = page.picked(picking, places)
            why = picking_html(_TITLES[request.rule], picking)
            yield {self._page: shown, self._map: shown.to_json(), self._why: why}

        yield from guarded(picked, toast)

    def _look(self, opening: Opening) -> tuple[AtlasPage, SeedTable | None]:
        """Return the page of a table and the table, or a page that says there is none."""
        if opening.table is None:
            return AtlasPage(), None
        try:
            chart = self._charts.open(opening.table)
        except SeedloupeError as error:
            return AtlasPage(empty=f"This table cannot be shown. {error}"), None
        return chart.page, chart.table


def _has_layouts(table: SeedTable | None) -> bool:
    return PickRule.LAYOUT in rules_for(table)
