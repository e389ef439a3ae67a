"""Concepts: sparse codes of a layer's cells, learnt beforehand, painted while a picture forms."""

from ...errors import ConceptFileError
from ...file_kinds import CONCEPTS_SUFFIX
from .coder import SparseCoder
from .file import concepts_plan, read_concepts, require_concepts, write_concepts
from .fitting import concepts_of
from .live import ConceptFrame, ConceptPainter, ConceptShare
from .paint import ConceptRenderer, concept_maps
from .sheet import concept_sheet, legend_of, save_concept_sheet

__all__ = [
    "CONCEPTS_SUFFIX",
    "ConceptFileError",
    "ConceptFrame",
    "ConceptPainter",
    "ConceptRenderer",
    "ConceptShare",
    "SparseCoder",
    "concept_maps",
    "concept_sheet",
    "concepts_of",
    "concepts_plan",
    "legend_of",
    "read_concepts",
    "require_concepts",
    "save_concept_sheet",
    "write_concepts",
]
