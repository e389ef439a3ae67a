"""The panel itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import gradio as gr

from ....tables import Catalogue
from . import infotext
from .controls import CHOSEN, DEPTHS, OF_THE_MODEL, RULES, SPACES, PanelSettings
from .labels import CARRY_LABEL, FIT_BUTTON
from .seedling_page import lacks_seedling

ElementId = Callable[[str], str]


@dataclass(frozen=True, eq=False)
class Panel:
    """The controls of one tab, and what stands beside them.

    Args:
        named: by the names of the fields of :class:`PanelSettings`.
        card: shows what the table is worth, how it fits and which seeds come next.
        refresh: looks for tables anew.
        fit: sets the page to the table's settings.
        add_seedling: adds the demo model; None where it is there or could not be loaded.
        answer: says what became of that.
        message: what the tab hands over, JSON of a table and its seeds; nobody sees it.
        take: takes the message; likewise.
    """

    named: Mapping[str, Any]
    card: Any
    refresh: Any
    fit: Any
    add_seedling: Any = None
    answer: Any = None
    message: Any = None
    take: Any = None

    @property
    def controls(self) -> list[Any]:
        """The controls in the order of the fields of :class:`PanelSettings`."""
        return [self.named[field.name] for field in fields(PanelSettings)]

    @property
    def infotext_fields(self) -> list[tuple[Any, object]]:
        """Pairs of a control and the key, or function, that gives its value."""
        return [(self.named[name], target) for name, target in infotext.paste_targets().items()]

    @property
    def paste_field_names(self) -> list[str]:
        """The keys that travel with the buttons that send parameters to another tab."""
        return list(infotext.KEYS)


def build_panel(elem_id: ElementId, catalogue: Catalogue) -> Panel:
    """Build the controls; without side effects, because it runs several times.

    Args:
        elem_id: the script's way of making element ids.
        catalogue: the tables on offer.
    """
    # Imported now: "Reload UI" loads this module anew, and its classes with it.
    from modules.ui_components import InputAccordion

    usual = PanelSettings()
    named: dict[str, Any] = {}
    with InputAccordion(usual.enabled, label="Seedloupe", elem_id=elem_id("enable")) as enabled:
        named["enabled"] = enabled
        refresh = _choice_row(elem_id, catalogue, usual, named)
        card = gr.HTML(_CLOSED, elem_id=elem_id("card"))
        fit, button, answer = _button_row(elem_id)
        _rule_rows(elem_id, usual, named)
        _turn_row(elem_id, usual, named)
        message, take = _handing_row(elem_id)
    return Panel(named, card, refresh, fit, button, answer, message, take)


_CLOSED = '<div class="seedloupe-card">Open the panel to see how the table fits.</div>'


def _choice_row(
    elem_id: ElementId, catalogue: Catalogue, usual: PanelSettings, named: dict[str, Any]
) -> Any:
    from modules.ui_common import create_refresh_button

    with gr.Row():
        named["rule"] = gr.Dropdown(
            list(RULES),
            value=usual.rule,
            label="Pick seeds that are",
            elem_id=elem_id("rule"),
        )
        # The web UI keeps what its page begins with by a control's label. Under "Seed table" it may
        # hold the first table of all, whichever model that is of, as the panel once began with.
        named["table"] = gr.Dropdown(
            _choices(catalogue),
            value=usual.table,
            label="From the seed table",
            allow_custom_value=True,
            elem_id=elem_id("table"),
        )
        return create_refresh_button(
            named["table"],
            lambda: None,
            lambda: {"choices": _choices(catalogue)},
            elem_id("refresh"),
        )


def _choices(catalogue: Catalogue) -> list[str]:
    return [OF_THE_MODEL, *catalogue.names()]


def _button_row(elem_id: ElementId) -> tuple[Any, Any, Any]:
    button, answer = None, None
    with gr.Row():
        fit = gr.Button(FIT_BUTTON, size="sm", elem_id=elem_id("fit"))
        if lacks_seedling():
            button = gr.Button(
                "Add Seedling, the demo model", size="sm", elem_id=elem_id("add_seedling")
            )
    if button is not None:
        answer = gr.HTML(elem_id=elem_id("answer"))
    return fit, button, answer


def _handing_row(elem_id: ElementId) -> tuple[Any, Any]:
    """Build what the tab's JavaScript writes to and presses; both are hidden by our style."""
    hidden = {"elem_classes": ["seedloupe-hidden"]}
    with gr.Row(elem_classes=["seedloupe-hidden"]):
        message = gr.Textbox("", label="Message", elem_id=elem_id("message"), **hidden)
        take = gr.Button("Take", elem_id=elem_id("take"), **hidden)
    return message, take


