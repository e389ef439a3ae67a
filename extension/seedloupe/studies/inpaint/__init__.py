"""Do some seeds paint text that nobody asked for? After Xu, Zhang and Shi (2024), inpainting.

"Good Seed Makes a Good Crop" repaints 500 pictures under a mask with every seed, once to remove what
is there ("clear background") and once to complete it (its class name), lets a reader look for text
and scores a seed by the mean share of the mask that text covers.
"""

from .look import CriticLooker, Looker, OcrLooker, Seen
from .measure import Measured, Painter, Picture, Progress, measure
from .pairs import REMOVAL_PROMPT, InpaintTask, Pair, read_pairs
from .plan import InpaintPlan
from .world import MaskKind, ReaderCheck, check_reader, world_pairs

__all__ = [
    "REMOVAL_PROMPT",
    "CriticLooker",
    "InpaintPlan",
    "InpaintTask",
    "Looker",
    "MaskKind",
    "Measured",
    "OcrLooker",
    "Painter",
    "Pair",
    "Picture",
    "Progress",
    "ReaderCheck",
    "Seen",
    "check_reader",
    "measure",
    "read_pairs",
    "world_pairs",
]
