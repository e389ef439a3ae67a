"""What ComfyUI asks first: which nodes there are."""

from __future__ import annotations

import logging
from typing import Any

from comfy_api.latest import ComfyExtension

from ...plugins import Plugins, any_announced
from .floor import host_version, too_old

__all__ = ["SeedloupeNodes"]

_logger = logging.getLogger(__name__)


class SeedloupeNodes(ComfyExtension):
    """Everything the pack offers; made once, when ComfyUI starts."""

    @property
    def plugins(self) -> Plugins:
        """Readers, pickers and renderers, also those other packages announce.

        They are made when first asked for: what makes them loads most of Seedloupe, and each start
        of ComfyUI would wait for it.
        """
        from .plug_ins import comfyui_plugins

        return comfyui_plugins()

    async def on_load(self) -> None:
        """Add what the page asks of lenses and tables; without it the nodes still work.

        Other packages' plug-ins are loaded now where there are any, so that a broken one is in the
        log of the start.
        """
        if too_old(host_version()):
            return
        if any_announced():
            _ = self.plugins
        try:
            from server import PromptServer

            from .atlas_route import add_atlas_route
            from .lens.routes import add_routes
            from .ratings import add_rating_routes

            add_routes(PromptServer.instance)
            add_rating_routes(PromptServer.instance)
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
