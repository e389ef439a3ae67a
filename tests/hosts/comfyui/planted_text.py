"""Pictures with planted text, and a reader that sees it: a bright row of pixels at the top."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch

from seedloupe.artifacts import TextRegion

WIDTH, HEIGHT = 96, 64
WORDS = "WORDS"


class PlantedReader:
    """Reads :data:`WORDS` in a picture whose first pixel is white."""

    name = "planted"

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        if float(image[:, 0, 0].min()) < 1:
            return ()
        wide = 8 + 40 * float(image[0, 1, 0])
        quad = np.array([[4, 4], [4 + wide, 4], [4 + wide, 24], [4, 24]], np.float32)
        return (TextRegion(quad, WORDS, 0.99),)


def picture(*, text: bool, amount: float = 1.0, value: float = 0.25) -> torch.Tensor:
    """``(1, H, W, 3)``; ``amount`` from 0 to 1 is how wide the text is."""
    made = torch.full((1, HEIGHT, WIDTH, 3), value)
    if text:
        made[:, 0, 0] = 1
        made[:, 1, 0] = amount
    return made


def prompt_nodes(nodes: dict[str, dict[str, object]]) -> SimpleNamespace:
    """The host's way to the nodes of a prompt."""
    return SimpleNamespace(
        get_node=nodes.__getitem__, get_display_node_id=lambda name: name.split(".")[0]
    )
