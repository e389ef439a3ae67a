"""Do some seeds paint text that nobody asked for? After Xu, Zhang and Shi (2024), inpainting.

"Good Seed Makes a Good Crop" repaints 500 pictures under a mask with every seed, once to remove
what is there ("clear background") and once to complete it (its class name), lets a reader look for
text and scores a seed by the mean share of the mask that text covers.
"""

from ...artifacts.repaints import (
    REMOVAL_PROMPT,
    InpaintTask,
    Looker,
    OcrLooker,
    Painter,
    Pair,
    Seen,
    read_pairs,
)
from .critic_looker import CriticLooker
from .findings import Findings, conclude
from .measure import Measured, PictureKey, StudyProgress, measure
from .page import study_page
from .plan import InpaintPlan
from .seed_table import table_of
from .world import MaskKind, ReaderCheck, check_known_text, world_pairs

__all__ = [
    "REMOVAL_PROMPT",
    "CriticLooker",
    "Findings",
    "InpaintPlan",
    "InpaintTask",
    "Looker",
    "MaskKind",
    "Measured",
    "OcrLooker",
    "Painter",
    "Pair",
    "PictureKey",
    "ReaderCheck",
    "Seen",
    "StudyProgress",
    "check_known_text",
    "conclude",
    "measure",
    "read_pairs",
    "study_page",
    "table_of",
    "world_pairs",
]
