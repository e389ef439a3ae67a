"""The Gradio app: pick good seeds, see the flaws, watch the layers, in a browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ....places import own_folder, pictures_folder
from .kept.scratch import scratch_folder
from .serving import listen, page_address, serve

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from ....generation.picture_folder import PictureFolder
    from ....services.ratings import RatingBook
    from .kept.served_files import ServedFiles
    from .state import AppState

HOST, PORT = "127.0.0.1", 7860
#: Seconds; nobody notices that a click is taken so much later.
_LOOK_FOR_WORK_EVERY = 0.05
_LOOK_FOR_PROGRESS_EVERY = 0.2


def build_app(
    model: str = "seedling",
    tables: Sequence[Path] = (),
    *,
    device: str = "cpu",
    state: AppState | None = None,
    notes: Path | None = None,
    mined: Path | None = None,
) -> gr.Blocks:
    """Build the page around an open model.

    Args:
        model: what to open first, see :func:`~.models.open_model`.
        tables: folders with seed tables, looked through before those that came with Seedloupe.
        device: where models run.
        state: what the page works with, instead of the real things.
        notes: where the page remembers what was chosen on it; None forgets it.
        mined: where tables mined on the page go; None takes the user's own folder of tables.

    Raises:
        ModelError: the model cannot be opened.
    """
    import gradio as gr

    from .atlas.tab import CREATE, AtlasTab
    from .create.tab import CreateTab
    from .events import keep_page
    from .html import header_html, model_html, skipped_html
    from .inpaint.tab import InpaintTab
    from .kept.strip import PictureStrip
    from .lens.tab import LensTab
    from .mine.tab import MineTab
    from .slider_words import name_sliders
    from .state import open_page, open_state

    if state is None:
        uploads = Path(gr.utils.get_upload_folder())
        state = open_state(uploads, _table_folders(tables), device=device)
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
            with gr.Tab("Lens", id="lens") as observing:
                lens = LensTab(state, opening, create.model)
                lens.open_with(observing.select)
            with gr.Tab("Inpaint", id="inpaint") as inpainting:
                inpaint = InpaintTab(state, create.model, opening.settings)
                inpaint.follow(inpainting.select)
            with gr.Tab("Mine", id="mine"):
                MineTab(state, create.model, opening, mined or _own_tables())
        strip = PictureStrip(state.files, notes)
        takers = {
            "create": create.take_settings,
            "create-seed": create.take_seed,
            "lens": lens.take,
            "inpaint": inpaint.take,
        }
        reached = [*create.sent_to, *lens.sent_to, *inpaint.sent_to]
        strip.connect(app, tabs, create.model, takers, reached)
        app.unload(keep_page(create.on_leave, changes=False))
    name_sliders(app)
    return app


def launch(
    model: str = "seedling",
    *,
    host: str = HOST,
    port: int = PORT,
    tables: Sequence[Path] = (),
    device: str = "cpu",
    say: Callable[[str], object] | None = None,
    ready: Callable[[str], object] | None = None,
    pictures: Path | None = None,
    save: bool = True,
) -> None:
    """Serve the page until somebody presses Ctrl-C, or the system asks it to end.

    Whatever the browser uploaded meanwhile is gone then; what was saved stays.

    Args:
        model: what to open first.
        host: address to listen on; by default only this machine can reach the page.
        port: likewise.
        tables: folders with seed tables.
        device: where models run.
        say: tells the user what goes on; by default on standard error.
        ready: called with the page's address once it answers, in a thread of its own.
        pictures: where finished pictures are saved; None where they were last time.
        save: whether they are saved at all.

    Raises:
        InputError: the address cannot be listened on, e.g. because the port is taken, or pictures
            cannot be saved there.
        ModelError: the model cannot be opened.
    """
    notes = own_folder(os.environ, sys.platform, Path.home()) / "demo.json"
    saved = _picture_folder(pictures, notes) if save else None
    with listen(host, port) as door, scratch_folder() as scratch:
        say, address = say or _say, page_address(host, port)
        say(f"Seedloupe is starting: opening {model}; in some seconds it is at {address}")
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
        os.environ["GRADIO_TEMP_DIR"] = str(scratch)
        from ..engine.models import resolve_device
        from .state import open_state

        chosen = str(resolve_device(device))
        state = open_state(scratch, _table_folders(tables), device=chosen, pictures=saved)
        page = web_app(build_app(model, state=state, notes=notes), state.files, state.ratings)
        say(f"Seedloupe is at {address} until you press Ctrl-C.")
        serve(page, door, ready=partial(ready, address) if ready is not None else None)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def web_app(
    blocks: gr.Blocks, files: ServedFiles | None = None, ratings: RatingBook | None = None
) -> FastAPI:
    """Dress the page and wrap it for a web server, which also serves pictures and takes thumbs.

    Gradio's own ``launch`` looks at itself through the network first and gives up on a machine
    that is too busy to answer in three seconds, so the page is mounted instead.
    """
    import gradio as gr
    from fastapi import FastAPI

    from ....atlas.page import atlas_css
    from ....lens.explorer import explorer_css
    from ....mining.board import board_css
    from .atlas.links import ATLAS_PAGE_CSS
    from .create.lead_html import LEAD_CSS
    from .kept.routes import serve_saved
    from .kept.thumbs import serve_thumbs
    from .keys import KEYS
    from .theme import CSS, HEAD, theme

    # Gradio looks for work 1,000 times a second, for progress 100 times: 5 % of a core, for ever.
    blocks._queue.sleep_when_free = _LOOK_FOR_WORK_EVERY
    blocks._queue.progress_update_sleep_when_free = _LOOK_FOR_PROGRESS_EVERY
    server = FastAPI(openapi_url=None)
    if files is not None:
        serve_saved(server, files)
        if ratings is not None:
            serve_thumbs(server, files, ratings)
    return gr.mount_gradio_app(
        server,
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        theme=theme(),
        css=CSS + LEAD_CSS + atlas_css() + ATLAS_PAGE_CSS + explorer_css() + board_css(),
        head=HEAD + KEYS,
    )


def _table_folders(tables: Sequence[Path]) -> tuple[Path, ...]:
    from ....tables import bundled_folder

    return tuple(dict.fromkeys((*tables, bundled_folder())))


def _own_tables() -> Path:
    return own_folder(os.environ, sys.platform, Path.home()) / "seed_tables"


def _picture_folder(named: Path | None, notes: Path) -> PictureFolder:
    """Return the folder named, or else the one chosen last time, or else the usual one."""
    from ....generation.picture_folder import PictureFolder
    from .kept.local import remembered_folder

    usual = pictures_folder(os.environ, sys.platform, Path.home())
    return PictureFolder(named or remembered_folder(notes) or usual)
