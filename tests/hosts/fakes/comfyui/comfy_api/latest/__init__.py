"""A strict double of what Seedloupe imports from ``comfy_api.latest``.

It knows only what the nodes use, with the argument names of the real host (0.3.64 and later):
anything else is an AttributeError or a TypeError here, before it is one for a user.
"""

from abc import ABC, abstractmethod

from . import io

__all__ = ["ComfyExtension", "io"]


class ComfyExtension(ABC):
    @abstractmethod
    async def get_node_list(self) -> list[type[io.ComfyNode]]: ...
