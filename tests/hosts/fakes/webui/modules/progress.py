"""Which job the page waits for."""

from __future__ import annotations

current_task: str | None = None
