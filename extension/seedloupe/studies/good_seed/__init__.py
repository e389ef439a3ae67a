"""What Xu, Zhang and Shi ask of seeds, beside the inpainting study."""

from .classifier import ClassifierStudy
from .composition import CompositionStudy
from .diversity import DiversityStudy
from .generalise import GeneraliseStudy
from .style import StyleStudy
from .swap import SwapStudy

__all__ = [
    "ClassifierStudy",
    "CompositionStudy",
    "DiversityStudy",
    "GeneraliseStudy",
    "StyleStudy",
    "SwapStudy",
]
