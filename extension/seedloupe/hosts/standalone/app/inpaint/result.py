"""One repainted picture seen closely: before and after, the verdict, and what to do about it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from .....artifacts import Correction
from .....artifacts.before_after_html import SPLIT
from .html import chosen_split_html, correction_of, result_html
from .state import InpaintState

#: On a narrow screen what a click shows is far below the picture that was clicked.
SHOW_RESULT = """(...given) => {
  const result = document.querySelector(".sl-close");
  if (window.innerWidth <= 900 && result) result.scrollIntoView({behavior: "smooth"});
  return given;
}"""
_OFFERS = {
    Correction.FINE: "Seed {} is fine",
    Correction.MISSED: "You missed text in seed {}",
}


class ResultParts:
    """The components, hidden until there is a result.

    Attributes:
        correct: says that the verdict is wrong.
        undo: takes that back.
        retry: tries a picture with text in it again.
        parts: everything :meth:`show` changes.
    """

    def __init__(self) -> None:
        """Build the components inside the open column."""
        with gr.Row(visible=False, elem_classes="sl-close") as self._row:
            with gr.Column(scale=0, min_width=280, elem_classes="sl-close-picture"):
                self._split = gr.HTML("", js_on_load=SPLIT, elem_id="sl-split")
            with gr.Column(scale=1, min_width=240, elem_classes="sl-close-words"):
                self._verdict = gr.HTML("", elem_id="sl-verdict")
                with gr.Row(elem_classes="sl-buttons sl-answers"):
                    self.retry = gr.Button("Retry", min_width=120, elem_id="sl-retry")
                    self.correct = gr.Button("It is fine", min_width=120, elem_id="sl-correct")
                    self.undo = gr.Button("Take that back", min_width=80, elem_id="sl-undo")
        self.parts = [
            *(self._row, self._split, self._verdict),
            *(self.retry, self.correct, self.undo),
        ]

    def show(
        self, sheet: InpaintState, seed: int | None, *, boxes: bool, busy: bool = False
    ) -> dict[Any, Any]:
        """Return what the page shows of a result.

        Args:
            sheet: the page.
            seed: which result; None where there is none yet.
            boxes: with boxes around what was read.
            busy: whether something is being drawn, so that buttons must wait.
        """
        result = None if seed is None else sheet.results.get(seed)
        if result is None:
            return {self._row: gr.update(visible=False)}
        offer = correction_of(result)
        return {
            self._row: gr.update(visible=True),
            self._split: chosen_split_html(sheet, result, boxes=boxes),
            self._verdict: result_html(result),
            self.retry: self._retry_button(sheet, seed, busy=busy),
            self.correct: gr.update(
                value=_OFFERS[offer or Correction.FINE].format(seed),
                visible=offer is not None and result.said is None,
                interactive=not busy,
            ),
            self.undo: gr.update(
                value=f"Take that back for seed {seed}",
                visible=result.said is not None,
                interactive=not busy,
            ),
        }

    def rest(self) -> dict[Any, Any]:
        """Return the buttons as they are while something is drawn."""
        waiting = gr.update(interactive=False)
        return {self.retry: waiting, self.correct: waiting, self.undo: waiting}

    def _retry_button(self, sheet: InpaintState, seed: int | None, *, busy: bool) -> Any:
        first = sheet.flagged(seed)
        label = "Nothing to retry" if first is None else f"Retry seed {first.seed}"
        return gr.update(value=label, interactive=first is not None and not busy)
