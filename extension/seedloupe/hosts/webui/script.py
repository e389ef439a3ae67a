"""What the web UI finds: one script class a feature, and the callbacks of the extension."""

from __future__ import annotations

from typing import Any

from .callbacks import register_callbacks
from .host_version import host_refusal

__all__ = [
    "SeedloupeLensScript",
    "SeedloupeScript",
    "SeedloupeTextCheckScript",
    "register_callbacks",
]

#: The web UI takes classes only, so a web UI that is too old finds no script here.
SeedloupeScript: Any = None
SeedloupeTextCheckScript: Any = None
SeedloupeLensScript: Any = None

if not host_refusal():
    from .check.script import SeedloupeTextCheckScript
    from .lens.script import SeedloupeLensScript
    from .seeds.script import SeedloupeScript
