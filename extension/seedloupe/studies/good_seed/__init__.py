"""What Xu, Zhang and Shi ask of seeds, beside the inpainting study."""

from .classifier import ClassifierStudy
from .diversity import DiversityStudy
from .generalise import GeneraliseStudy
from .swap import SwapStudy

__all__ = ["ClassifierStudy", "DiversityStudy", "GeneraliseStudy", "SwapStudy"]
