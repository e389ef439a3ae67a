"""Concepts for a model of this engine, refused before anything runs where they do not fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ....lens import list_layers
from ....lens.concepts import ConceptPainter, read_concepts, require_concepts
from .watching import layer_shapes

if TYPE_CHECKING:
    from .models import Model


def concept_painter(model: Model, path: Path, size: tuple[int, int]) -> ConceptPainter:
    """Return what paints a file's concepts while a model draws.

    Args:
        model: will draw.
        path: a ``.concepts.safetensors`` file.
        size: width and height of the pictures in pixels.

    Raises:
        ConceptFileError: it is no such file, or was taught on another layer or model.
    """
    layers = tuple(layer.name for layer in list_layers(model.unet))
    coder = read_concepts(path, layers=layers)
    channels = layer_shapes(model, [coder.layer], *size)[coder.layer][0]
    require_concepts(coder, path.name, channels=channels, model_sha256=model.info.sha256)
    return ConceptPainter(coder)
