"""Small pieces of the page."""

from collections.abc import Callable
from typing import Any

import gradio as gr


def create_refresh_button(
    refresh_component: Any,
    refresh_method: Callable[[], object],
    refreshed_args: Callable[[], dict[str, Any]],
    elem_id: str,
) -> Any:
    def refresh() -> Any:
        refresh_method()
        return gr.update(**refreshed_args())

    button = gr.Button("refresh", elem_id=elem_id)
    button.click(fn=refresh, inputs=[], outputs=[refresh_component])
    return button
