"""The panel itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from html import escape
from typing import Any

import gradio as gr

from ....artifacts.levels import Level
from ....registry import Registry
from .controls import OFFERED_RETRIES, TextCheckSettings
from .reader_setup import install_reader, lacks_best_reader, reader_words

_INSTALL = "Install RapidOCR (about 130 MB)"
_PROMISE = "It goes into a folder of its own; nothing that this web UI has installed is changed."


def build_check_panel(
    elem_id: Callable[[str], str],
    readers: Registry[Any],
    default: TextCheckSettings,
    cmd_opts: Any,
) -> list[Any]:
    """Build the controls, in the order of the settings' fields.

    It runs several times for each tab and so has no side effects.

    Args:
        elem_id: the script's way of making element ids.
        readers: who can read.
        default: what is set at first.
        cmd_opts: the web UI's ``shared.cmd_opts``.
    """
    # Imported now: "Reload UI" loads this module anew, and its classes with it.
    from modules.ui_components import InputAccordion

    title = "Seedloupe text check"
    with InputAccordion(default.enabled, label=title, elem_id=elem_id("enable")) as enabled:
        built = {"enabled": enabled, **_choices(elem_id, readers, default)}
        _reader_row(elem_id, readers, cmd_opts)
    return [built[field.name] for field in fields(TextCheckSettings)]


def _choices(
    elem_id: Callable[[str], str], readers: Registry[Any], default: TextCheckSettings
) -> dict[str, Any]:
    with gr.Row():
        level = gr.Radio(
            [level.value for level in Level],
            value=default.level,
            label="What counts as text",
            info="low: words anybody can read; high: also what only looks like letters",
            elem_id=elem_id("level"),
        )
        reader = gr.Dropdown(
            ["auto", *readers.names()],
            value=default.reader,
            label="Text reader",
            elem_id=elem_id("reader"),
        )
    retries = gr.Slider(
        0,
        OFFERED_RETRIES,
        value=default.retries,
        step=1,
        label="Draw again with other seeds, at most",
        info="only pictures with text; the one with least of it is kept, with its seed",
        elem_id=elem_id("retries"),
    )
    with gr.Row():
        overlay = gr.Checkbox(
            default.overlay, label="Add a picture with the text marked", elem_id=elem_id("overlay")
        )
        count = gr.Checkbox(
            default.count, label="Count which seeds write", elem_id=elem_id("count")
        )
    return {
        "level": level,
        "reader": reader,
        "retries": retries,
        "overlay": overlay,
        "count": count,
    }


def _reader_row(elem_id: Callable[[str], str], readers: Registry[Any], cmd_opts: Any) -> None:
    said = gr.HTML(_paragraph(reader_words(readers)), elem_id=elem_id("reader_words"))
    if not lacks_best_reader(readers):
        return
    with gr.Row():
        button = gr.Button(_INSTALL, size="sm", elem_id=elem_id("install"))
        gr.HTML(_paragraph(_PROMISE))
    button.click(lambda: f"<p>{install_reader(cmd_opts)}</p>", inputs=[], outputs=[said])


def _paragraph(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>"
