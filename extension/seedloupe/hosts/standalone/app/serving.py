"""Taking an address, serving a page there, and showing it once it answers."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from ....errors import InputError

if TYPE_CHECKING:
    from fastapi import FastAPI

#: Addresses that mean every one of this machine; a browser is sent to its own.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
_LOOK_EVERY = 0.05


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


def page_address(host: str, port: int) -> str:
    """Return where a browser on this machine finds the page."""
    named = _EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{named}:{port}"


def serve(page: FastAPI, door: socket.socket, *, ready: Callable[[], object] | None = None) -> None:
    """Answer whoever comes to ``door`` until Ctrl-C; open pages are not waited for.

    Args:
        page: what is served.
        door: where, already listening.
        ready: called once, in a thread of its own, when the page answers.
    """
    import uvicorn

    # Below "critical" it tells of every page that Ctrl-C cuts off, with a traceback.
    config = uvicorn.Config(page, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    over = threading.Event()

    def watch() -> None:
        while not server.started:
            if over.wait(_LOOK_EVERY):
                return
        if ready is not None:
            ready()

    threading.Thread(target=watch, daemon=True).start()
    try:
        server.run(sockets=[door])
    finally:
        over.set()


def show_page(address: str) -> None:
    """Open a page in the user's browser, where this machine has one with windows."""
    if has_windows(os.environ, sys.platform):
        with suppress(webbrowser.Error, OSError):  # the address was said, and can be clicked
            webbrowser.open(address)


def has_windows(environment: Mapping[str, str], platform: str) -> bool:
    """Tell whether a browser would be one with windows, not one that takes the terminal over.

    Args:
        environment: variables by name.
        platform: as in ``sys.platform``.
    """
    if platform in ("win32", "darwin"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _cannot_listen(host: str, port: int, error: OSError) -> InputError:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return InputError("host", expected="an address of this machine", got=host)
    return InputError(
        "port",
        expected=f"one that is free on {host}",
        got=f"{port} ({error.strerror})",
        advice="Choose another with --port, or stop what listens there.",
    )
