"""The Gradio app: pick good seeds, see the flaws, watch the layers, in a browser."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from .state import AppState

HOST, PORT = "127.0.0.1", 7860


def build_app(
    model: str = "seedling",
    tables: Sequence[Path] = (),
    *,
    device: str = "cpu",
    state: AppState | None = None,
) -> gr.Blocks:
    """Build the page around an open model.

    Args:
        model: what to open first, see :func:`~.models.open_model`.
        tables: folders with seed tables, looked through before those that came with Seedloupe.
        device: where models run.
        state: what the page works with, instead of the real things.

    Raises:
        ModelError: the model cannot be opened.
    """
    import gradio as gr

    from ....tables import bundled_folder
    from .atlas.tab import CREATE, AtlasTab
    from .create.tab import CreateTab
    from .events import keep_page
    from .html import header_html, model_html, skipped_html
    from .inpaint.tab import InpaintTab
    from .lens.tab import LensTab
    from .state import open_page, open_state

    folders = tuple(dict.fromkeys((*tables, bundled_folder())))
    state = state or open_state(Path(gr.utils.get_upload_folder()), folders, device=device)
    opening = open_page(state, model)
    with gr.Blocks(title="Seedloupe", analytics_enabled=False, fill_width=True) as app:
        with gr.Row(elem_classes="sl-top"):
            gr.HTML(header_html())
            model_line = gr.HTML(model_html(opening.model), elem_id="sl-model-line")
        if state.skipped:
            gr.HTML(skipped_html(state.skipped), elem_id="sl-skipped")
        with gr.Tabs() as tabs:
            with gr.Tab("Create", id=CREATE):
                create = CreateTab(state, opening, model_line)
            with gr.Tab("Atlas"):
                AtlasTab(state, opening, create, tabs)
            with gr.Tab("Lens"):
                LensTab(state, opening, create.model)
            with gr.Tab("Inpaint") as inpainting:
                inpaint = InpaintTab(state, create.model, opening.settings)
                inpaint.follow(inpainting.select)
        app.unload(keep_page(create.on_leave, changes=False))
    return app


def launch(
    model: str = "seedling",
    *,
    host: str = HOST,
    port: int = PORT,
    tables: Sequence[Path] = (),
    device: str = "cpu",
) -> None:
    """Serve the page until somebody presses Ctrl-C.

    Args:
        model: what to open first.
        host: address to listen on; by default only this machine can reach the page.
        port: likewise.
        tables: folders with seed tables.
        device: where models run.

    Raises:
        InputError: the address cannot be listened on, e.g. because the port is taken.
        ModelError: the model cannot be opened.
    """
    with listen(host, port) as door:
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
        page = web_app(build_app(model, tables, device=device))
        sys.stderr.write(f"Seedloupe is at http://{host}:{port} until you press Ctrl-C.\n")
        serve(page, door)


def listen(host: str, port: int) -> socket.socket:
    """Take an address for the page; whoever opens the model knows then that it can be served.

    Raises:
        InputError: it cannot be had; the field is ``host`` or ``port``.
    """
    if not 1 <= port <= 65535:
        raise InputError("port", expected="1 to 65535", got=str(port))
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
    try:
        door.bind((host, port))
        door.listen()
    except OSError as error:
        door.close()
        raise _cannot_listen(host, port, error) from error
    return door


def web_app(blocks: gr.Blocks) -> FastAPI:
    """Dress the page and wrap it for a web server.

    Gradio's own ``launch`` looks at itself through the network first and gives up on a machine
    that is too busy to answer in three seconds, so the page is mounted instead.
    """
    import gradio as gr
    from fastapi import FastAPI

    from ....atlas.page import atlas_css
    from ....lens.explorer import explorer_css
    from .create.lead_html import LEAD_CSS
    from .theme import CSS, HEAD, theme

    return gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        theme=theme(),
        css=CSS + LEAD_CSS + atlas_css() + explorer_css(),
        head=HEAD,
    )


def serve(page: FastAPI, door: socket.socket) -> None:
    """Answer whoever comes to ``door`` until Ctrl-C; open pages are not waited for."""
    import uvicorn

    # Below "critical" it tells of every page that Ctrl-C cuts off, with a traceback.
    config = uvicorn.Config(page, log_level="critical", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[door])


def _cannot_listen(host: str, port: int, error: OSError) -> InputError:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return InputError("host", expected="an address of this machine", got=host)
    return InputError(
        "port",
        expected=f"one that is free on {host}",
        got=f"{port} ({error.strerror})",
        advice="Choose another with --port, or stop what listens there.",
    )
