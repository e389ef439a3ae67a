"""Sparse autoencoders of layers: which concepts they hold."""

from .study import SaeStudy
from .train import Taught, TeachingPlan, teach

__all__ = ["SaeStudy", "Taught", "TeachingPlan", "teach"]
