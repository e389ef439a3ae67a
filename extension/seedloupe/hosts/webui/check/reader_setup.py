"""Getting the text reader from the panel; never by itself."""

from __future__ import annotations

import os
import sys
from html import escape
from pathlib import Path
from typing import Any

from ....artifacts import first_usable, survey
from ....artifacts.readers import RapidOcrReader
from ....artifacts.readers.installation import (
    install_rapidocr,
    reader_folder,
    run_command,
    search_last,
)
from ....registry import Registry

#: What is said where the web UI's owner has closed it to installations.
_CLOSED = (
    "This web UI is open to others, so it installs nothing from its page. Start it with "
    "--enable-insecure-extension-access to allow it."
)
BEST = "rapidocr"


def own_reader_folder() -> Path:
    """Where RapidOCR is put."""
    return reader_folder(os.environ, sys.platform, Path.home())


def offer_own_reader() -> None:
    """Let Python find what was installed by an earlier click."""
    search_last(own_reader_folder(), sys.path)


def reader_words(readers: Registry[Any]) -> str:
    """Say in a sentence who reads, or that nobody does."""
    first = first_usable(survey(readers))
    if first is None:
        return "No text reader is installed, so pictures will be marked as not checked."
    if first == BEST:
        return f"Text is read by {survey(readers)[first].reason}."
    return f"{BEST} is not installed; {first} reads, which finds less."


def lacks_best_reader(readers: Registry[Any]) -> bool:
    """Tell whether the reader that finds most is missing."""
    return BEST in readers and not survey(readers)[BEST].ok


def install_reader(cmd_opts: Any) -> str:
    """Install it, and return what happened as HTML.

    Args:
        cmd_opts: the web UI's ``shared.cmd_opts``.
    """
    if getattr(cmd_opts, "disable_extension_access", False):
        return escape(_CLOSED)
    done = install_rapidocr(
        own_reader_folder(), sys.path, RapidOcrReader().available, run=run_command
    )
    return escape(done.message)
