"""The plug-ins a command works with: those that come along, and those other packages announce."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....plugins import Plugins
    from .console import Console


def plugins_in_use(console: Console, *, apart: bool = True) -> Plugins:
    """Return all plug-ins, and name each package whose own was skipped; once a command.

    Args:
        console: where that is said.
        apart: let readers with heavy engines live in child processes.
    """
    from ....plugins import builtin, with_outside

    plugins, skipped = with_outside(builtin(apart=apart))
    for line in skipped:
        console.note(f"note: {line}")
    return plugins
