"""Files of concepts in ComfyUI: by name, and only for the model they were taught on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....places import own_folder
from ....services.concept_files import concept_files, concept_folders, concept_name, find_concepts
from ..identity import model_sha256

if TYPE_CHECKING:
    from ....lens.concepts import SparseCoder

__all__ = ["NO_CONCEPTS", "concept_names", "named_concepts"]

NO_CONCEPTS = "none"
"""Stands for no file at all."""


def concept_names() -> tuple[str, ...]:
    """Return every file once, by name."""
    return tuple(dict.fromkeys(concept_name(path) for path in concept_files(_folders())))


def named_concepts(name: str, model: Any) -> SparseCoder | None:
    """Return the concepts of a name for a MODEL; None where none are asked for.

    Raises:
        ConceptFileError: there are none of that name, or they were taught on another model.
    """
    if name == NO_CONCEPTS:
        return None
    from ....lens.concepts import concepts_of

    unet = model.get_model_object("diffusion_model")
    path = find_concepts(name, _folders())
    return concepts_of(unet, path, model_sha256=model_sha256(model) or "")


def _folders() -> tuple[Path, ...]:
    return concept_folders(own_folder(os.environ, sys.platform, Path.home()))
