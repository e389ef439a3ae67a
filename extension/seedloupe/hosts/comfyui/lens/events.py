"""What is sent to the page while a model samples."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....images import to_pil
from ....lens.live_pictures import LivePicture
from ....pages import data_address

if TYPE_CHECKING:
    from torch import Tensor

    from ....lens.concepts import ConceptFrame

__all__ = ["EVENT", "Page", "picture_address", "sampling_prompt"]

EVENT = "seedloupe.lens"


def picture_address(picture: Tensor) -> str:
    """Return ``(3, H, W)`` in ``[0, 1]`` as an address that is the picture itself."""
    content = io.BytesIO()
    to_pil(picture).save(content, "PNG", compress_level=1)
    return data_address(content.getvalue(), "image/png")


@dataclass(frozen=True)
class Page:
    """The page whose workflow runs.

    Args:
        node: the id of the node that shows what is sent, ``"11:5"`` within a subgraph.
    """

    node: str

    @property
    def listens(self) -> bool:
        """Whether anybody is there; a workflow may be queued without a page."""
        return _server().client_id is not None

    def show(
        self,
        pictures: Sequence[LivePicture],
        *,
        step: int,
        steps: int,
        concepts: Sequence[ConceptFrame] = (),
    ) -> None:
        """Send pictures of layers at a step, and what concepts they hold."""
        painted = [
            {
                **_shown(f"concepts of {one.layer}", one.picture),
                "legend": [
                    ["#{:02x}{:02x}{:02x}".format(*it.colour), it.name] for it in one.shares
                ],
            }
            for one in concepts
        ]
        layers = [_shown(one.layer, one.picture) for one in pictures]
        self._send({"step": step, "steps": steps, "layers": [*painted, *layers]})

    def tell(self, notes: Sequence[str], *, over: bool = True) -> None:
        """Send what a user should know once a sampling is over, or why nothing is seen of it."""
        self._send({"over": over, "notes": list(notes)})

    def _send(self, said: dict[str, object]) -> None:
        server = _server()
        if server.client_id is not None:  # without a name it would go to everybody
            server.send_sync(EVENT, {"node": self.node, **said}, server.client_id)


def _shown(name: str, picture: Tensor) -> dict[str, object]:
    height, width = picture.shape[1:]
    return {"name": name, "height": height, "width": width, "picture": picture_address(picture)}


def sampling_prompt() -> str:
    """Return the id of the workflow that runs; empty where the host does not say."""
    from comfy_execution.utils import get_executing_context

    context = get_executing_context()
    return str(context.prompt_id) if context is not None else ""


def _server() -> Any:
    from server import PromptServer

    return PromptServer.instance
