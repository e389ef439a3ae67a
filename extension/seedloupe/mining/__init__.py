"""Mining: make pictures from many seeds, measure them, and write down which seeds do well."""

from .appearance import Appearance
from .instruments import Generator, Instrument
from .journal import Journal
from .mine import MiningProgress, mine
from .plan import FEWEST_CONFIRMED, MiningPlan

__all__ = [
    "FEWEST_CONFIRMED",
    "Appearance",
    "Generator",
    "Instrument",
    "Journal",
    "MiningPlan",
    "MiningProgress",
    "mine",
]
