"""What size every layer has in pictures of a given size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine.models import Model


def layer_shapes(
    model: Model, layers: Sequence[str], width: int, height: int
) -> dict[str, tuple[int, int, int]]:
    """Return ``(C, H, W)`` of each layer, for pictures of ``width`` by ``height`` pixels.

    Nothing is run: the shapes follow from the modules.

    Raises:
        ShapeError: no picture can have that size.
    """
    from ...lens.shapes import predict_shapes

    _, rows, columns = model.info.latent_shape(width, height)
    words = model.pipe.tokenizer.model_max_length
    shapes = predict_shapes(model.unet, layers, height=rows, width=columns, words=words)
    return {name: (shape.channels, shape.height, shape.width) for name, shape in shapes.items()}
