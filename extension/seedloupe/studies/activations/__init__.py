"""What Meng et al. ask of a denoiser's activations: which are worth having."""

from .candidates import conventional, paper_rule, recommended
from .correspondence import CorrespondenceStudy
from .filter import FilterStudy
from .rank import RankStudy
from .segmentation import SegmentationStudy

__all__ = [
    "CorrespondenceStudy",
    "FilterStudy",
    "RankStudy",
    "SegmentationStudy",
    "conventional",
    "paper_rule",
    "recommended",
]
