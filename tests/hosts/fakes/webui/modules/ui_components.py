"""The accordion that is a checkbox: open is on."""

from typing import Any

import gradio as gr


class InputAccordion(gr.Checkbox):
    def __init__(self, value: bool, **kwargs: Any) -> None:
        elem_id = kwargs.pop("elem_id")
        super().__init__(value, elem_id=f"{elem_id}-checkbox", visible=False, **kwargs)
        self.accordion = gr.Accordion(elem_id=elem_id, open=value, **kwargs)

    def __enter__(self) -> Any:
        self.accordion.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.accordion.__exit__(*error)

    def get_block_name(self) -> str:
        return "checkbox"
