"""Text that an inpainted picture should not contain: reading, scoring, showing."""

from .levels import Level, Thresholds
from .overlay import draw_overlay
from .readers import ApartReader, builtin_readers, choose_reader, first_usable, survey
from .region import Availability, OcrReader, TextRegion
from .report import ArtifactFlag, ArtifactReport, Verdict
from .retry import Attempt, Ending, Retry
from .score import TextCheck, check_text_artifacts, flag_text_artifacts
from .seeds_to_try import Candidate, candidates
from .tally import (
    Check,
    Correction,
    LevelAdvice,
    Purpose,
    ResultStore,
    SeedCount,
    Subject,
    Tally,
    advise_level,
    fold_into_table,
    purpose_of,
    purpose_of_table,
    tally_folder,
)

__all__ = [
    "ApartReader",
    "ArtifactFlag",
    "ArtifactReport",
    "Attempt",
    "Availability",
    "Candidate",
    "Check",
    "Correction",
    "Ending",
    "Level",
    "LevelAdvice",
    "OcrReader",
    "Purpose",
    "ResultStore",
    "Retry",
    "SeedCount",
    "Subject",
    "Tally",
    "TextCheck",
    "TextRegion",
    "Thresholds",
    "Verdict",
    "advise_level",
    "builtin_readers",
    "candidates",
    "check_text_artifacts",
    "choose_reader",
    "draw_overlay",
    "first_usable",
    "flag_text_artifacts",
    "fold_into_table",
    "purpose_of",
    "purpose_of_table",
    "survey",
    "tally_folder",
]
