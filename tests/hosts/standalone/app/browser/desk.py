"""What the browser tests share: the app, served by this very process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from seedloupe.generation.picture_folder import PictureFolder
from seedloupe.hosts.standalone.app.main import build_app, listen, web_app
from seedloupe.hosts.standalone.app.state import AppState
from seedloupe.hosts.standalone.engine.models import Model

from .....chromium import Window
from ..app_stands import Flow, Reader, built, flow, state_of

DRAWN = "document.querySelectorAll('#sl-columns img').length"
IDLE = "!document.querySelector('#sl-draw').disabled && document.querySelector('#sl-stop').disabled"


class Pace:
    """How long the stand-in takes for a step; a test may change it, or hold it altogether.

    Attributes:
        seconds: of each step.
        runs: how many runs have begun.
        drawing: how many are going on now, and the most that ever did.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.runs = 0
        self.drawing = self.most_drawing = 0

    def stream(self, model: Model, request: Any, sinks: Any = (), **watched: object) -> Flow:
        self.runs += 1
        self.drawing += 1
        self.most_drawing = max(self.drawing, self.most_drawing)
        try:
            for event in flow(request, size=model.native_size, sinks=sinks):
                time.sleep(self.seconds)
                yield event
        finally:
            self.drawing -= 1


class Desk:
    """A served app.

    Attributes:
        state: what it works with.
        pace: how fast it draws.
        address: where it is.
    """

    def __init__(self, folder: Path, model: Model, tables: Path | None = None) -> None:
        self.pace = Pace()
        self.folder, self.model = folder, model
        self.tables = [tables] if tables else []
        self.port = 0
        self.state = self._state()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def pictures(self) -> Path:
        return self.folder / "pictures"

    def start(self) -> None:
        """Serve, at the same address as before where there was one."""
        self.state = self._state()
        page = built(lambda: web_app(build_app("tiny", state=self.state), self.state.files))
        door = listen("127.0.0.1", self.port or _free_port())
        self.port = door.getsockname()[1]
        config = uvicorn.Config(page, log_level="critical", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._door = door
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [door]})
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; pages that are open lose the server."""
        self._server.should_exit = True
        self._thread.join(120)
        if not self._thread.is_alive():  # a door closed on a server that still leaves is an error
            self._door.close()

    def _state(self) -> AppState:
        state = state_of(
            self.folder,
            self.model,
            tables=self.tables,
            stream=self.pace.stream,
            reader=Reader((1, 1, 9, 9)),
        )
        state.files.saved = PictureFolder(self.pictures)
        return state


@contextmanager
def desk(folder: Path, model: Model, tables: Path | None = None) -> Iterator[Desk]:
    """Serve the app for as long as the block is open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "cache"))  # what Gradio may serve
        served = Desk(folder, model, tables)
        served.start()
        try:
            yield served
        finally:
            served.pace.seconds = 0.0
            served.stop()


def visit(window: Window, desk: Desk) -> Window:
    """Open the page and wait until it can be used."""
    window.go(desk.address)
    window.wait("!!document.querySelector('#sl-draw') && !!document.querySelector('#sl-kept')")
    window.wait(IDLE)
    return window


def draw(window: Window, desk: Desk) -> None:
    """Press Draw and wait until its run has ended and the window says so."""
    before = desk.pace.runs
    window.click("#sl-draw")
    until(lambda: desk.pace.runs > before and not desk.pace.drawing)
    window.wait(f"{DRAWN} > 0 && {IDLE}")


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something is so on the server's side."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
