"""Concepts: sparse codes of a layer's cells, learnt beforehand, painted while a picture forms."""

from .coder import SparseCoder
from .file import (
    CONCEPTS_SUFFIX,
    ConceptFileError,
    concepts_plan,
    read_concepts,
    write_concepts,
)
from .paint import ConceptRenderer, concept_maps

__all__ = [
    "CONCEPTS_SUFFIX",
    "ConceptFileError",
    "ConceptRenderer",
    "SparseCoder",
    "concept_maps",
    "concepts_plan",
    "read_concepts",
    "write_concepts",
]
