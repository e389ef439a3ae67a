"""What a slider says of a number typed beside it that is beyond its ends."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ....errors import InputError
from .error_words import words_of


def name_sliders(app: gr.Blocks) -> None:
    """Let every slider of a page say which one it is; Gradio gives its bounds alone.

    Args:
        app: the page; its sliders are changed.
    """
    for block in app.blocks.values():
        if isinstance(block, gr.Slider):
            _name(block)


def _name(slider: gr.Slider) -> None:
    read = slider.preprocess

    def preprocess(payload: Any) -> Any:
        try:
            return read(payload)
        except gr.Error as error:
            bounds = f"{slider.minimum:g} to {slider.maximum:g}"
            raise gr.Error(words_of(_beyond(slider, bounds, payload)), duration=12) from error

    slider.preprocess = preprocess  # type: ignore[method-assign]


def _beyond(slider: gr.Slider, bounds: str, payload: Any) -> InputError:
    return InputError(str(slider.label), expected=bounds, got=f"{payload}")
