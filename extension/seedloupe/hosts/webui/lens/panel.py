"""The lens's panel below the other controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import gradio as gr

from .settings import LensSettings


def build_lens_panel(elem_id: Callable[[str], str]) -> list[Any]:
    """Build the controls, in the order of :class:`LensSettings`; without side effects.

    Args:
        elem_id: the script's way of making element ids.
    """
    # Imported now: "Reload UI" loads this module anew, and its classes with it.
    from modules.ui_components import InputAccordion

    usual = LensSettings()
    with InputAccordion(usual.enabled, label="Seedloupe lens", elem_id=elem_id("enable")) as on:
        gr.HTML(
            "Shows what layers of the U-Net hold while a picture forms, and keeps it to be looked "
            "into in the tab Seedloupe, under Lens. The picture stays the same to the pixel."
        )
        with gr.Row():
            words = gr.Checkbox(
                usual.words, label="Watch the words of the prompts", elem_id=elem_id("words")
            )
            keep = gr.Checkbox(
                usual.keep, label="Save a lens file beside each picture", elem_id=elem_id("keep")
            )
        layers = gr.Textbox(
            usual.layers,
            label="Layers",
            placeholder="those of the settings; or names such as mid-vit-out, IN07, up-level1-*; "
            "published; NAME.panel.json of a study",
            lines=1,
            elem_id=elem_id("layers"),
        )
    built = {"enabled": on, "words": words, "keep": keep, "layers": layers}
    return [built[field.name] for field in fields(LensSettings)]
