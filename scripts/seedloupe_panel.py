"""The web UI loads this file; everything it offers lives in extension/seedloupe."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "extension"))

from seedloupe.hosts.webui.script import (
    SeedloupeLensScript,
    SeedloupeScript,
    SeedloupeTextCheckScript,
    register_callbacks,
)

__all__ = ["SeedloupeLensScript", "SeedloupeScript", "SeedloupeTextCheckScript"]

register_callbacks()
