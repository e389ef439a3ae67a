"""The plug-ins in use: those that come along, and those other installed packages announce."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from ...plugins import builtin, with_outside

if TYPE_CHECKING:
    from ...plugins import Plugins

__all__ = ["comfyui_plugins"]

_logger = logging.getLogger(__name__)


@cache
def comfyui_plugins() -> Plugins:
    """Return all plug-ins; a package whose own cannot be had is logged, once.

    Heavy engines live in processes of their own: one that crashes must not take the host.
    """
    plugins, skipped = with_outside(builtin(apart=True))
    for line in skipped:
        _logger.warning("Seedloupe: %s", line)
    return plugins
