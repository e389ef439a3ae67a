"""The lens's part of our tab; the list of runs and the explorer are the page's own script."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from ....errors import SeedloupeError
from .saved_files import open_file
from .state import kept_runs


def build_lens_tab() -> None:
    """Put below the explorer what opens a lens file of the user's own."""
    import gradio as gr

    with gr.Accordion("Open a lens file", open=False):
        file = gr.File(
            label="Lens file", file_types=[".safetensors"], elem_id="seedloupe_lens_file"
        )
        answer = gr.HTML(elem_id="seedloupe_lens_opened")
    file.upload(opened, inputs=[file], outputs=[answer])


def opened(file: Any) -> str:
    """Open a lens file and say under which name the list above has it.

    Args:
        file: what the page uploaded: a path, or an object with one for a name.
    """
    path = Path(str(getattr(file, "name", file)))
    try:
        run = open_file(path, kept_runs())
    except SeedloupeError as error:
        return f"<p>{escape(str(error))}</p>"
    told = f'<p class="seedloupe-lens-new" data-run="{escape(run.id)}">'
    return f"{told}{escape(run.title)} stands first in the list.</p>"
