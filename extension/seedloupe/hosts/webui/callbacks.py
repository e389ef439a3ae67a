"""What the web UI calls besides our scripts: for the tab, the settings and the addresses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from modules import script_callbacks, shared

from .api.entry import Entry, page_key
from .api.serving import serve_routes
from .features import routes, sub_tabs
from .host_version import host_refusal
from .lens.callbacks import register_lens_callbacks
from .options import add_options
from .tab.page import refusal_page, tab_page

_logger = logging.getLogger(__name__)

TITLE, ELEMENT = "Seedloupe", "seedloupe"


def register_callbacks() -> None:
    """Register everything; "Reload UI" forgets callbacks and runs our entry file again."""
    refusal = host_refusal()
    if refusal:
        _logger.warning(refusal)
        script_callbacks.on_ui_tabs(lambda: _tab(lambda: refusal_page(refusal)))
        return
    script_callbacks.on_ui_settings(lambda: add_options(shared.opts))
    script_callbacks.on_ui_tabs(lambda: _tab(lambda: tab_page(sub_tabs(), page_key())))
    script_callbacks.on_before_ui(_add_axes)
    script_callbacks.on_app_started(_serve_ours)
    register_lens_callbacks()


def _tab(build: Callable[[], Any]) -> list[tuple[Any, str, str]]:
    return [(build(), TITLE, ELEMENT)]


def _add_axes() -> None:
    """Add ours to the X/Y/Z plot, which is loaded anew with the page."""
    from modules import scripts

    from .seeds.axes import add_axes
    from .seeds.stores import webui_tables

    add_axes(scripts.scripts_data, lambda: webui_tables().names())


def _serve_ours(demo: Any, app: Any) -> None:
    """Add our addresses to the server, a new one after each reload; ``demo`` may be None."""
    add_options(shared.opts)
    _add_axes()
    serve_routes(app, routes(), Entry.of(shared.cmd_opts, page_key()))
