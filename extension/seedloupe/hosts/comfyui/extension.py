"""What ComfyUI asks first: which nodes there are."""

from __future__ import annotations

import logging
from typing import Any

from comfy_api.latest import ComfyExtension

from ...plugins import builtin, with_outside
from .floor import host_version, too_old

__all__ = ["SeedloupeNodes"]

_logger = logging.getLogger(__name__)


class SeedloupeNodes(ComfyExtension):
    """Everything the pack offers; made once, when ComfyUI starts.

    Attributes:
        plugins: readers, pickers and renderers, also those other packages announce.
    """

    def __init__(self) -> None:
        """Ask for plug-ins; a package whose own cannot be had is logged."""
        self.plugins, skipped = with_outside(builtin(apart=True))
        for line in skipped:
            _logger.warning("Seedloupe: %s", line)

    async def on_load(self) -> None:
        """Add what the page asks of lenses and tables; without it the nodes still work."""
        if too_old(host_version()):
            return
        try:
            from server import PromptServer

            from .atlas_route import add_atlas_route
            from .lens.routes import add_routes

            add_routes(PromptServer.instance)
            add_atlas_route(PromptServer.instance)
        except Exception as error:  # noqa: BLE001 - must not cost the whole pack
            _logger.warning("Seedloupe: the page cannot ask a lens or a table. %s", error)

    async def get_node_list(self) -> list[type[Any]]:
        """List the node classes; none for a host that is too old, which is told once."""
        if line := too_old(host_version()):
            _logger.warning(line)
            return []
        from .nodes import node_classes  # what an older host lacks, these import

        return node_classes()
