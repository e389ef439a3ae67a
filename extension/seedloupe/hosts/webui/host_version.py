"""Which web UI this is, as far as it must be known before anything of ours is built."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

_NEEDED = "Seedloupe needs AUTOMATIC1111 1.10, Forge f2 or Forge Neo"


def host_refusal() -> str:
    """Return what to tell the user of a web UI that is too old; empty where it is not.

    What is asked for is what we use: the callback of 1.10 that comes before every sampling. Forge
    had it early, so there its own number decides.
    """
    scripts = import_module("modules.scripts")
    if not hasattr(scripts.Script, "process_before_every_sampling"):
        return f"{_NEEDED}; this web UI is older. Update it (git pull), or remove Seedloupe."
    forge = _forge_version()
    if forge and _first_number(forge) < 2:
        return f"{_NEEDED}; this is Forge {forge}. Update it (git pull), or remove Seedloupe."
    return ""


def _forge_version() -> str:
    """Return Forge's own number; empty where there is none to read."""
    if find_spec("modules_forge") is None:
        return ""
    try:
        return str(import_module("modules_forge.forge_version").version)
    except (ImportError, AttributeError):
        return ""


def _first_number(version: str) -> int:
    """``f2.0.1v1.10.1`` begins with 2; a version without a number counts as new."""
    found = re.search(r"\d+", version)
    return int(found[0]) if found else 2
