"""What the web UI finds: one script class a feature, and the callbacks of the extension."""

from __future__ import annotations

from .seeds.script import SeedloupeScript

__all__ = ["SeedloupeScript", "register_callbacks"]


def register_callbacks() -> None:
    """Register the callbacks of the extension; "Reload UI" forgets them and calls this again."""
