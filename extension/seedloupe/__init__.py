"""Pick the good seeds of a diffusion model and see the flaws inside its pictures.

Names are loaded when first used, so importing this costs nothing a host would notice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import (
    ConceptFileError,
    DuplicateNameError,
    FetchError,
    ImageError,
    InputError,
    LayerNotFoundError,
    LensFileError,
    LensMatchError,
    MaskError,
    MaskQuestionError,
    ModelError,
    NoiseError,
    PickError,
    ReaderError,
    SeedError,
    SeedloupeError,
    ShapeError,
    TableError,
    TableMatchError,
    TallyError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from .artifacts import flag_text_artifacts
    from .lens import FeatureProbe, list_layers
    from .noise import NoiseSource, initial_noise
    from .picking import pick_by_layout, pick_clean, pick_diverse, pick_golden
    from .tables import SeedTable

__all__ = [
    "ConceptFileError",
    "DuplicateNameError",
    "FeatureProbe",
    "FetchError",
    "ImageError",
    "InputError",
    "LayerNotFoundError",
    "LensFileError",
    "LensMatchError",
    "MaskError",
    "MaskQuestionError",
    "ModelError",
    "NoiseError",
    "NoiseSource",
    "PickError",
    "ReaderError",
    "SeedError",
    "SeedTable",
    "SeedloupeError",
    "ShapeError",
    "TableError",
    "TableMatchError",
    "TallyError",
    "UnknownNameError",
    "flag_text_artifacts",
    "initial_noise",
    "list_layers",
    "pick_by_layout",
    "pick_clean",
    "pick_diverse",
    "pick_golden",
]

_HOMES = {
    "FeatureProbe": "lens",
    "NoiseSource": "noise",
    "SeedTable": "tables",
    "flag_text_artifacts": "artifacts",
    "initial_noise": "noise",
    "list_layers": "lens",
    "pick_by_layout": "picking",
    "pick_clean": "picking",
    "pick_diverse": "picking",
    "pick_golden": "picking",
}


def __getattr__(name: str) -> object:
    """Load a public name from the package it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
