"""Pictures with a mask each, repainted to see which seeds paint text that nobody asked for.

"Good Seed Makes a Good Crop" (Xu, Zhang and Shi, 2024) repaints each pair with every seed, once to
remove what is there and once to complete it. Here is what such a repaint is, whoever asks for it: a
study of what chance would give, or mining.
"""

from .engine import Painter, SeenRepaint, repaint_and_look
from .look import Looker, OcrLooker, Seen
from .pairs import REMOVAL_PROMPT, InpaintTask, Pair, read_pairs

__all__ = [
    "REMOVAL_PROMPT",
    "InpaintTask",
    "Looker",
    "OcrLooker",
    "Painter",
    "Pair",
    "Seen",
    "SeenRepaint",
    "read_pairs",
    "repaint_and_look",
]
