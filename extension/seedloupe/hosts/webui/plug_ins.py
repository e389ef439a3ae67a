"""The plug-ins this web UI works with: those that come along, and those other packages announce."""

from __future__ import annotations

import logging
from functools import cache

from ...plugins import Plugins, builtin, with_outside

_logger = logging.getLogger(__name__)


@cache
def webui_plugins() -> Plugins:
    """Return all plug-ins; asked for once for both tabs, and each that fails is logged once."""
    plugins, skipped = with_outside(builtin(apart=True))
    for line in skipped:
        _logger.warning("Seedloupe: %s", line)
    return plugins
