"""What Bonechi et al. ask of a denoiser's layers: what they keep apart, and what changes them."""

from .layers import LayersStudy
from .steps import StepsStudy
from .transforms import TransformsStudy
from .video import VideoStudy

__all__ = ["LayersStudy", "StepsStudy", "TransformsStudy", "VideoStudy"]
