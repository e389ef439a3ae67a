"""What events of all tabs share: how they are wired, what a click reports, how trouble is shown."""

from __future__ import annotations

from html import escape

import gradio as gr

#: Prompts to begin with.
EXAMPLES = (
    "a red mushroom on snow under a night sky",
    "a yellow duck on a red box under a day sky",
    "a large purple castle under a sunset sky",
    "a small yellow house on sand under a day sky",
)
#: No event of the page is offered to programs; the command line is there for them.
PRIVATE = {"api_visibility": "private"}
SILENT = {"show_progress": "hidden", **PRIVATE}
#: A click on a picture reports its seed.
CLICKED = """element.addEventListener("click", event => {
  const picture = event.target.closest("[data-key]");
  if (picture) trigger("select", {index: 0, value: picture.dataset.key});
});"""


def toast(line: str) -> None:
    """Show what went wrong in one line."""
    gr.Warning(escape(line), title="That did not work", duration=12)
