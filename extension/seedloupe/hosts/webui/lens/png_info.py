"""Two buttons on *PNG Info*: open the lens of a picture, or draw it again under the lens."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ....errors import SeedloupeError
from ..api.entry import page_key
from .saved_files import find_run
from .state import kept_runs

_TEXT = "pnginfo_generation_info"
#: The settings that name folders pictures are saved in.
_FOLDERS = ("outdir_samples", "outdir_txt2img_samples", "outdir_img2img_samples", "outdir_save")


def add_buttons(component: Any, **settings: Any) -> None:
    """Add the buttons below what the tab says of a picture; called after each component.

    Args:
        component: what the web UI has just put on its page.
        settings: how it was made.
    """
    if settings.get("elem_id") != _TEXT:
        return
    import gradio as gr
    from modules import infotext_utils

    with gr.Row():
        look = gr.Button("Open in Seedloupe's lens", elem_id="seedloupe_lens_look")
        again = gr.Button("Send to txt2img, with the lens on", elem_id="seedloupe_lens_again")
    answer = gr.HTML(elem_id="seedloupe_lens_answer")
    look.click(lens_of_picture, inputs=[component], outputs=[answer])
    # The page's script opens the lens's panel besides.
    infotext_utils.register_paste_params_button(
        infotext_utils.ParamBinding(
            paste_button=again, tabname="txt2img", source_text_component=component
        )
    )


def lens_of_picture(parameters: str | None) -> str:
    """Return the lens of a picture as HTML, or what to do where there is none.

    Args:
        parameters: what the web UI wrote into it.
    """
    if not (parameters or "").strip():
        return _said("There is no picture with parameters here.")
    try:
        found = find_run(str(parameters), _folders(), kept_runs())
    except (SeedloupeError, OSError) as error:
        return _said(str(error))
    if found is None:
        return _said(
            "No lens was kept of this picture: neither in memory nor as a file where pictures are "
            "saved. Send it to txt2img with the lens on, and draw it again."
        )
    return framed(found.id)


def framed(run: str) -> str:
    """Return a run's page as a frame of the web UI's own."""
    address = f"./seedloupe/lens/page?{urlencode({'run': run, 'key': page_key()})}"
    return f'<iframe class="seedloupe-lens-page" title="Lens" src="{escape(address)}"></iframe>'


def _folders() -> list[Path]:
    from modules import shared

    named = (str(getattr(shared.opts, name, "") or "") for name in _FOLDERS)
    return [Path(name) for name in dict.fromkeys(named) if name]


def _said(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>"
