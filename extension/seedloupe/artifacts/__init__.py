"""Text that an inpainted picture should not contain: reading, scoring, showing."""

from .levels import Level, Thresholds
from .overlay import draw_overlay
from .readers import ApartReader, builtin_readers, choose_reader, first_usable, survey
from .region import Availability, OcrReader, TextRegion
from .report import ArtifactFlag, ArtifactReport, Verdict
from .score import check_text_artifacts, flag_text_artifacts

__all__ = [
    "ApartReader",
    "ArtifactFlag",
    "ArtifactReport",
    "Availability",
    "Level",
    "OcrReader",
    "TextRegion",
    "Thresholds",
    "Verdict",
    "builtin_readers",
    "check_text_artifacts",
    "choose_reader",
    "draw_overlay",
    "first_usable",
    "flag_text_artifacts",
    "survey",
]
