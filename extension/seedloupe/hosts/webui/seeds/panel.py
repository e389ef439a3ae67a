"""The panel itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

from ....errors import SeedloupeError
from ....tables import Catalogue
from ..demo_model import add_seedling, seedling_in
from . import infotext
from .controls import PanelSettings


@dataclass(frozen=True, eq=False)
class Panel:
    """The controls of one tab, and how pasted parameters set them.

    Args:
        controls: in the order of the fields of :class:`PanelSettings`.
        infotext_fields: pairs of a control and the key, or function, that gives its value.
    """

    controls: list[Any]
    infotext_fields: list[tuple[Any, object]]

    @property
    def paste_field_names(self) -> list[str]:
        """The keys that travel with the buttons that send parameters to another tab."""
        return list(infotext.KEYS)


def build_panel(elem_id: Callable[[str], str], catalogue: Catalogue) -> Panel:
    """Build the controls; without side effects, because it runs several times.

    Args:
        elem_id: the script's way of making element ids.
        catalogue: the tables on offer.
    """
    # Imported now: "Reload UI" loads this module anew, and its classes with it.
    from modules.ui_components import InputAccordion

    names = list(catalogue.names())
    default = PanelSettings(table=names[0] if names else "")
    with InputAccordion(default.enabled, label="Seedloupe", elem_id=elem_id("enable")) as enabled:
        table = _table_row(elem_id, catalogue, default.table)
        only_random = gr.Checkbox(
            default.only_random, label="Only when the seed is -1", elem_id=elem_id("only_random")
        )
        if _lacks_seedling():
            _seedling_row(elem_id)
    built = {"enabled": enabled, "table": table, "only_random": only_random}
    return Panel(
        [built[field.name] for field in fields(PanelSettings)],
        [
            (enabled, infotext.was_used),
            (table, infotext.TABLE),
            (only_random, infotext.only_random_again),
        ],
    )


def _table_row(elem_id: Callable[[str], str], catalogue: Catalogue, chosen: str) -> Any:
    from modules.ui_common import create_refresh_button

    with gr.Row():
        table = gr.Dropdown(
            list(catalogue.names()),
            value=chosen or None,
            label="Seed table",
            info="Every picture of a job starts from another of its best seeds",
            elem_id=elem_id("table"),
        )
        create_refresh_button(
            table,
            lambda: None,
            lambda: {"choices": list(catalogue.names())},
            elem_id("refresh"),
        )
    return table


def _lacks_seedling() -> bool:
    """Tell whether Seedling could be added; Forge knows no checkpoints as small."""
    return find_spec("modules_forge") is None and not seedling_in(_checkpoints()).exists()


def _checkpoints() -> Path:
    from modules import sd_models

    return Path(sd_models.model_path)


def _seedling_row(elem_id: Callable[[str], str]) -> None:
    with gr.Row():
        button = gr.Button(
            "Add Seedling, the demo model", size="sm", elem_id=elem_id("add_seedling")
        )
        answer = gr.HTML(elem_id=elem_id("answer"))
    button.click(_add_seedling, inputs=[], outputs=[answer])


def _add_seedling() -> str:
    from modules import sd_models

    try:
        added = add_seedling(_checkpoints())
    except SeedloupeError as error:
        return escape(str(error))
    sd_models.list_models()
    return escape(f"{added.name} was added. Refresh the list of checkpoints, then choose it.")
