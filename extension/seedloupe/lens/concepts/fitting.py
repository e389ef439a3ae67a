"""Concepts for a network that is there, refused before anything runs where they do not fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..layers import list_layers
from ..shapes import predict_shapes
from .coder import SparseCoder
from .file import read_concepts, require_concepts

if TYPE_CHECKING:
    from torch import nn

_CELLS, _WORDS = 64, 77


def concepts_of(unet: nn.Module, path: Path, *, model_sha256: str) -> SparseCoder:
    """Read a file of concepts for a network.

    Args:
        unet: whose layer they are to be painted of.
        path: a ``.concepts.safetensors`` file.
        model_sha256: hash of the model's files; empty where it is not known.

    Raises:
        ConceptFileError: it is no such file, or was taught on another layer or model.
    """
    coder = read_concepts(path, layers=tuple(layer.name for layer in list_layers(unet)))
    # How many channels a layer has does not depend on the picture's size.
    shapes = predict_shapes(unet, [coder.layer], height=_CELLS, width=_CELLS, words=_WORDS)
    channels = shapes[coder.layer].channels
    require_concepts(coder, path.name, channels=channels, model_sha256=model_sha256)
    return coder
