"""Sparse autoencoders of layers: which concepts they hold."""

from .kept import KeptConcepts
from .study import SaeStudy
from .train import Taught, TeachingPlan, teach

__all__ = ["KeptConcepts", "SaeStudy", "Taught", "TeachingPlan", "teach"]
