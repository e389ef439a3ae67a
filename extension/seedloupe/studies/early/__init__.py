"""How soon a seed's fate with one prompt can be told."""

from .study import EarlyStudy

__all__ = ["EarlyStudy"]
