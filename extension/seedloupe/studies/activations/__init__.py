"""What Meng et al. ask of a denoiser's activations: which are worth having."""

from .correspondence import CorrespondenceStudy

__all__ = ["CorrespondenceStudy"]
