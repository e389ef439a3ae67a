"""The tab's page: sub-tabs, each with an element that our JavaScript fills when it is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class SubTab:
    """One part of our tab.

    Attributes:
        name: of its element, ``seedloupe_<name>``, by which JavaScript finds it.
        title: on the tab.
        build: puts components below that element; None where JavaScript does everything.
    """

    name: str
    title: str
    build: Callable[[], None] | None = None


def tab_page(parts: Sequence[SubTab], key: str) -> Any:
    """Build the page.

    Args:
        parts: the sub-tabs.
        key: opens our addresses to the page, see :mod:`~..api.entry`.
    """
    import gradio as gr

    with gr.Blocks(analytics_enabled=False) as page:
        gr.HTML(f'<div id="seedloupe_key" data-key="{escape(key)}"></div>')
        with gr.Tabs(elem_id="seedloupe_tabs"):
            for part in parts:
                with gr.TabItem(part.title, elem_id=f"seedloupe_tab_{part.name}"):
                    gr.HTML(f'<div id="seedloupe_{part.name}" class="seedloupe-part"></div>')
                    if part.build is not None:
                        part.build()
    return page


def refusal_page(refusal: str) -> Any:
    """Build the page of a web UI that is too old: one sentence."""
    import gradio as gr

    with gr.Blocks(analytics_enabled=False) as page:
        gr.HTML(f"<p>{escape(refusal)}</p>")
    return page
