"""Many pictures at once: which they are, what they say of themselves, and what the check found."""

from ...metadata.generation_info import GenerationInfo, told_by
from .collected import Collected
from .counting import Counting, counted
from .look import BatchSettings, Checked, look_at, look_back
from .pictures import Picture, PicturesFound, find_pictures
from .rates import Rate, model_rates, seed_rates
from .row import Mark, Row
from .saved import kept_rows, report_parts

__all__ = [
    "BatchSettings",
    "Checked",
    "Collected",
    "Counting",
    "GenerationInfo",
    "Mark",
    "Picture",
    "PicturesFound",
    "Rate",
    "Row",
    "counted",
    "find_pictures",
    "kept_rows",
    "look_at",
    "look_back",
    "model_rates",
    "report_parts",
    "seed_rates",
    "told_by",
]
