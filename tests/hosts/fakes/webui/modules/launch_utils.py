"""The web UI's own version."""

from __future__ import annotations

from . import standin


def git_tag() -> str:
    return standin.variant.version
