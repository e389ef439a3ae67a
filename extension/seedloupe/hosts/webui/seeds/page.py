"""What joins the panel to the page's own controls: it reads them for its card, and sets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from ....errors import SeedloupeError
from .card import CARD_INPUTS, card_html, set_page_to_table
from .controls import CHOSEN, GO_ON
from .handed import HandedSeeds
from .panel import Panel
from .seedling_page import add_seedling_to_page

_SETTINGS = ("width", "height", "sampling", "scheduler", "steps", "cfg_scale")
"""The page's own controls the card reads, and the buttons set, by the ends of their ids."""
_GENERATION = "generation_info"


@dataclass
class PageLinks:
    """One tab's controls, joined once all of them are there.

    The web UI makes them one by one, ours somewhere in between, and builds our panel again for the
    API, which has no page: only the first panel is joined.

    Args:
        tab: ``txt2img`` or ``img2img``.
    """

    tab: str
    _panel: Panel | None = None
    _found: dict[str, Any] = field(default_factory=dict)
    _joined: bool = False

    def offer_panel(self, panel: Panel) -> None:
        """Take the panel's controls; those of later panels are of no page."""
        if self._panel is None:
            self._panel = panel
            self._join_when_whole()

    def offer(self, elem_id: str | None, component: Any) -> None:
        """Take one of the page's own controls, if it is one we need."""
        name = _needed(elem_id, self.tab)
        if name and name not in self._found:
            self._found[name] = component
            self._join_when_whole()

    def _join_when_whole(self) -> None:
        whole = {*_SETTINGS, "prompt", _GENERATION} <= self._found.keys()
        if self._joined or self._panel is None or not whole:
            return
        self._joined = True
        self._join(self._panel)

    def _join(self, panel: Panel) -> None:
        page = [self._found[name] for name in _SETTINGS]
        inputs = [*(panel.named[name] for name in CARD_INPUTS), *page]
        told = {"inputs": inputs, "outputs": [panel.card], "show_progress": "hidden"}
        image = self.tab == "img2img"

        def card(*values: Any) -> str:
            return card_html(values, is_img2img=image)

        def gone_on(*values: Any) -> tuple[Any, str]:
            moved = list(values)
            moved[CARD_INPUTS.index("position")] = GO_ON
            return gr.update(value=GO_ON), card_html(moved, is_img2img=image)

        for control in inputs:
            control.change(fn=card, **told)
        panel.refresh.click(fn=card, **told)
        self._found[_GENERATION].change(
            fn=gone_on,
            inputs=inputs,
            outputs=[panel.named["position"], panel.card],
            show_progress="hidden",
        )
        panel.fit.click(
            fn=lambda *values: set_page_to_table(values, is_img2img=image),
            inputs=inputs,
            outputs=[panel.card, *page],
        )
        self._join_seedling(panel, page)
        names = ("enabled", "table", "rule", "seeds", "position")
        panel.take.click(
            fn=_taken,
            inputs=[panel.message],
            outputs=[panel.named[name] for name in names],
            show_progress="hidden",
        )

    def _join_seedling(self, panel: Panel, page: list[Any]) -> None:
        if panel.add_seedling is None:
            return
        prompt = self._found["prompt"]
        added = panel.add_seedling.click(
            fn=add_seedling_to_page,
            inputs=[prompt],
            outputs=[panel.answer, prompt, panel.named["table"], *page],
        )
        added.then(fn=None, inputs=[], outputs=[], **javascript(_SHOW_CHECKPOINT))


_SHOW_CHECKPOINT = "() => { globalThis.seedloupe?.showSeedling?.(); }"


def _taken(message: str) -> list[Any]:
    """Return updates of our switch, table, rule, seeds and position."""
    try:
        handed = HandedSeeds.read(message)
    except SeedloupeError:
        return [gr.update()] * 5
    values = (True, handed.table, CHOSEN, handed.seeds, GO_ON)
    return [gr.update(value=value) for value in values]


def javascript(code: str) -> dict[str, str]:
    """Return code that the browser runs as the argument that this gradio takes it by."""
    return {"_js" if gr.__version__.startswith("3.") else "js": code}


def _needed(elem_id: str | None, tab: str) -> str:
    if elem_id == f"{_GENERATION}_{tab}":
        return _GENERATION
    names = (*_SETTINGS, "prompt")
    return next((name for name in names if elem_id == f"{tab}_{name}"), "")
