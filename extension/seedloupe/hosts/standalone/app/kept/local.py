"""What only somebody at this very machine may do, and what is remembered until next time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from .....files import write_json

_HERE = ("127.0.0.1", "::1", "localhost")
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")
_FOLDER = "pictures"


def is_local(request: Any) -> bool:
    """Tell whether who asks sits at this machine; somebody behind a proxy does not.

    Args:
        request: Gradio's.
    """
    client = getattr(request, "client", None)
    headers = getattr(request, "headers", None) or {}
    at_home = client is not None and client.host in _HERE
    return at_home and not any(name in headers for name in _FORWARDED)


def show_folder(folder: Path) -> bool:
    """Open a folder in this system's file browser; return whether there is one."""
    command = _opener()
    if command is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        os.startfile(folder)
    else:
        subprocess.Popen(
            [command, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    return True


def remembered_folder(notes: Path) -> Path | None:
    """Return the folder chosen last time, or None where none was.

    Args:
        notes: where :func:`remember_folder` wrote it.
    """
    try:
        told = json.loads(notes.read_text("utf-8"))
        return Path(told[_FOLDER])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember_folder(notes: Path, folder: Path) -> None:
    """Write down which folder was chosen.

    Raises:
        InputError: it cannot be written.
    """
    write_json(notes, {_FOLDER: str(folder)})


def _opener() -> str | None:
    if sys.platform == "win32":
        return "explorer"
    if sys.platform == "darwin":
        return "open"
    has_screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return shutil.which("xdg-open") if has_screen else None
