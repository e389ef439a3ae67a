"""Which seeds write on pictures, counted from every check, and what users say to it."""

from .advice import LevelAdvice, advise_level
from .book import TallyBook
from .checks import Check, Correction
from .counts import SeedCount, Tally
from .fold import fold_into_table
from .subject import Purpose, Subject, purpose_of

__all__ = [
    "Check",
    "Correction",
    "LevelAdvice",
    "Purpose",
    "SeedCount",
    "Subject",
    "Tally",
    "TallyBook",
    "advise_level",
    "fold_into_table",
    "purpose_of",
]
