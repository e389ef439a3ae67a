"""Which seeds write on pictures, counted from every check, and what users say to it."""

from .advice import LevelAdvice, advise_level
from .checks import Check, Correction
from .counts import SeedCount, Tally
from .fold import Folded, fold_into_table
from .result_store import ResultStore, tally_folder
from .subject import Purpose, Subject, purpose_of, purpose_of_table

__all__ = [
    "Check",
    "Correction",
    "Folded",
    "LevelAdvice",
    "Purpose",
    "ResultStore",
    "SeedCount",
    "Subject",
    "Tally",
    "advise_level",
    "fold_into_table",
    "purpose_of",
    "purpose_of_table",
    "tally_folder",
]
