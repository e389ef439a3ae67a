"""Which seeds write on pictures, counted from every check, and what users say to it."""

from .advice import LevelAdvice, advise_level
from .book import TallyBook, tally_folder
from .checks import Check, Correction
from .counts import SeedCount, Tally
from .fold import Folded, fold_into_table
from .subject import Purpose, Subject, purpose_of, purpose_of_table

__all__ = [
    "Check",
    "Correction",
    "Folded",
    "LevelAdvice",
    "Purpose",
    "SeedCount",
    "Subject",
    "Tally",
    "TallyBook",
    "advise_level",
    "fold_into_table",
    "purpose_of",
    "purpose_of_table",
    "tally_folder",
]
