"""The oldest ComfyUI the pack is for, told in one line where there is an older one."""

from __future__ import annotations

import re

__all__ = ["FLOOR", "host_version", "too_old"]

FLOOR = (0, 33)
"""August 2026: dynamic combos, node replacement, search aliases and advanced inputs are there."""


def host_version() -> str | None:
    """Return the version the host gives, or None where it gives none."""
    try:
        from comfyui_version import __version__
    except ImportError:
        return None
    return str(__version__)


def too_old(version: str | None) -> str | None:
    """Return the one line for a host that is too old; None for others, and where nobody can tell.

    Args:
        version: as the host gives it, ``"0.33.0"`` say.
    """
    numbers = re.match(r"v?(\d+)\.(\d+)", version or "")
    if numbers is None or (int(numbers[1]), int(numbers[2])) >= FLOOR:
        return None
    needed = ".".join(map(str, FLOOR))
    return (
        f"Seedloupe needs ComfyUI {needed} or newer, this is {version}: its nodes are left out. "
        "Update ComfyUI."
    )
