"""How the host was started."""

from types import SimpleNamespace

args = SimpleNamespace(disable_metadata=False, preview_size=512)