def _turn_row(elem_id: ElementId, usual: PanelSettings, named: dict[str, Any]) -> None:
    with gr.Row():
        named["position"] = gr.Number(
            usual.position,
            label="Position in the pool (-1 goes on)",
            precision=0,
            elem_id=elem_id("position"),
        )
        named["ranks"] = gr.Textbox(
            usual.ranks,
            label="Only ranks",
            placeholder="all of the pool, or 1-16",
            elem_id=elem_id("ranks"),
        )
    with gr.Row():
        named["only_random"] = gr.Checkbox(
            usual.only_random, label="Only when the seed is -1", elem_id=elem_id("only_random")
        )
        named["carry"] = gr.Checkbox(usual.carry, label=CARRY_LABEL, elem_id=elem_id("carry"))


def _rule_rows(elem_id: ElementId, usual: PanelSettings, named: dict[str, Any]) -> None:
    """Build what single rules ask for; only the chosen rule's is shown."""
    rows = {
        "layout": _layout_rows(elem_id, usual, named),
        "diverse": _diverse_row(elem_id, usual, named),
        "clean": _clean_row(elem_id, usual, named),
        CHOSEN: _chosen_row(elem_id, usual, named),
    }

    def shown(rule: str | None) -> list[Any]:
        return [gr.update(visible=rule == name) for name in rows]

    rule = named["rule"]
    rule.change(fn=shown, inputs=[rule], outputs=list(rows.values()), show_progress="hidden")


def _layout_rows(elem_id: ElementId, usual: PanelSettings, named: dict[str, Any]) -> Any:
    with gr.Group(visible=False, elem_id=elem_id("layout")) as group:
        with gr.Row():
            for name, least in (("left", 0), ("top", 0), ("width", 1), ("height", 1)):
                named[name] = gr.Slider(
                    least,
                    99 if least == 0 else 100,
                    value=getattr(usual, name),
                    step=1,
                    label=f"Box: {name}, %",
                    elem_id=elem_id(f"box_{name}"),
                )
        with gr.Row():
            named["depth"] = gr.Dropdown(
                list(DEPTHS), value=usual.depth, label="How far away", elem_id=elem_id("depth")
            )
            named["object"] = gr.Textbox(
                usual.object,
                label="Which object",
                placeholder="any",
                elem_id=elem_id("object"),
            )
    return group


def _diverse_row(elem_id: ElementId, usual: PanelSettings, named: dict[str, Any]) -> Any:
    with gr.Row(visible=False, elem_id=elem_id("diverse")) as row:
        named["space"] = gr.Dropdown(
            list(SPACES),
            value=usual.space,
            label="Pictures differ in",
            allow_custom_value=True,
            elem_id=elem_id("space"),
        )
        named["keep"] = gr.Slider(
            0.05,
            1,
            value=usual.keep,
            step=0.05,
            label="Of the better share of the seeds",
            elem_id=elem_id("keep"),
        )
    return row


def _clean_row(elem_id: ElementId, usual: PanelSettings, named: dict[str, Any]) -> Any:
    with gr.Row(visible=False, elem_id=elem_id("clean")) as row:
        named["flaw"] = gr.Textbox(
            usual.flaw, label="Free of (a tag of the table)", elem_id=elem_id("flaw")
        )
    return row


def _chosen_row(elem_id: ElementId, usual: PanelSettings, named: dict[str, Any]) -> Any:
    with gr.Row(visible=False, elem_id=elem_id("chosen")) as row:
        named["seeds"] = gr.Textbox(
            usual.seeds,
            label="Seeds of your own",
            placeholder="7, 12, 40-43, or choose some in the tab Seedloupe",
            elem_id=elem_id("seeds"),
        )
    return row
