"""A strict double of what Seedloupe imports from ``comfy_api.latest``.

It knows only what the nodes use, with the argument names of the real host (0.33): anything else is
an AttributeError or a TypeError here, before it is one for a user.
"""

from abc import ABC, abstractmethod

import server

from . import io, ui

__all__ = ["ComfyAPI", "ComfyExtension", "io", "ui"]


class ComfyExtension(ABC):
    async def on_load(self) -> None:  # noqa: B027 - as the host has it
        """Nothing, unless an extension has something to do."""

    @abstractmethod
    async def get_node_list(self) -> list[type[io.ComfyNode]]: ...


class _NodeReplacement:
    async def register(self, node_replace: io.NodeReplace) -> None:
        server.PromptServer.instance.replacements.append(node_replace)


class ComfyAPI:
    def __init__(self) -> None:
        self.node_replacement = _NodeReplacement()
